/* SPDX-License-Identifier: BSD-3-Clause */
/* Whether two arguments of a command name the same file, of which one would be lost. */
#ifndef NNBLAS_CLI_SAME_FILE_H
#define NNBLAS_CLI_SAME_FILE_H

#include <stdbool.h>
#include <stddef.h>

/* A path that was not given is null; "-" is standard input, or output where it is written. */
typedef struct {
    const char *argument; /* in messages */
    const char *path;
    bool is_written;
} file_argument;

/* CARRY_ON; or EXIT_USAGE, with a message on stderr, if a file that is written is named twice.
 * Devices and pipes may be. */
int refuse_same_files(const char *command, const file_argument *files, size_t count);

#endif
