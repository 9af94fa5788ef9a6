/* SPDX-License-Identifier: BSD-3-Clause */
/* The network and the trainer of a training. */
#ifndef NNBLAS_COMMANDS_TRAINER_H
#define NNBLAS_COMMANDS_TRAINER_H

#include "commands/training_settings.h"
#include "table/dataset.h"

/* Creates a network for these rows. */
nnblas_status create_net(const training_settings *settings, const dataset *learnt, output_kind kind,
                         nnblas_net **net);

/* The weights of rows that decide which epoch is kept; null where each counts as 1. A score is of
 * the rows as they are, a cost counts the weights of classes too. */
const double *get_deciding_weights(const training_settings *settings, const dataset *deciding);

/*
 * A trainer for scaled rows, which it keeps, with their weights. The cost of the deciding rows
 * after an epoch decides whether it is kept. L-BFGS without validation keeps the last epoch, since
 * its cost only falls.
 */
nnblas_status create_trainer(const training_settings *settings, const dataset *learnt,
                             const dataset *deciding, nnblas_net *net, nnblas_trainer **trainer);

/* Makes the trainer use these rows of its own: weights of the learnt ones, and those that decide
 * where any do. For shares of the rows that it was created with; either may have none. */
nnblas_status set_rows(const training_settings *settings, const dataset *learnt,
                       const dataset *deciding, nnblas_trainer *trainer);

#endif
