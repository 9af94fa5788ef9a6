/* SPDX-License-Identifier: BSD-3-Clause */
/* The default of --weight-decay. */
#ifndef NNBLAS_COMMANDS_WEIGHT_DECAY_H
#define NNBLAS_COMMANDS_WEIGHT_DECAY_H

#include "commands/training_settings.h"
#include "table/dataset.h"

/* For so many rows and the cost of these settings, of numbers that of a middle noise. */
double get_usual_weight_decay(const training_settings *settings, output_kind kind, double rows);

/* The one that is given, or else the default for these rows. */
double get_weight_decay(const training_settings *settings, const dataset *learnt,
                        const nnblas_net *net);

#endif
