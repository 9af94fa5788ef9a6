/* SPDX-License-Identifier: BSD-3-Clause */
/* The progress of a training in a checkpoint. */
#ifndef NN_SAVED_PROGRESS_H
#define NN_SAVED_PROGRESS_H

#include "training/named_numbers.h"
#include "training/training.h"

typedef struct nn_saved_progress {
    nn_progress progress;
    uint64_t steps;     /* of the optimizer */
    size_t file_epochs; /* in the history file; 0 where there is none */
    uint64_t file_hash;
} nn_saved_progress;

nn_named_numbers nn_list_progress(const nn_saved_progress *progress);

/* Reads the text, which may be null, and checks it as far as the settings allow. */
nnblas_status nn_read_progress(const char *text, const nn_settings *settings,
                               nn_saved_progress *progress);

#endif
