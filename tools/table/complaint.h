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

/* A value as a message shows it: not too long, and with nothing in it that would move a terminal's
 * cursor. */
typedef struct {
    char text[64];
} shown_text;

shown_text show_text(const char *text);

#endif
