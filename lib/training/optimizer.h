/* SPDX-License-Identifier: BSD-3-Clause */
/* Optimizers: how a gradient becomes a step of the flat vector of parameters. */
#ifndef NN_OPTIMIZER_H
#define NN_OPTIMIZER_H

#include "engine/layer.h"
#include "training/settings.h"

typedef struct nn_optimizer {
    const nn_settings *settings;
    const nn_layer *layers; /* which of the parameters are weights, and decay */
    size_t n_layers;
    size_t threads; /* the most for a step */
    size_t count;   /* parameters */
    uint64_t steps; /* taken so far; Adam corrects its moments by it */
    /* Vectors of the parameters' length where the method has them, else null. */
    double *first;    /* the velocity; Adam's first moment; the gradient before of Rprop; the
                       * direction of scaled conjugate gradients */
    double *second;   /* Adam's second moment; Rprop's step sizes; the gradient at the parameters of
                       * scaled conjugate gradients */
    double *frozen;   /* the parameters to which those return that the mask does not train */
    double *snapshot; /* room for the parameters and both of the vectors */
} nn_optimizer;

/* Whether a method takes steps by a learning rate, over batches of any rows; the others search the
 * lowest cost of all rows. */
bool nn_has_rate(nnblas_optimizer method);

/* How many of the two vectors a method has. */
size_t nn_count_optimizer_vectors(nnblas_optimizer method);

/* threads: of the engine that computes the gradients. Fails only with NNBLAS_ERROR_MEMORY; nothing
 * is left to close then. */
nnblas_status nn_optimizer_open(nn_optimizer *o, const nn_settings *settings,
                                const nn_layer *layers, size_t n_layers, size_t threads);
void nn_optimizer_close(nn_optimizer *o);

/* Whether parameter i is trained. */
static inline bool nn_is_trained(const nn_settings *settings, size_t i) {
    return !settings->mask || settings->mask[i];
}

/* Makes the elements of a gradient 0 whose parameters the mask does not train. */
void nn_mask_gradient(const nn_settings *settings, size_t count, double *gradient);

/* Parameters that the mask does not train keep their bits: freeze takes them, and thaw, which is
 * called after each change of the parameters, puts them back. */
void nn_optimizer_freeze(nn_optimizer *o, const double *parameters);
void nn_optimizer_thaw(const nn_optimizer *o, double *parameters);

/* gradient: without those of weight decay and L1, which the step adds. */
void nn_optimizer_step(nn_optimizer *o, double rate, const double *gradient, double *parameters);

/* The same, but returns false and changes nothing where a parameter or an optimizer's number would
 * not be finite after it. */
bool nn_optimizer_try_step(nn_optimizer *o, double rate, const double *gradient,
                           double *parameters);

/* Returns a bound of what the next step adds to the magnitude of any parameter. gradient bounds the
 * elements of this gradient and of all before it, with the slopes of weight decay and L1. *velocity
 * bounds the velocities of momentum and Nesterov, and is updated; for Adam it bounds the first
 * moments that the training began with. */
double nn_optimizer_bound_step(const nn_optimizer *o, double rate, double gradient,
                               double *velocity);

#endif
