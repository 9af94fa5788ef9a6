/* SPDX-License-Identifier: BSD-3-Clause */
/* Every kernel of every instruction set that this processor can run, beside the same in long
 * double: at every remainder length and misalignment. */
#include "core/bits.h"
#include "kernels/kernel_table.h"
#include "support/support.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* LONGEST: of the kernels that know no rows. */
enum { LONGEST = 67, MISALIGNMENTS = 8, ROOM = MOST_ELEMENTS + 2 * MISALIGNMENTS };

static const double GUARD = -12345.0;

/* The arrays of operands, in their order. */
enum { A, B, W, C, D, E, N_ARRAYS };

/* ---- the table ------------------------------------------------------------------------------- */

/* nn_kernels is a name and pointers. */
START_TEST(every_kernel_has_one_row) {
    enum { POINTERS = (sizeof(nn_kernels) - sizeof(const char *)) / sizeof(void (*)(void)) };
    int rows[POINTERS] = {0};
    for (size_t k = 0; k < N_KERNELS; k++)
        rows[(KERNELS[k].offset - sizeof(const char *)) / sizeof(void (*)(void))]++;
    for (size_t i = 0; i < POINTERS; i++)
        ck_assert_msg(rows[i] == 1, "%d rows for pointer %zu of nn_kernels", rows[i], i);
}
END_TEST

START_TEST(every_set_has_every_kernel) {
    size_t n_sets;
    const nn_kernels *const *sets = nn_kernel_sets(&n_sets);
    for (size_t s = 0; s < n_sets; s++)
        for (size_t k = 0; k < N_KERNELS; k++) {
            void (*kernel)(void);
            memcpy(&kernel, (const char *)sets[s] + KERNELS[k].offset, sizeof kernel);
            ck_assert_msg(kernel, "%s has no %s", sets[s]->name, KERNELS[k].name);
        }
}
END_TEST

/* ---- shapes ---------------------------------------------------------------------------------- */

typedef struct shape {
    size_t rows, columns;
} shape;

enum { MOST_SHAPES = 256 };

/* Every length; of rows, every number of them around those that kernels take together. */
static size_t list_shapes(const kernel_row *k, shape *shapes) {
    static const size_t COLUMNS[] = {1, 2, 3, 10, 17, 31, 32, 33, 64};
    size_t count = 0;
    if (!(k->traits & BY_ROWS)) {
        for (size_t n = 0; n <= LONGEST; n++)
            shapes[count++] = (shape){1, n};
        return count;
    }
    for (size_t i = 0; i < sizeof COLUMNS / sizeof *COLUMNS; i++)
        for (size_t rows = 0; rows <= 3 + 64 / COLUMNS[i] && rows * COLUMNS[i] <= MOST_ELEMENTS;
             rows++)
            shapes[count++] = (shape){rows, COLUMNS[i]};
    return count;
}

/* ---- operands -------------------------------------------------------------------------------- */

/* The room of each array: n elements at an offset from a cache line, guards before and behind. */
typedef struct rooms {
    _Alignas(64) double of[N_ARRAYS][ROOM];
    size_t begins[N_ARRAYS];
} rooms;

static double *get_array(rooms *r, size_t array) {
    return r->of[array] + r->begins[array];
}

static double roll_signed(dice *d) {
    return roll_between(d, 0, 15) == 0 ? 0.0 : roll_uniform(d, -1.0, 1.0);
}

static operands fill_rooms(rooms *r, const kernel_row *k, dice *d, shape s, size_t offset) {
    size_t n = s.rows * s.columns;
    for (size_t array = 0; array < N_ARRAYS; array++) {
        bool is_signed = k->traits & SIGNED && (array == A || array == C);
        r->begins[array] =
            MISALIGNMENTS + (array == A ? offset : roll_between(d, 0, MISALIGNMENTS - 1));
        fill(ROOM, r->of[array], GUARD);
        for (size_t i = 0; i < n; i++)
            get_array(r, array)[i] = is_signed ? roll_signed(d) : roll_uniform(d, 0.0, 1.0);
    }
    /* One weight a row. */
    for (size_t i = 0; k->traits & BY_ROWS && i < n; i++)
        get_array(r, W)[i] = get_array(r, W)[i - i % s.columns];
    return (operands){.n = n,
                      .rows = s.rows,
                      .columns = s.columns,
                      .a = get_array(r, A),
                      .b = get_array(r, B),
                      .w = get_array(r, W),
                      .c = get_array(r, C),
                      .d = get_array(r, D),
                      .e = get_array(r, E)};
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

/* ---- a kernel beside its reference ----------------------------------------------------------- */

static void copy_exactly(size_t n, const double *from, long double *to) {
    for (size_t i = 0; i < n; i++)
        to[i] = from ? (long double)from[i] : 1.0L;
}

static void compute_exactly(const kernel_row *k, const operands *x, exact_operands *expected) {
    expected->n = x->n;
    expected->rows = x->rows;
    expected->columns = x->columns;
    expected->sum = 0.0L;
    copy_exactly(x->n, x->a, expected->a);
    copy_exactly(x->n, x->b, expected->b);
    copy_exactly(x->n, x->w, expected->w);
    copy_exactly(x->n, x->c, expected->c);
    copy_exactly(x->n, x->d, expected->d);
    copy_exactly(x->n, x->e, expected->e);
    k->compute(expected);
}

static bool is_within(double found, long double expected, double bound) {
    if (isnan(found) || isnan(expected))
        return isnan(found) && isnan(expected);
    return (double)fabsl((long double)found - expected) <= bound;
}

static void compare_array(const nn_kernels *set, const kernel_row *k, const operands *x,
                          const char *name, double ulps, const double *found,
                          const long double *expected) {
    for (size_t i = 0; found && i < x->n; i++) {
        double scale = fmax(1.0, fabs((double)expected[i]));
        if (!is_within(found[i], expected[i], ulps * DBL_EPSILON * scale))
            ck_abort_msg("%s of %s, %zu x %zu: %s[%zu] is %.17g and not %.17Lg", k->name, set->name,
                         x->rows, x->columns, name, i, found[i], expected[i]);
    }
}

static void check_call(const nn_kernels *set, const kernel_row *k, const rooms *r,
                       const operands *x) {
    static exact_operands expected;
    compute_exactly(k, x, &expected);
    double sum = call_kernel(set, k, x), bound = 1e-15 * (double)(x->n + 1);
    compare_array(set, k, x, "a", 0.0, x->a, expected.a);
    compare_array(set, k, x, "b", 0.0, x->b, expected.b);
    compare_array(set, k, x, "w", 0.0, x->w, expected.w);
    compare_array(set, k, x, "c", k->ulps, x->c, expected.c);
    compare_array(set, k, x, "d", k->ulps, x->d, expected.d);
    compare_array(set, k, x, "e", k->ulps, x->e, expected.e);
    /* Check writes a note of each assertion: too slow for so many. */
    if (!is_within(sum, expected.sum, bound + 1e-15 * fabs((double)expected.sum)))
        ck_abort_msg("%s of %s: the sum of %zu x %zu is %.17g and not %.17Lg", k->name, set->name,
                     x->rows, x->columns, sum, expected.sum);
    if (!guards_stand(r, x->n))
        ck_abort_msg("%s of %s wrote outside %zu x %zu elements", k->name, set->name, x->rows,
                     x->columns);
}

/* Costs with and without weights and deltas. */
static void check_kernel(const nn_kernels *set, const kernel_row *k, const rooms *r,
                         const operands *x) {
    if (k->traits & IS_COST) {
        operands some = *x;
        some.c = NULL;
        check_call(set, k, r, &some);
        some.w = NULL;
        check_call(set, k, r, &some);
        some.c = x->c;
        check_call(set, k, r, &some);
    }
    check_call(set, k, r, x);
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
    for (size_t offset = 0; offset < count_trials(MISALIGNMENTS); offset++) {
        operands x = fill_rooms(&r, k, d, s, offset);
        check_kernel(set, k, &r, &x);
    }
}

START_TEST(kernels_agree_with_long_double_at_every_length) {
    try_each_kernel(1, try_misalignments);
}
END_TEST

/* NaNs differ in their sign, in the bit that makes them quiet, and in the other bits: 0x7a2 is the
 * missing value of R. A kernel that takes an integer out of a double sees these. */
static const uint64_t NANS[] = {
    0x7ff8000000000000, 0xfff8000000000000, 0x7ff0000000000002, 0xfff0000000000002,
    0x7ff8000000000002, 0x7ff0000000000400, 0x7ff8000000000400, 0xfff8000000000400,
    0x7ff00000000007a2, 0x7ff80000000007a2, 0xfff00000000007a2, 0x7fffffffffffffff,
};
enum { N_NANS = sizeof NANS / sizeof *NANS };

/* One NaN, in what is read or in what is written: the reference has it go where it should. */
static void try_nan(const nn_kernels *set, const kernel_row *k, dice *d, shape s) {
    static rooms r;
    static size_t tried;
    for (size_t array = 0; array < N_ARRAYS && s.rows * s.columns > 0; array++) {
        operands x = fill_rooms(&r, k, d, s, roll_between(d, 0, MISALIGNMENTS - 1));
        size_t i = roll_between(d, 0, x.n - 1);
        double nan = nn_from_bits(NANS[tried++ % N_NANS]);
        if (array == W && k->traits & BY_ROWS)
            fill(s.columns, get_array(&r, W) + (i - i % s.columns), nan);
        get_array(&r, array)[i] = nan;
        check_kernel(set, k, &r, &x);
    }
}

START_TEST(nan_goes_through) {
    try_each_kernel(2, try_nan);
}
END_TEST

/* The engine may compute O_delta over O_out or O_in. */
static void try_in_place(const nn_kernels *set, const kernel_row *k, dice *d, shape s) {
    static rooms r;
    if (!(k->traits & IS_COST))
        return;
    operands x = fill_rooms(&r, k, d, s, roll_between(d, 0, MISALIGNMENTS - 1)), in_place = x;
    in_place.c = x.a;
    double sum = call_kernel(set, k, &x);
    ck_assert_double_eq(sum, call_kernel(set, k, &in_place));
    ck_assert_msg(memcmp(x.a, x.c, x.n * sizeof *x.a) == 0, "%s of %s, %zu x %zu, in place",
                  k->name, set->name, s.rows, s.columns);
}

START_TEST(output_deltas_work_in_place) {
    try_each_kernel(3, try_in_place);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        every_kernel_has_one_row,
        every_set_has_every_kernel,
        kernels_agree_with_long_double_at_every_length,
        nan_goes_through,
        output_deltas_work_in_place,
    };
    return run_tests("kernels", tests, sizeof tests / sizeof *tests);
}
