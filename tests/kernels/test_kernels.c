/* SPDX-License-Identifier: BSD-3-Clause */
/* Every kernel of every instruction set this processor can run, beside the same loop in long
 * double: at every remainder length and misalignment, and with the ends of the double range. */
#include "kernels/kernels.h"
#include "support/support.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* LONGEST: of the kernels that know no rows; MOST: of those that do. */
enum { LONGEST = 67, MOST = 256, MISALIGNMENTS = 8, ROOM = MOST + 2 * MISALIGNMENTS };

static const double GUARD = -12345.0;

/* What a call works on: n = rows x columns elements each, one row where the kernel knows none.
 * Kernels read a and b, and read or write c, d and e. */
enum { N_ARRAYS = 5, FIRST_WRITTEN = 2 };
typedef struct arrays {
    size_t n, rows, columns;
    double *a, *b, *c, *d, *e;
} arrays;

/* The same, for the reference: it comes holding what the call will find. */
typedef struct exact {
    size_t n, rows, columns;
    long double a[MOST], b[MOST], c[MOST], d[MOST], e[MOST];
    long double sum; /* what the call returns, 0 if nothing */
} exact;

/* ---- units ----------------------------------------------------------------------------------- */

static double call_sigmoid(const nn_kernels *set, const arrays *x) {
    set->sigmoid(x->n, x->c);
    return 0.0;
}

static void expect_sigmoid(exact *x) {
    for (size_t i = 0; i < x->n; i++)
        x->c[i] = 1.0L / (1.0L + expl(-x->c[i]));
}

static double call_tanh(const nn_kernels *set, const arrays *x) {
    set->tanh(x->n, x->c);
    return 0.0;
}

static void expect_tanh(exact *x) {
    for (size_t i = 0; i < x->n; i++)
        x->c[i] = tanhl(x->c[i]);
}

static double call_relu(const nn_kernels *set, const arrays *x) {
    set->relu(x->n, x->c);
    return 0.0;
}

static void expect_relu(exact *x) {
    for (size_t i = 0; i < x->n; i++)
        x->c[i] = x->c[i] < 0.0L ? 0.0L : x->c[i];
}

static double call_softmax(const nn_kernels *set, const arrays *x) {
    set->softmax(x->rows, x->columns, x->c);
    return 0.0;
}

static void expect_softmax(exact *x) {
    for (size_t r = 0; r < x->rows; r++) {
        long double *row = x->c + r * x->columns, sum = 0.0L;
        for (size_t k = 0; k < x->columns; k++)
            sum += expl(row[k]);
        for (size_t k = 0; k < x->columns; k++)
            row[k] = expl(row[k]) / sum;
    }
}

/* ---- deltas ---------------------------------------------------------------------------------- */

static double call_sigmoid_delta(const nn_kernels *set, const arrays *x) {
    set->sigmoid_delta(x->n, x->a, x->c);
    return 0.0;
}

static void expect_sigmoid_delta(exact *x) {
    for (size_t i = 0; i < x->n; i++)
        x->c[i] *= x->a[i] * (1.0L - x->a[i]);
}

static double call_tanh_delta(const nn_kernels *set, const arrays *x) {
    set->tanh_delta(x->n, x->a, x->c);
    return 0.0;
}

static void expect_tanh_delta(exact *x) {
    for (size_t i = 0; i < x->n; i++)
        x->c[i] *= 1.0L - x->a[i] * x->a[i];
}

static double call_relu_delta(const nn_kernels *set, const arrays *x) {
    set->relu_delta(x->n, x->a, x->c);
    return 0.0;
}

static void expect_relu_delta(exact *x) {
    for (size_t i = 0; i < x->n; i++)
        x->c[i] *= x->a[i] > 0.0L ? 1.0L : 0.0L;
}

static double call_sigmoid_mse_delta(const nn_kernels *set, const arrays *x) {
    return set->sigmoid_mse_delta(x->n, x->a, x->b, x->c);
}

static void expect_sigmoid_mse_delta(exact *x) {
    for (size_t i = 0; i < x->n; i++) {
        long double error = x->a[i] - x->b[i];
        x->c[i] = error * x->a[i] * (1.0L - x->a[i]);
        x->sum += error * error;
    }
}

static double call_error_delta(const nn_kernels *set, const arrays *x) {
    return set->error_delta(x->n, x->a, x->b, x->c);
}

static void expect_error_delta(exact *x) {
    for (size_t i = 0; i < x->n; i++) {
        x->c[i] = x->a[i] - x->b[i];
        x->sum += x->c[i] * x->c[i];
    }
}

static double call_softmax_mse_delta(const nn_kernels *set, const arrays *x) {
    return set->softmax_mse_delta(x->rows, x->columns, x->a, x->b, x->c);
}

/* O_delta_k = sum_j (O_j - Y_j) O_j ([j = k] - O_k): the whole matrix of derivatives. */
static void expect_softmax_mse_delta(exact *x) {
    for (size_t r = 0; r < x->rows; r++) {
        const long double *O = x->a + r * x->columns, *Y = x->b + r * x->columns;
        for (size_t k = 0; k < x->columns; k++) {
            long double delta = 0.0L;
            for (size_t j = 0; j < x->columns; j++)
                delta += (O[j] - Y[j]) * O[j] * ((j == k ? 1.0L : 0.0L) - O[k]);
            x->c[r * x->columns + k] = delta;
            x->sum += (O[k] - Y[k]) * (O[k] - Y[k]);
        }
    }
}

static double call_softmax_cross_entropy_delta(const nn_kernels *set, const arrays *x) {
    set->softmax_cross_entropy_delta(x->rows, x->columns, x->a, x->b, x->c);
    return 0.0;
}

/* O_delta_k = - sum_j Y_j / O_j times the same matrix. */
static void expect_softmax_cross_entropy_delta(exact *x) {
    for (size_t r = 0; r < x->rows; r++) {
        const long double *O = x->a + r * x->columns, *Y = x->b + r * x->columns;
        for (size_t k = 0; k < x->columns; k++) {
            long double delta = 0.0L;
            for (size_t j = 0; j < x->columns; j++)
                delta -= Y[j] * ((j == k ? 1.0L : 0.0L) - O[k]);
            x->c[r * x->columns + k] = delta;
        }
    }
}

/* ---- costs ----------------------------------------------------------------------------------- */

static double call_squared_error(const nn_kernels *set, const arrays *x) {
    return set->squared_error(x->n, x->a, x->b);
}

static void expect_squared_error(exact *x) {
    for (size_t i = 0; i < x->n; i++)
        x->sum += (x->a[i] - x->b[i]) * (x->a[i] - x->b[i]);
}

static double call_sigmoid_cross_entropy(const nn_kernels *set, const arrays *x) {
    return set->sigmoid_cross_entropy(x->n, x->a, x->b);
}

static void expect_sigmoid_cross_entropy(exact *x) {
    for (size_t i = 0; i < x->n; i++)
        x->sum -= x->b[i] * logl(x->a[i]) + (1.0L - x->b[i]) * logl(1.0L - x->a[i]);
}

static double call_softmax_cross_entropy(const nn_kernels *set, const arrays *x) {
    return set->softmax_cross_entropy(x->n, x->a, x->b);
}

static void expect_softmax_cross_entropy(exact *x) {
    for (size_t i = 0; i < x->n; i++)
        x->sum -= x->b[i] * logl(x->a[i]);
}

/* ---- sums ------------------------------------------------------------------------------------ */

static double call_sum(const nn_kernels *set, const arrays *x) {
    return set->sum(x->n, x->a);
}

static void expect_sum(exact *x) {
    for (size_t i = 0; i < x->n; i++)
        x->sum += x->a[i];
}

static double call_add(const nn_kernels *set, const arrays *x) {
    set->add(x->n, x->a, x->c);
    return 0.0;
}

static void expect_add(exact *x) {
    for (size_t i = 0; i < x->n; i++)
        x->c[i] += x->a[i];
}

/* The sums are the first row of c. */
static double call_add_rows(const nn_kernels *set, const arrays *x) {
    set->add_rows(x->rows, x->columns, x->a, x->c);
    return 0.0;
}

static void expect_add_rows(exact *x) {
    for (size_t i = 0; i < x->n; i++)
        x->c[i % x->columns] += x->a[i];
}

/* ---- steps ----------------------------------------------------------------------------------- */

static const double RATE = 0.37, MOMENTUM = 0.9;
static const nn_adam ADAM = {.rate = 0.01, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8};

static double call_update(const nn_kernels *set, const arrays *x) {
    set->update(x->n, RATE, x->a, x->c);
    return 0.0;
}

static void expect_update(exact *x) {
    for (size_t i = 0; i < x->n; i++)
        x->c[i] -= (long double)RATE * x->a[i];
}

static double call_momentum(const nn_kernels *set, const arrays *x) {
    set->momentum(x->n, RATE, MOMENTUM, x->a, x->c, x->e);
    return 0.0;
}

static void expect_momentum(exact *x) {
    for (size_t i = 0; i < x->n; i++) {
        x->c[i] = (long double)MOMENTUM * x->c[i] - (long double)RATE * x->a[i];
        x->e[i] += x->c[i];
    }
}

static double call_nesterov(const nn_kernels *set, const arrays *x) {
    set->nesterov(x->n, RATE, MOMENTUM, x->a, x->c, x->e);
    return 0.0;
}

static void expect_nesterov(exact *x) {
    for (size_t i = 0; i < x->n; i++) {
        x->c[i] = (long double)MOMENTUM * x->c[i] - (long double)RATE * x->a[i];
        x->e[i] += (long double)MOMENTUM * x->c[i] - (long double)RATE * x->a[i];
    }
}

static double call_adam(const nn_kernels *set, const arrays *x) {
    set->adam(x->n, &ADAM, x->a, x->c, x->d, x->e);
    return 0.0;
}

static void expect_adam(exact *x) {
    const long double beta1 = (long double)ADAM.beta1, beta2 = (long double)ADAM.beta2;
    for (size_t i = 0; i < x->n; i++) {
        x->c[i] = beta1 * x->c[i] + (1.0L - beta1) * x->a[i];
        x->d[i] = beta2 * x->d[i] + (1.0L - beta2) * x->a[i] * x->a[i];
        x->e[i] -= (long double)ADAM.rate * x->c[i] / (sqrtl(x->d[i]) + (long double)ADAM.epsilon);
    }
}

static double call_rprop(const nn_kernels *set, const arrays *x) {
    set->rprop(x->n, x->a, x->c, x->d, x->e);
    return 0.0;
}

/* As the article has it; an element with a NaN does not move. */
static void expect_rprop(exact *x) {
    for (size_t i = 0; i < x->n; i++) {
        long double agreement = x->a[i] * x->c[i];
        x->c[i] = x->a[i];
        if (agreement > 0.0L)
            x->d[i] *= 1.2L;
        if (agreement < 0.0L) {
            x->d[i] *= 0.5L;
            x->c[i] = 0.0L;
        }
        if (x->d[i] > 50.0L)
            x->d[i] = 50.0L;
        if (x->d[i] < 1e-6L)
            x->d[i] = 1e-6L;
        x->e[i] -= x->d[i] * (x->c[i] > 0.0L ? 1.0L : x->c[i] < 0.0L ? -1.0L : 0.0L);
    }
}

/* ---- looks ----------------------------------------------------------------------------------- */

static double call_check_update(const nn_kernels *set, const arrays *x) {
    return set->check_update(x->n, RATE, x->a, x->c);
}

static void expect_check_update(exact *x) {
    for (size_t i = 0; i < x->n; i++)
        x->sum += 0.0L * (x->a[i] + x->c[i]);
}

static double call_check_finite(const nn_kernels *set, const arrays *x) {
    return set->check_finite(x->n, x->a);
}

static void expect_check_finite(exact *x) {
    for (size_t i = 0; i < x->n; i++)
        x->sum += 0.0L * x->a[i];
}

static double call_sum_magnitudes(const nn_kernels *set, const arrays *x) {
    return set->sum_magnitudes(x->n, x->a);
}

static void expect_sum_magnitudes(exact *x) {
    for (size_t i = 0; i < x->n; i++)
        x->sum += fabsl(x->a[i]);
}

/* ---- the table: a kernel, its reference, its accuracy ---------------------------------------- */

typedef enum trait {
    BY_ROWS = 1,
    SIGNED = 2,         /* a and c lie in -1 .. 1; else in 0 .. 1, as all others do */
    IN_PLACE = 4,       /* c may be a */
    SEES_NOT_FINITE = 8 /* returns NaN for an element of a that is not finite */
} trait;

typedef struct kernel_row {
    const char *name;
    double (*call)(const nn_kernels *set, const arrays *x);
    void (*expect)(exact *x);
    double ulps; /* of each element */
    unsigned traits;
} kernel_row;

/* An ulp is taken of 1 at least: a difference that cancels has no relative accuracy to keep. The
 * ulps of the functions themselves are sampled below. Those of a sum over rows or columns are as
 * many as it has roundings. */
static const kernel_row KERNELS[] = {
    {"sigmoid", call_sigmoid, expect_sigmoid, 2.0, SIGNED},
    {"tanh", call_tanh, expect_tanh, 2.0, SIGNED},
    {"relu", call_relu, expect_relu, 0.0, SIGNED},
    {"softmax", call_softmax, expect_softmax, 2.0, BY_ROWS | SIGNED},
    {"sigmoid_delta", call_sigmoid_delta, expect_sigmoid_delta, 2.0, 0},
    {"tanh_delta", call_tanh_delta, expect_tanh_delta, 2.0, SIGNED},
    {"relu_delta", call_relu_delta, expect_relu_delta, 0.0, SIGNED},
    {"sigmoid_mse_delta", call_sigmoid_mse_delta, expect_sigmoid_mse_delta, 2.0, IN_PLACE},
    {"error_delta", call_error_delta, expect_error_delta, 1.0, SIGNED | IN_PLACE},
    {"softmax_mse_delta", call_softmax_mse_delta, expect_softmax_mse_delta, 64.0,
     BY_ROWS | IN_PLACE},
    {"softmax_cross_entropy_delta", call_softmax_cross_entropy_delta,
     expect_softmax_cross_entropy_delta, 64.0, BY_ROWS | IN_PLACE},
    {"squared_error", call_squared_error, expect_squared_error, 0.0, SIGNED},
    {"sigmoid_cross_entropy", call_sigmoid_cross_entropy, expect_sigmoid_cross_entropy, 0.0, 0},
    {"softmax_cross_entropy", call_softmax_cross_entropy, expect_softmax_cross_entropy, 0.0, 0},
    {"sum", call_sum, expect_sum, 0.0, SIGNED},
    {"add", call_add, expect_add, 1.0, SIGNED},
    {"add_rows", call_add_rows, expect_add_rows, 64.0, BY_ROWS | SIGNED},
    {"update", call_update, expect_update, 1.0, SIGNED},
    {"momentum", call_momentum, expect_momentum, 2.0, SIGNED},
    {"nesterov", call_nesterov, expect_nesterov, 3.0, SIGNED},
    {"adam", call_adam, expect_adam, 3.0, SIGNED},
    {"rprop", call_rprop, expect_rprop, 2.0, SIGNED},
    {"check_update", call_check_update, expect_check_update, 0.0, SEES_NOT_FINITE},
    {"check_finite", call_check_finite, expect_check_finite, 0.0, SEES_NOT_FINITE},
    {"sum_magnitudes", call_sum_magnitudes, expect_sum_magnitudes, 0.0, SIGNED},
};

enum { N_KERNELS = sizeof KERNELS / sizeof *KERNELS };

/* ---- each kernel at every length and misalignment -------------------------------------------- */

typedef struct shape {
    size_t rows, columns;
} shape;

enum { MOST_SHAPES = 256 };

/* Every length; of rows, every number of them around those that add_rows takes together. */
static size_t list_shapes(const kernel_row *k, shape *shapes) {
    static const size_t COLUMNS[] = {1, 2, 3, 10, 31, 32, 33, 64};
    size_t count = 0;
    if (!(k->traits & BY_ROWS)) {
        for (size_t n = 0; n <= LONGEST; n++)
            shapes[count++] = (shape){1, n};
        return count;
    }
    for (size_t i = 0; i < sizeof COLUMNS / sizeof *COLUMNS; i++)
        for (size_t rows = 0; rows <= 2 + 64 / COLUMNS[i]; rows++)
            shapes[count++] = (shape){rows, COLUMNS[i]};
    return count;
}

/* The room of each array: n elements at an offset from a cache line, guards before and behind. */
typedef struct rooms {
    _Alignas(64) double of[N_ARRAYS][ROOM];
    size_t begins[N_ARRAYS];
} rooms;

static double roll_signed(dice *d) {
    return roll_between(d, 0, 15) == 0 ? 0.0 : roll_uniform(d, -1.0, 1.0);
}

static arrays fill_rooms(rooms *r, const kernel_row *k, dice *d, shape s, size_t offset) {
    size_t n = s.rows * s.columns;
    for (size_t array = 0; array < N_ARRAYS; array++) {
        bool is_signed = k->traits & SIGNED && (array == 0 || array == FIRST_WRITTEN);
        r->begins[array] =
            MISALIGNMENTS + (array == 0 ? offset : roll_between(d, 0, MISALIGNMENTS - 1));
        fill(ROOM, r->of[array], GUARD);
        for (size_t i = 0; i < n; i++)
            r->of[array][r->begins[array] + i] =
                is_signed ? roll_signed(d) : roll_uniform(d, 0.0, 1.0);
    }
    return (arrays){n,
                    s.rows,
                    s.columns,
                    r->of[0] + r->begins[0],
                    r->of[1] + r->begins[1],
                    r->of[2] + r->begins[2],
                    r->of[3] + r->begins[3],
                    r->of[4] + r->begins[4]};
}

static bool guards_stand(const rooms *r, size_t n) {
    for (size_t array = 0; array < N_ARRAYS; array++) {
        size_t begin = r->begins[array], end = begin + n;
        if (!holds_only(begin, r->of[array], GUARD) ||
            !holds_only(ROOM - end, r->of[array] + end, GUARD))
            return false;
    }
    return true;
}

static void copy_exactly(const arrays *x, exact *to) {
    to->n = x->n;
    to->rows = x->rows;
    to->columns = x->columns;
    to->sum = 0.0L;
    for (size_t i = 0; i < x->n; i++) {
        to->a[i] = (long double)x->a[i];
        to->b[i] = (long double)x->b[i];
        to->c[i] = (long double)x->c[i];
        to->d[i] = (long double)x->d[i];
        to->e[i] = (long double)x->e[i];
    }
}

static bool is_within(double found, long double expected, double bound) {
    if (isnan(found) || isnan(expected))
        return isnan(found) && isnan(expected);
    return (double)fabsl((long double)found - expected) <= bound;
}

static void compare_arrays(const nn_kernels *set, const kernel_row *k, const arrays *x,
                           const exact *expected) {
    const double *const found[N_ARRAYS] = {x->a, x->b, x->c, x->d, x->e};
    const long double *const exacts[N_ARRAYS] = {expected->a, expected->b, expected->c, expected->d,
                                                 expected->e};
    for (size_t array = 0; array < N_ARRAYS; array++) {
        double ulps = array < FIRST_WRITTEN ? 0.0 : k->ulps;
        for (size_t i = 0; i < x->n; i++) {
            double scale = fmax(1.0, fabs((double)exacts[array][i]));
            if (!is_within(found[array][i], exacts[array][i], ulps * DBL_EPSILON * scale))
                ck_abort_msg("%s of %s, %zu x %zu: element %zu of %c is %.17g and not %.17Lg",
                             k->name, set->name, x->rows, x->columns, i, (char)('a' + array),
                             found[array][i], exacts[array][i]);
        }
    }
}

static void check_kernel(const nn_kernels *set, const kernel_row *k, const rooms *r,
                         const arrays *x) {
    static exact expected;
    copy_exactly(x, &expected);
    k->expect(&expected);
    double sum = k->call(set, x), bound = 1e-15 * (double)(x->n + 1);
    compare_arrays(set, k, x, &expected);
    /* Check writes a note of each assertion: too slow for so many. */
    if (!is_within(sum, expected.sum, bound + 1e-15 * fabs((double)expected.sum)))
        ck_abort_msg("%s of %s: the sum of %zu x %zu is %.17g and not %.17Lg", k->name, set->name,
                     x->rows, x->columns, sum, expected.sum);
    if (!guards_stand(r, x->n))
        ck_abort_msg("%s of %s wrote outside %zu x %zu elements", k->name, set->name, x->rows,
                     x->columns);
}

typedef void trial(const nn_kernels *set, const kernel_row *k, dice *d, shape s);

static void try_each_kernel(uint64_t seed, trial *try_shape) {
    dice d = {seed};
    shape shapes[MOST_SHAPES];
    size_t n_sets;
    const nn_kernels *const *sets = nn_kernel_sets(&n_sets);
    for (size_t k = 0; k < N_KERNELS; k++) {
        size_t n_shapes = list_shapes(&KERNELS[k], shapes);
        for (size_t s = 0; s < n_sets; s++)
            for (size_t i = 0; i < n_shapes; i++)
                try_shape(sets[s], &KERNELS[k], &d, shapes[i]);
    }
}

static void try_misalignments(const nn_kernels *set, const kernel_row *k, dice *d, shape s) {
    static rooms r;
    for (size_t offset = 0; offset < MISALIGNMENTS; offset++) {
        arrays x = fill_rooms(&r, k, d, s, offset);
        check_kernel(set, k, &r, &x);
    }
}

START_TEST(kernels_agree_with_long_double_at_every_length) {
    try_each_kernel(1, try_misalignments);
}
END_TEST

/* One NaN, in what is read or in what is written: the reference has it go where it should. */
static void try_nan(const nn_kernels *set, const kernel_row *k, dice *d, shape s) {
    static rooms r;
    for (size_t array = 0; array < N_ARRAYS && s.rows * s.columns > 0; array++) {
        arrays x = fill_rooms(&r, k, d, s, roll_between(d, 0, MISALIGNMENTS - 1));
        r.of[array][r.begins[array] + roll_between(d, 0, x.n - 1)] = (double)NAN;
        check_kernel(set, k, &r, &x);
    }
}

START_TEST(nan_goes_through) {
    try_each_kernel(2, try_nan);
}
END_TEST

/* The engine may compute O_delta over O_out. */
static void try_in_place(const nn_kernels *set, const kernel_row *k, dice *d, shape s) {
    static rooms r;
    if (!(k->traits & IN_PLACE))
        return;
    arrays x = fill_rooms(&r, k, d, s, roll_between(d, 0, MISALIGNMENTS - 1)), in_place = x;
    in_place.c = x.a;
    double sum = k->call(set, &x);
    ck_assert_double_eq(sum, k->call(set, &in_place));
    ck_assert_msg(memcmp(x.a, x.c, x.n * sizeof *x.a) == 0, "%s of %s, %zu x %zu, in place",
                  k->name, set->name, s.rows, s.columns);
}

START_TEST(output_deltas_work_in_place) {
    try_each_kernel(3, try_in_place);
}
END_TEST

/* ---- infinity and other ends ----------------------------------------------------------------- */

START_TEST(checks_see_one_bad_element_anywhere) {
    static const double BAD[] = {(double)NAN, (double)INFINITY, -(double)INFINITY};
    size_t n_sets;
    const nn_kernels *const *sets = nn_kernel_sets(&n_sets);
    for (size_t s = 0; s < n_sets; s++)
        for (size_t k = 0; k < N_KERNELS; k++)
            for (size_t n = 1; KERNELS[k].traits & SEES_NOT_FINITE && n <= LONGEST; n++)
                for (size_t i = 0; i < 3 * n; i++) {
                    double a[LONGEST], c[LONGEST];
                    fill(n, a, DBL_MAX);
                    fill(n, c, 0.5);
                    arrays x = {.n = n, .a = a, .c = c};
                    ck_assert_double_eq(KERNELS[k].call(sets[s], &x), 0.0);
                    a[i / 3] = BAD[i % 3];
                    ck_assert_msg(isnan(KERNELS[k].call(sets[s], &x)),
                                  "%s of %s misses %g at %zu of %zu", KERNELS[k].name,
                                  sets[s]->name, BAD[i % 3], i / 3, n);
                }
}
END_TEST

START_TEST(a_step_that_overflows_is_seen) {
    size_t n_sets;
    const nn_kernels *const *sets = nn_kernel_sets(&n_sets);
    for (size_t s = 0; s < n_sets; s++) {
        double W[] = {DBL_MAX}, W_update[] = {-DBL_MAX};
        ck_assert(isnan(sets[s]->check_update(1, 1.0, W_update, W)));
        ck_assert_double_eq(sets[s]->check_update(1, 1e-300, W_update, W), 0.0);
    }
}
END_TEST

static void call_units(const nn_kernels *set, const char *unit, size_t n, double *a) {
    for (size_t k = 0; k < N_KERNELS; k++)
        if (strcmp(KERNELS[k].name, unit) == 0)
            KERNELS[k].call(set, &(arrays){.n = n, .c = a});
}

/* Bits, so that 0 and -0 differ. */
START_TEST(units_are_exact_at_the_ends) {
    static const double INF = (double)INFINITY, TINY = 5e-324;
    static const struct {
        const char *unit;
        double argument, value;
    } ENDS[] = {
        {"sigmoid", -INF, 0.0},     {"sigmoid", INF, 1.0},      {"sigmoid", 0.0, 0.5},
        {"sigmoid", -0.0, 0.5},     {"sigmoid", -DBL_MAX, 0},   {"sigmoid", DBL_MAX, 1.0},
        {"sigmoid", TINY, 0.5},     {"tanh", -INF, -1.0},       {"tanh", INF, 1.0},
        {"tanh", 0.0, 0.0},         {"tanh", -0.0, -0.0},       {"tanh", -DBL_MAX, -1.0},
        {"tanh", DBL_MAX, 1.0},     {"tanh", TINY, TINY},       {"tanh", -TINY, -TINY},
        {"tanh", DBL_MIN, DBL_MIN}, {"tanh", 1e-9, 1e-9},       {"tanh", 20.0, 1.0},
        {"relu", -INF, 0.0},        {"relu", INF, INF},         {"relu", 0.0, 0.0},
        {"relu", -DBL_MAX, 0.0},    {"relu", DBL_MAX, DBL_MAX}, {"relu", TINY, TINY},
        {"relu", -TINY, 0.0},
    };
    size_t n_sets;
    const nn_kernels *const *sets = nn_kernel_sets(&n_sets);
    for (size_t s = 0; s < n_sets; s++)
        for (size_t n = 1; n <= LONGEST; n++)
            for (size_t i = 0; i < sizeof ENDS / sizeof *ENDS; i++) {
                double a[LONGEST];
                fill(n, a, ENDS[i].argument);
                call_units(sets[s], ENDS[i].unit, n, a);
                ck_assert_msg(holds_only(n, a, ENDS[i].value), "%s: %s(%g) = %g", sets[s]->name,
                              ENDS[i].unit, ENDS[i].argument, a[n - 1]);
            }
}
END_TEST

/* Any inputs that a double can hold; where the largest is infinite there is no answer. */
START_TEST(softmax_takes_any_inputs) {
    static const double INF = (double)INFINITY, NONE = (double)NAN;
    static const struct {
        double row[3], expected[3];
        size_t columns;
    } ROWS[] = {
        {{7.0}, {1.0}, 1},
        {{-1e308}, {1.0}, 1},
        {{1e308}, {1.0}, 1},
        {{INF}, {NONE}, 1},
        {{NONE}, {NONE}, 1},
        {{1e308, 1e308}, {0.5, 0.5}, 2},
        {{-1e308, 1e308}, {0.0, 1.0}, 2},
        {{1e308, -1e308, 1e308}, {0.5, 0.0, 0.5}, 3},
        {{-INF, 3.0, 3.0}, {0.0, 0.5, 0.5}, 3},
        {{-INF, -INF}, {NONE, NONE}, 2},
        {{INF, INF, 1.0}, {NONE, NONE, NONE}, 3},
        {{1.0, 2.0, INF}, {NONE, NONE, NONE}, 3},
        {{1.0, NONE, 2.0}, {NONE, NONE, NONE}, 3},
        {{0.0, -800.0, -5e-324}, {0.5, 0.0, 0.5}, 3},
    };
    size_t n_sets;
    const nn_kernels *const *sets = nn_kernel_sets(&n_sets);
    for (size_t s = 0; s < n_sets; s++)
        for (size_t rows = 1; rows <= 12; rows++)
            for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
                double a[36];
                size_t columns = ROWS[i].columns;
                for (size_t e = 0; e < rows * columns; e++)
                    a[e] = ROWS[i].row[e % columns];
                sets[s]->softmax(rows, columns, a);
                for (size_t e = 0; e < rows * columns; e++)
                    ck_assert_msg(is_within(a[e], (long double)ROWS[i].expected[e % columns], 0.0),
                                  "%s: row %zu gives %g", sets[s]->name, i, a[e]);
            }
}
END_TEST

START_TEST(softmax_adds_up_to_1) {
    static const double SCALES[] = {1e-300, 1.0, 30.0, 1e3, 1e308};
    dice d = {4};
    size_t n_sets;
    const nn_kernels *const *sets = nn_kernel_sets(&n_sets);
    for (size_t columns = 1; columns <= MOST; columns += 1 + columns / 8)
        for (size_t i = 0; i < sizeof SCALES / sizeof *SCALES; i++)
            for (size_t s = 0; s < n_sets; s++) {
                double a[MOST], sum = 0.0;
                for (size_t k = 0; k < columns; k++)
                    a[k] = SCALES[i] * roll_uniform(&d, -1.0, 1.0);
                sets[s]->softmax(1, columns, a);
                for (size_t k = 0; k < columns; k++) {
                    ck_assert(a[k] >= 0.0 && a[k] <= 1.0);
                    sum += a[k];
                }
                ck_assert_double_le(fabs(sum - 1.0), DBL_EPSILON * (double)(columns - 1));
            }
}
END_TEST

/* Outputs that round to 0 or 1 cost a finite amount, and the right ones nothing. */
START_TEST(cross_entropies_stay_finite_at_the_ends) {
    static const struct {
        double O_out, Y, softmax, sigmoid; /* costs over ln 2 */
    } ENDS[] = {
        {0.0, 0.0, 0.0, 0.0},
        {1.0, 1.0, 0.0, 0.0},
        {0.0, 1.0, 1074.0, 1074.0},
        {1.0, 0.0, 0.0, 54.0},
        {1.0 - 0x1p-53, 0.0, 0.0, 53.0},
        {0x1p-1074, 1.0, 1074.0, 1074.0},
        {0x1p-1022, 1.0, 1022.0, 1022.0},
        {0x1p-1030, 2.0, 2060.0, 2060.0},
        {0.5, 0.25, 0.25, 1.0},
    };
    size_t n_sets;
    const nn_kernels *const *sets = nn_kernel_sets(&n_sets);
    for (size_t s = 0; s < n_sets; s++)
        for (size_t i = 0; i < sizeof ENDS / sizeof *ENDS; i++) {
            double LN_2 = 0.69314718055994531;
            double O = ENDS[i].O_out, Y = ENDS[i].Y;
            double softmax = ENDS[i].softmax * LN_2, sigmoid = ENDS[i].sigmoid * LN_2;
            ck_assert_double_le(fabs(sets[s]->softmax_cross_entropy(1, &O, &Y) - softmax),
                                1e-15 * softmax);
            ck_assert_double_le(fabs(sets[s]->sigmoid_cross_entropy(1, &O, &Y) - sigmoid),
                                1e-15 * sigmoid);
        }
}
END_TEST

/* Gradients whose product is 0 have signs nevertheless, and step sizes have bounds. */
START_TEST(rprop_keeps_its_bounds_and_sees_signs) {
    static const struct {
        double gradient, previous, step, next_step, W;
    } CASES[] = {
        {1e-200, 1e-200, 0.1, 0.12, -0.12},  {1e-200, -1e-200, 0.1, 0.05, 0.0},
        {-5e-324, -5e-324, 0.1, 0.12, 0.12}, {1e200, 1e200, 0.1, 0.12, -0.12},
        {1.0, 1.0, 49.0, 50.0, -50.0},       {-1.0, 1.0, 1.5e-6, 1e-6, 0.0},
        {0.0, 1.0, 0.1, 0.1, 0.0},           {3.0, 0.0, 0.1, 0.1, -0.1},
    };
    size_t n_sets;
    const nn_kernels *const *sets = nn_kernel_sets(&n_sets);
    for (size_t s = 0; s < n_sets; s++)
        for (size_t n = 1; n <= LONGEST; n++)
            for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
                double gradient[LONGEST], previous[LONGEST], step[LONGEST], W[LONGEST];
                fill(n, gradient, CASES[i].gradient);
                fill(n, previous, CASES[i].previous);
                fill(n, step, CASES[i].step);
                fill(n, W, 0.0);
                sets[s]->rprop(n, gradient, previous, step, W);
                for (size_t e = 0; e < n; e++) {
                    ck_assert_double_eq_tol(step[e], CASES[i].next_step, 1e-16);
                    ck_assert_double_eq_tol(W[e], CASES[i].W, 1e-16);
                }
            }
}
END_TEST

/* ---- functions over their whole range -------------------------------------------------------- */

/* sigmoid, tanh and the like: a[i] becomes its own value. */
typedef void any_function(const nn_kernels *set, size_t n, double *a);

static void apply_sigmoid(const nn_kernels *set, size_t n, double *a) {
    set->sigmoid(n, a);
}

static void apply_tanh(const nn_kernels *set, size_t n, double *a) {
    set->tanh(n, a);
}

/* exp(a) / (1 + exp(a)): of the two inputs 0 and a <= 0, the second's share. */
static void apply_softmax(const nn_kernels *set, size_t n, double *a) {
    for (size_t i = 0; i < n; i++) {
        double row[] = {0.0, a[i]};
        set->softmax(1, 2, row);
        a[i] = row[1];
    }
}

/* -ln a: the cost of outputs a where the one label is 1, in whole vectors of outputs. */
static void apply_log(const nn_kernels *set, size_t n, double *a) {
    enum { GROUP = 8 };
    for (size_t first = 0; first < n; first += GROUP) {
        size_t count = n - first < GROUP ? n - first : GROUP;
        double Y[GROUP] = {0.0}, values[GROUP];
        for (size_t i = 0; i < count; i++) {
            Y[i] = 1.0;
            values[i] = set->softmax_cross_entropy(count, a + first, Y);
            Y[i] = 0.0;
        }
        memcpy(a + first, values, count * sizeof *a);
    }
}

static long double get_sigmoid(double a) {
    return 1.0L / (1.0L + expl(-(long double)a));
}

static long double get_tanh(double a) {
    return tanhl((long double)a);
}

static long double get_log(double a) {
    return -logl((long double)a);
}

/* Samples lie uniformly in each of the ranges. In the empty range, the last, they have any bits
 * between the least and the largest argument. */
typedef double range[2];
typedef struct function {
    const char *name;
    any_function *apply;
    long double (*get)(double a);
    double ulps, least, largest;
    const range *ranges;
} function;

static const range SIGMOID_RANGES[] = {{-1e-300, 1e-300}, {-1e-10, 1e-10}, {-1, 1},     {-8, 8},
                                       {-40, 40},         {-710, 710},     {-760, 760}, {0, 0}};
static const range TANH_RANGES[] = {{-1e-10, 1e-10}, {-1e-3, 1e-3}, {-0.35, 0.35}, {-0.5, 0.5},
                                    {-2, 2},         {-8, 8},       {-40, 40},     {0, 0}};
static const range SOFTMAX_RANGES[] = {{-1e-10, 0}, {-1, 0}, {-40, 0}, {-750, 0}, {0, 0}};
static const range LN_RANGES[] = {{0x1p-1074, 0x1p-1022}, {0x1p-53, 1}, {0.6, 0.8}, {0.999, 1},
                                  {0.9999999999, 1},      {0, 0}};

static const function FUNCTIONS[] = {
    {"sigmoid", apply_sigmoid, get_sigmoid, 2.0, -DBL_MAX, DBL_MAX, SIGMOID_RANGES},
    {"tanh", apply_tanh, get_tanh, 3.0, -DBL_MAX, DBL_MAX, TANH_RANGES},
    {"softmax", apply_softmax, get_sigmoid, 3.0, -DBL_MAX, 0.0, SOFTMAX_RANGES},
    {"ln", apply_log, get_log, 2.0, 0x1p-1074, 1.0, LN_RANGES},
};

enum { CHUNK = 1024, CHUNKS = 600 };

/* |found - expected| in units of the spacing of doubles at expected. */
static double count_ulps(double found, long double expected) {
    long double error = fabsl((long double)found - expected);
    int exponent = ilogb((double)expected);
    if (exponent < DBL_MIN_EXP - 1)
        exponent = DBL_MIN_EXP - 1;
    return (double)ldexpl(error, DBL_MANT_DIG - 1 - exponent);
}

/* The bits are random, so that all exponents come. */
static double roll_any(dice *d, double least, double largest) {
    for (;;) {
        uint64_t bits = roll(d);
        double value;
        memcpy(&value, &bits, sizeof value);
        if (value >= least && value <= largest)
            return value;
    }
}

static void check_function(const nn_kernels *set, const function *f, size_t n,
                           const double *arguments, const long double *expected) {
    double found[CHUNK];
    memcpy(found, arguments, n * sizeof *found);
    f->apply(set, n, found);
    for (size_t i = 0; i < n; i++) {
        double ulps = count_ulps(found[i], expected[i]);
        if (!(ulps <= f->ulps))
            ck_abort_msg("%s: %s(%a) = %a is off by %.2f ulp", set->name, f->name, arguments[i],
                         found[i], ulps);
    }
}

static void check_chunk(const function *f, dice *d, const double *r) {
    double arguments[CHUNK];
    long double expected[CHUNK];
    size_t n_sets, n = roll_between(d, CHUNK - 8, CHUNK);
    const nn_kernels *const *sets = nn_kernel_sets(&n_sets);
    for (size_t i = 0; i < n; i++) {
        arguments[i] =
            r[0] < r[1] ? roll_uniform(d, r[0], r[1]) : roll_any(d, f->least, f->largest);
        expected[i] = f->get(arguments[i]);
    }
    for (size_t s = 0; s < n_sets; s++)
        check_function(sets[s], f, n, arguments, expected);
}

START_TEST(functions_are_within_their_ulps_everywhere) {
    dice d = {5};
    for (size_t i = 0; i < sizeof FUNCTIONS / sizeof *FUNCTIONS; i++) {
        const function *f = &FUNCTIONS[i];
        for (const range *r = f->ranges; r == f->ranges || r[-1][0] < r[-1][1]; r++)
            for (size_t chunk = 0; chunk < CHUNKS; chunk++)
                check_chunk(f, &d, *r);
    }
}
END_TEST

START_TEST(tanh_is_odd) {
    enum { N = 100003 };
    dice d = {6};
    size_t n_sets;
    const nn_kernels *const *sets = nn_kernel_sets(&n_sets);
    double *a = allocate_doubles(N), *b = allocate_doubles(N);
    for (size_t s = 0; s < n_sets; s++) {
        for (size_t i = 0; i < N; i++)
            b[i] = -(a[i] = i % 2 ? roll_any(&d, -DBL_MAX, DBL_MAX) : roll_uniform(&d, -20, 20));
        sets[s]->tanh(N, a);
        sets[s]->tanh(N, b);
        for (size_t i = 0; i < N; i++)
            if (a[i] != -b[i])
                ck_abort_msg("%s: tanh is %a and %a", sets[s]->name, a[i], b[i]);
    }
    free(a);
    free(b);
}
END_TEST

/* The least that training relies on: a larger argument never gives a clearly smaller value. */
START_TEST(squashing_functions_rise) {
    enum { N = 200001 };
    size_t n_sets;
    const nn_kernels *const *sets = nn_kernel_sets(&n_sets);
    any_function *const functions[] = {apply_sigmoid, apply_tanh};
    double *a = allocate_doubles(N);
    for (size_t f = 0; f < sizeof functions / sizeof *functions; f++)
        for (size_t s = 0; s < n_sets; s++) {
            for (size_t i = 0; i < N; i++)
                a[i] = ((double)i - N / 2) / 2000.0;
            functions[f](sets[s], N, a);
            for (size_t i = 1; i < N; i++)
                if (a[i] < a[i - 1])
                    ck_abort_msg("%s: %s falls from %.17g to %.17g", sets[s]->name,
                                 FUNCTIONS[f].name, a[i - 1], a[i]);
        }
    free(a);
}
END_TEST

/* ---- the sets -------------------------------------------------------------------------------- */

START_TEST(sets_come_fastest_first_and_end_with_baseline) {
    size_t n_sets;
    const nn_kernels *const *sets = nn_kernel_sets(&n_sets);
    ck_assert_uint_ge(n_sets, 1);
    ck_assert_str_eq(sets[n_sets - 1]->name, "baseline");
    ck_assert_ptr_eq(nn_get_kernels(), sets[0]);
}
END_TEST

#if defined(__x86_64__)
#include <xmmintrin.h>

/* The mode bits; the low six are the flags that every operation may raise. */
static unsigned get_mode(void) {
    return _mm_getcsr() & ~0x3fU;
}

START_TEST(the_floating_point_mode_stays) {
    double a[LONGEST], b[LONGEST], c[LONGEST], d[LONGEST], e[LONGEST];
    size_t n_sets;
    const nn_kernels *const *sets = nn_kernel_sets(&n_sets);
    unsigned kept = _mm_getcsr();
    for (unsigned rounding = 0; rounding < 4; rounding++) {
        _mm_setcsr((kept & ~(unsigned)_MM_ROUND_MASK) | rounding << 13);
        unsigned mode = get_mode();
        for (size_t s = 0; s < n_sets; s++)
            for (size_t k = 0; k < N_KERNELS; k++) {
                fill(LONGEST, a, 0.25);
                fill(LONGEST, b, 0.5);
                fill(LONGEST, c, -1.0);
                fill(LONGEST, d, 0.75);
                fill(LONGEST, e, 1.0);
                KERNELS[k].call(sets[s], &(arrays){LONGEST, 1, LONGEST, a, b, c, d, e});
                ck_assert_uint_eq(get_mode(), mode);
            }
    }
    _mm_setcsr(kept);
}
END_TEST
#endif

int main(void) {
    const TTest *const tests[] = {
        kernels_agree_with_long_double_at_every_length,
        nan_goes_through,
        output_deltas_work_in_place,
        checks_see_one_bad_element_anywhere,
        a_step_that_overflows_is_seen,
        units_are_exact_at_the_ends,
        softmax_takes_any_inputs,
        softmax_adds_up_to_1,
        cross_entropies_stay_finite_at_the_ends,
        rprop_keeps_its_bounds_and_sees_signs,
        functions_are_within_their_ulps_everywhere,
        tanh_is_odd,
        squashing_functions_rise,
        sets_come_fastest_first_and_end_with_baseline,
#if defined(__x86_64__)
        the_floating_point_mode_stays,
#endif
    };
    return run_tests("kernels", tests, sizeof tests / sizeof *tests);
}
