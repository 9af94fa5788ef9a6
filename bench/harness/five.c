/* SPDX-License-Identifier: BSD-3-Clause */
#include "harness/five.h"

#include <cblas.h>

/* C = alpha A B: rows x columns, over inner. */
static void multiply(CBLAS_TRANSPOSE transpose_A, CBLAS_TRANSPOSE transpose_B, size_t rows,
                     size_t columns, size_t inner, double alpha, const double *A, const double *B,
                     double *C) {
    int ldA = (int)(transpose_A == CblasTrans ? rows : inner);
    int ldB = (int)(transpose_B == CblasTrans ? inner : columns);
    cblas_dgemm(CblasRowMajor, transpose_A, transpose_B, (int)rows, (int)columns, (int)inner, alpha,
                A, ldA, B, ldB, 0.0, C, (int)columns);
}

void compute_two_products(const naive_iteration *it) {
    size_t N = it->N, inputs = it->inputs, hidden = it->hidden, outputs = it->outputs;
    multiply(CblasNoTrans, CblasNoTrans, N, hidden, inputs, 1.0, it->X, it->W1, it->H_out);
    multiply(CblasNoTrans, CblasNoTrans, N, outputs, hidden, 1.0, it->H_out, it->W2, it->O_out);
}

void compute_five_products(const naive_iteration *it) {
    size_t N = it->N, inputs = it->inputs, hidden = it->hidden, outputs = it->outputs;
    double share = 1.0 / (double)N;
    compute_two_products(it);
    multiply(CblasTrans, CblasNoTrans, hidden, outputs, N, share, it->H_out, it->O_delta,
             it->W2_update);
    multiply(CblasNoTrans, CblasTrans, N, hidden, outputs, 1.0, it->O_delta, it->W2, it->H_delta);
    multiply(CblasTrans, CblasNoTrans, inputs, hidden, N, share, it->X, it->H_delta, it->W1_update);
}

/* Another BLAS has no such functions. */
extern int openblas_get_num_threads(void) __attribute__((weak));
extern void openblas_set_num_threads(int threads) __attribute__((weak));

int get_five_threads(void) {
    return openblas_get_num_threads ? openblas_get_num_threads() : 0;
}

/* Setting them takes longer than a small product. */
void set_five_threads(int threads) {
    if (threads > 0 && openblas_set_num_threads && threads != openblas_get_num_threads())
        openblas_set_num_threads(threads);
}
