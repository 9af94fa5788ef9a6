/* SPDX-License-Identifier: BSD-3-Clause */
/* How far a training has come: on a terminal one line that changes, else a few lines that stay. */
#ifndef NNBLAS_CLI_PROGRESS_H
#define NNBLAS_CLI_PROGRESS_H

#include <nnblas.h>

#include <stdbool.h>

/* Whether it is 1, 2, 5, 10, 20, 50, ...: the epochs that are shown where lines stay. */
bool is_round_number(size_t number);

typedef struct {
    const nnblas_trainer *trainer;
    size_t epochs, rows;
    double time_limit; /* seconds; 0 = none */
    bool is_terminal;
    size_t first_epoch; /* 0 before it */
    double start, last_shown;
} progress;

/* rows: how many an epoch walks. */
progress start_progress(const nnblas_trainer *trainer, size_t epochs, size_t rows,
                        double time_limit);

void show_progress(progress *p, size_t epoch, double cost);

/* Leaves what the line says last. */
void end_progress(const progress *p);

#endif
