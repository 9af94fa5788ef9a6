/* SPDX-License-Identifier: BSD-3-Clause */
/* An allocator that counts, and that fails on demand. The linker puts it in the place of the one
 * that the library calls (wrapped_memory in meson.build). */
#ifndef COUNTING_ALLOCATOR_H
#define COUNTING_ALLOCATOR_H

#include <stddef.h>

/* The blocks that the library holds, and its allocations since the counting began. */
typedef struct heap_count {
    size_t live, allocations, bytes;
} heap_count;

/* Counts anew. The allocation fail_at, counted from 1, fails; 0: none. */
void start_counting(size_t fail_at);
heap_count get_heap_count(void);

#endif
