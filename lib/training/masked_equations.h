/* SPDX-License-Identifier: BSD-3-Clause */
/* The normal equations of the parameters that the mask trains. The others stay in the matrix, so
 * that it keeps its size, and have nothing to do with them. */
#ifndef NN_MASKED_EQUATIONS_H
#define NN_MASKED_EQUATIONS_H

#include "engine/normal_equations.h"
#include "training/training.h"

/* As if the outputs did not depend on the parameters that the mask does not train: then their step
 * is exactly 0. Without a mask it does nothing, and so do the others. */
void nn_mask_equations(const nn_settings *settings, nn_normal_equations *e);

/* Makes the rows of these parameters those of the identity: they add nothing to the logarithm of
 * the determinant, and 1 each to the sum of nn_normal_equations_invert. */
void nn_mask_added(const nn_settings *settings, size_t count, double *added);

/* Makes the posterior of these parameters exactly what they are. L: its factor, row-major. */
void nn_mask_factor(const nn_settings *settings, size_t count, double *L);

#endif
