/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef NN_NETWORK_H
#define NN_NETWORK_H

#include "core/arguments.h"
#include "engine/engine.h"
#include "engine/interval.h"

/* A text that is saved with the network. */
typedef struct nn_text {
    struct nn_text *next;
    char *key, *value; /* in the same allocation */
} nn_text;

struct nnblas_net {
    size_t n_layers; /* of weights: one less than the layer sizes */
    size_t parameter_count;
    size_t *sizes; /* n_layers + 1: the inputs, then the outputs of each layer */
    nn_layer *layers;
    nnblas_cost cost;
    double cost_parameter; /* 0 where the cost has none */
    double **W;            /* layers[l].W, to write */
    double *parameters;
    nn_text *metadata; /* in the order in which they were set */
    nn_posterior posterior;
    uint64_t posterior_hash; /* of the parameters that it belongs to */
};

/* The posterior of the parameters as they are. The network owns factor from then on; null: none. */
void nn_take_posterior(nnblas_net *net, double noise, double *factor);

/* Whether there is one, and the parameters are those that it belongs to. */
bool nn_has_posterior(const nnblas_net *net);

/* To a network that has none. False, with a message, where the system is out of memory. */
bool nn_copy_posterior(const nnblas_net *from, nnblas_net *to);

/* NNBLAS_OK for a weight of given derivatives that is finite and above 0. */
nnblas_status nn_check_derivative_weight(double weight);

/* Checks a key by the rules of nnblas_net_set_metadata. */
nnblas_status nn_check_key(const char *key);

/* Copies key and value to a new text that belongs to no network yet. Null, with a message, where
 * the system is out of memory. Released by free(). */
nn_text *nn_create_text(const char *key, const char *value);

/* Copies a list, in its order. Where the system is out of memory, returns false with a message, and
 * *copy is the list so far. */
bool nn_copy_texts(const nn_text *texts, nn_text **copy);
void nn_free_texts(nn_text *texts);

nn_model nn_net_model(const nnblas_net *net);

/* How many columns Y has. */
static inline size_t nn_count_label_columns(const nnblas_net *net) {
    return nn_get_label_columns(net->layers[net->n_layers - 1].outputs, net->cost);
}

/* The arguments of a call with rows and a network; null for those that the call does not have. */
typedef struct nn_net_call {
    const nnblas_net *net;
    size_t N;
    const double *X;
    size_t ldx;
    const char *target_name; /* "Y" or "O_out" */
    const double *target;
    size_t ld_target;
    nn_access target_access;
    const double *weights;  /* of the rows */
    const double *gradient; /* parameter_count elements, written like mse */
    const double *mse;
} nn_net_call;

nnblas_status nn_check_net_call(const nn_net_call *call);

#endif
