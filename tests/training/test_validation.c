/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows that are not trained on, and the best parameters. */
#include "support/small_training.h"

#include <math.h>

static double find_lowest(const nnblas_trainer *trainer) {
    double lowest = (double)INFINITY;
    for (size_t e = 0; e < nnblas_trainer_history_count(trainer); e++)
        lowest = fmin(lowest, get_epoch(trainer, e).validation_cost);
    return lowest;
}

/* In the callback, the network has the parameters that the epoch's validation cost is of. */
static int check_parameters(void *user, size_t epoch, double training_cost) {
    const training *s = user;
    const double *X = s->p.X + 60 * s->p.ldx, *Y = s->p.Y + 60 * s->p.ldy;
    double cost;
    (void)training_cost;
    ck_assert_ok(nnblas_net_evaluate(s->net, N - 60, X, s->p.ldx, Y, s->p.ldy, &cost));
    ck_assert_double_eq_tol(cost, get_epoch(s->trainer, epoch - 1).validation_cost, 1e-14);
    return 0;
}

/* Labels that have nothing to do with the rows: the validation cost rises soon. */
START_TEST(the_best_parameters_come_back) {
    training s = make_training(NNBLAS_ADAM, 0.1, 200);
    const double *X = s.p.X + 60 * s.p.ldx, *Y = s.p.Y + 60 * s.p.ldy;
    double cost;
    ck_assert_ok(nnblas_trainer_set_callback(s.trainer, check_parameters, &s));
    ck_assert_ok(nnblas_trainer_set_validation_rows(s.trainer, N - 60, X, s.p.ldx, Y, s.p.ldy));
    ck_assert_ok(nnblas_trainer_fit(s.trainer, 60, s.p.X, s.p.ldx, s.p.Y, s.p.ldy));
    ck_assert_ok(nnblas_net_evaluate(s.net, N - 60, X, s.p.ldx, Y, s.p.ldy, &cost));
    ck_assert_double_eq_tol(cost, find_lowest(s.trainer), 1e-14);
    ck_assert_double_gt(get_epoch(s.trainer, 199).validation_cost, cost);
    free_training(&s);
}
END_TEST

/* Rows of huge inputs all fall on one side: the fraction takes rows from everywhere. */
START_TEST(a_fraction_validates) {
    training s = make_training(NNBLAS_ADAM, 0.1, 30), other = make_training(NNBLAS_ADAM, 0.1, 30);
    for (size_t batch = 0; batch <= 16; batch += 16) {
        ck_assert_ok(nnblas_trainer_set_validation_fraction(s.trainer, 0.25));
        ck_assert_ok(nnblas_trainer_set_batch_size(s.trainer, batch));
        ck_assert_ok(fit(&s));
        ck_assert(isfinite(find_lowest(s.trainer)));
        ck_assert(find_lowest(s.trainer) > 0.0);
    }
    /* All rows together are the parts: at a rate that moves nothing, so are the costs. */
    ck_assert_ok(nnblas_trainer_set_learning_rate(other.trainer, 1e-15));
    ck_assert_ok(nnblas_trainer_set_validation_fraction(other.trainer, 0.25));
    double all;
    ck_assert_ok(nnblas_net_evaluate(other.net, N, s.p.X, s.p.ldx, s.p.Y, s.p.ldy, &all));
    ck_assert_ok(fit(&other));
    double validating = floor(0.25 * N + 0.5);
    ck_assert_double_eq_tol((get_epoch(other.trainer, 0).cost * (N - validating) +
                             get_epoch(other.trainer, 0).validation_cost * validating) /
                                N,
                            all, 1e-12);
    free_training(&s);
    free_training(&other);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        the_best_parameters_come_back,
        a_fraction_validates,
    };
    return run_tests("validation", tests, sizeof tests / sizeof *tests);
}
