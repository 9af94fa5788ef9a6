/* SPDX-License-Identifier: BSD-3-Clause */
/* Numbers as text. The program never calls setlocale, so the C library reads and writes a decimal
 * point in every locale. */
#ifndef NNBLAS_CLI_NUMBER_H
#define NNBLAS_CLI_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads the whole text as a decimal number, such as -12, .5 or 1e-3. False if it is no such number,
 * or is too large for a double. Unlike strtod it refuses blanks, hexadecimal digits, infinity and
 * NaN. */
bool read_real(const char *text, double *value);

/* Reads digits as a whole number and sets *text behind them. False without digits, or for a number
 * over UINT64_MAX. */
bool read_whole(const char **text, uint64_t *value);

/* Reads whole numbers from 1 to INT_MAX with commas between; returns how many, or 0 if text is not
 * such a list of at most `most`. */
size_t read_sizes(const char *text, size_t most, size_t *sizes);

/* Writes 15, 16 or 17 digits, the fewest that read back to the same value; "" for NaN. */
typedef struct {
    char text[32];
} number_text;

number_text write_real(double value);

#endif
