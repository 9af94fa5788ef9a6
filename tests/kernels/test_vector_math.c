/* SPDX-License-Identifier: BSD-3-Clause */
/* The functions that the kernels are made of, one argument at a time, beside long double. */
#include "kernels/ulps.h"
#include "kernels/vector_math.h"

#include <math.h>
#include <stdio.h>

/* From arguments uniform in low .. high, or of any exponent where low = high. */
typedef struct range {
    double low, high;
} range;

typedef struct function {
    const char *name;
    double (*get)(double x);
    long double (*get_exactly)(long double x);
    double ulps, least, largest;
    range ranges[4];
} function;

static double get_exp(double x) {
    return exp_of_negative(x);
}

static double get_expm1(double x) {
    return expm1_of_negative(x);
}

static double get_log1p(double x) {
    return log_of_1_plus(x);
}

static const function FUNCTIONS[] = {
    {"exp",
     get_exp,
     expl,
     1.2,
     -1e308,
     0.0,
     {{-1.0, 0.0}, {-40.0, 0.0}, {-750.0, 0.0}, {0.0, 0.0}}},
    {"expm1",
     get_expm1,
     expm1l,
     1.4,
     -1e308,
     0.0,
     {{-0.1, 0.0}, {-1.0, 0.0}, {-40.0, 0.0}, {0.0, 0.0}}},
    {"log1p",
     get_log1p,
     log1pl,
     1.5,
     0.0,
     0x1p50,
     {{0.0, 1.0}, {0.4, 0.5}, {0.0, 1000.0}, {0.0, 0.0}}},
};

START_TEST(functions_are_within_their_ulps) {
    const size_t arguments = count_trials(400000);
    dice d = {1};
    for (size_t i = 0; i < sizeof FUNCTIONS / sizeof *FUNCTIONS; i++) {
        const function *f = &FUNCTIONS[i];
        double most = 0.0;
        for (size_t a = 0; a < arguments; a++) {
            range r = f->ranges[a % 4];
            double x = r.low < r.high ? roll_uniform(&d, r.low, r.high)
                                      : roll_any(&d, f->least, f->largest);
            double ulps = count_ulps(f->get(x), f->get_exactly((long double)x));
            if (!(ulps <= f->ulps))
                ck_abort_msg("%s(%a) = %a is off by %.2f ulp", f->name, x, f->get(x), ulps);
            most = fmax(most, ulps);
        }
        printf("%s is within %.2f ulp\n", f->name, most);
    }
}
END_TEST

START_TEST(ends_are_exact) {
    ck_assert_double_eq(exp_of_negative(0.0), 1.0);
    ck_assert_double_eq(exp_of_negative(-(double)INFINITY), 0.0);
    ck_assert_double_eq(exp_of_negative(-745.0), 5e-324);
    ck_assert_double_eq(expm1_of_negative(-(double)INFINITY), -1.0);
    ck_assert_double_eq(log_of_1_plus(0.0), 0.0);
    ck_assert_double_eq(log_of_1_plus(5e-324), 5e-324);
    ck_assert_double_eq(log_of_1_plus(1.0), 0x1.62e42fefa39efp-1);
    ck_assert_double_nan(exp_of_negative((double)NAN));
    ck_assert_double_nan(expm1_of_negative((double)NAN));
    ck_assert_double_nan(log_of_1_plus((double)NAN));
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        functions_are_within_their_ulps,
        ends_are_exact,
    };
    return run_tests("vector_math", tests, sizeof tests / sizeof *tests);
}
