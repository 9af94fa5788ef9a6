/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The normal equations of least squares: with the Jacobian J of all outputs by all parameters and
 * the errors e = O_out - Y, both with rows scaled by the root of their weights,
 *
 *   hessian = J^T J / S, gradient = J^T e / S,
 *
 * S the number of rows or the sum of their weights. That is the Gauss-Newton part of the Hessian of
 * the mse, and its gradient.
 *
 * J is computed in tiles of rows, whose products are added up. There is one matrix of parameters^2
 * numbers, whatever the threads and the rows: a tile's rows are shared out first, and then the
 * blocks of the products.
 */
#ifndef NN_NORMAL_EQUATIONS_H
#define NN_NORMAL_EQUATIONS_H

#include "engine/output_jacobian.h"

typedef struct nn_normal_equations {
    size_t count; /* parameters */
    /* Row-major, count x count. A run fills the upper half and the diagonal; what the lower half
     * holds then is of no use, and the caller may use it. */
    double *hessian;
    double *diagonal; /* of the Hessian */
    double *gradient;
    const nn_model *model;
    size_t tile_rows, ldj, runners;
    double *J, *errors, *factors;
    bool is_fresh;                /* nothing was added yet */
    nn_jacobian_buffers *buffers; /* one a runner */
} nn_normal_equations;

/* The bytes that it takes for at most N rows. */
size_t nn_measure_normal_equations(const nn_model *model, size_t N);

/* For runs with this model, whose parameters may change, and at most N rows. The parameters are at
 * most INT_MAX. After a failure there is nothing to close. */
nnblas_status nn_normal_equations_open(nn_normal_equations *e, const nn_model *model, size_t N);
void nn_normal_equations_close(nn_normal_equations *e);

/* rows: with labels, and weighed by nn_weigh_rows. */
void nn_normal_equations_run(nn_normal_equations *e, const nn_rows *rows);

/* The same of rows that come block by block: begins, and adds blocks, each of which has the scale
 * and the total weight of all rows. */
void nn_normal_equations_begin(nn_normal_equations *e);
void nn_normal_equations_add(nn_normal_equations *e, const nn_rows *rows);

/* The Cholesky factor L of the Hessian with added[i] more at each element of its diagonal, in the
 * lower half and the diagonal of the Hessian (blas/lapack.h). False where that matrix, as it is
 * rounded, is not positive definite. */
bool nn_normal_equations_factor(nn_normal_equations *e, const double *added);

/* b := the inverse of that matrix times b. */
void nn_normal_equations_solve(const nn_normal_equations *e, double *b);

/* After nn_normal_equations_factor: the sum of added[i] times the diagonal of the matrix's inverse,
 * and the logarithm of its determinant. The factor is then replaced by its inverse. */
void nn_normal_equations_invert(nn_normal_equations *e, const double *added, double *sum,
                                double *log_determinant);

#endif
