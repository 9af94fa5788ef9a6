/* SPDX-License-Identifier: BSD-3-Clause */
/* L-BFGS goes far, and to where the gradient is 0. */
#include "support/small_training.h"

#include <math.h>
#include <string.h>

START_TEST(lbfgs_goes_further_than_gradient_descent) {
    training s = make_training(NNBLAS_GRADIENT_DESCENT, 0.8, 60);
    nnblas_status known = nnblas_trainer_set_optimizer(s.trainer, NNBLAS_LBFGS);
    if (known == NNBLAS_ERROR_MISSING) {
        ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "liblbfgs"));
    } else {
        ck_assert_ok(known);
        ck_assert_int_ge(fit(&s), 0);
        training slow = make_training(NNBLAS_GRADIENT_DESCENT, 0.8, 60);
        double fast_cost, slow_cost;
        ck_assert_ok(fit(&slow));
        ck_assert_ok(nnblas_net_evaluate(s.net, N, s.p.X, s.p.ldx, s.p.Y, s.p.ldy, &fast_cost));
        ck_assert_ok(nnblas_net_evaluate(slow.net, N, s.p.X, s.p.ldx, s.p.Y, s.p.ldy, &slow_cost));
        ck_assert_double_lt(fast_cost, 0.9 * slow_cost);
        size_t count = nnblas_trainer_history_count(s.trainer);
        ck_assert_double_eq_tol(get_epoch(s.trainer, count - 1).cost, fast_cost, 1e-14);
        free_training(&slow);
    }
    free_training(&s);
}
END_TEST

/* With the decay, the gradient of cost + decay/2 sum W^2 is 0 where L-BFGS ends. */
START_TEST(lbfgs_converges_on_the_decayed_cost) {
    training s = make_training(NNBLAS_GRADIENT_DESCENT, 1.0, 5000);
    if (nnblas_trainer_set_optimizer(s.trainer, NNBLAS_LBFGS) == NNBLAS_OK) {
        const double DECAY = 0.01;
        ck_assert_ok(nnblas_trainer_set_weight_decay(s.trainer, DECAY));
        ck_assert_int_eq(fit(&s), NNBLAS_STOPPED_CONVERGED);
        double gradient[PARAMETERS], *W = get_parameters(&s), largest = 0.0;
        ck_assert_ok(nnblas_net_gradient(s.net, N, s.p.X, s.p.ldx, s.p.Y, s.p.ldy, gradient, NULL));
        for (size_t i = 0; i < PARAMETERS; i++)
            largest = fmax(largest, fabs(gradient[i] + (is_weight(i) ? DECAY * W[i] : 0.0)));
        ck_assert_double_le(largest, 1e-12);
    }
    free_training(&s);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        lbfgs_goes_further_than_gradient_descent,
        lbfgs_converges_on_the_decayed_cost,
    };
    return run_tests("lbfgs", tests, sizeof tests / sizeof *tests);
}
