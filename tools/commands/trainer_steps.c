/* SPDX-License-Identifier: BSD-3-Clause */
#include "commands/trainer_steps.h"

#include "commands/training_defaults.h"

static nnblas_status set_lbfgs(const training_settings *s, nnblas_trainer *trainer) {
    size_t memory;
    double tolerance;
    nnblas_status status = nnblas_trainer_lbfgs(trainer, &memory, &tolerance);
    if (status)
        return status;
    return nnblas_trainer_set_lbfgs(trainer, s->lbfgs_memory > 0 ? s->lbfgs_memory : memory,
                                    is_given(s->lbfgs_tolerance) ? s->lbfgs_tolerance : tolerance);
}

static nnblas_status set_damping(const training_settings *s, nnblas_trainer *trainer) {
    double damping, tolerance;
    nnblas_status status = nnblas_trainer_levenberg_marquardt(trainer, &damping, &tolerance);
    if (status)
        return status;
    return nnblas_trainer_set_levenberg_marquardt(
        trainer, is_given(s->damping) ? s->damping : damping,
        is_given(s->damping_tolerance) ? s->damping_tolerance : tolerance);
}

nnblas_status set_steps(const training_settings *s, const dataset *learnt, double weight_decay,
                        nnblas_trainer *trainer) {
    const schedule fall = get_schedule(s, learnt);
    nnblas_status status = nnblas_trainer_set_optimizer(trainer, s->optimizer);
    if (!status)
        status = nnblas_trainer_set_learning_rate(trainer, s->learning_rate);
    if (!status && is_given(s->momentum))
        status = nnblas_trainer_set_momentum(trainer, s->momentum);
    if (!status)
        status = set_lbfgs(s, trainer);
    if (!status && is_given(s->scg_tolerance))
        status = nnblas_trainer_set_scaled_conjugate_gradient(trainer, s->scg_tolerance);
    if (!status)
        status = set_damping(s, trainer);
    if (!status)
        status = nnblas_trainer_set_bayesian(trainer, s->is_bayesian);
    if (!status)
        status = nnblas_trainer_set_weight_decay(trainer, weight_decay);
    if (!status)
        status = nnblas_trainer_set_l1(trainer, s->l1);
    if (!status)
        status = set_schedule(&fall, trainer);
    if (!status)
        status = nnblas_trainer_set_batch_size(trainer, s->batch);
    if (!status)
        status = nnblas_trainer_set_seed(trainer, s->seed);
    return status;
}
