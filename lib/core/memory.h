/* SPDX-License-Identifier: BSD-3-Clause */
/* The one allocation function. */
#ifndef NN_MEMORY_H
#define NN_MEMORY_H

#include <stddef.h>

/* A cache line, and the widest vector. */
enum { NN_ALIGNMENT = 64 };

/* count elements of size bytes, aligned and not cleared. Null, with a message, where the product
 * overflows or the system is out of memory. Released by free(). */
void *nn_allocate(size_t count, size_t size);

#endif
