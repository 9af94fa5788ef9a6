/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Exits 0 where the integers of the BLAS are ints. Declared with 64-bit integers whose upper half
 * is set, the call is a 1 x 1 product for a BLAS that reads ints; for another it is 2^32 + 1 wide,
 * and leading dimensions of 1 are an error.
 */
#include <stdint.h>

enum { ROW_MAJOR = 101, NO_TRANSPOSE = 111 };

void cblas_dgemm(int order, int transpose_A, int transpose_B, int64_t m, int64_t n, int64_t k,
                 double alpha, const double *A, int64_t lda, const double *B, int64_t ldb,
                 double beta, double *C, int64_t ldc);

int main(void) {
    const int64_t one = (INT64_C(1) << 32) + 1;
    const double A = 3.0, B = 5.0;
    double C = 0.0;
    cblas_dgemm(ROW_MAJOR, NO_TRANSPOSE, NO_TRANSPOSE, one, one, one, 1.0, &A, 1, &B, 1, 0.0, &C,
                1);
    return C == 15.0 ? 0 : 1;
}
