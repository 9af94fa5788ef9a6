/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/arena.h"

nnblas_status nn_lay_out_pieces(nn_lay_out *lay_out, void *context, void *scratch, size_t size,
                                void **memory) {
    nn_arena arena = {.memory = scratch, .size = size};
    *memory = NULL;
    lay_out(context, &arena);
    if (arena.memory)
        return NNBLAS_OK;
    *memory = nn_allocate(arena.used, 1);
    if (!*memory)
        return NNBLAS_ERROR_MEMORY;
    arena = (nn_arena){.memory = *memory, .size = arena.used};
    lay_out(context, &arena);
    return NNBLAS_OK;
}
