/* SPDX-License-Identifier: BSD-3-Clause */
#include "blas/lapack.h"

#ifdef HAVE_LAPACK

/* LAPACK is Fortran: matrices are column-major, so that our lower half is its upper one, arguments
 * are addresses, and the lengths of texts follow them. */
void dpotrf_(const char *half, const int *n, double *A, const int *lda, int *info, size_t length);
void dpotrs_(const char *half, const int *n, const int *columns, const double *A, const int *lda,
             double *B, const int *ldb, int *info, size_t length);
void dtrtri_(const char *half, const char *diagonal, const int *n, double *A, const int *lda,
             int *info, size_t half_length, size_t diagonal_length);

static const char UPPER[] = "U", NO_UNITS[] = "N";

bool nn_factor_cholesky(size_t n, double *A) {
    int size = (int)n, info = 0;
    dpotrf_(UPPER, &size, A, &size, &info, 1);
    return info == 0;
}

void nn_solve_cholesky(size_t n, const double *L, double *b) {
    int size = (int)n, one = 1, info = 0;
    dpotrs_(UPPER, &size, &one, L, &size, b, &size, &info, 1);
}

void nn_invert_triangle(size_t n, double *L) {
    int size = (int)n, info = 0;
    dtrtri_(UPPER, NO_UNITS, &size, L, &size, &info, 1, 1);
}

#else

/* Never called: the setters refuse what needs them. */
bool nn_factor_cholesky(size_t n, double *A) {
    (void)n, (void)A;
    return false;
}

void nn_solve_cholesky(size_t n, const double *L, double *b) {
    (void)n, (void)L, (void)b;
}

void nn_invert_triangle(size_t n, double *L) {
    (void)n, (void)L;
}

#endif
