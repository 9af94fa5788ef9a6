/* SPDX-License-Identifier: BSD-3-Clause */
/* How well outputs rank the rows of a class above the others: the area under the ROC curve. */
#ifndef NNBLAS_TABLE_RANKING_H
#define NNBLAS_TABLE_RANKING_H

#include <stdbool.h>
#include <stddef.h>

/* The outputs of all rows, whether Y is 1 there, and the weights of the rows. Where they would take
 * more than RANKED_NUMBERS outputs, about a gigabyte, they are given up, and each area is NaN. */
enum { RANKED_NUMBERS = 1 << 27 };

typedef struct {
    size_t N, outputs;
    double *O_out, *weights; /* N x outputs, N */
    bool *is_of_class;       /* N x outputs */
    size_t O_capacity, weights_capacity, classes_capacity;
    bool is_given_up;
} ranking;

/* weights may be null, where each is 1. */
void add_to_ranking(ranking *r, size_t N, const double *Y, const double *O_out,
                    const double *weights);
/* The same of what another ranking has. */
void join_ranking(ranking *r, bool is_given_up, size_t N, const double *O_out,
                  const double *weights, const bool *is_of_class);
void free_ranking(ranking *r);

/*
 * The share of the pairs of a row with Y = 1 and one with Y = 0 at which the output is larger for
 * the first, ties counted half, each pair counted with the product of its weights. NaN where there
 * is no pair.
 */
double compute_auc(const ranking *r, size_t output);

#endif
