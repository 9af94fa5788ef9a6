/* SPDX-License-Identifier: BSD-3-Clause */
/* Weights of rows. Only their ratios count: the cost is sum_e (w_e / sum w) cost_e, and the
 * gradient likewise. */
#ifndef NN_ROW_WEIGHTS_H
#define NN_ROW_WEIGHTS_H

#include "core/status.h"
#include "engine/rows.h"

/* NNBLAS_OK for weights that are finite, 0 or above and not all 0, and for null; otherwise
 * NNBLAS_ERROR_NOT_FINITE or NNBLAS_ERROR_VALUE. name: what the message calls a weight, such as
 * "sample weight". */
nnblas_status nn_check_row_weights(const char *name, size_t N, const double *weights);

/* The same in parts, for rows that are a share or come block by block, whose weights may all be 0,
 * and for all rows, whose number of weights above 0 is known. first: the number of the first row.
 */
nnblas_status nn_check_each_weight(const char *name, size_t first, size_t N, const double *weights);
nnblas_status nn_check_weighted_count(const char *name, size_t count);

/* How many rows have a weight above 0, and their numbers, rising. weights null: all rows. */
size_t nn_count_weighted_rows(size_t N, const double *weights);
void nn_list_weighted_rows(size_t N, const double *weights, uint32_t *list);

/* Leaves rows of weight 0 out of rows that are not picked yet. 0 times an infinite cost would be
 * NaN, and so would 0 times an infinite input in a product. *list is then the order of the rows,
 * and released by free(); null where all rows have weight. Fails only with NNBLAS_ERROR_MEMORY. */
nnblas_status nn_leave_out_rows(nn_rows *rows, uint32_t **list);

/* Sets the scale and the total weight of the rows, for any number of calls of the engine. The scale
 * is a power of 2 that brings the largest weight near 1: then neither the sum of scaled weights nor
 * its reciprocal can overflow, and the results have the bits of unscaled weights. */
void nn_weigh_rows(nn_rows *rows);

/* What it consists of: the scale by the largest weight, of these rows or of all whose share they
 * are, and the sum of the scaled weights, added to that of other rows. */
double nn_find_largest_weight(const nn_rows *rows);
void nn_scale_weights(nn_rows *rows, double largest);
double nn_add_weights(const nn_rows *rows, double sum);

/* Gives weighed rows another scale, that of rows of which they are some. */
void nn_rescale_weights(nn_rows *rows, double scale);

/* The weight of rows that come batch by batch, in the scale of the largest of them; 0 at first. */
typedef struct nn_weight_sum {
    double scale, total;
} nn_weight_sum;

/* Adds the weight of weighed rows. Returns their share of the sum. */
double nn_add_weight(nn_weight_sum *sum, const nn_rows *rows);

#endif
