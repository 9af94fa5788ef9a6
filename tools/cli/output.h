/* SPDX-License-Identifier: BSD-3-Clause */
/* Files that are written completely or not at all. */
#ifndef NNBLAS_CLI_OUTPUT_H
#define NNBLAS_CLI_OUTPUT_H

#include "core/replacement.h"

#include <stdbool.h>
#include <stdio.h>

/*
 * What is written goes to a temporary file beside path, which takes its place when all is there. A
 * path that is there and no regular file, such as a pipe or /dev/null, is written to as it is, and
 * so is standard output, path "-".
 */
typedef struct {
    FILE *stream;
    const char *path;
    bool is_replacement;
    nn_replacement replacement;
} output_file;

/* Each says on stderr what failed. The struct stays where it is until one of the others is called.
 */
bool open_output(const char *command, output_file *output, const char *path);
bool keep_output(const char *command, output_file *output);
void drop_output(output_file *output);

bool is_standard_output(const char *path);

/* Whether a file takes the place of path: it is a regular file, or there is none, or it is a
 * folder, which is refused. */
bool is_replaceable(const char *path);

/* Whether a file could be made at path, for those who would find out late. path may be null. */
bool check_output(const char *command, const char *path);

#endif
