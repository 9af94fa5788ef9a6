/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/memory.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void end_without_memory(size_t bytes) {
    fprintf(stderr, "nnblas: out of memory: %zu bytes\n", bytes);
    exit(EXIT_FAILURE);
}

void *resize_array(void *array, size_t count, size_t size) {
    void *resized = reallocarray(array, count > 0 ? count : 1, size);
    if (!resized)
        end_without_memory(count * size);
    return resized;
}

void *reserve_array(void *array, size_t *capacity, size_t needed, size_t size) {
    if (needed <= *capacity)
        return array;
    *capacity = *capacity > needed / 2 ? 2 * *capacity : needed;
    return resize_array(array, *capacity, size);
}

char *copy_text(const char *text) {
    size_t bytes = strlen(text) + 1;
    return memcpy(resize_array(NULL, bytes, 1), text, bytes);
}
