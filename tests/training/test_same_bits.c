/* SPDX-License-Identifier: BSD-3-Clause */
/* The same bits, whatever the number of threads. */
#include "support/support.h"

#include <string.h>

/* So many parameters that threads share the step. */
static void train_wide(nnblas_optimizer optimizer, int threads, double *parameters, size_t count) {
    static const size_t WIDE[] = {210, 190, 3};
    dice d = {43};
    problem p = make_problem(&d, 40, WIDE, 3, 0);
    nnblas_net *net;
    nnblas_trainer *trainer;
    ck_assert_ok(nnblas_set_threads(threads));
    ck_assert_ok(nnblas_net_create(WIDE, 3, NNBLAS_BIAS, &net));
    ck_assert_uint_eq(nnblas_net_parameter_count(net), count);
    ck_assert_ok(nnblas_trainer_create(net, &trainer));
    ck_assert_ok(nnblas_trainer_set_optimizer(trainer, optimizer));
    ck_assert_ok(nnblas_trainer_set_learning_rate(trainer, 0.01));
    ck_assert_ok(nnblas_trainer_set_epochs(trainer, 4));
    ck_assert_ok(nnblas_trainer_fit(trainer, p.N, p.X, p.ldx, p.Y, p.ldy));
    memcpy(parameters, nnblas_net_parameters(net), count * sizeof *parameters);
    nnblas_trainer_destroy(trainer);
    nnblas_net_destroy(net);
    free_problem(&p);
}

START_TEST(threads_share_large_steps) {
    enum { COUNT = 211 * 190 + 191 * 3 };
    static double alone[COUNT], shared[COUNT], again[COUNT];
    static const nnblas_optimizer OPTIMIZERS[] = {NNBLAS_GRADIENT_DESCENT,
                                                  NNBLAS_MOMENTUM,
                                                  NNBLAS_NESTEROV,
                                                  NNBLAS_RPROP,
                                                  NNBLAS_ADAM,
                                                  NNBLAS_SCALED_CONJUGATE_GRADIENT};
    for (size_t o = 0; o < sizeof OPTIMIZERS / sizeof *OPTIMIZERS; o++)
        for (int threads = 2; threads <= 5; threads++) {
            train_wide(OPTIMIZERS[o], 1, alone, COUNT);
            train_wide(OPTIMIZERS[o], threads, shared, COUNT);
            train_wide(OPTIMIZERS[o], threads, again, COUNT);
            ck_assert(memcmp(alone, shared, sizeof shared) == 0);
            ck_assert(memcmp(shared, again, sizeof shared) == 0);
        }
}
END_TEST

/* Enough work that several threads share it. */
static void train_many_rows(int threads, double *parameters, double *mse) {
    static const size_t SIZES[] = {40, 33, 5};
    dice d = {12};
    problem p = make_problem(&d, 3000, SIZES, 3, 0);
    ck_assert_ok(nnblas_set_threads(threads));
    nnblas_net *net = make_net(&p);
    nnblas_trainer *trainer;
    ck_assert_ok(nnblas_trainer_create(net, &trainer));
    ck_assert_ok(nnblas_trainer_set_learning_rate(trainer, 0.3));
    ck_assert_ok(nnblas_trainer_set_epochs(trainer, 5));
    ck_assert_ok(nnblas_trainer_fit(trainer, p.N, p.X, p.ldx, p.Y, p.ldy));
    memcpy(parameters, nnblas_net_parameters(net), p.parameter_count * sizeof(double));
    ck_assert_ok(nnblas_net_evaluate(net, p.N, p.X, p.ldx, p.Y, p.ldy, mse));
    nnblas_trainer_destroy(trainer);
    nnblas_net_destroy(net);
    free_problem(&p);
}

START_TEST(the_same_bits_run_after_run) {
    enum { COUNT = 40 * 33 + 33 * 5 };
    static double first[COUNT], again[COUNT], sequential[COUNT];
    double first_mse, again_mse, sequential_mse;
    train_many_rows(1, sequential, &sequential_mse);
    for (int threads = 1; threads <= 4; threads++) {
        train_many_rows(threads, first, &first_mse);
        ck_assert(memcmp(sequential, first, sizeof first) == 0);
        ck_assert(memcmp(&sequential_mse, &first_mse, sizeof first_mse) == 0);
        for (int run = 0; run < 10; run++) {
            train_many_rows(threads, again, &again_mse);
            ck_assert(memcmp(first, again, sizeof first) == 0);
            ck_assert(memcmp(&first_mse, &again_mse, sizeof first_mse) == 0);
        }
    }
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        threads_share_large_steps,
        the_same_bits_run_after_run,
    };
    return run_tests("same_bits", tests, sizeof tests / sizeof *tests);
}
