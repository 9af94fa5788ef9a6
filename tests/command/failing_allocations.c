/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Preloaded, it lets one allocation of a program fail: that of the number in FAIL_ALLOCATION,
 * from 1. Those of the loader and of the BLAS, which ends a program without memory, do not count.
 * How many there were is written to the file in COUNT_ALLOCATIONS.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *__libc_malloc(size_t bytes);
void *__libc_calloc(size_t count, size_t bytes);
void *__libc_realloc(void *memory, size_t bytes);
void *__libc_memalign(size_t alignment, size_t bytes);

static atomic_size_t allocations, failing;
static atomic_bool is_ready;

__attribute__((constructor)) static void begin(void) {
    const char *number = getenv("FAIL_ALLOCATION");
    failing = number ? strtoul(number, NULL, 10) : 0;
    is_ready = true;
}

__attribute__((destructor)) static void end(void) {
    const char *path = getenv("COUNT_ALLOCATIONS");
    is_ready = false;
    FILE *file = path ? fopen(path, "w") : NULL;
    if (!file)
        return;
    fprintf(file, "%zu\n", (size_t)allocations);
    fclose(file);
}

static bool counts(const void *caller) {
    static const char *const OTHERS[] = {"blas", "gfortran", "quadmath", "gomp", "ld-linux"};
    Dl_info object;
    if (!is_ready || !dladdr(caller, &object) || !object.dli_fname)
        return false;
    for (size_t i = 0; i < sizeof OTHERS / sizeof *OTHERS; i++)
        if (strstr(object.dli_fname, OTHERS[i]) && !strstr(object.dli_fname, "nnblas"))
            return false;
    return true;
}

static bool fails(const void *caller) {
    if (!counts(caller) || ++allocations != failing)
        return false;
    errno = ENOMEM;
    return true;
}

void *malloc(size_t bytes) {
    return fails(__builtin_return_address(0)) ? NULL : __libc_malloc(bytes);
}

void *calloc(size_t count, size_t bytes) {
    return fails(__builtin_return_address(0)) ? NULL : __libc_calloc(count, bytes);
}

void *realloc(void *memory, size_t bytes) {
    return fails(__builtin_return_address(0)) ? NULL : __libc_realloc(memory, bytes);
}

void *reallocarray(void *memory, size_t count, size_t bytes) {
    size_t whole;
    if (__builtin_mul_overflow(count, bytes, &whole) || fails(__builtin_return_address(0)))
        return NULL;
    return __libc_realloc(memory, whole);
}

void *aligned_alloc(size_t alignment, size_t bytes) {
    return fails(__builtin_return_address(0)) ? NULL : __libc_memalign(alignment, bytes);
}

int posix_memalign(void **memory, size_t alignment, size_t bytes) {
    void *found = fails(__builtin_return_address(0)) ? NULL : __libc_memalign(alignment, bytes);
    if (found)
        *memory = found;
    return found ? 0 : ENOMEM;
}
