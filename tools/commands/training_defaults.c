/* SPDX-License-Identifier: BSD-3-Clause */
#include "commands/training_defaults.h"

#include "core/sizes.h"

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
 */
static const size_t ROWS_A_HIDDEN_UNIT = 100, LEAST_HIDDEN = 32, MOST_HIDDEN = 100;
static const double EPOCHS_OF_FEW_ROWS = 60.0, FEW_ROWS = 1000.0, LEAST_EPOCHS = 10.0;
static const double LEAST_STEPS = 300.0, EPOCHS_OF_OTHER_OPTIMIZERS = 200.0;
static const double FALL_OVER_EPOCHS = 1.5, FALL_POWER = 2.0;
/* A tenth of all epochs, but no more than these. */
static const uint64_t MOST_CHECKPOINT_EPOCHS = 10;

static const double NOT_GIVEN = -1.0;

training_settings default_settings(void) {
    return (training_settings){.hidden = {0},
                               .n_hidden = 1,
                               .activation = NNBLAS_RELU,
                               .optimizer = NNBLAS_ADAM,
                               .batch = 32,
                               .patience = 20,
                               .seed = 1,
                               .momentum = NOT_GIVEN,
                               .lbfgs_tolerance = NOT_GIVEN,
                               .weight_decay = NOT_GIVEN};
}

double get_default_rate(nnblas_optimizer optimizer) {
    return optimizer == NNBLAS_ADAM ? 0.02 : 0.1;
}

size_t get_hidden_units(const training_settings *s, size_t layer, size_t rows) {
    if (s->hidden[layer] > 0)
        return s->hidden[layer];
    return nn_min(nn_max(rows / ROWS_A_HIDDEN_UNIT, LEAST_HIDDEN), MOST_HIDDEN);
}

double count_steps_an_epoch(const training_settings *s, size_t rows) {
    return s->batch > 0 ? ceil((double)rows / (double)s->batch) : 1.0;
}

static double get_default_epochs(const training_settings *s, size_t rows) {
    if (s->optimizer != NNBLAS_ADAM)
        return EPOCHS_OF_OTHER_OPTIMIZERS;
    double share = sqrt(FEW_ROWS / fmax((double)rows, FEW_ROWS));
    double epochs = fmax(EPOCHS_OF_FEW_ROWS * share, LEAST_EPOCHS);
    return ceil(fmax(epochs, LEAST_STEPS / count_steps_an_epoch(s, rows)));
}

uint64_t get_epochs(const training_settings *s, size_t rows) {
    return s->epochs > 0 ? s->epochs : (uint64_t)get_default_epochs(s, rows);
}

schedule get_schedule(const training_settings *s, size_t rows) {
    if (strcmp(name_schedule(s), INVERSE_BY_ROWS) != 0)
        return s->schedule;
    return (schedule){.kind = NNBLAS_SCHEDULE_INVERSE,
                      .scale = FALL_OVER_EPOCHS / get_default_epochs(s, rows),
                      .power = FALL_POWER};
}

uint64_t get_checkpoint_epochs(const training_settings *s, size_t rows) {
    if (s->checkpoint_epochs > 0)
        return s->checkpoint_epochs;
    uint64_t tenth = get_epochs(s, rows) / 10;
    return tenth < 1 ? 1 : tenth > MOST_CHECKPOINT_EPOCHS ? MOST_CHECKPOINT_EPOCHS : tenth;
}
