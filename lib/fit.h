/* SPDX-License-Identifier: BSD-3-Clause */
/* One training, from its first epoch or from a checkpoint to its end. */
#ifndef NN_FIT_H
#define NN_FIT_H

#include "bounds.h"
#include "optimizer.h"
#include "order.h"
#include "trainer.h"

/* All that a training needs to go on, beside the parameters and the optimizer's vectors. */
typedef struct nn_progress {
    size_t epoch;       /* that many are done */
    nn_random random;   /* of the shuffling */
    double rate_factor; /* of the plateau schedule */
    double lowest;      /* of the costs that are watched; infinity before the first */
    size_t unimproved;  /* epochs in a row, for the patience */
    size_t on_plateau;  /* the same since the rate was lowered */
    double seconds;
} nn_progress;

typedef struct nn_fit {
    nnblas_trainer *trainer;
    const nn_settings *settings;
    nn_model model, validation_model;
    nn_rows rows; /* to learn from */
    nn_rows validation;
    size_t batch_size;
    nn_order order;
    nn_engine engine, validation_engine;
    nn_optimizer optimizer;
    nn_bounds bounds;
    double *best; /* the parameters with the lowest validation cost; null without validation */
    nn_progress progress;
    double started; /* on the clock, less the seconds before a resumption */
} nn_fit;

bool nn_has_validation(const nn_fit *fit);

/* After the steps of an epoch that went on at rate: validates, watches, records, calls back, saves.
 * Returns why to stop, NNBLAS_OK for no reason, or an error. */
nnblas_status nn_finish_epoch(nn_fit *fit, double cost, double rate);

#endif
