/* SPDX-License-Identifier: BSD-3-Clause */
/* The iris rows against their means, and the split of them against its promises. */
#include "iris/iris_split.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int failures;

static void report(bool is_right, const char *description) {
    printf("%s  %s\n", is_right ? "ok    " : "not ok", description);
    failures += !is_right;
}

/* What R has for aggregate(. ~ Species, iris, mean). */
static const double MEANS_OF_R[IRIS_SPECIES][IRIS_INPUTS] = {
    {5.006, 3.428, 1.462, 0.246},
    {5.936, 2.770, 4.260, 1.326},
    {6.588, 2.974, 5.552, 2.026},
};

static bool has_means_of_r(void) {
    for (size_t species = 0; species < IRIS_SPECIES; species++)
        for (size_t i = 0; i < IRIS_INPUTS; i++) {
            double sum = 0.0;
            for (size_t r = 0; r < IRIS_ROWS_A_SPECIES; r++)
                sum += iris_rows[species * IRIS_ROWS_A_SPECIES + r][i];
            if (fabs(sum / IRIS_ROWS_A_SPECIES - MEANS_OF_R[species][i]) > 1e-9)
                return false;
        }
    return true;
}

static size_t count_row(const iris_part *part, size_t row) {
    size_t count = 0;
    for (size_t r = 0; r < part->N; r++)
        count += part->species[r] == row / IRIS_ROWS_A_SPECIES &&
                 memcmp(part->X[r], iris_rows[row], sizeof part->X[r]) == 0;
    return count;
}

/* Some flowers have the same measures as others of their species. */
static size_t count_twins(size_t row) {
    size_t first = row - row % IRIS_ROWS_A_SPECIES, count = 0;
    for (size_t other = first; other < first + IRIS_ROWS_A_SPECIES; other++)
        count += memcmp(iris_rows[other], iris_rows[row], sizeof iris_rows[row]) == 0;
    return count;
}

static bool holds_each_row_once(const iris_part *train, const iris_part *test) {
    for (size_t row = 0; row < IRIS_ROWS; row++)
        if (count_row(train, row) + count_row(test, row) != count_twins(row))
            return false;
    return train->N + test->N == IRIS_ROWS;
}

static bool has_rows_a_species(const iris_part *part, size_t expected) {
    size_t counts[IRIS_SPECIES] = {0};
    for (size_t r = 0; r < part->N; r++)
        counts[part->species[r]]++;
    for (size_t species = 0; species < IRIS_SPECIES; species++)
        if (counts[species] != expected)
            return false;
    return true;
}

static bool has_right_labels(const iris_part *part) {
    for (size_t r = 0; r < part->N; r++)
        for (size_t k = 0; k < IRIS_SPECIES; k++)
            if (part->Y[r][k] != (k == part->species[r] ? 1.0 : 0.0))
                return false;
    return true;
}

/* Over many seeds each flower is held out a fifth of the time; 5 standard deviations are allowed.
 */
static bool holds_out_evenly(void) {
    enum { SEEDS = 2000 };
    static size_t held_out[IRIS_ROWS];
    static iris_part train, test;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        split_iris(seed, &train, &test);
        for (size_t row = 0; row < IRIS_ROWS; row++)
            held_out[row] += count_row(&test, row);
    }
    for (size_t row = 0; row < IRIS_ROWS; row++) {
        double twins = (double)count_twins(row), rate = 0.2;
        double deviation = sqrt(SEEDS * twins * rate * (1.0 - rate));
        if (fabs((double)held_out[row] - SEEDS * twins * rate) > 5.0 * deviation)
            return false;
    }
    return true;
}

int main(void) {
    static iris_part train, test, again_train, again_test;
    split_iris(1, &train, &test);
    split_iris(1, &again_train, &again_test);
    report(has_means_of_r(), "the rows have the means of each species that R has");
    report(holds_each_row_once(&train, &test), "the two parts hold each row once");
    report(has_rows_a_species(&train, 40), "40 rows of each species to train on");
    report(has_rows_a_species(&test, 10), "10 rows of each species to test with");
    report(has_right_labels(&train) && has_right_labels(&test), "Y is 1 at the species, else 0");
    report(memcmp(test.X, again_test.X, sizeof test.X) == 0, "the same seed, the same rows");
    report(holds_out_evenly(), "each row is held out for a fifth of the seeds");
    return failures > 0;
}
