/* SPDX-License-Identifier: BSD-3-Clause */
/* The core type that OpenBLAS took, and the advice where the processor has a better one. OpenBLAS
 * reads OPENBLAS_CORETYPE once, so this program runs itself for each value. */
#include "blas/blas.h"
#include "support/support.h"

#include <cblas.h>
#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Null where OpenBLAS is not loaded. */
extern char *openblas_get_corename(void) __attribute__((weak));

/* ---- the program that runs once more --------------------------------------------------------- */

/* What the library says of the BLAS, a line each. The product is there for the linker, which drops
 * a library of which only weak names are asked for. */
static int report(void) {
    double product = 0.0;
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, 1, 1, 1, 1.0, &(double){2.0}, 1,
                &(double){3.0}, 1, 0.0, &product, 1);
    if (product != 6.0)
        return 1;
    const char *better = nn_blas_better_core();
    printf("%s\n%d\n%s\n%s\n", nn_blas_core(), nn_blas_core_class(), better ? better : "none",
           nnblas_blas_info());
    return 0;
}

typedef struct answer {
    char core[64], better[64], info[600];
    int class;
} answer;

static answer ask(const char *core, int threads) {
    char self[PATH_MAX] = {0}, command[PATH_MAX + 128];
    ck_assert_int_gt(readlink("/proc/self/exe", self, sizeof self - 1), 0);
    snprintf(command, sizeof command,
             "OPENBLAS_CORETYPE=%s OPENBLAS_NUM_THREADS=%d OMP_NUM_THREADS=%d '%s' report", core,
             threads, threads, self);
    FILE *lines = popen(command, "r");
    ck_assert_ptr_nonnull(lines);
    answer a;
    ck_assert_int_eq(fscanf(lines, "%63s %d %63s %599[^\n]", a.core, &a.class, a.better, a.info),
                     4);
    ck_assert_int_eq(pclose(lines), 0);
    return a;
}

/* ---- what it has to say ---------------------------------------------------------------------- */

static const struct core {
    const char *name;
    nn_core_class class;
} CORES[] = {
    {"Haswell", NN_CORE_AVX2},          {"Zen", NN_CORE_AVX2},
    {"SkylakeX", NN_CORE_AVX512},       {"Cooperlake", NN_CORE_AVX512},
    {"SapphireRapids", NN_CORE_AVX512}, {"Nehalem", NN_CORE_OTHER},
    {"Sandybridge", NN_CORE_OTHER},
};

static nn_core_class find_class(const char *core) {
    for (size_t i = 0; i < sizeof CORES / sizeof *CORES; i++)
        if (strcmp(CORES[i].name, core) == 0)
            return CORES[i].class;
    return NN_CORE_OTHER;
}

static nn_core_class find_processor(void) {
#ifdef __x86_64__
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
        return NN_CORE_AVX512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return NN_CORE_AVX2;
#endif
    return NN_CORE_OTHER;
}

/* Beside BLIS, OpenBLAS is loaded where it is LAPACK's. */
static bool has_openblas(void) {
    Dl_info products = {.dli_fname = ""};
    dladdr((void *)(uintptr_t)cblas_dgemm, &products);
    return openblas_get_corename && !strstr(products.dli_fname, "libblis");
}

/* A release of OpenBLAS that does not know a name takes another core, and says which. It takes one
 * that the processor cannot run as well, and ends by an illegal instruction. */
START_TEST(every_core_type_has_its_class) {
    static const char *const BEST[] = {"none", "Haswell", "SkylakeX"};
    nn_core_class processor = find_processor();
    for (size_t i = 0; i < sizeof CORES / sizeof *CORES; i++) {
        ck_assert_int_eq(nn_classify_core(CORES[i].name), CORES[i].class);
        if (CORES[i].class > processor || !has_openblas())
            continue;
        answer a = ask(CORES[i].name, 2);
        bool is_best = find_class(a.core) >= processor;
        ck_assert_int_eq(a.class, find_class(a.core));
        ck_assert_str_eq(a.better, is_best ? "none" : BEST[processor]);
        ck_assert_ptr_nonnull(strstr(a.info, a.core));
        ck_assert((strstr(a.info, "OPENBLAS_CORETYPE=") != NULL) ==
                  (!is_best && processor != NN_CORE_OTHER));
    }
}
END_TEST

START_TEST(the_number_of_threads_is_told) {
    if (!has_openblas())
        return;
    for (int threads = 1; threads <= 2 && threads <= sysconf(_SC_NPROCESSORS_ONLN); threads++) {
        answer a = ask("Nehalem", threads);
        ck_assert_ptr_nonnull(strstr(a.info, threads == 1 ? ", 1 thread (" : ", 2 threads ("));
    }
}
END_TEST

START_TEST(another_blas_is_said_to_be_one) {
    if (has_openblas())
        return;
    ck_assert_ptr_null(nn_blas_core());
    ck_assert_ptr_null(nn_blas_better_core());
    ck_assert_int_eq(nn_blas_core_class(), NN_CORE_OTHER);
    ck_assert_str_eq(nnblas_blas_info(), "a CBLAS other than OpenBLAS");
}
END_TEST

int main(int argc, char **argv) {
    if (argc == 2 && strcmp(argv[1], "report") == 0)
        return report();
    const TTest *const tests[] = {
        every_core_type_has_its_class,
        the_number_of_threads_is_told,
        another_blas_is_said_to_be_one,
    };
    return run_tests("blas_cores", tests, sizeof tests / sizeof *tests);
}
