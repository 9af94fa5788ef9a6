/* SPDX-License-Identifier: BSD-3-Clause */
#include "iris/iris_split.h"

#include "cli/shuffle.h"

#include <string.h>

static void append_row(iris_part *part, size_t row) {
    size_t species = row / IRIS_ROWS_A_SPECIES;
    memcpy(part->X[part->N], iris_rows[row], sizeof part->X[0]);
    for (size_t k = 0; k < IRIS_SPECIES; k++)
        part->Y[part->N][k] = k == species ? 1.0 : 0.0;
    part->species[part->N] = species;
    part->N++;
}

void split_iris(uint64_t seed, iris_part *train, iris_part *test) {
    uint64_t state = seed;
    train->N = test->N = 0;
    for (size_t species = 0; species < IRIS_SPECIES; species++) {
        size_t rows[IRIS_ROWS_A_SPECIES];
        for (size_t r = 0; r < IRIS_ROWS_A_SPECIES; r++)
            rows[r] = species * IRIS_ROWS_A_SPECIES + r;
        shuffle(rows, IRIS_ROWS_A_SPECIES, &state);
        for (size_t r = 0; r < IRIS_ROWS_A_SPECIES; r++)
            append_row(r < IRIS_TRAIN_ROWS_A_SPECIES ? train : test, rows[r]);
    }
}
