/* SPDX-License-Identifier: BSD-3-Clause */
/* Splits of the rows of a dataset: those to learn from, and those to score on. */
#ifndef NNBLAS_TABLE_SPLIT_H
#define NNBLAS_TABLE_SPLIT_H

#include "table/dataset.h"

/*
 * Both are random, decided by the seed alone, and stratified where the target is a class or all
 * targets are labels: a class, or a combination of labels, has the same share of the rows in each
 * part, as nearly as whole rows allow. The dataset may be
 * scaled or not.
 */

/* Marks fraction * N of the N rows, at least 1 and at most N - 1; N >= 2. The only row of a class
 * is not held out, since nothing else is known of the class. */
void hold_out(const schema *s, const dataset *d, double fraction, uint64_t seed, bool *is_held_out);

/* folds[r] becomes the fold of row r, below k; 2 <= k <= N. The numbers of rows of two folds, and
 * those of their rows of a class, differ by at most 1. */
void assign_folds(const schema *s, const dataset *d, size_t k, uint64_t seed, size_t *folds);

/* Copies of the rows with this mark. */
dataset take_marked(const dataset *d, const bool *is_marked, bool mark);

#endif
