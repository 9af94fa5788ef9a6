/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef ALLOCATE_H
#define ALLOCATE_H

#include <stddef.h>

/* A cleared array, or the end of the program with a message. Released by free(). */
void *allocate_array(size_t count, size_t size);

#endif
