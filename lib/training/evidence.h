/* SPDX-License-Identifier: BSD-3-Clause */
/* Bayesian regularisation: the weight decay and the noise by the evidence. */
#ifndef NN_EVIDENCE_H
#define NN_EVIDENCE_H

#include "engine/normal_equations.h"
#include "training/training.h"

/* The decay of the first step, before anything is known: as if half of the parameters, or of the
 * labels where these are fewer, were determined. */
double nn_begin_decay(const nn_fit *fit, double cost);

/* Re-estimates fit->progress.evidence at the parameters, from their normal equations and cost, with
 * the decay so far. added: room for as many numbers as there are parameters. Where the Hessian is
 * not positive definite as it is rounded, the estimates stay. least: of the decay. */
void nn_estimate_evidence(nn_fit *fit, nn_normal_equations *e, double *added, double cost,
                          double least);

#endif
