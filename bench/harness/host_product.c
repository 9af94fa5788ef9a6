/* SPDX-License-Identifier: BSD-3-Clause */
#include "harness/host_product.h"
#include "harness/allocate.h"
#include "harness/problem.h"

#include <cblas.h>
#include <stdlib.h>
#include <time.h>

enum { SIZE = 500 };

host_product make_host_product(void) {
    enum { COUNT = SIZE * SIZE };
    double *A = allocate_array(3 * COUNT, sizeof *A);
    uint64_t state = 1;
    fill_uniform(&state, A, 2 * COUNT, -1.0, 1.0);
    return (host_product){A, A + COUNT, A + 2 * COUNT};
}

void free_host_product(host_product *p) {
    free(p->A);
    *p = (host_product){0};
}

void compute_host_product(const host_product *p) {
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, SIZE, SIZE, SIZE, 1.0, p->A, SIZE, p->B,
                SIZE, 0.0, p->C, SIZE);
}

void wait_for_blas_threads(void) {
    const struct timespec pause = {.tv_nsec = 150 * 1000 * 1000};
    nanosleep(&pause, NULL);
}
