/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef NN_POSTERIOR_H
#define NN_POSTERIOR_H

#include "engine/normal_equations.h"
#include "training/training.h"

/* Leaves the posterior of the parameters that the fit ends with on its network, or none where the
 * rows do not determine them. decays: of each parameter; added: room for as many. Takes the memory
 * of the Hessian. */
void nn_keep_posterior(nn_fit *fit, nn_normal_equations *e, const double *decays, double *added);

#endif
