/* SPDX-License-Identifier: BSD-3-Clause */
#include "commands/weight_decay.h"

#include "commands/trainer_steps.h"
#include "commands/training_defaults.h"
#include "core/sizes.h"

#include <math.h>

/*
 * As a prior on the weights it counts as much as a number of rows, so it is that number over the
 * rows. For numbers the prior counts the more, the more noise there is in the rows. A short
 * training estimates it by the rows that it holds out; those are few, so that it is taken halfway,
 * by the geometric mean, to a middle noise. In tables of many rows the decay is too weak to matter,
 * and the middle is assumed. training_defaults.c says how the figures were chosen.
 */
static const double ROWS_A_PRIOR_OF_CLASSES = 4.0, ROWS_A_PRIOR_OF_NOISE = 8.0;
/*
 * Squared errors of probabilities bend far less than the cross-entropy of the same rows: the prior
 * of cross-entropy left iris the accuracy 0.887, and 0.4 rows 0.957. In twice five folds the log
 * losses with 4, 1, 0.4 and 0.1 were 1.77, 0.165, 0.121 and 0.106 on iris, 0.196, 0.110, 0.089 and
 * 0.072 on wine, 0.671, 0.502, 0.480 and 0.481 on 400 noisy rows of exclusive or, and 0.732, 0.635,
 * 0.644 and 0.737 on 600 of three made-up classes, whose accuracies were 0.702, 0.791, 0.802 and
 * 0.788.
 */
static const double ROWS_A_PRIOR_OF_SQUARES = 0.4;
static const double LEAST_NOISE = 0.02, MIDDLE_NOISE = 0.25; /* of a variance of 1 */
static const double PILOT_EPOCHS = 20.0, PILOT_STEPS = 100.0, PILOT_HELD_OUT = 0.25;

static double find_lowest_cost(const nnblas_trainer *trainer) {
    double lowest = HUGE_VAL;
    for (size_t i = 0; i < nnblas_trainer_history_count(trainer); i++) {
        nnblas_epoch epoch;
        if (nnblas_trainer_history_epoch(trainer, i, &epoch, sizeof epoch) == NNBLAS_OK)
            lowest = fmin(lowest, epoch.validation_cost);
    }
    return lowest;
}

static nnblas_status fit_pilot(const training_settings *s, const dataset *learnt, double decay,
                               nnblas_trainer *pilot) {
    double steps_an_epoch = count_steps_an_epoch(s, (double)learnt->N) * (1.0 - PILOT_HELD_OUT);
    double epochs = ceil(fmax(PILOT_EPOCHS, PILOT_STEPS / steps_an_epoch));
    nnblas_status status = set_steps(s, learnt, decay, pilot);
    if (!status)
        status = nnblas_trainer_set_epochs(pilot, (size_t)epochs);
    if (!status)
        status = nnblas_trainer_set_sample_weights(pilot, get_cost_weights(learnt));
    if (!status)
        status = nnblas_trainer_set_validation_fraction(pilot, PILOT_HELD_OUT);
    if (!status)
        status = nnblas_trainer_fit(pilot, learnt->N, learnt->X, learnt->inputs, learnt->Y,
                                    learnt->outputs);
    return status;
}

/* About the part of the targets' variance that a training does not explain in rows that it has not
 * seen; the middle where the rows are not in memory. What is wrong with the rows or the settings is
 * left to the training itself. */
static double estimate_noise(const training_settings *s, const dataset *learnt,
                             const nnblas_net *net) {
    nnblas_net *copy = NULL;
    nnblas_trainer *pilot = NULL;
    double noise = MIDDLE_NOISE;
    bool is_short = learnt->X && learnt->N >= 2 && learnt->N <= MOST_PILOT_ROWS;
    if (is_short && nnblas_net_clone(net, &copy) == NNBLAS_OK &&
        nnblas_trainer_create(copy, &pilot) == NNBLAS_OK &&
        fit_pilot(s, learnt, ROWS_A_PRIOR_OF_NOISE * MIDDLE_NOISE / count_rows(learnt), pilot) >= 0)
        noise = sqrt(MIDDLE_NOISE * 2.0 * find_lowest_cost(pilot) / (double)learnt->outputs);
    nnblas_trainer_destroy(pilot);
    nnblas_net_destroy(copy);
    return fmin(fmax(noise, LEAST_NOISE), 1.0);
}

/* Of the cost that is lowered for classes and labels. */
static double get_prior_of_classes(nnblas_optimizer optimizer) {
    return optimizer == NNBLAS_LEVENBERG_MARQUARDT ? ROWS_A_PRIOR_OF_SQUARES
                                                   : ROWS_A_PRIOR_OF_CLASSES;
}

double get_usual_weight_decay(const training_settings *s, output_kind kind, double rows) {
    bool has_numbers = kind == OUTPUTS_NUMBERS || kind == OUTPUTS_MIXED;
    double prior =
        has_numbers ? ROWS_A_PRIOR_OF_NOISE * MIDDLE_NOISE : get_prior_of_classes(s->optimizer);
    return prior / rows;
}

double get_weight_decay(const training_settings *s, const dataset *learnt, const nnblas_net *net) {
    if (is_given(s->weight_decay))
        return s->weight_decay;
    if (s->is_bayesian)
        return 0.0; /* it is estimated after each epoch */
    if (nnblas_net_cost(net) != NNBLAS_MSE && nnblas_net_cost(net) != NNBLAS_CROSS_ENTROPY)
        return get_usual_weight_decay(s, OUTPUTS_NUMBERS, count_rows(learnt));
    bool has_numbers = nnblas_net_output_activation(net) == NNBLAS_IDENTITY;
    double rows = has_numbers ? ROWS_A_PRIOR_OF_NOISE * estimate_noise(s, learnt, net)
                              : get_prior_of_classes(s->optimizer);
    return rows / count_rows(learnt);
}
