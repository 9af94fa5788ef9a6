/* SPDX-License-Identifier: BSD-3-Clause */
/* The rows of a call, and the part of them that a tile needs. Where the caller's matrix has another
 * layout, the functions copy to the buffer and return it. */
#ifndef NN_ROWS_H
#define NN_ROWS_H

#include "engine/layer.h"

#include <stdint.h>

/* The examples and, except for predictions, their labels. */
typedef struct nn_rows {
    size_t N;
    const double *X;
    size_t ldx;
    const double *Y;
    size_t ldy;
    const double *weights; /* of the rows; null: 1 each */
    const uint32_t *order; /* row e is row order[e] of the matrices and the weights; null: row e */
    size_t following;      /* rows behind these in the order that the next call will take */
    /* From nn_weigh_rows: the factor of each weight, and the sum of the weights times this factor.
     * Where rows are a share of all rows of a step, the sum is that of all of them: costs and
     * gradients are then this share's part of the mean. 0: as many as there are rows, without
     * weights. */
    double weight_scale, total_weight;
} nn_rows;

static inline double nn_get_total_weight(const nn_rows *rows) {
    return rows->total_weight > 0.0 ? rows->total_weight : (double)rows->N;
}

/* Where row e is in the matrices and the weights. */
static inline size_t nn_get_row(const nn_rows *rows, size_t e) {
    return rows->order ? rows->order[e] : e;
}

/* Copies count picked rows from first on, side by side. */
void nn_gather_inputs(const nn_rows *rows, size_t first, size_t count, size_t columns, double *X);

/* Where count rows from first on lie together in the matrices: the place of the first of them, or
 * NN_SCATTERED where they do not. */
#define NN_SCATTERED SIZE_MAX
size_t nn_find_place(const nn_rows *rows, size_t first, size_t count);

/* Begins to fetch rows and labels of the order from memory, without waiting for them. */
void nn_prefetch_rows(const nn_rows *rows, size_t first, size_t count, size_t inputs,
                      size_t labels);

/* The labels, count x labels or transposed, in the layout of the last layer's matrix. */
const double *nn_get_labels(const nn_rows *rows, size_t first, size_t count, size_t labels,
                            bool transposed, double *buffer);

/* Copies the scaled weights of rows, once for each label of a row: a matrix like the labels. */
const double *nn_spread_weights(const nn_rows *rows, size_t first, size_t count, size_t labels,
                                bool transposed, double *buffer);

/* Whether a matrix with this ld has the layout of the last layer's matrix: a single column is its
 * own transpose. */
static inline bool nn_lies_as_matrix(size_t outputs, bool transposed, size_t ld) {
    return ld == outputs && (!transposed || outputs == 1);
}

/* Copies the last layer's matrix to count rows of the caller's. */
void nn_copy_outputs(size_t count, size_t outputs, bool transposed, const double *matrix,
                     double *O_out, size_t ldo);

/* Copies a matrix. */
void nn_copy_rows(size_t rows, size_t columns, const double *from, size_t ld_from, double *to,
                  size_t ld_to);

/* to, columns x rows, := the transpose of from, rows x columns. */
void nn_transpose(size_t rows, size_t columns, const double *from, size_t ld_from, double *to,
                  size_t ld_to);

#endif
