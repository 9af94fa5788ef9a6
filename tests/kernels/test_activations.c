/* SPDX-License-Identifier: BSD-3-Clause */
/* The activations over all doubles: their accuracy, their ends, and what training relies on. */
#include "kernels/kernel_table.h"
#include "kernels/ulps.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST = 67, MOST = 256 };

/* ---- ends ------------------------------------------------------------------------------------ */

/* sigmoid and the like: a[i] becomes its own value. */
static void apply(const nn_kernels *set, const char *name, size_t n, double *a) {
    call_kernel(set, find_kernel(name), &(operands){.n = n, .c = a});
}

/* Bits, so that 0 and -0 differ. */
START_TEST(units_are_exact_at_the_ends) {
    static const double INF = (double)INFINITY, TINY = 5e-324;
    static const struct {
        const char *unit;
        double argument, value;
    } ENDS[] = {
        {"sigmoid", -INF, 0.0},     {"sigmoid", INF, 1.0},       {"sigmoid", 0.0, 0.5},
        {"sigmoid", -0.0, 0.5},     {"sigmoid", -DBL_MAX, 0},    {"sigmoid", DBL_MAX, 1.0},
        {"sigmoid", TINY, 0.5},     {"tanh", -INF, -1.0},        {"tanh", INF, 1.0},
        {"tanh", 0.0, 0.0},         {"tanh", -0.0, -0.0},        {"tanh", -DBL_MAX, -1.0},
        {"tanh", DBL_MAX, 1.0},     {"tanh", TINY, TINY},        {"tanh", -TINY, -TINY},
        {"tanh", DBL_MIN, DBL_MIN}, {"tanh", 1e-9, 1e-9},        {"tanh", 20.0, 1.0},
        {"relu", -INF, 0.0},        {"relu", INF, INF},          {"relu", 0.0, 0.0},
        {"relu", -DBL_MAX, 0.0},    {"relu", DBL_MAX, DBL_MAX},  {"relu", TINY, TINY},
        {"relu", -TINY, 0.0},       {"softsign", -INF, -1.0},    {"softsign", INF, 1.0},
        {"softsign", -0.0, -0.0},   {"softsign", DBL_MAX, 1.0},  {"softsign", TINY, TINY},
        {"softsign", 1.0, 0.5},     {"softplus", -INF, 0.0},     {"softplus", INF, INF},
        {"softplus", -746.0, 0.0},  {"softplus", 40.0, 40.0},    {"softplus", 1e308, 1e308},
        {"elu", -INF, -1.0},        {"elu", INF, INF},           {"elu", TINY, TINY},
        {"elu", -TINY, -TINY},      {"elu", -DBL_MAX, -1.0},     {"leaky_relu", INF, INF},
        {"leaky_relu", -INF, -INF}, {"leaky_relu", -1.0, -0.01}, {"leaky_relu", 0.0, 0.0},
        {"gelu", INF, INF},         {"gelu", -INF, 0.0},         {"gelu", -39.0, 0.0},
        {"gelu", 0.0, 0.0},         {"gelu", 40.0, 40.0},        {"gelu", DBL_MAX, DBL_MAX},
        {"silu", INF, INF},         {"silu", -INF, 0.0},         {"silu", -800.0, 0.0},
        {"silu", 0.0, 0.0},         {"silu", DBL_MAX, DBL_MAX},  {"sine", 0.0, 0.0},
        {"sine", TINY, TINY},       {"sine", -1e-9, -1e-9},
    };
    size_t n_sets;
    const nn_kernels *const *sets = nn_kernel_sets(&n_sets);
    for (size_t s = 0; s < n_sets; s++)
        for (size_t n = 1; n <= LONGEST; n++)
            for (size_t i = 0; i < sizeof ENDS / sizeof *ENDS; i++) {
                double a[LONGEST];
                fill(n, a, ENDS[i].argument);
                apply(sets[s], ENDS[i].unit, n, a);
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
                for (size_t e = 0; e < rows * columns; e++) {
                    double expected = ROWS[i].expected[e % columns];
                    ck_assert_msg(isnan(expected) ? isnan(a[e]) : a[e] == expected,
                                  "%s: row %zu gives %g", sets[s]->name, i, a[e]);
                }
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

/* ---- functions over their whole range -------------------------------------------------------- */

typedef void any_function(const nn_kernels *set, size_t n, double *a);

static void apply_sigmoid(const nn_kernels *set, size_t n, double *a) {
    apply(set, "sigmoid", n, a);
}

static void apply_tanh(const nn_kernels *set, size_t n, double *a) {
    apply(set, "tanh", n, a);
}

#define APPLY(unit)                                                                                \
    static void apply_##unit(const nn_kernels *set, size_t n, double *a) {                         \
        apply(set, #unit, n, a);                                                                   \
    }
APPLY(softsign)
APPLY(softplus)
APPLY(elu)
APPLY(leaky_relu)
APPLY(gelu)
APPLY(silu)
APPLY(sine)
#undef APPLY

/* exp(a) / (1 + exp(a)): of the two inputs 0 and a <= 0, the second's share. */
static void apply_softmax(const nn_kernels *set, size_t n, double *a) {
    for (size_t i = 0; i < n; i++) {
        double row[] = {0.0, a[i]};
        set->softmax(1, 2, row);
        a[i] = row[1];
    }
}

static long double get_sigmoid(double a) {
    return 1.0L / (1.0L + expl(-(long double)a));
}

static long double get_tanh(double a) {
    return tanhl((long double)a);
}

static long double get_softsign(double a) {
    return (long double)a / (1.0L + fabsl((long double)a));
}

static long double get_softplus(double a) {
    return fmaxl((long double)a, 0.0L) + log1pl(expl(-fabsl((long double)a)));
}

static long double get_elu(double a) {
    return a > 0.0 ? (long double)a : expm1l((long double)a);
}

static long double get_leaky_relu(double a) {
    return (long double)a * (a > 0.0 ? 1.0L : (long double)0.01);
}

/* P(Z > x) of the normal distribution for x >= 0: by erfc, and where that would lose digits by
 * Laplace's continued fraction, with exp(-x^2 / 2) of a square in two exact parts. */
static long double get_tail(double x) {
    const long double ROOT_OF_2 = 1.41421356237309504880168872420969808L,
                      ROOT_OF_2_PI = 2.50662827463100050241576528481104525L;
    if (x < 2.0)
        return 0.5L * erfcl((long double)x / ROOT_OF_2);
    if (x > 39.0)
        return 0.0L;
    long double exact = (long double)x, high = (long double)(float)x, fraction = exact;
    for (int n = 200; n > 0; n--)
        fraction = exact + (long double)n / fraction;
    return expl(-0.5L * high * high) * expl(-0.5L * (exact - high) * (exact + high)) /
           (ROOT_OF_2_PI * fraction);
}

static long double get_gelu(double a) {
    long double of_tail = (long double)a * get_tail(fabs(a));
    return a < 0.0 ? of_tail : (long double)a - of_tail;
}

static long double get_silu(double a) {
    long double e = expl(-fabsl((long double)a));
    return a < 0.0 ? (long double)a * e / (1.0L + e) : (long double)a / (1.0L + e);
}

static long double get_sine(double a) {
    return sinl((long double)a);
}

/* Samples lie uniformly in each of the ranges. In the empty range, the last, they have any bits
 * between the least and the largest argument. */
typedef double range[2];
typedef struct function {
    const char *name;
    any_function *apply;
    long double (*get)(double a);
    double least, largest;
    const range *ranges;
} function;

static const range SIGMOID_RANGES[] = {{-1e-300, 1e-300}, {-1e-10, 1e-10}, {-1, 1},     {-8, 8},
                                       {-40, 40},         {-710, 710},     {-760, 760}, {0, 0}};
static const range TANH_RANGES[] = {{-1e-10, 1e-10}, {-1e-3, 1e-3}, {-0.35, 0.35}, {-0.5, 0.5},
                                    {-2, 2},         {-8, 8},       {-40, 40},     {0, 0}};
static const range SOFTMAX_RANGES[] = {{-1e-10, 0}, {-1, 0}, {-40, 0}, {-750, 0}, {0, 0}};

static const range PLAIN_RANGES[] = {{-1e-10, 1e-10}, {-1, 1}, {-40, 40}, {0, 0}};
static const range EXP_RANGES[] = {{-1e-10, 1e-10}, {-1e-3, 1e-3}, {-1, 1}, {-8, 8},
                                   {-40, 0},        {-760, 0},     {0, 0}};
static const range GELU_RANGES[] = {{-1e-10, 1e-10}, {-1e-3, 1e-3}, {-1, 1}, {-4, 4},
                                    {-12, 0},        {-39, 0},      {0, 0}};
static const range SINE_RANGES[] = {{-1e-3, 1e-3}, {-1, 1},           {-1.6, 1.6}, {-8, 8},
                                    {-1e5, 1e5},   {-0x1p21, 0x1p21}, {-1e9, 1e9}, {0, 0}};

static const function FUNCTIONS[] = {
    {"sigmoid", apply_sigmoid, get_sigmoid, -DBL_MAX, DBL_MAX, SIGMOID_RANGES},
    {"tanh", apply_tanh, get_tanh, -DBL_MAX, DBL_MAX, TANH_RANGES},
    {"softmax", apply_softmax, get_sigmoid, -DBL_MAX, 0.0, SOFTMAX_RANGES},
    {"softsign", apply_softsign, get_softsign, -DBL_MAX, DBL_MAX, PLAIN_RANGES},
    {"softplus", apply_softplus, get_softplus, -DBL_MAX, DBL_MAX, EXP_RANGES},
    {"elu", apply_elu, get_elu, -DBL_MAX, DBL_MAX, EXP_RANGES},
    {"leaky_relu", apply_leaky_relu, get_leaky_relu, -DBL_MAX, DBL_MAX, PLAIN_RANGES},
    {"gelu", apply_gelu, get_gelu, -DBL_MAX, DBL_MAX, GELU_RANGES},
    {"silu", apply_silu, get_silu, -DBL_MAX, DBL_MAX, EXP_RANGES},
    {"sine", apply_sine, get_sine, -DBL_MAX, DBL_MAX, SINE_RANGES},
};

enum { CHUNK = 1024 };

/* Returns the largest error. */
static double check_function(const nn_kernels *set, const function *f, size_t n,
                             const double *arguments, const long double *expected) {
    double found[CHUNK], bound = find_kernel(f->name)->relative_ulps, most = 0.0;
    memcpy(found, arguments, n * sizeof *found);
    f->apply(set, n, found);
    for (size_t i = 0; i < n; i++) {
        double ulps = count_ulps(found[i], expected[i]);
        if (!(ulps <= bound))
            ck_abort_msg("%s: %s(%a) = %a is off by %.2f ulp", set->name, f->name, arguments[i],
                         found[i], ulps);
        most = fmax(most, ulps);
    }
    return most;
}

static double check_chunk(const nn_kernels *set, const function *f, dice *d, const double *r) {
    double arguments[CHUNK];
    long double expected[CHUNK];
    size_t n = roll_between(d, CHUNK - 8, CHUNK);
    for (size_t i = 0; i < n; i++) {
        arguments[i] =
            r[0] < r[1] ? roll_uniform(d, r[0], r[1]) : roll_any(d, f->least, f->largest);
        expected[i] = f->get(arguments[i]);
    }
    return check_function(set, f, n, arguments, expected);
}

START_TEST(functions_are_within_their_ulps_everywhere) {
    dice d = {5};
    size_t n_sets;
    const nn_kernels *const *sets = nn_kernel_sets(&n_sets);
    for (size_t i = 0; i < sizeof FUNCTIONS / sizeof *FUNCTIONS; i++)
        for (size_t s = 0; s < n_sets; s++) {
            const function *f = &FUNCTIONS[i];
            double most = 0.0;
            for (const range *r = f->ranges; r == f->ranges || r[-1][0] < r[-1][1]; r++)
                for (size_t chunk = 0; chunk < count_trials(300); chunk++)
                    most = fmax(most, check_chunk(sets[s], f, &d, *r));
            printf("%s: %s is within %.2f ulp\n", sets[s]->name, f->name, most);
        }
}
END_TEST

/* The doubles of all sizes that are nearest to multiples of pi, found by continued fractions, one
 * on either side of the largest plain angle, infinities; beside others, as lanes of one vector. */
START_TEST(sine_takes_any_angle) {
    static const double INF = (double)INFINITY;
    static const double ANGLES[] = {
        0x1.6ac5b262ca1ffp+850,
        0x1.6ac5b262ca1ffp+851,
        0x1.6c6cbc45dc8dep+6,
        0x1.6c6cbc45dc8dep+10,
        0x1.b951f1572eba5p+24,
        0x1.b951f1572eba5p+27,
        0x1.921fb54442d18p+0,
        0x1.921fb54442d18p+1,
        0x1.921fb54442d18p+1022,
        0x1p21,
        0x1.0000000000001p21,
        DBL_MAX,
        INF,
        -INF,
        (double)NAN,
    };
    size_t n_sets;
    const nn_kernels *const *sets = nn_kernel_sets(&n_sets);
    for (size_t s = 0; s < n_sets; s++)
        for (size_t i = 0; i < 2 * sizeof ANGLES / sizeof *ANGLES; i++) {
            double angle = i % 2 ? -ANGLES[i / 2] : ANGLES[i / 2], a[LONGEST], slopes[LONGEST];
            for (size_t k = 0; k < LONGEST; k++) {
                a[k] = k % 3 ? angle : 0.5;
                slopes[k] = 1.0;
            }
            sets[s]->sine_delta(LONGEST, a, slopes);
            sets[s]->sine(LONGEST, a);
            for (size_t k = 0; k < LONGEST; k++) {
                double of = k % 3 ? angle : 0.5;
                if (!isfinite(of)) {
                    ck_assert_double_nan(a[k]);
                    ck_assert_double_nan(slopes[k]);
                    continue;
                }
                double ulps = count_ulps(a[k], sinl((long double)of));
                long double off = fabsl((long double)slopes[k] - cosl((long double)of));
                ck_assert_msg(ulps <= find_kernel("sine")->relative_ulps, "sin(%a) is off by %g",
                              of, ulps);
                ck_assert_msg(off <= 0x1p-51L, "the slope at %a is off by %Lg", of, off);
            }
        }
}
END_TEST

/* Derivatives over the whole range, also where a value rounds to that of its limit. */
START_TEST(slopes_are_those_of_the_inputs) {
    static const double INF = (double)INFINITY;
    static const struct {
        const char *unit;
        double argument, slope;
    } ENDS[] = {
        {"gelu", -INF, 0.0},     {"gelu", INF, 1.0},     {"gelu", 0.0, 0.5}, {"gelu", -39.0, 0.0},
        {"gelu", DBL_MAX, 1.0},  {"silu", -INF, 0.0},    {"silu", INF, 1.0}, {"silu", 0.0, 0.5},
        {"silu", -DBL_MAX, 0.0}, {"silu", DBL_MAX, 1.0}, {"sine", 0.0, 1.0},
    };
    size_t n_sets;
    const nn_kernels *const *sets = nn_kernel_sets(&n_sets);
    for (size_t s = 0; s < n_sets; s++)
        for (size_t i = 0; i < sizeof ENDS / sizeof *ENDS; i++) {
            double a[LONGEST], slopes[LONGEST];
            char name[20];
            snprintf(name, sizeof name, "%s_delta", ENDS[i].unit);
            fill(LONGEST, a, ENDS[i].argument);
            fill(LONGEST, slopes, 1.0);
            call_kernel(sets[s], find_kernel(name), &(operands){.n = LONGEST, .a = a, .c = slopes});
            for (size_t k = 0; k < LONGEST; k++)
                ck_assert_msg(slopes[k] == ENDS[i].slope, "%s: the slope of %s at %g is %g",
                              sets[s]->name, ENDS[i].unit, ENDS[i].argument, slopes[k]);
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

int main(void) {
    const TTest *const tests[] = {
        units_are_exact_at_the_ends,
        softmax_takes_any_inputs,
        softmax_adds_up_to_1,
        functions_are_within_their_ulps_everywhere,
        sine_takes_any_angle,
        slopes_are_those_of_the_inputs,
        tanh_is_odd,
        squashing_functions_rise,
    };
    return run_tests("activations", tests, sizeof tests / sizeof *tests);
}
