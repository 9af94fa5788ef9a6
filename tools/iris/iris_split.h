/* SPDX-License-Identifier: BSD-3-Clause */
/* Splits the iris rows into a training set and a test set. */
#ifndef NNBLAS_IRIS_IRIS_SPLIT_H
#define NNBLAS_IRIS_IRIS_SPLIT_H

#include "iris/iris.h"

#include <stddef.h>
#include <stdint.h>

enum { IRIS_TRAIN_ROWS_A_SPECIES = 40 };

/* N rows; Y is 1 in the column of the row's species and 0 in the others. */
typedef struct {
    size_t N;
    double X[IRIS_ROWS][IRIS_INPUTS];
    double Y[IRIS_ROWS][IRIS_SPECIES];
    size_t species[IRIS_ROWS];
} iris_part;

/* Draws 40 rows of each species for training; the 10 others are for testing. The same seed gives
 * the same parts on every machine. */
void split_iris(uint64_t seed, iris_part *train, iris_part *test);

#endif
