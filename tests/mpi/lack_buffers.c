/* SPDX-License-Identifier: BSD-3-Clause */
/* A rank with this in LD_PRELOAD has no memory for the buffers of libnnblas_mpi. */
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

void *realloc(void *memory, size_t bytes) {
    void *(*next)(void *, size_t);
    Dl_info object;
    *(void **)&next = dlsym(RTLD_NEXT, "realloc");
    if (dladdr(__builtin_return_address(0), &object) && strstr(object.dli_fname, "libnnblas_mpi"))
        return NULL;
    return next(memory, bytes);
}
