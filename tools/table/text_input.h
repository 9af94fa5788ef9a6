/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The bytes of a file that should be a text, as UTF-8: gzip is expanded, UTF-16 with its byte order
 * mark is converted, the mark of UTF-8 is dropped. Half a character of UTF-16 becomes bytes that
 * are not UTF-8. Files that are no text are refused by their name.
 */
#ifndef NNBLAS_TABLE_TEXT_INPUT_H
#define NNBLAS_TABLE_TEXT_INPUT_H

#include "table/table_error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef struct text_input text_input;

/* Takes ownership of file; name is its name in errors. */
text_input *open_text(FILE *file, const char *name);
void close_text(text_input *input);

/* Where in the file the next byte is; -1 where reading cannot go on at such a place: the file is
 * compressed, in UTF-16, or no regular file. */
int64_t tell_text(const text_input *input);
bool seek_text(text_input *input, int64_t offset, table_error *error);

/* Reads up to `most` bytes, at least 4; *got is 0 at the end only. */
bool read_text(text_input *input, char *bytes, size_t most, size_t *got, table_error *error);

/* As blame_gzip(). */
bool blame_text(text_input *input, table_error *error);

#endif
