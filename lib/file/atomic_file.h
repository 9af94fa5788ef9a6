/* SPDX-License-Identifier: BSD-3-Clause */
/* Files, read and replaced as a whole. Failures are NNBLAS_ERROR_FILE: what could not be done, why,
 * and to which path. */
#ifndef NN_FILE_H
#define NN_FILE_H

#include "core/status.h"

/* A regular file that is open to read. */
typedef struct nn_file {
    int descriptor;
    size_t size;
    const char *path; /* the caller's */
} nn_file;

/* Anything but a regular file is refused, and is not waited for. */
nnblas_status nn_file_open(nn_file *file, const char *path);

/* The next size bytes; a file that ends before is a failure. */
nnblas_status nn_file_read(nn_file *file, void *bytes, size_t size);
void nn_file_close(nn_file *file);

/* Puts a file of these bytes in the place of path, as core/replacement.h has it. */
nnblas_status nn_file_replace(const char *path, const void *bytes, size_t size);

#endif
