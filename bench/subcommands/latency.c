/* SPDX-License-Identifier: BSD-3-Clause */
/* The latency of small calls, beside their products alone, naive loops and FANN. */
#include "harness/five.h"
#include "harness/runs.h"
#include "harness/timing.h"
#include "peers/fann_peer.h"
#include "subcommands/subcommand.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const column COLUMNS[] = {
    SHAPE_COLUMN,
    {"call", "call", 9, 1.0, NULL},
    {"library_seconds", "library ns", 12, 1e9, "%.1f"},
    {"products_seconds", "dgemms ns", 11, 1e9, "%.1f"},
    {"ratio", "/ dgemms", 10, 1.0, "%.2f"},
    {"naive_seconds", "naive ns", 12, 1e9, "%.1f"},
    {"fann_seconds", "FANN ns", 12, 1e9, "%.1f"},
    {"difference", "difference", 12, 1.0, "%.1e"},
    {0},
};

static const char *get_note(void) {
    return has_fann()
               ? "predict: nnblas_net_predict, naive loops, and fann_run (double build) row by "
                 "row, "
                 "on the same weights;\nFANN's units have biases, which are 0 here. step: "
                 "nnblas_gradient_step, and naive loops of its gradient.\ndgemms: the cblas_dgemm "
                 "calls alone that are in it. difference: the largest in O_out or mse, relative."
               : "predict: nnblas_net_predict and naive loops on the same weights. step: "
                 "nnblas_gradient_step, and naive\nloops of its gradient. dgemms: the cblas_dgemm "
                 "calls alone that are in it. FANN -- not available to this\nbuild. difference: "
                 "the largest in O_out or mse, relative.";
}

/* ---- the candidates -------------------------------------------------------------------------- */

/* At rate 0, so that the weights stay what the naive loops have. */
static void run_step(void *context) {
    library_run *run = context;
    const problem *p = run->problem;
    const shape *s = &p->shape;
    require_ok(nnblas_gradient_step(s->N, s->inputs, s->hidden, s->outputs, p->X, p->Y, 0.0,
                                    p->parameters, p->parameters + s->inputs * s->hidden,
                                    &run->mse));
}

static void run_two_products(void *context) {
    const naive_run *run = context;
    compute_two_products(&run->iteration);
}

static void run_five_products(void *context) {
    const naive_run *run = context;
    compute_five_products(&run->iteration);
}

/* One problem for all. The products have matrices of their own, which no result is read from. */
typedef struct runs {
    problem p;
    library_run library;
    naive_run naive, products;
    fann_peer fann;
} runs;

static void open_runs(runs *r, const shape *s) {
    r->p = make_problem(s, 1);
    r->library = make_library_run(&r->p);
    r->naive = make_naive_run(&r->p);
    r->products = make_naive_run(&r->p);
    r->fann = make_fann_peer(&r->p);
}

static void close_runs(runs *r) {
    free_fann_peer(&r->fann);
    free_naive_run(&r->products);
    free_naive_run(&r->naive);
    free_library_run(&r->library);
    free_problem(&r->p);
}

/* ---- one line of the table ------------------------------------------------------------------- */

/* FANN's too, where there is one. */
static double get_largest_difference(const runs *r) {
    const shape *s = &r->p.shape;
    size_t count = s->N * s->outputs;
    double difference = get_difference(r->library.O_out, r->naive.iteration.O_out, count);
    if (!has_fann() || isnan(difference))
        return difference;
    double other = get_difference(r->library.O_out, r->fann.O_out, count);
    return other <= difference ? difference : other;
}

/* candidates: the library, its products, naive loops. fann_seconds: 0 where it has none. */
static void add_line(report *r, const shape *s, const char *call, const candidate *candidates,
                     double fann_seconds, double difference) {
    json_t *result = describe_shape(s);
    json_object_set_new(result, "call", json_string(call));
    json_object_set_new(result, "library_seconds", json_real(candidates[0].median));
    json_object_set_new(result, "products_seconds", json_real(candidates[1].median));
    json_object_set_new(result, "ratio", json_real(candidates[0].median / candidates[1].median));
    json_object_set_new(result, "naive_seconds", json_real(candidates[2].median));
    json_object_set_new(result, "fann_seconds",
                        fann_seconds > 0.0 ? json_real(fann_seconds) : json_null());
    json_object_set_new(result, "difference", describe_difference(difference));
    add_result(r, result);
}

static bool time_predictions(const shape *s, const options *o, report *r) {
    runs all;
    open_runs(&all, s);
    candidate candidates[] = {{run_library_predict, &all.library, 0.0},
                              {run_two_products, &all.products, 0.0},
                              {run_naive_feedforward, &all.naive, 0.0},
                              {run_fann_predict, &all.fann, 0.0}};
    measure_medians(candidates, has_fann() ? 4 : 3, o->seconds);
    double difference = get_largest_difference(&all);
    add_line(r, s, "predict", candidates, has_fann() ? candidates[3].median : 0.0, difference);
    close_runs(&all);
    return is_small(s, "O_out", difference);
}

static bool time_steps(const shape *s, const options *o, report *r) {
    runs all;
    open_runs(&all, s);
    candidate candidates[] = {{run_step, &all.library, 0.0},
                              {run_five_products, &all.products, 0.0},
                              {run_naive_gradient, &all.naive, 0.0}};
    measure_medians(candidates, 3, o->seconds);
    double difference = get_difference(&all.library.mse, &all.naive.mse, 1);
    add_line(r, s, "step", candidates, 0.0, difference);
    close_runs(&all);
    return is_small(s, "mse", difference);
}

static bool time_calls(const shape *s, const options *o, report *r) {
    bool predicts = time_predictions(s, o, r);
    return time_steps(s, o, r) && predicts;
}

int run_latency(const options *o) {
    static const shape OWN[] = {{1, 5, 3, 2},      {1, 4, 2, 3}, {1, 64, 32, 10},
                                {1, 784, 128, 10}, {8, 5, 3, 2}, {8, 13, 6, 3}};
    const report_head head = {"latency", COLUMNS, get_note()};
    return report_shapes(o, choose_shapes(o, (shape_list){OWN, sizeof OWN / sizeof *OWN}), &head,
                         time_calls);
}
