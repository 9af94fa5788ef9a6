/* SPDX-License-Identifier: BSD-3-Clause */
/* The checks of a fit before its first step, for every optimizer. */
#ifndef NN_FIT_CHECKS_H
#define NN_FIT_CHECKS_H

#include "training/training.h"

/* Checks the rows of fit, the validation rows, the settings together, and the first parameters. */
nnblas_status nn_check_fit(const nnblas_trainer *trainer, const nn_rows *rows);

#endif
