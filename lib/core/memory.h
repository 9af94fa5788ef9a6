/* SPDX-License-Identifier: BSD-3-Clause */
/* The one allocation helper. */
#ifndef NN_MEMORY_H
#define NN_MEMORY_H

#include <stddef.h>

/* A cache line, and the widest vector. */
enum { NN_ALIGNMENT = 64 };

/* count elements of size bytes, aligned, not cleared; null, with a message, where the product
 * overflows or memory is out. Released by free(). */
void *nn_allocate(size_t count, size_t size);

#endif
