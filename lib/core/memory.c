/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/memory.h"
#include "core/sizes.h"
#include "core/status.h"

#include <stdlib.h>

void *nn_allocate(size_t count, size_t size) {
    size_t bytes = nn_multiply_sizes(count, size);
    void *memory = NULL;
    if (bytes <= PTRDIFF_MAX - NN_ALIGNMENT)
        memory = aligned_alloc(NN_ALIGNMENT, nn_round_up(bytes, NN_ALIGNMENT));
    if (!memory)
        nn_fail(NNBLAS_ERROR_MEMORY, "out of memory for %zu elements of %zu bytes", count, size);
    return memory;
}
