/* SPDX-License-Identifier: BSD-3-Clause */
/* Which character stands between the values of a table. */
#ifndef NNBLAS_TABLE_DELIMITER_H
#define NNBLAS_TABLE_DELIMITER_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Comma, semicolon, tab or bar, from the first rows of a table: the one that divides the most of
 * them into as many values as the first row, two or more. Among several it is the one by which more
 * of the values are numbers, and else the first of the four. A comma where none does.
 */
char detect_delimiter(const char *bytes, size_t count);

#endif
