/* SPDX-License-Identifier: BSD-3-Clause */
/* Allocations that end the program, with a message, if there is no memory. */
#ifndef NNBLAS_CLI_MEMORY_H
#define NNBLAS_CLI_MEMORY_H

#include <stddef.h>

/* Resizes array to count elements of size bytes each; array may be null. Released by free(). */
void *resize_array(void *array, size_t count, size_t size);

/* Resizes array if needed is larger than *capacity, which then at least doubles, so that appending
 * one by one stays cheap. */
void *reserve_array(void *array, size_t *capacity, size_t needed, size_t size);

char *copy_text(const char *text);

_Noreturn void end_without_memory(size_t bytes);

#endif
