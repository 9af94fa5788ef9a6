/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef NN_NETWORK_H
#define NN_NETWORK_H

#include "arguments.h"
#include "engine.h"

struct nnblas_net {
    size_t n_layers; /* of weights: one less than the layer sizes */
    size_t parameter_count;
    nn_layer *layers;
    double **W; /* layers[l].W, to write */
    double *parameters;
};

nn_model nn_net_model(const nnblas_net *net);

/* Checks net, N and the matrices of a call; Y or O_out may be left out with a null name. gradient,
 * of parameter_count elements, and mse are null where the call has none. */
typedef struct nn_net_call {
    const nnblas_net *net;
    size_t N;
    const double *X;
    size_t ldx;
    const char *target_name; /* "Y" or "O_out" */
    const double *target;
    size_t ld_target;
    nn_access target_access;
} nn_net_call;

nnblas_status nn_check_net_call(const nn_net_call *call, const double *gradient, const double *mse);

#endif
