/* SPDX-License-Identifier: BSD-3-Clause */
/* What a training has to know of the rows of a source before its first step. */
#ifndef NN_SOURCE_SURVEY_H
#define NN_SOURCE_SURVEY_H

#include "training/training.h"

/* Rows, which are nowhere together, get their numbers. Where these are not known without, it reads
 * them; else the first pass over them fills the survey, which stays where it is. All rows are
 * checked as fit checks rows in arrays, in the first pass. */
nnblas_status nn_survey_source(nn_blocks *blocks, const nnblas_net *net, bool is_validation,
                               nn_survey *survey, nn_rows *rows);

/* Of the sources of all ranks, of which one may have no rows, or none of weight. */
nnblas_status nn_check_survey(const nn_survey *survey, size_t N, size_t weighted);

#endif
