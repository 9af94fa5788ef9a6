/* SPDX-License-Identifier: BSD-3-Clause */
/* Output files that are written completely or not at all. */
#ifndef NNBLAS_CLI_OUTPUT_H
#define NNBLAS_CLI_OUTPUT_H

#include "core/replacement.h"

#include <stdbool.h>
#include <stdio.h>

/*
 * A file whose name ends in .gz is compressed by gzip. Writes go to a temporary file in the same
 * folder, which replaces path when it is complete. If path exists and is no regular file, such as a
 * pipe or /dev/null, it is written to directly, and so is what find_descriptor() finds.
 */
typedef struct {
    FILE *stream;
    const char *path;
    bool is_replacement;
    nn_replacement replacement;
} output_file;

/* Each prints on stderr what failed. The struct must not move until keep_output() or drop_output().
 */
bool open_output(const char *command, output_file *output, const char *path);
bool keep_output(const char *command, output_file *output);
void drop_output(output_file *output);

/* A write to a closed pipe, or beyond the limit of a file's size, fails and does not end the
 * program. To be called before the first output. */
void ignore_write_signals(void);

/*
 * The descriptor that writing to path goes to, or -1: standard output for "-", it or standard error
 * where path is the same file, pipe or terminal, and N for /dev/fd/N. A file behind one of them is
 * not replaced: what the shell appends to would be lost.
 */
int find_descriptor(const char *path);

/* path may be null. */
bool is_standard_output(const char *path);

/* Whether a new file replaces path: it is a regular file, none of a descriptor, or does not exist.
 * Also true for a folder, which opening then refuses. */
bool is_replaceable(const char *path);

/* Whether path can be written, to find out before a long computation. path may be null. */
bool check_output(const char *command, const char *path);

/* The same for a path that can only be a regular file. */
bool check_replacement(const char *command, const char *path);

#endif
