/* SPDX-License-Identifier: BSD-3-Clause */
/* What a fit is refused for before its first step, for every optimizer. */
#ifndef NN_FIT_CHECKS_H
#define NN_FIT_CHECKS_H

#include "training/training.h"

/* The rows that fit was given, the validation rows, the settings together, and the parameters that
 * the training would begin with. */
nnblas_status nn_check_fit(const nnblas_trainer *trainer, const nn_rows *rows);

#endif
