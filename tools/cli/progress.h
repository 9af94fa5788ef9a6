/* SPDX-License-Identifier: BSD-3-Clause */
/* The progress of a training: one line that changes on a terminal, otherwise a few lines. */
#ifndef NNBLAS_CLI_PROGRESS_H
#define NNBLAS_CLI_PROGRESS_H

#include <nnblas.h>

#include <stdbool.h>

/* Whether it is 1, 2, 5, 10, 20, 50, ...: the epochs that get a line outside a terminal. */
bool is_round_number(size_t number);

/* An epoch of the history; index from 0, below the count. */
nnblas_epoch get_epoch(const nnblas_trainer *trainer, size_t index);

typedef struct {
    const nnblas_trainer *trainer;
    size_t epochs, rows;
    bool has_validation;
    double time_limit; /* seconds; 0 = none */
    bool is_terminal, is_line_open;
    size_t first_epoch; /* of this run; 0 before it */
    double start, last_shown;
} progress;

/* rows: how many an epoch uses. has_validation: rows that are held out, whose cost is shown. */
progress start_progress(const nnblas_trainer *trainer, size_t epochs, size_t rows,
                        bool has_validation, double time_limit);

void show_progress(progress *p, size_t epoch, double cost);

/* Ends the line on a terminal, if one is open. */
void end_progress(progress *p);

#endif
