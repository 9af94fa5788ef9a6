/* SPDX-License-Identifier: BSD-3-Clause */
/* Training by Levenberg-Marquardt, where the library is built with LAPACK. */
#ifndef NN_LEVENBERG_MARQUARDT_H
#define NN_LEVENBERG_MARQUARDT_H

#include "training/training.h"

/* All epochs of a fit. */
nnblas_status nn_run_levenberg_marquardt(nn_fit *fit);

#endif
