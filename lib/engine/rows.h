/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The rows of a call, and a few of them as a tile needs them: where the caller's matrix does not
 * lie like that, they are copied to a buffer, and the buffer is returned.
 */
#ifndef NN_ROWS_H
#define NN_ROWS_H

#include "engine/layer.h"

#include <stdint.h>

/* The examples and, but for predictions, their labels. */
typedef struct nn_rows {
    size_t N;
    const double *X;
    size_t ldx;
    const double *Y;
    size_t ldy;
    const double *weights; /* of the rows; null: 1 each */
    const uint32_t *order; /* row e is row order[e] of the matrices and the weights; null: row e */
    /* What rows with weights need beside them, from nn_weigh_rows: each weight counts
     * weight_scale times, and total_weight is the sum of that. */
    double weight_scale, total_weight;
} nn_rows;

/* Rows that have an order of their own, side by side: count rows from first on. */
void nn_gather_inputs(const nn_rows *rows, size_t first, size_t count, size_t columns, double *X);

/* The labels, count x outputs or transposed, as the last layer's matrix. */
const double *nn_get_labels(const nn_rows *rows, size_t first, size_t count, size_t outputs,
                            bool transposed, double *buffer);

/* The weights of rows that have them, scaled, for each output of a row: a matrix like the labels.
 */
const double *nn_spread_weights(const nn_rows *rows, size_t first, size_t count, size_t outputs,
                                bool transposed, double *buffer);

/* Such a matrix can be the last layer's itself: a single column is its own transpose. */
static inline bool nn_lies_as_matrix(size_t outputs, bool transposed, size_t ld) {
    return ld == outputs && (!transposed || outputs == 1);
}

/* The last layer's matrix to count rows of a caller's. */
void nn_copy_outputs(size_t count, size_t outputs, bool transposed, const double *matrix,
                     double *O_out, size_t ldo);

/* A matrix row by row. */
void nn_copy_rows(size_t rows, size_t columns, const double *from, size_t ld_from, double *to,
                  size_t ld_to);

#endif
