/* SPDX-License-Identifier: BSD-3-Clause */
/* What the subcommands time: the library and the naive loops on a problem. Each make_ ends the
 * program with a message where it fails. */
#ifndef RUNS_H
#define RUNS_H

#include "harness/naive.h"
#include "harness/problem.h"

#include "nnblas.h"

/* Ends the program with the library's message unless status is NNBLAS_OK. */
void require_ok(nnblas_status status);

typedef struct library_run {
    const problem *problem;
    nnblas_net *net;  /* with the problem's weights; biases are 0 */
    double *gradient; /* W1_update and W2_update, one after the other */
    double *O_out;
    double mse;
} library_run;

/* flags: of nnblas_net_create. */
library_run make_network_run(const problem *p, unsigned flags);
library_run make_library_run(const problem *p);
void free_library_run(library_run *run);

typedef struct naive_run {
    naive_iteration iteration;
    double *workspace;
    double mse;
} naive_run;

naive_run make_naive_run(const problem *p);
void free_naive_run(naive_run *run);

/* For candidates; the context is one of the above. */
void run_library_gradient(void *library_run);
void run_library_predict(void *library_run);
void run_naive_gradient(void *naive_run);
void run_naive_feedforward(void *naive_run);

#endif
