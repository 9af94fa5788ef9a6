/* SPDX-License-Identifier: BSD-3-Clause */
/* The bytes of a file, expanded where gzip has compressed it. */
#ifndef NNBLAS_TABLE_FILE_BYTES_H
#define NNBLAS_TABLE_FILE_BYTES_H

#include "cli/gunzip.h"
#include "table/table_error.h"

#include <stdio.h>

/* name is in errors; gunzip is null where the file is not compressed. The owner frees all. */
typedef struct {
    FILE *file;
    const char *name;
    gunzip *gunzip;
} file_bytes;

/* Reads up to `most` bytes; *got is 0 at the end only. */
bool read_file_bytes(file_bytes *f, char *bytes, size_t most, size_t *got, table_error *error);

/* Where the first bytes of the file, at most GZIP_ROOM_BYTES, are of gzip, it has a gunzip from
 * then on, and what is read next is what they expand to. False where this build has none. */
bool begin_gzip(file_bytes *f, const char *bytes, size_t count, table_error *error);

/* Of bytes that are not what is read: false where they are not of gzip either, and should be. */
bool check_gzip_name(const file_bytes *f, table_error *error);

/* What is wrong in a text of gzip may be damage, which gzip itself tells at its end only: reads up
 * to there, and replaces the error then. Returns false. */
bool blame_gzip(file_bytes *f, table_error *error);

#endif
