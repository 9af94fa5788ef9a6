/* SPDX-License-Identifier: BSD-3-Clause */
#include "commands/training_defaults.h"

#include <math.h>
#include <string.h>

/*
 * The defaults were chosen by bench/tables/compare.py --part tuned --seed 101 --splits 8, and
 * judged on other tables and splits: doc/performance.md has what was tried. They depend on the
 * rows, and so does weight_decay.c:
 *
 * - Hidden units: one for so many rows, within bounds. 32 suit tables of up to a few thousand rows;
 *   20000 rows of 26 letters need 64.
 * - Epochs: fewer of more rows, since each has more steps, by the square root; but no table gets
 *   fewer steps than a small one needs.
 * - The learning rate falls to a sixth over those epochs, and goes on falling where there are more.
 *   It depends on the epoch alone, so that a training that is resumed for more epochs goes on as
 *   if it had had them.
 * - Rows that are counted, by weights that are whole numbers, have the hidden units, the weight
 * decay and the steps of the rows that they stand for, and so more epochs and more patience. Of 36
 * tables with 1000 to 20000 rows of two classes in 18 to 1600 different ones, the log loss of other
 * rows was 0.391 on average, as that of so many rows; with the defaults of so few rows it was
 * 0.440.
 */
static const double ROWS_A_HIDDEN_UNIT = 100.0, LEAST_HIDDEN = 32.0, MOST_HIDDEN = 100.0;
static const double EPOCHS_OF_FEW_ROWS = 60.0, FEW_ROWS = 1000.0, LEAST_EPOCHS = 10.0;
static const double LEAST_STEPS = 300.0, EPOCHS_OF_OTHER_OPTIMIZERS = 200.0;
static const double FALL_OVER_EPOCHS = 1.5, FALL_POWER = 2.0;
static const double USUAL_PATIENCE = 20.0;
/*
 * Levenberg-Marquardt lowers the cost in every epoch, by less and less. Of scaled numbers 1e-5 is a
 * gain of 2e-5 in R2. Of 1000 epochs it took 46 to 95 on iris, 43 to 162 on a noisy function and 32
 * to 108 on one without noise, six seeds each; the errors on other rows were 0.2473 (all 1000:
 * 0.2475), 0.4579 (0.4578) and 0.1586 (0.1507) of the targets' deviation.
 */
static const double LEAST_GAIN_OF_LEAST_SQUARES = 1e-5;
/* Weights may be whole numbers of any size. */
static const double MOST_EPOCHS_OF_COUNTS = 1000.0;
/* A tenth of all epochs, but no more than these. */
static const uint64_t MOST_CHECKPOINT_EPOCHS = 10;

static const double NOT_GIVEN = -1.0;

training_settings default_settings(void) {
    return (training_settings){.hidden = {0},
                               .n_hidden = 1,
                               .activations = {NNBLAS_RELU},
                               .n_activations = 1,
                               .optimizer = NNBLAS_ADAM,
                               .batch = 32,
                               .patience = PATIENCE_BY_ROWS,
                               .seed = 1,
                               .momentum = NOT_GIVEN,
                               .lbfgs_tolerance = NOT_GIVEN,
                               .scg_tolerance = NOT_GIVEN,
                               .damping = NOT_GIVEN,
                               .damping_tolerance = NOT_GIVEN,
                               .weight_decay = NOT_GIVEN};
}

double get_default_rate(nnblas_optimizer optimizer) {
    return optimizer == NNBLAS_ADAM ? 0.02 : 0.1;
}

size_t get_hidden_units(const training_settings *s, size_t layer, double rows) {
    if (s->hidden[layer] > 0)
        return s->hidden[layer];
    return (size_t)fmin(fmax(floor(rows / ROWS_A_HIDDEN_UNIT), LEAST_HIDDEN), MOST_HIDDEN);
}

double count_steps_an_epoch(const training_settings *s, double rows) {
    return s->batch > 0 ? ceil(rows / (double)s->batch) : 1.0;
}

static double get_usual_epochs(const training_settings *s, double rows) {
    if (s->optimizer != NNBLAS_ADAM)
        return EPOCHS_OF_OTHER_OPTIMIZERS;
    double share = sqrt(FEW_ROWS / fmax(rows, FEW_ROWS));
    double epochs = fmax(EPOCHS_OF_FEW_ROWS * share, LEAST_EPOCHS);
    return ceil(fmax(epochs, LEAST_STEPS / count_steps_an_epoch(s, rows)));
}

/* How many epochs of counted rows have the steps of one epoch of the rows that they stand for. */
static double compare_epochs(const training_settings *s, const dataset *learnt) {
    double rows = count_rows(learnt);
    double most = fmax(MOST_EPOCHS_OF_COUNTS / get_usual_epochs(s, rows), 1.0);
    double ratio = count_steps_an_epoch(s, rows) / count_steps_an_epoch(s, (double)learnt->N);
    return fmin(fmax(ratio, 1.0), most);
}

static double get_default_epochs(const training_settings *s, const dataset *learnt) {
    return ceil(get_usual_epochs(s, count_rows(learnt)) * compare_epochs(s, learnt));
}

uint64_t get_epochs(const training_settings *s, const dataset *learnt) {
    return s->epochs > 0 ? s->epochs : (uint64_t)get_default_epochs(s, learnt);
}

uint64_t get_patience(const training_settings *s, const dataset *learnt) {
    if (s->patience != PATIENCE_BY_ROWS)
        return s->patience;
    /* The cost rises where the decay that is estimated grows. */
    if (s->is_bayesian)
        return 0;
    return (uint64_t)ceil(USUAL_PATIENCE * compare_epochs(s, learnt));
}

double get_tolerance(const training_settings *s) {
    return s->optimizer == NNBLAS_LEVENBERG_MARQUARDT ? LEAST_GAIN_OF_LEAST_SQUARES : 0.0;
}

schedule get_schedule(const training_settings *s, const dataset *learnt) {
    if (strcmp(name_schedule(s), INVERSE_BY_ROWS) != 0)
        return s->schedule;
    return (schedule){.kind = NNBLAS_SCHEDULE_INVERSE,
                      .scale = FALL_OVER_EPOCHS / get_default_epochs(s, learnt),
                      .power = FALL_POWER};
}

uint64_t get_checkpoint_epochs(const training_settings *s, const dataset *learnt) {
    if (s->checkpoint_epochs > 0)
        return s->checkpoint_epochs;
    uint64_t tenth = get_epochs(s, learnt) / 10;
    return tenth < 1 ? 1 : tenth > MOST_CHECKPOINT_EPOCHS ? MOST_CHECKPOINT_EPOCHS : tenth;
}
