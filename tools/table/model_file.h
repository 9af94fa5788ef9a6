/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef NNBLAS_TABLE_MODEL_FILE_H
#define NNBLAS_TABLE_MODEL_FILE_H

#include <stdbool.h>
#include <stddef.h>

/* Of the first bytes of a file, 9 or more. */
bool is_start_of_model(const char *bytes, size_t size);

/* Whether the file begins as one of a network does, and as no table: it is given where the other
 * should be. False for what is no regular file, which is not read. */
bool is_model_file(const char *path);

/* Whether it also has what a training goes on from. */
bool is_checkpoint_file(const char *path);

/* All bytes of the file, which may be a pipe or "-", standard input; only the first ones where it
 * does not begin as that of a network. The caller frees them; null with errno where it cannot be
 * read. */
char *read_model_bytes(const char *path, size_t *size);

/* Whether it is a regular file that begins in another way. */
bool is_other_file(const char *path);

#endif
