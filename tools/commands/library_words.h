/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the command reads out of the library's messages, since no status says it. Nothing else looks
 * into them. Each of these words is in a message of tests/command/messages or tests/mpi, which fail
 * where the library words it otherwise.
 */
#ifndef NNBLAS_COMMANDS_LIBRARY_WORDS_H
#define NNBLAS_COMMANDS_LIBRARY_WORDS_H

#include <stdbool.h>

typedef struct {
    char text[600];
} failure_text;

/* What the library calls a source is the file, or null, and its settings are those of --stream and
 * gzip. */
void use_words_of_files(const char *file, failure_text *shown);

/* Where no rows are held out, those that decide are not called validation rows. */
void use_words_of_all_rows(failure_text *shown);

/* Of NNBLAS_ERROR_GROUP. */
typedef struct {
    bool misses_ranks, misses_first; /* ranks that do not answer, rank 0 among them */
    bool lacks_memory;               /* this rank does, and the others only know that one fails */
} group_failure;

group_failure read_group_failure(const char *text);

#endif
