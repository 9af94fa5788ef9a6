/* SPDX-License-Identifier: BSD-3-Clause */
/* The checks before the first step of a fit, for every optimizer, and before a single step. */
#ifndef NN_FIT_CHECKS_H
#define NN_FIT_CHECKS_H

#include "training/training.h"

/* Checks the rows of fit, the validation rows, the settings together, and the first parameters. */
nnblas_status nn_check_fit(const nnblas_trainer *trainer, const nn_rows *rows);

/* Checks the settings that depend on the numbers of rows, all of them and those with a weight above
 * 0. Of a group, whose ranks have shares that may be empty, they are known only afterwards: then
 * nn_check_fit leaves this out. */
nnblas_status nn_check_row_counts(const nn_settings *s, size_t N, size_t weighted);

/* Checks the arguments of nnblas_trainer_step. mse may be null. */
nnblas_status nn_check_step(const nnblas_trainer *trainer, const nn_rows *rows, const double *mse);

#endif
