/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * JSON as far as the header of a file needs it: objects, strings and sizes, read from untrusted
 * bytes, and written.
 *
 * Jansson would read it, but not safely when it runs out of memory: version 2.14 drops a byte of a
 * string whose buffer it could not enlarge and goes on, so that a text would be changed. This
 * reader allocates nothing, follows no nesting that the caller does not expect, and uses no locale.
 */
#ifndef NN_JSON_H
#define NN_JSON_H

#include "core/status.h"

#include <stdbool.h>

/* ---- reading --------------------------------------------------------------------------------- */

/* The bytes end with a byte 0. Each string is decoded in place, where it needs no more room than
 * its escaped form. */
typedef struct nn_json_reader {
    char *start, *at;
} nn_json_reader;

/* Each returns NNBLAS_ERROR_FORMAT where something else comes next; the message names the byte. */

nnblas_status nn_json_expect(nn_json_reader *reader, char c);

/* If c is next, skips it and returns true. */
bool nn_json_take(nn_json_reader *reader, char c);

/* *string is UTF-8, and valid as long as the bytes that are read. */
nnblas_status nn_json_read_string(nn_json_reader *reader, const char **string);

nnblas_status nn_json_read_size(nn_json_reader *reader, size_t *size);

/* Reads an object, and calls read_member for the value of each key. It is for read_member to detect
 * a key that comes twice. */
typedef nnblas_status nn_json_read_member(nn_json_reader *reader, const char *key, void *user);
nnblas_status nn_json_read_object(nn_json_reader *reader, nn_json_read_member *read_member,
                                  void *user);

/* Only white space may be left of the size bytes. */
nnblas_status nn_json_expect_end(nn_json_reader *reader, size_t size);

/* ---- writing --------------------------------------------------------------------------------- */

/* at: where the next byte goes; null to count them only. */
typedef struct nn_json_writer {
    char *at;
    uint64_t size; /* 64 bits: six times a string may not fit in a size_t */
} nn_json_writer;

void nn_json_write(nn_json_writer *writer, const char *json);
void nn_json_write_string(nn_json_writer *writer, const char *string);
void nn_json_write_size(nn_json_writer *writer, size_t size);

#endif
