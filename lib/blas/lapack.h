/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Cholesky's factorisation by LAPACK, where the library is built with one. A symmetric matrix is
 * row-major, n x n and contiguous. Its factor L, A = L L^T, is in the lower half and the diagonal;
 * what is above the diagonal is neither read nor written.
 *
 * n is 1 to INT_MAX: LAPACK prints a message and may end the process where an argument is wrong.
 * Hold BLAS around these calls (nn_blas_hold).
 */
#ifndef NN_LAPACK_H
#define NN_LAPACK_H

#include <stdbool.h>
#include <stddef.h>

/* A := L. False where A, as it is rounded, is not positive definite: then its half is spoilt. */
bool nn_factor_cholesky(size_t n, double *A);

/* b := A^-1 b, by the factor L. */
void nn_solve_cholesky(size_t n, const double *L, double *b);

/* L := L^-1. */
void nn_invert_triangle(size_t n, double *L);

#endif
