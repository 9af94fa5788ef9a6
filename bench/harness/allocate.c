/* SPDX-License-Identifier: BSD-3-Clause */
#include "harness/allocate.h"

#include <stdio.h>
#include <stdlib.h>

void *allocate_array(size_t count, size_t size) {
    void *memory = calloc(count, size);
    if (!memory) {
        fprintf(stderr, "nnblas-bench: out of memory for %zu elements of %zu bytes\n", count, size);
        exit(EXIT_FAILURE);
    }
    return memory;
}
