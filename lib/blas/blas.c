/* SPDX-License-Identifier: BSD-3-Clause */
#include "blas/blas.h"
#include "core/public.h"

#include <cblas.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* OpenBLAS's own functions, null where it is not loaded or a release without them. */
extern char *openblas_get_config(void) __attribute__((weak));
extern char *openblas_get_corename(void) __attribute__((weak));
extern int openblas_get_num_threads(void) __attribute__((weak));
extern void openblas_set_num_threads(int threads) __attribute__((weak));
extern int openblas_get_parallel(void) __attribute__((weak));

/* Functions of OpenMP, null where no OpenMP is loaded. */
extern int omp_get_max_threads(void) __attribute__((weak));
extern void omp_set_num_threads(int threads) __attribute__((weak));

enum { SEQUENTIAL = 0, PTHREADS = 1, OPENMP = 2, UNKNOWN = -1 };

static int get_parallel(void) {
    bool known = openblas_get_parallel && openblas_get_num_threads && openblas_set_num_threads;
    return known ? openblas_get_parallel() : UNKNOWN;
}

static bool is_openblas;

/* LAPACK or the host may have loaded OpenBLAS beside another BLAS. Then the object that has the
 * products, and what that needs, do not have OpenBLAS's functions. A program that has the products
 * itself cannot be asked, and has no second BLAS. */
static void look_for_openblas(void) {
    Dl_info products;
    is_openblas = openblas_get_config && openblas_get_num_threads;
    if (!is_openblas || !dladdr((void *)(uintptr_t)cblas_dgemm, &products))
        return;
    void *object = dlopen(products.dli_fname, RTLD_LAZY | RTLD_NOLOAD);
    if (!object)
        return;
    is_openblas = dlsym(object, "openblas_get_config") != NULL;
    dlclose(object);
}

/* Whether the products are OpenBLAS's. */
static bool has_openblas(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, look_for_openblas);
    return is_openblas;
}

const char *nn_blas_core(void) {
    return has_openblas() && openblas_get_corename ? openblas_get_corename() : NULL;
}

static bool has_avx512(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
#else
    return false;
#endif
}

static bool has_avx2(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
    return false;
#endif
}

static nn_core_class classify_processor(void) {
    return has_avx512() ? NN_CORE_AVX512 : has_avx2() ? NN_CORE_AVX2 : NN_CORE_OTHER;
}

typedef struct core {
    const char *name;
    nn_core_class class;
} core;

/* Null for a core type that is newer than this list, or no x86 processor. A build for one processor
 * has its name in capitals. */
static const core *find_core(const char *name) {
    static const core CORES[] = {
        {"SkylakeX", NN_CORE_AVX512},
        {"Cooperlake", NN_CORE_AVX512},
        {"SapphireRapids", NN_CORE_AVX512},
        {"Haswell", NN_CORE_AVX2},
        {"Zen", NN_CORE_AVX2},
        {"Sandybridge", NN_CORE_OTHER},
        {"Nehalem", NN_CORE_OTHER},
        {"Bulldozer", NN_CORE_OTHER},
        {"Piledriver", NN_CORE_OTHER},
        {"Steamroller", NN_CORE_OTHER},
        {"Excavator", NN_CORE_OTHER},
        {"Barcelona", NN_CORE_OTHER},
        {"Bobcat", NN_CORE_OTHER},
        {"Core2", NN_CORE_OTHER},
        {"Prescott", NN_CORE_OTHER},
    };
    for (size_t i = 0; name && i < sizeof CORES / sizeof *CORES; i++)
        if (strcasecmp(name, CORES[i].name) == 0)
            return &CORES[i];
    return NULL;
}

nn_core_class nn_classify_core(const char *name) {
    const core *found = find_core(name);
    return found ? found->class : NN_CORE_OTHER;
}

nn_core_class nn_blas_core_class(void) {
    return nn_classify_core(nn_blas_core());
}

/* OpenBLAS writes it anew into the same array at each call. */
static char config[256];

static void read_config(void) {
    snprintf(config, sizeof config, "%s", openblas_get_config ? openblas_get_config() : "");
}

static const char *get_config(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, read_config);
    return config;
}

/* OpenBLAS falls back to an older core for a processor newer than itself. A build for one processor
 * has no other to take. */
const char *nn_blas_better_core(void) {
    static const char *const BEST[] = {
        [NN_CORE_OTHER] = NULL, [NN_CORE_AVX2] = "Haswell", [NN_CORE_AVX512] = "SkylakeX"};
    nn_core_class processor = classify_processor();
    const core *found = find_core(nn_blas_core());
    bool can_choose = strstr(get_config(), "DYNAMIC_ARCH") != NULL;
    return can_choose && found && found->class < processor ? BEST[processor] : NULL;
}

static const char *name_parallel(void) {
    switch (get_parallel()) {
    case SEQUENTIAL:
        return "sequential";
    case PTHREADS:
        return "pthread";
    case OPENMP:
        return "OpenMP";
    default:
        return "unknown threading";
    }
}

/* The configuration is the version and the build's options; the first two words name it. */
void nn_blas_name(char *name, size_t size) {
    const char *words = has_openblas() ? get_config() : "unknown", *space = strchr(words, ' ');
    space = space ? strchr(space + 1, ' ') : NULL;
    snprintf(name, size, "%.*s", (int)(space ? (size_t)(space - words) : strlen(words)), words);
}

const char *nnblas_blas_info(void) {
    static _Thread_local char info[512];
    if (!has_openblas()) {
        snprintf(info, sizeof info, "a CBLAS other than OpenBLAS");
        return info;
    }
    char name[64];
    nn_blas_name(name, sizeof name);
    int threads = openblas_get_num_threads();
    const char *better = nn_blas_better_core();
    int length = snprintf(info, sizeof info, "%s, core type %s, %d thread%s (%s)", name,
                          nn_blas_core() ? nn_blas_core() : "unknown", threads,
                          threads == 1 ? "" : "s", name_parallel());
    if (better && length > 0 && (size_t)length < sizeof info)
        snprintf(info + length, sizeof info - (size_t)length,
                 "; this processor is faster with the environment variable OPENBLAS_CORETYPE=%s "
                 "set before the program starts",
                 better);
    return info;
}

/* ---- who threads ----------------------------------------------------------------------------- */

/* A pthread build of OpenBLAS has one number of threads for the whole process. The first holder
 * stores the number that it found, and the last one restores it. */
static pthread_mutex_t hold_mutex = PTHREAD_MUTEX_INITIALIZER;
static unsigned holders;
static int found_threads;

static void hold_process(void) {
    pthread_mutex_lock(&hold_mutex);
    if (holders++ == 0) {
        found_threads = openblas_get_num_threads();
        if (found_threads != 1)
            openblas_set_num_threads(1);
    }
    pthread_mutex_unlock(&hold_mutex);
}

/* What the host has set in the meantime stays. */
static void put_back_threads(void) {
    if (found_threads != 1 && openblas_get_num_threads() == 1)
        openblas_set_num_threads(found_threads);
}

static void release_process(void) {
    pthread_mutex_lock(&hold_mutex);
    if (--holders == 0)
        put_back_threads();
    pthread_mutex_unlock(&hold_mutex);
}

/* An OpenMP build of OpenBLAS uses as many threads as OpenMP is set to, in the calling thread. */
static bool asks_openmp(void) {
    return get_parallel() == OPENMP && omp_get_max_threads && omp_set_num_threads;
}

void nn_blas_begin_worker(void) {
    if (asks_openmp())
        omp_set_num_threads(1);
}

static _Thread_local unsigned omp_holders;
static _Thread_local int omp_found_threads;

static void hold_caller(void) {
    if (omp_holders++ == 0) {
        omp_found_threads = omp_get_max_threads();
        omp_set_num_threads(1);
    }
}

static void release_caller(void) {
    if (--omp_holders == 0 && omp_get_max_threads() == 1)
        omp_set_num_threads(omp_found_threads);
}

void nn_blas_hold(void) {
    if (get_parallel() == PTHREADS)
        hold_process();
    else if (asks_openmp())
        hold_caller();
}

void nn_blas_release(void) {
    if (get_parallel() == PTHREADS)
        release_process();
    else if (asks_openmp())
        release_caller();
}

/* The forking thread holds the mutex, so that no other thread holds it in the child. */
void nn_blas_before_fork(void) {
    pthread_mutex_lock(&hold_mutex);
}

/* The threads that held BLAS in the parent do not exist in the child: their hold ends. */
void nn_blas_after_fork(bool in_child) {
    if (in_child) {
        if (holders > 0)
            put_back_threads();
        holders = 0;
    }
    pthread_mutex_unlock(&hold_mutex);
}
