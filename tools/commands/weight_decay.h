/* SPDX-License-Identifier: BSD-3-Clause */
/* The default of --weight-decay. */
#ifndef NNBLAS_COMMANDS_WEIGHT_DECAY_H
#define NNBLAS_COMMANDS_WEIGHT_DECAY_H

#include "commands/training_settings.h"
#include "table/dataset.h"

/* Of more rows in memory the default of numbers takes a middle noise, and of fewer an estimate. */
enum { MOST_PILOT_ROWS = 4000 };

/* For so many rows and the cost of these settings, of numbers that of a middle noise. */
double get_usual_weight_decay(const training_settings *settings, output_kind kind, double rows);

/* The one that is given, or else the default for these rows. */
double get_weight_decay(const training_settings *settings, const dataset *learnt,
                        const nnblas_net *net);

#endif
