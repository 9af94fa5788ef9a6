/* SPDX-License-Identifier: BSD-3-Clause */
/* The subcommands of nnblas-bench and what the command line says to them. */
#ifndef BENCH_H
#define BENCH_H

#include "problem.h"
#include "report.h"

#include "nnblas.h"

typedef struct options {
    const shape *shapes; /* those of --shape, or null: the subcommand's own */
    size_t n_shapes;
    const char *json_path;
    double seconds; /* the time budget of a line of the table */
    int threads;    /* 0 lets the library and the BLAS decide */
} options;

/* Returns the exit code of the program. */
typedef int subcommand_function(const options *o);

enum { EXIT_USAGE = 2 };

subcommand_function run_compare, run_kernels, run_rows, run_threads, run_latency;

/* One gradient of the library on a problem: a candidate's run and its context. */
typedef struct library_gradient {
    const problem *problem;
    nnblas_net *net;
    double *gradient; /* W1_update and W2_update, one after the other */
    double mse;
} library_gradient;

/* The net gets the problem's weights. Ends the program with a message where it fails. */
library_gradient make_library_gradient(const problem *p);
void free_library_gradient(library_gradient *g);
void run_library_gradient(void *library_gradient);

/* A network with the weights of the problem. Ends the program with a message where it fails. */
nnblas_net *make_net(const problem *p);

/* Ends the program with the library's message unless status is NNBLAS_OK. */
void require_ok(nnblas_status status);

/* The shapes compare and threads use where no other are given. */
extern const shape DEFAULT_SHAPES[];
extern const size_t N_DEFAULT_SHAPES;

/* A new JSON object with N, inputs, hidden and outputs, and the columns that show them. */
json_t *describe_shape(const shape *s);
#define SHAPE_COLUMNS                                                                              \
    {"N", "N", 9, 1.0, NULL}, {"inputs", "inputs", 7, 1.0, NULL},                                  \
        {"hidden", "hidden", 7, 1.0, NULL}, {                                                      \
        "outputs", "outputs", 8, 1.0, NULL                                                         \
    }

#endif
