/* SPDX-License-Identifier: BSD-3-Clause */
/* Numbers, strings and comments as C source, in lines of at most 100 columns. */
#ifndef NNBLAS_EXPORT_C_TEXT_H
#define NNBLAS_EXPORT_C_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* The longest string literal that a compiler of C99 has to take, in bytes. */
enum { MOST_STRING_BYTES = 4095 };

/* Writes text with each word NAME in it replaced, as part of an identifier too. */
void write_template(FILE *stream, const char *name, const char *text);

/* Writes "static const TYPE NAME_array[count] = {...};". */
void write_reals(FILE *stream, const char *name, const char *array, const double *values,
                 size_t count);
void write_integers(FILE *stream, const char *name, const char *array, const size_t *values,
                    size_t count);

/* Writes a string literal of ASCII characters alone, whatever the text; a long one in pieces, each
 * on a line of its own. */
void write_c_string(FILE *stream, const char *text);

/* Writes text in quotes, as a reader of a comment wants it: cut to a short length, and without what
 * would end the comment or make a compiler warn. Returns how many bytes it wrote. */
size_t write_in_comment(FILE *stream, const char *text);

#endif
