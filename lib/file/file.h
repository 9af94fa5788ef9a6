/* SPDX-License-Identifier: BSD-3-Clause */
/* Files that are read and replaced as a whole. Failures are NNBLAS_ERROR_FILE, with a message that
 * says what failed, why, and on which path. */
#ifndef NN_FILE_H
#define NN_FILE_H

#include "core/status.h"

/* A regular file that is open to read. */
typedef struct nn_file {
    int descriptor;
    size_t size;
    const char *path; /* the caller's */
} nn_file;

/* Anything but a regular file is refused, without waiting for it. */
nnblas_status nn_file_open(nn_file *file, const char *path);

/* Reads the next size bytes. A file that ends earlier is a failure. */
nnblas_status nn_file_read(nn_file *file, void *bytes, size_t size);
void nn_file_close(nn_file *file);

/* Replaces the file at path by one of these bytes, as core/replacement.h describes. */
nnblas_status nn_file_replace(const char *path, const void *bytes, size_t size);

#endif
