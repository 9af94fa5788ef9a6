/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory for a program that has nothing better to do than to end where there is none. */
#ifndef NNBLAS_CLI_MEMORY_H
#define NNBLAS_CLI_MEMORY_H

#include <stddef.h>

/* array grown or shrunk to count elements of size bytes; null for array makes one. What cannot be
 * had ends the program with a message. Released by free(). */
void *resize_array(void *array, size_t count, size_t size);

/* The same where needed is over *capacity, which at least doubles: adding one by one stays cheap.
 */
void *reserve_array(void *array, size_t *capacity, size_t needed, size_t size);

char *copy_text(const char *text);

_Noreturn void end_without_memory(size_t bytes);

#endif
