/* SPDX-License-Identifier: BSD-3-Clause */
/* The files that a command line names: none is lost to another, and all that are written can be. */
#ifndef NNBLAS_CLI_FILES_H
#define NNBLAS_CLI_FILES_H

#include <stdbool.h>
#include <stddef.h>

/* By name: the library reads or writes it, and no stream, or written no device, will do. Again: so
 * too, and no pipe, since it is read many times. What is written by name, or plain, is never
 * compressed, and a name that ends in .gz is refused. */
typedef enum {
    FILE_READ,
    FILE_READ_BY_NAME,
    FILE_READ_AGAIN,
    FILE_WRITTEN,
    FILE_WRITTEN_PLAIN,
    FILE_WRITTEN_BY_NAME
} file_use;

/* A path that was not given is null; "-" is standard input, or output where it is written. */
typedef struct {
    const char *argument; /* in messages */
    const char *path;
    file_use use;
} file_argument;

/*
 * To be called before anything is read. CARRY_ON; or with a message on stderr EXIT_USAGE, if a file
 * that is written is named twice, by whatever names, or EXIT_FAILURE, if one cannot be written.
 * Devices and pipes may be named twice.
 */
int check_files(const char *command, const file_argument *files, size_t count);

/* A named one, or that of a standard stream by its name in /dev. */
bool is_pipe(const char *path);

#endif
