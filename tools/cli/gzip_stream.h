/* SPDX-License-Identifier: BSD-3-Clause */
/* Streams that compress what is written to them, with zlib. */
#ifndef NNBLAS_CLI_GZIP_STREAM_H
#define NNBLAS_CLI_GZIP_STREAM_H

#include <stdbool.h>
#include <stdio.h>

/* Whether a file of this name is to be compressed: it ends in .gz. */
bool is_gzip_name(const char *path);

/* Whether this build has zlib. */
bool can_compress(void);

/* Closes the descriptor in the end; null, with errno, if it fails, and the descriptor is closed.
 * Only where can_compress(). */
FILE *open_gzip_stream(int descriptor);

#endif
