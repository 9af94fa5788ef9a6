/* SPDX-License-Identifier: BSD-3-Clause */
/* What each cost goes with: outputs, labels, and the range of its parameter. */
#ifndef NN_COST_RULES_H
#define NN_COST_RULES_H

#include "core/status.h"

#include <stdbool.h>

/* Checks that there is such a cost, and that it goes with count outputs of this activation. */
nnblas_status nn_check_cost(nnblas_cost cost, nnblas_activation outputs, size_t count);

/* The default of a cost's parameter; 0 where it has none. */
double nn_get_default_cost_parameter(nnblas_cost cost);

/* Checks the range of a cost's parameter, and that it has one. */
nnblas_status nn_check_cost_parameter(nnblas_cost cost, double parameter);

/* Whether the cost is bounded below for this label; if not, training would never end. */
bool nn_is_label(nnblas_cost cost, double label);

/* What a message says of such labels: "the cross-entropy needs labels from 0 to 1". */
const char *nn_describe_labels(nnblas_cost cost);

#endif
