/* SPDX-License-Identifier: BSD-3-Clause */
/* Fisher's iris rows cut into a part to train on and a part that is held out to test with. */
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

/* 40 rows of each species, drawn at random, to train on, and the 10 others to test with. The same
 * seed gives the same parts on every machine. */
void split_iris(uint64_t seed, iris_part *train, iris_part *test);

#endif
