/* SPDX-License-Identifier: BSD-3-Clause */
/* The version is told as a text and as numbers; features by name. */
#include "support/support.h"

#include <limits.h>
#include <stdio.h>

START_TEST(the_numbers_are_those_of_the_text) {
    char text[40];
    snprintf(text, sizeof text, "%d.%d.%d", NNBLAS_VERSION_MAJOR, NNBLAS_VERSION_MINOR,
             NNBLAS_VERSION_PATCH);
    ck_assert_str_eq(nnblas_version(), text);
}
END_TEST

/* The optimizer is there where the feature is. */
START_TEST(a_feature_is_there_or_refused) {
    nnblas_net *net;
    nnblas_trainer *trainer;
    ck_assert_ok(nnblas_net_create((size_t[]){1, 1}, 2, 0, &net));
    ck_assert_ok(nnblas_trainer_create(net, &trainer));
    nnblas_status status = nnblas_trainer_set_optimizer(trainer, NNBLAS_LBFGS);
    ck_assert_int_eq(status, nnblas_has(NNBLAS_FEATURE_LBFGS) ? NNBLAS_OK : NNBLAS_ERROR_MISSING);
    status = nnblas_trainer_set_optimizer(trainer, NNBLAS_LEVENBERG_MARQUARDT);
    ck_assert_int_eq(status, nnblas_has(NNBLAS_FEATURE_LAPACK) ? NNBLAS_OK : NNBLAS_ERROR_MISSING);
    nnblas_trainer_destroy(trainer);
    nnblas_net_destroy(net);
}
END_TEST

START_TEST(an_unknown_feature_is_not_there) {
    const int UNKNOWN[] = {0, -1, 1000, INT_MAX, INT_MIN};
    for (size_t i = 0; i < sizeof UNKNOWN / sizeof *UNKNOWN; i++)
        ck_assert_int_eq(nnblas_has((nnblas_feature)UNKNOWN[i]), 0);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {the_numbers_are_those_of_the_text, a_feature_is_there_or_refused,
                                  an_unknown_feature_is_not_there};
    return run_tests("version", tests, sizeof tests / sizeof *tests);
}
