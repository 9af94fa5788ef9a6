/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/counting_allocator.h"

#include "support/support.h"

#include <stdlib.h>

void *__real_aligned_alloc(size_t alignment, size_t bytes);
void __real_free(void *memory);
void *__wrap_aligned_alloc(size_t alignment, size_t bytes);
void __wrap_free(void *memory);

enum { MOST_BLOCKS = 64 };

/* The blocks that the library holds; what others allocate goes through malloc. */
static struct {
    void *block[MOST_BLOCKS];
    heap_count count;
    size_t fail_at;
} heap;

void *__wrap_aligned_alloc(size_t alignment, size_t bytes) {
    heap.count.allocations++;
    heap.count.bytes += bytes;
    if (heap.count.allocations == heap.fail_at)
        return NULL;
    void *block = __real_aligned_alloc(alignment, bytes);
    ck_assert_uint_lt(heap.count.live, MOST_BLOCKS);
    heap.block[heap.count.live++] = block;
    return block;
}

void __wrap_free(void *memory) {
    for (size_t i = 0; memory && i < heap.count.live; i++)
        if (heap.block[i] == memory) {
            heap.block[i] = heap.block[--heap.count.live];
            break;
        }
    __real_free(memory);
}

void start_counting(size_t fail_at) {
    heap.count.allocations = heap.count.bytes = 0;
    heap.fail_at = fail_at;
}

heap_count get_heap_count(void) {
    return heap.count;
}
