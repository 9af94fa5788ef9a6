/* SPDX-License-Identifier: BSD-3-Clause */
/* Every kernel of every instruction set this processor can run, beside the same loop in long
 * double: at every remainder length and misalignment, and with the ends of the double range. */
#include "kernels/kernels.h"
#include "support.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST = 67, MISALIGNMENTS = 8, ROOM = LONGEST + 2 * MISALIGNMENTS };

static const double GUARD = -12345.0;

/* The arrays of one call. Each kernel reads up to three and writes the last it names. */
typedef struct arrays {
    size_t n;
    double *a, *b, *c;
} arrays;

typedef struct expectation {
    long double c[LONGEST + 1];
    long double sum; /* what the call returns, 0 if nothing */
} expectation;

static long double exact_sigmoid(double a) {
    return 1.0L / (1.0L + expl(-(long double)a));
}

static long double exact_derivative(double a) {
    return (long double)a * (1.0L - (long double)a);
}

/* ---- the table: a kernel, its reference, its accuracy ---------------------------------------- */

static double call_sigmoid(const nn_kernels *set, const arrays *x) {
    set->sigmoid(x->n, x->c);
    return 0.0;
}

static void expect_sigmoid(const arrays *x, expectation *e) {
    for (size_t i = 0; i < x->n; i++)
        e->c[i] = exact_sigmoid(x->c[i]);
}

static double call_sigmoid_mse_delta(const nn_kernels *set, const arrays *x) {
    return set->sigmoid_mse_delta(x->n, x->a, x->b, x->c);
}

static void expect_sigmoid_mse_delta(const arrays *x, expectation *e) {
    for (size_t i = 0; i < x->n; i++) {
        long double error = (long double)x->a[i] - (long double)x->b[i];
        e->c[i] = error * exact_derivative(x->a[i]);
        e->sum += error * error;
    }
}

static double call_sigmoid_delta(const nn_kernels *set, const arrays *x) {
    set->sigmoid_delta(x->n, x->a, x->c);
    return 0.0;
}

static void expect_sigmoid_delta(const arrays *x, expectation *e) {
    for (size_t i = 0; i < x->n; i++)
        e->c[i] = (long double)x->c[i] * exact_derivative(x->a[i]);
}

static double call_squared_error(const nn_kernels *set, const arrays *x) {
    return set->squared_error(x->n, x->a, x->b);
}

static void expect_squared_error(const arrays *x, expectation *e) {
    for (size_t i = 0; i < x->n; i++) {
        long double error = (long double)x->a[i] - (long double)x->b[i];
        e->c[i] = (long double)x->c[i];
        e->sum += error * error;
    }
}

static double call_update(const nn_kernels *set, const arrays *x) {
    set->update(x->n, 0.37, x->a, x->c);
    return 0.0;
}

static void expect_update(const arrays *x, expectation *e) {
    for (size_t i = 0; i < x->n; i++)
        e->c[i] = (long double)x->c[i] - 0.37L * (long double)x->a[i];
}

static double call_add(const nn_kernels *set, const arrays *x) {
    set->add(x->n, x->a, x->c);
    return 0.0;
}

static void expect_add(const arrays *x, expectation *e) {
    for (size_t i = 0; i < x->n; i++)
        e->c[i] = (long double)x->c[i] + (long double)x->a[i];
}

static double call_check_update(const nn_kernels *set, const arrays *x) {
    return set->check_update(x->n, 0.37, x->a, x->c);
}

static double call_check_finite(const nn_kernels *set, const arrays *x) {
    return set->check_finite(x->n, x->a);
}

static double call_sum_magnitudes(const nn_kernels *set, const arrays *x) {
    return set->sum_magnitudes(x->n, x->a);
}

static void expect_sum_magnitudes(const arrays *x, expectation *e) {
    for (size_t i = 0; i < x->n; i++) {
        e->c[i] = (long double)x->c[i];
        e->sum += fabsl((long double)x->a[i]);
    }
}

static void expect_nothing(const arrays *x, expectation *e) {
    for (size_t i = 0; i < x->n; i++)
        e->c[i] = (long double)x->c[i];
}

typedef struct kernel_row {
    const char *name;
    double (*call)(const nn_kernels *set, const arrays *x);
    void (*expect)(const arrays *x, expectation *e);
    double ulps;          /* of each element */
    bool sees_not_finite; /* returns NaN for an element of a that is not finite */
} kernel_row;

/* Elements lie in 0 .. 1 or are differences of such, so an ulp is taken of 1 at least: a difference
 * that cancels has no relative accuracy to keep. sigmoid's own ulps are sampled below. */
static const kernel_row KERNELS[] = {
    {"sigmoid", call_sigmoid, expect_sigmoid, 2.0, false},
    {"sigmoid_mse_delta", call_sigmoid_mse_delta, expect_sigmoid_mse_delta, 2.0, false},
    {"sigmoid_delta", call_sigmoid_delta, expect_sigmoid_delta, 2.0, false},
    {"squared_error", call_squared_error, expect_squared_error, 0.0, false},
    {"update", call_update, expect_update, 1.0, false},
    {"add", call_add, expect_add, 1.0, false},
    {"check_update", call_check_update, expect_nothing, 0.0, true},
    {"check_finite", call_check_finite, expect_nothing, 0.0, true},
    {"sum_magnitudes", call_sum_magnitudes, expect_sum_magnitudes, 0.0, false},
};

enum { N_KERNELS = sizeof KERNELS / sizeof *KERNELS };

/* ---- each kernel at every length and misalignment -------------------------------------------- */

/* n elements at an offset from a cache line, guards before and behind. */
static double *place(dice *d, double *room, size_t n, size_t offset) {
    fill(ROOM, room, GUARD);
    for (size_t i = 0; i < n; i++)
        room[MISALIGNMENTS + offset + i] = roll_uniform(d, 0.0, 1.0);
    return room + MISALIGNMENTS + offset;
}

static bool guards_stand(const double *room, const double *a, size_t n) {
    return holds_only((size_t)(a - room), room, GUARD) &&
           holds_only((size_t)(room + ROOM - (a + n)), a + n, GUARD);
}

static void check_kernel(const nn_kernels *set, const kernel_row *row, dice *d, size_t n,
                         const size_t *offsets) {
    static _Alignas(64) double rooms[3][ROOM];
    arrays x = {n, place(d, rooms[0], n, offsets[0]), place(d, rooms[1], n, offsets[1]),
                place(d, rooms[2], n, offsets[2])};
    expectation e = {.sum = 0.0L};
    row->expect(&x, &e);
    double a[LONGEST + 1], b[LONGEST + 1];
    memcpy(a, x.a, n * sizeof *a);
    memcpy(b, x.b, n * sizeof *b);
    double sum = row->call(set, &x);
    for (size_t i = 0; i < n; i++) {
        double error = (double)fabsl((long double)x.c[i] - e.c[i]);
        if (!(error <= row->ulps * DBL_EPSILON))
            ck_abort_msg("%s of %s: element %zu of %zu is off by %g", row->name, set->name, i, n,
                         error);
    }
    ck_assert_msg((double)fabsl((long double)sum - e.sum) <= 1e-15 * (double)(n + 1),
                  "%s of %s: the sum of %zu is %.17g", row->name, set->name, n, sum);
    ck_assert_msg(memcmp(a, x.a, n * sizeof *a) == 0 && memcmp(b, x.b, n * sizeof *b) == 0,
                  "%s of %s wrote to what it reads", row->name, set->name);
    ck_assert_msg(guards_stand(rooms[0], x.a, n) && guards_stand(rooms[1], x.b, n) &&
                      guards_stand(rooms[2], x.c, n),
                  "%s of %s wrote outside %zu elements", row->name, set->name, n);
}

START_TEST(kernels_agree_with_long_double_at_every_length) {
    dice d = {1};
    size_t n_sets;
    const nn_kernels *const *sets = nn_kernel_sets(&n_sets);
    for (size_t s = 0; s < n_sets; s++)
        for (size_t k = 0; k < N_KERNELS; k++)
            for (size_t n = 0; n <= LONGEST; n++)
                for (size_t offset = 0; offset < MISALIGNMENTS; offset++) {
                    const size_t offsets[] = {offset, roll_between(&d, 0, MISALIGNMENTS - 1),
                                              roll_between(&d, 0, MISALIGNMENTS - 1)};
                    check_kernel(sets[s], &KERNELS[k], &d, n, offsets);
                }
}
END_TEST

/* The engine computes O_delta over O_out. */
START_TEST(sigmoid_mse_delta_works_in_place) {
    dice d = {2};
    size_t n_sets;
    const nn_kernels *const *sets = nn_kernel_sets(&n_sets);
    for (size_t s = 0; s < n_sets; s++)
        for (size_t n = 0; n <= LONGEST; n++) {
            double O_out[LONGEST + 1], Y[LONGEST + 1], O_delta[LONGEST + 1];
            for (size_t i = 0; i < n; i++) {
                O_out[i] = roll_uniform(&d, 0.0, 1.0);
                Y[i] = roll_uniform(&d, 0.0, 1.0);
            }
            double sum = sets[s]->sigmoid_mse_delta(n, O_out, Y, O_delta);
            ck_assert_double_eq(sum, sets[s]->sigmoid_mse_delta(n, O_out, Y, O_out));
            ck_assert(memcmp(O_out, O_delta, n * sizeof *O_out) == 0);
        }
}
END_TEST

/* ---- NaN and infinity ------------------------------------------------------------------------ */

START_TEST(checks_see_one_bad_element_anywhere) {
    static const double BAD[] = {(double)NAN, (double)INFINITY, -(double)INFINITY};
    size_t n_sets;
    const nn_kernels *const *sets = nn_kernel_sets(&n_sets);
    for (size_t s = 0; s < n_sets; s++)
        for (size_t k = 0; k < N_KERNELS; k++)
            for (size_t n = 1; KERNELS[k].sees_not_finite && n <= LONGEST; n++)
                for (size_t i = 0; i < 3 * n; i++) {
                    double a[LONGEST], c[LONGEST];
                    fill(n, a, DBL_MAX);
                    fill(n, c, 0.5);
                    arrays x = {n, a, a, c};
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

START_TEST(nan_goes_through) {
    size_t n_sets;
    const nn_kernels *const *sets = nn_kernel_sets(&n_sets);
    for (size_t s = 0; s < n_sets; s++) {
        double a[LONGEST], Y[LONGEST], delta[LONGEST];
        fill(LONGEST, a, 0.25);
        fill(LONGEST, Y, 0.0);
        a[40] = (double)NAN;
        ck_assert(isnan(sets[s]->sigmoid_mse_delta(LONGEST, a, Y, delta)));
        ck_assert(isnan(delta[40]) && !isnan(delta[39]) && !isnan(delta[41]));
        ck_assert(isnan(sets[s]->squared_error(LONGEST, a, Y)));
        fill(LONGEST, delta, 1.0);
        sets[s]->sigmoid_delta(LONGEST, a, delta);
        ck_assert(isnan(delta[40]) && !isnan(delta[39]) && !isnan(delta[41]));
        sets[s]->sigmoid(LONGEST, a);
        ck_assert(isnan(a[40]) && !isnan(a[39]) && !isnan(a[41]));
    }
}
END_TEST

/* ---- sigmoid over the whole range ------------------------------------------------------------ */

/* |found - exact| in units of the spacing of doubles at exact. */
static double count_ulps(double found, long double exact) {
    int exponent;
    frexp((double)exact, &exponent);
    int spacing = exponent - DBL_MANT_DIG;
    if (spacing < DBL_MIN_EXP - DBL_MANT_DIG)
        spacing = DBL_MIN_EXP - DBL_MANT_DIG;
    return (double)(fabsl((long double)found - exact) / ldexpl(1.0L, spacing));
}

static void check_sigmoids(const nn_kernels *set, size_t n, const double *arguments) {
    double *found = allocate_doubles(n);
    memcpy(found, arguments, n * sizeof *found);
    set->sigmoid(n, found);
    for (size_t i = 0; i < n; i++) {
        double ulps = count_ulps(found[i], exact_sigmoid(arguments[i]));
        if (!(ulps <= 2.0))
            ck_abort_msg("%s: sigmoid(%a) = %a is off by %.2f ulp", set->name, arguments[i],
                         found[i], ulps);
    }
    free(found);
}

/* Every double is as likely: the bits are random, so that all exponents come. */
static double roll_any_finite(dice *d) {
    for (;;) {
        uint64_t bits = roll(d);
        double value;
        memcpy(&value, &bits, sizeof value);
        if (isfinite(value))
            return value;
    }
}

START_TEST(sigmoid_is_within_2_ulp_everywhere) {
    enum { N = 1 << 20 };
    static const double RANGES[] = {1e-300, 1e-10, 1.0, 8.0, 40.0, 710.0, 760.0};
    size_t n_sets;
    const nn_kernels *const *sets = nn_kernel_sets(&n_sets);
    double *arguments = allocate_doubles(N);
    dice d = {3};
    for (size_t range = 0; range <= sizeof RANGES / sizeof *RANGES; range++) {
        bool any = range == sizeof RANGES / sizeof *RANGES;
        for (size_t i = 0; i < N; i++)
            arguments[i] =
                any ? roll_any_finite(&d) : roll_uniform(&d, -RANGES[range], RANGES[range]);
        for (size_t s = 0; s < n_sets; s++)
            check_sigmoids(sets[s], N, arguments);
    }
    free(arguments);
}
END_TEST

START_TEST(sigmoid_is_exact_at_the_ends) {
    static const double ARGUMENTS[] = {-(double)INFINITY, (double)INFINITY, 0.0,   -0.0,
                                       -DBL_MAX,          DBL_MAX,          5e-324};
    static const double EXPECTED[] = {0.0, 1.0, 0.5, 0.5, 0.0, 1.0, 0.5};
    enum { COUNT = sizeof ARGUMENTS / sizeof *ARGUMENTS };
    size_t n_sets;
    const nn_kernels *const *sets = nn_kernel_sets(&n_sets);
    for (size_t s = 0; s < n_sets; s++)
        for (size_t n = 1; n <= LONGEST; n++)
            for (size_t i = 0; i < COUNT; i++) {
                double a[LONGEST];
                fill(n, a, ARGUMENTS[i]);
                sets[s]->sigmoid(n, a);
                ck_assert_msg(holds_only(n, a, EXPECTED[i]), "%s: sigmoid(%g) = %g", sets[s]->name,
                              ARGUMENTS[i], a[n - 1]);
            }
}
END_TEST

/* The least that training relies on: a larger argument never gives a clearly smaller value. */
START_TEST(sigmoid_rises) {
    enum { N = 200001 };
    size_t n_sets;
    const nn_kernels *const *sets = nn_kernel_sets(&n_sets);
    double *a = allocate_doubles(N);
    for (size_t s = 0; s < n_sets; s++) {
        for (size_t i = 0; i < N; i++)
            a[i] = ((double)i - N / 2) / 2000.0;
        sets[s]->sigmoid(N, a);
        for (size_t i = 1; i < N; i++)
            if (a[i] < a[i - 1])
                ck_abort_msg("%s: sigmoid falls from %.17g to %.17g", sets[s]->name, a[i - 1],
                             a[i]);
    }
    free(a);
}
END_TEST

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
    double a[LONGEST], b[LONGEST], c[LONGEST];
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
                KERNELS[k].call(sets[s], &(arrays){LONGEST, a, b, c});
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
        sigmoid_mse_delta_works_in_place,
        checks_see_one_bad_element_anywhere,
        a_step_that_overflows_is_seen,
        nan_goes_through,
        sigmoid_is_within_2_ulp_everywhere,
        sigmoid_is_exact_at_the_ends,
        sigmoid_rises,
        sets_come_fastest_first_and_end_with_baseline,
#if defined(__x86_64__)
        the_floating_point_mode_stays,
#endif
    };
    return run_tests("kernels", tests, sizeof tests / sizeof *tests);
}
