/* SPDX-License-Identifier: BSD-3-Clause */
/* Chooses the fastest set of kernels in this build that the processor can run. */
#include "kernels/kernels.h"

#include <stdatomic.h>

extern const nn_kernels nn_kernels_baseline;

#ifdef NN_KERNELS_X86
extern const nn_kernels nn_kernels_avx512;
extern const nn_kernels nn_kernels_avx2;

static const nn_kernels *const sets[] = {&nn_kernels_avx512, &nn_kernels_avx2,
                                         &nn_kernels_baseline};

/* Tests for all instructions that lib/meson.build lets the compiler use in a set. The builtin also
 * tests what the operating system saves. */
static size_t find_first_set(void) {
    __builtin_cpu_init();
    int v3 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
             __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
    int v4 = v3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
             __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
             __builtin_cpu_supports("avx512vl");
    return v4 ? 0 : v3 ? 1 : 2;
}
#else
static const nn_kernels *const sets[] = {&nn_kernels_baseline};

static size_t find_first_set(void) {
    return 0;
}
#endif

const nn_kernels *const *nn_kernel_sets(size_t *count) {
    size_t first = find_first_set();
    *count = sizeof sets / sizeof *sets - first;
    return sets + first;
}

/* Threads that choose at the same time store the same value. */
const nn_kernels *nn_get_kernels(void) {
    static const nn_kernels *_Atomic chosen;
    const nn_kernels *kernels = atomic_load_explicit(&chosen, memory_order_relaxed);
    if (!kernels) {
        kernels = sets[find_first_set()];
        atomic_store_explicit(&chosen, kernels, memory_order_relaxed);
    }
    return kernels;
}
