/* SPDX-License-Identifier: BSD-3-Clause */
/* How the learning rate falls: --schedule. */
#ifndef NNBLAS_COMMANDS_SCHEDULE_H
#define NNBLAS_COMMANDS_SCHEDULE_H

#include <nnblas.h>

#include <stdbool.h>

typedef struct {
    nnblas_schedule kind;
    const char *text; /* as given */
    size_t epochs;
    double factor, last, scale, power;
} schedule;

/* The text of the one whose scale and power depend on the rows. */
extern const char INVERSE_BY_ROWS[];

bool read_schedule(const char *text, schedule *read);
nnblas_status set_schedule(const schedule *s, nnblas_trainer *trainer);

#endif
