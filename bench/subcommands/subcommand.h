/* SPDX-License-Identifier: BSD-3-Clause */
/* The subcommands of nnblas-bench and what the command line says to them. */
#ifndef BENCH_H
#define BENCH_H

#include "harness/problem.h"
#include "harness/report.h"

typedef struct shape_list {
    const shape *shapes;
    size_t count;
} shape_list;

typedef struct options {
    shape_list given; /* with --shape */
    const char *json_path;
    double seconds;  /* the time budget of a line of the table */
    double measured; /* seconds to measure the library's plan; 0: it is estimated */
    int threads;     /* 0 lets the library and the BLAS decide */
    int seed;        /* of the shapes that grid draws */
} options;

/* Returns the exit code of the program. */
typedef int subcommand_function(const options *o);

enum { EXIT_USAGE = 2 };

subcommand_function run_compare, run_fit, run_grid, run_kernels, run_rows, run_threads,
    run_networks, run_latency, run_plan, run_tune, run_busy, run_bits, run_many, run_optimizers,
    run_derivatives, run_source;

/* What compare and threads use where no other shapes are given. */
extern const shape_list DEFAULT_SHAPES;

/* The shapes of the command line, or those of the subcommand where there are none. */
shape_list choose_shapes(const options *o, shape_list own);

/* Times one shape and adds to the report what it found; false where results differ. */
typedef bool time_shape_function(const shape *s, const options *o, report *r);

/* A report over all of the shapes, one after the other. Returns the exit code of the program. */
int report_shapes(const options *o, shape_list shapes, const report_head *head,
                  time_shape_function *time_shape);

/* A new JSON object with N, inputs, hidden, outputs, and all in one as text: shape, which
 * SHAPE_COLUMN shows. */
json_t *describe_shape(const shape *s);
#define SHAPE_COLUMN                                                                               \
    { "shape", "N x in x hid x out", 20, 1.0, NULL }

/* What get_difference gave, as JSON, which has no NaN: null stands for it. */
json_t *describe_difference(double difference);

/* Whether it is within TOLERANCE, which NaN is not; says so where it is not. */
bool is_small(const shape *s, const char *name, double difference);

#endif
