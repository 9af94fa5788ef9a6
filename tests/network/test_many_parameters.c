/* SPDX-License-Identifier: BSD-3-Clause */
/* A network may have more parameters than BLAS counts to, as no product takes all of them. The
 * checks of a call look at their addresses alone, so nothing is allocated. */
#include "support/small_training.h"
#include "training/fit_checks.h"

#include <limits.h>
#include <stdint.h>
#include <string.h>

static const size_t MANY = (size_t)INT_MAX + 1, MOST = PTRDIFF_MAX / sizeof(double);

/* Far from all that there is, and from each other. */
static double *get_far_address(size_t i) {
    return (double *)(((uintptr_t)1 << (sizeof(void *) * 8 - 4)) * (i + 1));
}

typedef nnblas_status check(const training *t);

static nnblas_status check_gradient(const training *t) {
    double mse;
    const nn_net_call call = {.net = t->net,
                              .N = t->p.N,
                              .X = t->p.X,
                              .ldx = t->p.ldx,
                              .target_name = "Y",
                              .target = t->p.Y,
                              .ld_target = t->p.ldy,
                              .target_access = NN_READ,
                              .gradient = get_far_address(2),
                              .mse = &mse};
    return nn_check_net_call(&call);
}

static nnblas_status check_fit(const training *t) {
    const nn_rows rows = {.N = t->p.N, .X = t->p.X, .ldx = t->p.ldx, .Y = t->p.Y, .ldy = t->p.ldy};
    return nn_check_fit(t->trainer, &rows);
}

/* What a check says of a network of so many parameters. */
static nnblas_status say_of_many(check *check_call, size_t count) {
    training t = make_training(NNBLAS_GRADIENT_DESCENT, 0.5, 1);
    double *parameters = t.net->parameters;
    t.net->parameter_count = count;
    t.net->parameters = get_far_address(0);
    nnblas_status status = check_call(&t);
    t.net->parameters = parameters;
    free_training(&t);
    return status;
}

START_TEST(as_many_parameters_as_the_address_space_holds) {
    check *const CHECKS[] = {check_gradient, check_fit};
    for (size_t i = 0; i < 2; i++) {
        if (MANY <= MOST)
            ck_assert_ok(say_of_many(CHECKS[i], MANY));
        ck_assert_int_eq(say_of_many(CHECKS[i], MOST + 1), NNBLAS_ERROR_SIZE);
        ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "parameters, "));
    }
}
END_TEST

int main(void) {
    const TTest *const tests[] = {as_many_parameters_as_the_address_space_holds};
    return run_tests("many_parameters", tests, sizeof tests / sizeof *tests);
}
