/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/small_training.h"

#include <string.h>

const nnblas_optimizer ALL_OPTIMIZERS[N_ALL_OPTIMIZERS] = {NNBLAS_GRADIENT_DESCENT,
                                                           NNBLAS_MOMENTUM,
                                                           NNBLAS_NESTEROV,
                                                           NNBLAS_RPROP,
                                                           NNBLAS_ADAM,
                                                           NNBLAS_LBFGS,
                                                           NNBLAS_LEVENBERG_MARQUARDT,
                                                           NNBLAS_SCALED_CONJUGATE_GRADIENT};

training make_training(nnblas_optimizer optimizer, double rate, size_t epochs) {
    static const size_t SIZES[] = {INPUTS, HIDDEN, OUTPUTS};
    dice d = {41};
    training t = {.p = make_problem(&d, N, SIZES, 3, 1)};
    ck_assert_ok(nnblas_net_create(SIZES, 3, NNBLAS_BIAS, &t.net));
    ck_assert_ok(nnblas_net_init(t.net, 5));
    ck_assert_ok(nnblas_trainer_create(t.net, &t.trainer));
    ck_assert_ok(nnblas_trainer_set_optimizer(t.trainer, optimizer));
    ck_assert_ok(nnblas_trainer_set_learning_rate(t.trainer, rate));
    ck_assert_ok(nnblas_trainer_set_epochs(t.trainer, epochs));
    return t;
}

void free_training(training *t) {
    nnblas_trainer_destroy(t->trainer);
    nnblas_net_destroy(t->net);
    free_problem(&t->p);
}

nnblas_status fit(const training *t) {
    return nnblas_trainer_fit(t->trainer, N, t->p.X, t->p.ldx, t->p.Y, t->p.ldy);
}

double *get_parameters(const training *t) {
    return nnblas_net_parameters(t->net);
}

void keep_parameters(const training *t, double *kept) {
    memcpy(kept, get_parameters(t), PARAMETERS * sizeof *kept);
}

bool has_parameters(const training *t, const double *kept) {
    return memcmp(kept, get_parameters(t), PARAMETERS * sizeof *kept) == 0;
}

bool is_weight(size_t i) {
    const size_t b1 = INPUTS * HIDDEN, W2 = b1 + HIDDEN, b2 = W2 + HIDDEN * OUTPUTS;
    return i < b1 || (i >= W2 && i < b2);
}

double get_rate(const training *t, size_t epoch) {
    return get_epoch(t->trainer, epoch).learning_rate;
}
