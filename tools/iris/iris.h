/* SPDX-License-Identifier: BSD-3-Clause */
/* R. A. Fisher, "The use of multiple measurements in taxonomic problems", Annals of Eugenics 7
 * (1936): 50 flowers of each of three species, measured in cm. */
#ifndef NNBLAS_IRIS_IRIS_H
#define NNBLAS_IRIS_IRIS_H

enum {
    IRIS_INPUTS = 4,
    IRIS_SPECIES = 3,
    IRIS_ROWS_A_SPECIES = 50,
    IRIS_ROWS = IRIS_SPECIES * IRIS_ROWS_A_SPECIES
};

/* Sepal length, sepal width, petal length, petal width. Row r is of species
 * r / IRIS_ROWS_A_SPECIES. */
extern const double iris_rows[IRIS_ROWS][IRIS_INPUTS];

extern const char *const iris_species[IRIS_SPECIES];

#endif
