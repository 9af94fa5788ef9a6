/* SPDX-License-Identifier: BSD-3-Clause */
#include "commands/trainer.h"

#include "commands/trainer_steps.h"
#include "commands/training_defaults.h"
#include "commands/weight_decay.h"

static nnblas_status set_cost(const training_settings *s, nnblas_net *net) {
    nnblas_activation outputs = is_deviance(s->cost) ? NNBLAS_EXPONENTIAL : NNBLAS_IDENTITY;
    nnblas_status status = nnblas_net_set_output(net, outputs, s->cost);
    if (!status && s->cost_parameter > 0.0)
        status = nnblas_net_set_cost_parameter(net, s->cost_parameter);
    return status;
}

/* Levenberg-Marquardt is for least squares, of probabilities too. */
static nnblas_status set_output(const training_settings *s, output_kind kind, nnblas_net *net) {
    bool has_squares = s->optimizer == NNBLAS_LEVENBERG_MARQUARDT;
    nnblas_cost cost = has_squares ? NNBLAS_MSE : NNBLAS_CROSS_ENTROPY;
    switch (kind) {
    case OUTPUTS_CLASSES:
        return nnblas_net_set_output(net, NNBLAS_SOFTMAX, cost);
    case OUTPUTS_LABELS:
        return nnblas_net_set_output(net, NNBLAS_SIGMOID, cost);
    case OUTPUTS_NUMBERS:
    case OUTPUTS_MIXED:
        break;
    }
    return set_cost(s, net);
}

/* One for all hidden layers, or one for each. */
static nnblas_status set_hidden(const training_settings *s, nnblas_net *net) {
    if (s->n_activations == 1)
        return nnblas_net_set_hidden(net, s->activations[0]);
    nnblas_status status = NNBLAS_OK;
    for (size_t l = 0; l < s->n_activations && !status; l++)
        status = nnblas_net_set_activation(net, l + 1, s->activations[l]);
    return status;
}

nnblas_status create_net(const training_settings *s, const dataset *learnt, output_kind kind,
                         nnblas_net **net) {
    size_t sizes[MOST_HIDDEN_LAYERS + 2] = {learnt->inputs};
    for (size_t l = 0; l < s->n_hidden; l++)
        sizes[l + 1] = get_hidden_units(s, l, count_rows(learnt));
    sizes[s->n_hidden + 1] = learnt->outputs * (s->cost == NNBLAS_GAUSSIAN ? 2 : 1);
    unsigned flags = NNBLAS_BIAS | (s->has_skip ? NNBLAS_SKIP : 0);
    nnblas_status status = nnblas_net_create(sizes, s->n_hidden + 2, flags, net);
    if (status)
        return status;
    status = set_hidden(s, *net);
    if (!status)
        status = set_output(s, kind, *net);
    if (!status)
        status = nnblas_net_init(*net, s->seed);
    if (status) {
        nnblas_net_destroy(*net);
        *net = NULL;
    }
    return status;
}

/* ---- the trainer ----------------------------------------------------------------------------- */

static nnblas_score choose_score(const training_settings *s, const nnblas_net *net) {
    if (!s->has_score)
        return NNBLAS_SCORE_NONE;
    if (nnblas_net_output_activation(net) == NNBLAS_SIGMOID)
        return NNBLAS_SCORE_LABELS;
    bool is_classifier = nnblas_net_output_activation(net) == NNBLAS_SOFTMAX;
    return is_classifier ? NNBLAS_SCORE_ACCURACY : NNBLAS_SCORE_R2;
}

static nnblas_status set_end(const training_settings *s, const dataset *learnt,
                             nnblas_trainer *trainer) {
    nnblas_score score = choose_score(s, nnblas_trainer_net(trainer));
    nnblas_status status = nnblas_trainer_set_epochs(trainer, get_epochs(s, learnt));
    if (!status)
        status = nnblas_trainer_set_patience(trainer, get_patience(s, learnt));
    if (!status)
        status = nnblas_trainer_set_tolerance(trainer, get_tolerance(s));
    if (!status)
        status = nnblas_trainer_set_score(trainer, score);
    if (!status)
        status = nnblas_trainer_set_time_limit(trainer, s->time_limit);
    if (!status && s->checkpoint)
        status =
            nnblas_trainer_set_checkpoint(trainer, s->checkpoint, get_checkpoint_epochs(s, learnt));
    return status;
}

const double *get_deciding_weights(const training_settings *s, const dataset *deciding) {
    return s->has_score ? deciding->weights : get_cost_weights(deciding);
}

nnblas_status set_rows(const training_settings *s, const dataset *learnt, const dataset *deciding,
                       nnblas_trainer *trainer) {
    nnblas_status status = nnblas_trainer_set_sample_weights(trainer, get_cost_weights(learnt));
    if (status || (s->validation == 0.0 && !has_rate(s)))
        return status;
    status = nnblas_trainer_set_validation_rows(trainer, deciding->N, deciding->X, deciding->inputs,
                                                deciding->Y, deciding->outputs);
    if (status || deciding->N == 0)
        return status;
    return nnblas_trainer_set_validation_weights(trainer, get_deciding_weights(s, deciding));
}

static nnblas_status set_up(const training_settings *s, const dataset *learnt,
                            const dataset *deciding, nnblas_trainer *trainer) {
    const double weight_decay = get_weight_decay(s, learnt, nnblas_trainer_net(trainer));
    nnblas_status status = set_steps(s, learnt, weight_decay, trainer);
    if (!status)
        status = set_end(s, learnt, trainer);
    if (!status)
        status = set_rows(s, learnt, deciding, trainer);
    return status;
}

nnblas_status create_trainer(const training_settings *s, const dataset *learnt,
                             const dataset *deciding, nnblas_net *net, nnblas_trainer **trainer) {
    nnblas_status status = nnblas_trainer_create(net, trainer);
    if (status)
        return status;
    status = set_up(s, learnt, deciding, *trainer);
    if (status) {
        nnblas_trainer_destroy(*trainer);
        *trainer = NULL;
    }
    return status;
}
