/* SPDX-License-Identifier: BSD-3-Clause */
/* The checks before the first step of a fit, for every optimizer, and before a single step. */
#ifndef NN_FIT_CHECKS_H
#define NN_FIT_CHECKS_H

#include "network/blocks.h"
#include "training/training.h"

/* Checks the rows of fit, the validation rows, the settings together, and the first parameters. */
nnblas_status nn_check_fit(const nnblas_trainer *trainer, const nn_rows *rows);

/* Checks the settings that depend on the numbers of rows: all of them, those with a weight above 0,
 * and the validation rows of the caller's own. Of a group, whose ranks have shares that may be
 * empty, and of a source they are known only afterwards: then nn_check_fit leaves this out. */
nnblas_status nn_check_row_counts(const nn_settings *s, size_t N, size_t weighted,
                                  size_t validating);

/* The checks of a fit whose rows come from a source, before a row is read; and of each block. */
nnblas_status nn_check_source_fit(const nnblas_trainer *trainer, const nnblas_source *source);
nnblas_status nn_check_block(const nnblas_net *net, const nn_block *block, bool is_validation);

/* Checks the arguments of nnblas_trainer_step. mse may be null. */
nnblas_status nn_check_step(const nnblas_trainer *trainer, const nn_rows *rows, const double *mse);

#endif
