/* SPDX-License-Identifier: BSD-3-Clause */
/* FANN's double build beside the library. Compiled from fann_peer.c, or from no_fann.c where FANN
 * is not installed. */
#ifndef FANN_PEER_H
#define FANN_PEER_H

#include "harness/problem.h"

typedef struct fann_peer {
    const problem *problem;
    void *net;
    double *O_out;
    void *examples; /* FANN's own copy of X and Y; null before prepare_fann_gradient */
} fann_peer;

bool has_fann(void);

/* The same sigmoid network: FANN's own bias weights are 0. Ends the program where it fails. */
fann_peer make_fann_peer(const problem *p);
void free_fann_peer(fann_peer *peer);

/* For a candidate: O_out of all rows of the problem, one by one. */
void run_fann_predict(void *fann_peer);

/* Once, before run_fann_gradient. */
void prepare_fann_gradient(fann_peer *fann_peer);

/* One epoch of batch training over all rows at learning rate 0, biases included; returns the mse,
 * which FANN keeps in single precision. The weights stay as they are. */
double run_fann_gradient(fann_peer *fann_peer);

#endif
