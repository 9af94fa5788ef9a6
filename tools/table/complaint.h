/* SPDX-License-Identifier: BSD-3-Clause */
/* What is wrong with a file, in words. */
#ifndef NNBLAS_TABLE_COMPLAINT_H
#define NNBLAS_TABLE_COMPLAINT_H

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    char text[600];
} complaint;

/* Always false, so that a failing function can return it. */
bool complain(complaint *c, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
