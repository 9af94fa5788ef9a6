/* SPDX-License-Identifier: BSD-3-Clause */
/* Random orders: the same on every machine. */
#ifndef NNBLAS_CLI_SHUFFLE_H
#define NNBLAS_CLI_SHUFFLE_H

#include <stddef.h>
#include <stdint.h>

/* state: of nn_splitmix_bits. */
void shuffle(size_t *items, size_t count, uint64_t *state);

#endif
