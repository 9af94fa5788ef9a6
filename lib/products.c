/* SPDX-License-Identifier: BSD-3-Clause */
#include "products.h"

#include <cblas.h>

void nn_product_forward(size_t rows, size_t inputs, size_t outputs, const double *A, size_t lda,
                        const double *W, double *A_out) {
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)rows, (int)outputs, (int)inputs,
                1.0, A, (int)lda, W, (int)outputs, 0.0, A_out, (int)outputs);
}

void nn_product_error(size_t rows, size_t inputs, size_t outputs, const double *delta,
                      const double *W, double *error) {
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)rows, (int)inputs, (int)outputs, 1.0,
                delta, (int)outputs, W, (int)outputs, 0.0, error, (int)inputs);
}

void nn_product_update(size_t rows, size_t inputs, size_t outputs, double alpha, const double *A,
                       size_t lda, const double *delta, double beta, double *W_update) {
    cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (int)inputs, (int)outputs, (int)rows,
                alpha, A, (int)lda, delta, (int)outputs, beta, W_update, (int)outputs);
}
