/* SPDX-License-Identifier: BSD-3-Clause */
/* Texts of users, in messages. */
#ifndef NNBLAS_CLI_TEXT_H
#define NNBLAS_CLI_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

bool is_utf8(const char *text);

/* What is wrong with a text that is not. */
const char *describe_bad_text(const char *text);

/* The bytes of the character that text begins with; 0 where it could act on a terminal or is not
 * UTF-8. */
size_t measure_harmless(const char *text);

/* A value for a message: cut to a short length, in UTF-8, without the characters that could act on
 * a terminal. */
typedef struct {
    char text[64];
} shown_text;

shown_text show_text(const char *text);

/* As printf, without those characters in the whole text; a newline only at its end. */
void vprint_safely(FILE *stream, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));
void print_safely(FILE *stream, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* "column 3 (NAME)", or "column 3" where it has no name. */
typedef struct {
    char text[96];
} shown_column;

shown_column show_column(const char *name, size_t position);

/* The end of a word behind a count, "1 row", "2 rows". */
static inline const char *end_plural(size_t count) {
    return count == 1 ? "" : "s";
}

#endif
