/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows of numbers that are read again and again, a block at a time, since they are too many for
 * memory. They are not scaled. */
#ifndef NNBLAS_TABLE_ROW_STREAM_H
#define NNBLAS_TABLE_ROW_STREAM_H

#include "table/schema.h"

struct first_pass;

/* name: of the file, in messages, and targets_name of the one with the targets. all: the rows of
 * all ranks, of which N are this one's, behind so many of lower ranks. groups: released by free().
 * first: what a pass over all rows has found, or null; released by free_first_pass(), or else with
 * the rows. */
typedef struct {
    const char *name, *targets_name;
    size_t N, inputs, outputs;
    size_t all, before;
    double *groups; /* of has_groups(), of all rows, or null where there are too many */
    struct first_pass *first;
    bool can_seek; /* to any row, not only to the first */
    void *user;
    /* Reads up to `most` rows into X and Y, without gaps between them: fewer at the end only. */
    bool (*read)(void *user, size_t most, double *X, double *Y, size_t *N, table_error *error);
    bool (*seek)(void *user, size_t row, table_error *error);
    /* After an error in what is read, also where the rows are not open: as blame_gzip(). */
    bool (*blame)(void *user, table_error *error);
    void (*close)(void *user);
} row_stream;

#endif
