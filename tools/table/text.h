/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef NNBLAS_TABLE_TEXT_H
#define NNBLAS_TABLE_TEXT_H

#include <stdbool.h>

bool is_utf8(const char *text);

/* A value as a message shows it: not too long, in UTF-8, and with nothing in it that would move a
 * terminal's cursor. */
typedef struct {
    char text[64];
} shown_text;

shown_text show_text(const char *text);

#endif
