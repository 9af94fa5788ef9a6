/* SPDX-License-Identifier: BSD-3-Clause */
/* What a training has to know of the rows of a source before its first step. */
#ifndef NN_SOURCE_SURVEY_H
#define NN_SOURCE_SURVEY_H

#include "training/training.h"

/* Reads all rows, and checks them as fit checks rows in arrays. */
nnblas_status nn_survey_source(nn_blocks *blocks, const nnblas_net *net, bool is_validation,
                               nn_survey *survey);

#endif
