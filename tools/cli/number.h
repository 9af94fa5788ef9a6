/* SPDX-License-Identifier: BSD-3-Clause */
/* Numbers as text. The program never calls setlocale, so that the C library reads and writes them
 * with a point whatever the user's locale is. */
#ifndef NNBLAS_CLI_NUMBER_H
#define NNBLAS_CLI_NUMBER_H

#include <stdbool.h>

/* The whole text as a decimal number, such as -12, .5 or 1e-3; false where it is none, or is beyond
 * what a double can hold. Unlike strtod it takes no blanks, hexadecimals, infinities or NaNs. */
bool read_real(const char *text, double *value);

/* The shortest of 15, 16 and 17 digits that read_real reads back to the same value; "" for NaN. */
typedef struct {
    char text[32];
} number_text;

number_text write_real(double value);

/* What tables have where a number is missing: nothing, ?, NA, N/A, nan, null, in any case. */
bool is_missing_number(const char *text);

#endif
