/* SPDX-License-Identifier: BSD-3-Clause */
/* The rows of a fit that come from sources. */
#ifndef NN_SOURCE_FIT_H
#define NN_SOURCE_FIT_H

#include "training/training.h"

/* Opens the source of the training rows, reads it once where nobody has said how many rows there
 * are, and checks their number with the settings. The rows of the fit then have their numbers. What
 * was opened is closed by nn_close_sources. */
nnblas_status nn_choose_source(nn_fit *fit, nnblas_source *source);

/* The same for the validation rows. */
nnblas_status nn_choose_validation_source(nn_fit *fit, nnblas_source *source);

/* What the steps and the validation need beside an engine. */
nnblas_status nn_open_source_buffers(nn_fit *fit);

/* Before the first epoch and after each: the last one that is left reads nothing ahead of a pass
 * that will not be. An optimizer that takes several passes in it waits for the first block of each.
 */
void nn_expect_passes(nn_fit *fit);

void nn_close_sources(nn_fit *fit);

/* Rows as those of one call of the engine, for plans. */
nn_rows nn_describe_step(const nn_fit *fit);
nn_rows nn_describe_validation(const nn_fit *fit);

#endif
