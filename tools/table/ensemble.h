/* SPDX-License-Identifier: BSD-3-Clause */
/* A model of several networks, which were trained from different seeds: its outputs are the means
 * of theirs. */
#ifndef NNBLAS_TABLE_ENSEMBLE_H
#define NNBLAS_TABLE_ENSEMBLE_H

#include "table/model.h"

/* Puts the other networks into the metadata of the first, as base64 under the keys "member 2" and
 * so on: they are saved with it. */
nnblas_status pack_members(table_model *model);

/* Whether metadata under this key are another network. */
bool is_member_key(const char *key);

/* Takes them out again, when the first is loaded. False if one is damaged, has other inputs or
 * outputs, or a key is not in the series. */
bool unpack_members(table_model *model);

/*
 * O_out: of N scaled rows X, the outputs, or their means over the networks. O_spread: null, or the
 * standard deviations between the networks (the squared distances are divided by their number less
 * 1); 0 of a single network. O_deviation: null, or of a model that has_deviations the standard
 * deviations of the targets, of an ensemble those of the mixture of the networks' distributions,
 * which needs O_spread. All have a column for each number of the targets.
 */
nnblas_status predict_model(const table_model *model, size_t N, const double *X, double *O_out,
                            double *O_spread, double *O_deviation);

#endif
