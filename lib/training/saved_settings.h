/* SPDX-License-Identifier: BSD-3-Clause */
/* The settings that the bits of a training depend on: a checkpoint can be resumed only with the
 * same settings. */
#ifndef NN_SAVED_SETTINGS_H
#define NN_SAVED_SETTINGS_H

#include "training/named_numbers.h"
#include "training/training.h"

/* fit: null where there are no rows yet. */
nn_named_numbers nn_list_settings(const nn_settings *settings, const nn_fit *fit);

/* NNBLAS_ERROR_FORMAT where the text, which may be null, holds no settings. */
nnblas_status nn_read_settings(const char *text, nn_named_numbers *then);

/* NNBLAS_ERROR_VALUE, with the first setting that differs and both its values. Without rows, the
 * settings of the rows are not compared. The words say whose they are: "the checkpoint", "this
 * training". */
nnblas_status nn_compare_settings(const nn_named_numbers *then, const nn_settings *now,
                                  const nn_fit *fit, const char *of_then, const char *of_now);

/* The most rows of one step, and of one validation, by the settings in the file. */
size_t nn_count_step_rows(const nn_named_numbers *then);
size_t nn_count_validation_rows(const nn_named_numbers *then);

/* Whether the settings in the file are of a training with validation rows, and with a score. */
bool nn_settings_have_validation(const nn_named_numbers *then);
bool nn_settings_have_score(const nn_named_numbers *then);

#endif
