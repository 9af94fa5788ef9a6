/* SPDX-License-Identifier: BSD-3-Clause */
/* Training by liblbfgs, where the library is built with it. */
#ifndef NN_LBFGS_H
#define NN_LBFGS_H

#include "training/training.h"

/* All epochs of a fit. */
nnblas_status nn_run_lbfgs(nn_fit *fit);

#endif
