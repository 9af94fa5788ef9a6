/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The JSON that the header of a file is made of: objects, strings and sizes, read from untrusted
 * bytes, and written.
 *
 * Jansson would read it, but not when memory is out: 2.14 drops a byte of a string whose buffer it
 * could not enlarge and goes on, so that a text would come back changed. This reader allocates
 * nothing, follows no nesting that the caller does not ask for, and reads no locale.
 */
#ifndef NN_JSON_H
#define NN_JSON_H

#include "core/status.h"

#include <stdbool.h>

/* ---- reading --------------------------------------------------------------------------------- */

/* What is read ends with a byte 0, and is overwritten by its own strings: none is longer than the
 * way it is written. */
typedef struct nn_json_reader {
    char *start, *at;
} nn_json_reader;

/* Each refuses what is not there with NNBLAS_ERROR_FORMAT and the byte where it should be. */

nnblas_status nn_json_expect(nn_json_reader *reader, char c);

/* Whether c is next, which is then taken. */
bool nn_json_take(nn_json_reader *reader, char c);

/* *string is UTF-8 and valid as long as the bytes that are read. */
nnblas_status nn_json_read_string(nn_json_reader *reader, const char **string);

nnblas_status nn_json_read_size(nn_json_reader *reader, size_t *size);

/* Reads an object, with read_member for the value of each key. Keys that come twice are for
 * read_member to find. */
typedef nnblas_status nn_json_read_member(nn_json_reader *reader, const char *key, void *user);
nnblas_status nn_json_read_object(nn_json_reader *reader, nn_json_read_member *read_member,
                                  void *user);

/* Nothing but space is left of the size bytes. */
nnblas_status nn_json_expect_end(nn_json_reader *reader, size_t size);

/* ---- writing --------------------------------------------------------------------------------- */

/* at: where the next byte goes; null to count them only. */
typedef struct nn_json_writer {
    char *at;
    uint64_t size; /* so far; six times a string would not fit in every size_t */
} nn_json_writer;

void nn_json_write(nn_json_writer *writer, const char *json);
void nn_json_write_string(nn_json_writer *writer, const char *string);
void nn_json_write_size(nn_json_writer *writer, size_t size);

#endif
