/* SPDX-License-Identifier: BSD-3-Clause */
#include "fann_peer.h"
#include "harness/allocate.h"

#include <doublefann.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* X and Y as FANN wants them, and the batch training of all of it at learning rate 0. */
static struct fann_train_data *copy_examples(const problem *p) {
    const shape *s = &p->shape;
    struct fann_train_data *examples =
        fann_create_train((unsigned)s->N, (unsigned)s->inputs, (unsigned)s->outputs);
    if (!examples) {
        fprintf(stderr, "nnblas-bench: out of memory for the examples of FANN\n");
        exit(EXIT_FAILURE);
    }
    for (size_t e = 0; e < s->N; e++) {
        memcpy(examples->input[e], p->X + e * s->inputs, s->inputs * sizeof(double));
        memcpy(examples->output[e], p->Y + e * s->outputs, s->outputs * sizeof(double));
    }
    return examples;
}

bool has_fann(void) {
    return true;
}

/* FANN keeps, for each unit of a layer, the weights from all units before it and then its bias. */
static double *copy_layer(double *weights, size_t inputs, size_t outputs, const double *W) {
    for (size_t j = 0; j < outputs; j++) {
        for (size_t i = 0; i < inputs; i++)
            *weights++ = W[i * outputs + j];
        *weights++ = 0.0;
    }
    return weights;
}

/* fann_set_weight searches all connections for each one it sets. */
static void set_weights(struct fann *net, const problem *p) {
    const shape *s = &p->shape;
    double *rest = copy_layer(net->weights, s->inputs, s->hidden, p->parameters);
    copy_layer(rest, s->hidden, s->outputs, p->parameters + s->inputs * s->hidden);
}

fann_peer make_fann_peer(const problem *p) {
    const shape *s = &p->shape;
    struct fann *net =
        fann_create_standard(3, (unsigned)s->inputs, (unsigned)s->hidden, (unsigned)s->outputs);
    if (!net) {
        fprintf(stderr, "nnblas-bench: FANN made no network\n");
        exit(EXIT_FAILURE);
    }
    /* FANN's sigmoid is 1 / (1 + exp(-2 steepness a)). */
    fann_set_activation_function_hidden(net, FANN_SIGMOID);
    fann_set_activation_function_output(net, FANN_SIGMOID);
    fann_set_activation_steepness_hidden(net, 0.5);
    fann_set_activation_steepness_output(net, 0.5);
    set_weights(net, p);
    return (fann_peer){p, net, allocate_array(s->N * s->outputs, sizeof(double)), NULL};
}

void prepare_fann_gradient(fann_peer *peer) {
    peer->examples = copy_examples(peer->problem);
    fann_set_training_algorithm(peer->net, FANN_TRAIN_BATCH);
    fann_set_train_error_function(peer->net, FANN_ERRORFUNC_LINEAR);
    fann_set_learning_rate(peer->net, 0.0F);
    fann_set_learning_momentum(peer->net, 0.0F);
}

void free_fann_peer(fann_peer *peer) {
    if (peer->examples)
        fann_destroy_train(peer->examples);
    fann_destroy(peer->net);
    free(peer->O_out);
    *peer = (fann_peer){0};
}

void run_fann_predict(void *context) {
    fann_peer *peer = context;
    const shape *s = &peer->problem->shape;
    for (size_t e = 0; e < s->N; e++)
        memcpy(peer->O_out + e * s->outputs, fann_run(peer->net, peer->problem->X + e * s->inputs),
               s->outputs * sizeof(double));
}

/* FANN's error is the mean over rows and outputs, in single precision. */
double run_fann_gradient(fann_peer *peer) {
    double mean = (double)fann_train_epoch(peer->net, peer->examples);
    return mean * (double)peer->problem->shape.outputs / 2.0;
}
