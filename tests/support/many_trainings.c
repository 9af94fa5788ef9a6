/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/many_trainings.h"
#include "support/resumable_training.h"

#include <stdlib.h>
#include <string.h>

static void make_one(many_trainings *m, size_t i, nnblas_optimizer optimizer) {
    bool is_large = i % 7 == 3;
    /* Least squares take memory for the square of the parameters. */
    size_t wide = optimizer == NNBLAS_LEVENBERG_MARQUARDT ? 15 : 150;
    const size_t sizes[] = {INPUTS, is_large ? wide : 3 + i % 5, is_large ? wide - 10 : 4, OUTPUTS};
    bool has_batches = i % 2 && (optimizer < NNBLAS_RPROP || optimizer == NNBLAS_ADAM);
    ck_assert_ok(nnblas_net_create(sizes, 4, i % 3 ? NNBLAS_BIAS : 0, &m->nets[i]));
    ck_assert_ok(nnblas_net_init(m->nets[i], i));
    ck_assert_ok(nnblas_trainer_create(m->nets[i], &m->trainers[i]));
    nnblas_trainer *trainer = m->trainers[i];
    nnblas_trainer_set_optimizer(trainer, optimizer); /* not one that the build lacks */
    ck_assert_ok(nnblas_trainer_set_learning_rate(trainer, 0.02));
    ck_assert_ok(nnblas_trainer_set_seed(trainer, 100 + i));
    ck_assert_ok(nnblas_trainer_set_batch_size(trainer, has_batches ? 10 : 0));
    ck_assert_ok(nnblas_trainer_set_validation_fraction(trainer, i % 4 == 1 ? 0.3 : 0.0));
    ck_assert_ok(nnblas_trainer_set_epochs(trainer, is_large ? 3 : 5 + i * 11 % 40));
}

many_trainings make_many(size_t count, nnblas_optimizer optimizer) {
    const size_t sizes[] = {INPUTS, HIDDEN, OUTPUTS};
    dice d = {53};
    many_trainings m = {.p = make_problem(&d, N, sizes, 3, 2),
                        .count = count,
                        .nets = calloc(count, sizeof *m.nets),
                        .trainers = calloc(count, sizeof *m.trainers),
                        .statuses = calloc(count, sizeof *m.statuses)};
    ck_assert(m.nets && m.trainers && m.statuses);
    for (size_t i = 0; i < count; i++)
        make_one(&m, i, optimizer);
    return m;
}

void free_many(many_trainings *m) {
    for (size_t i = 0; i < m->count; i++) {
        nnblas_trainer_destroy(m->trainers[i]);
        nnblas_net_destroy(m->nets[i]);
    }
    free(m->nets);
    free(m->trainers);
    free(m->statuses);
    free_problem(&m->p);
}

nnblas_status fit_many(many_trainings *m) {
    return nnblas_fit_many(m->trainers, m->count, m->p.N, m->p.X, m->p.ldx, m->p.Y, m->p.ldy,
                           m->statuses);
}

void fit_each(many_trainings *m) {
    for (size_t i = 0; i < m->count; i++)
        m->statuses[i] =
            nnblas_trainer_fit(m->trainers[i], m->p.N, m->p.X, m->p.ldx, m->p.Y, m->p.ldy);
}

void check_same_training(const many_trainings *a, const many_trainings *b, size_t i) {
    size_t count = nnblas_net_parameter_count(a->nets[i]);
    ck_assert_int_eq(a->statuses[i], b->statuses[i]);
    check_same_history(a->trainers[i], b->trainers[i]);
    ck_assert_mem_eq(nnblas_net_parameters(a->nets[i]), nnblas_net_parameters(b->nets[i]),
                     count * sizeof(double));
}

void check_same_trainings(const many_trainings *a, const many_trainings *b) {
    ck_assert_uint_eq(a->count, b->count);
    for (size_t i = 0; i < a->count; i++)
        check_same_training(a, b, i);
}
