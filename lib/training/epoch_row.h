/* SPDX-License-Identifier: BSD-3-Clause */
/* Epochs as rows of numbers in files. */
#ifndef NN_EPOCH_ROW_H
#define NN_EPOCH_ROW_H

#include "training/history.h"

#include <stdbool.h>

enum { NN_EPOCH_COLUMNS = 6 };

void nn_write_epoch_row(const nnblas_epoch *epoch, double row[NN_EPOCH_COLUMNS]);
nnblas_epoch nn_read_epoch_numbers(const double row[NN_EPOCH_COLUMNS]);

/* Reads consecutive rows into a history. */
typedef struct nn_epoch_reader {
    nn_history *history;
    size_t limit;
    size_t next;          /* the number of the next epoch */
    bool has_validation;  /* each epoch has a validation cost, or none has */
    bool has_score;       /* the same of scores */
    double lowest;        /* of the watched numbers, infinity before the first */
    double cost, seconds; /* of the last epoch */
} nn_epoch_reader;

/* Adds the epoch to the history; NNBLAS_ERROR_FORMAT where it cannot be the next one. */
nnblas_status nn_read_epoch_row(nn_epoch_reader *reader, const double row[NN_EPOCH_COLUMNS]);

#endif
