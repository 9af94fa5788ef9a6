/* SPDX-License-Identifier: BSD-3-Clause */
/* The latency of predicting one row, beside naive loops and FANN. */
#include "harness/runs.h"
#include "harness/timing.h"
#include "peers/fann_peer.h"
#include "subcommands/subcommand.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const column COLUMNS[] = {
    SHAPE_COLUMN,
    {"library_seconds", "library ns", 12, 1e9, "%.1f"},
    {"naive_seconds", "naive ns", 12, 1e9, "%.1f"},
    {"fann_seconds", "FANN ns", 12, 1e9, "%.1f"},
    {"difference", "difference", 12, 1.0, "%.1e"},
    {0},
};

static const char *get_note(void) {
    return has_fann()
               ? "nnblas_net_predict, naive loops and fann_run (double build) on the same weights. "
                 "FANN's units have\nbiases, which are 0 here: it does the same work and one "
                 "multiplication a unit more. difference: the\nlargest in O_out, relative."
               : "nnblas_net_predict and naive loops on the same weights. FANN -- not available "
                 "to this build.\ndifference: the largest in O_out, relative.";
}

/* FANN's too, where there is one. */
static double get_largest_difference(const library_run *library, const naive_run *naive,
                                     const fann_peer *fann) {
    const shape *s = &library->problem->shape;
    size_t count = s->N * s->outputs;
    double difference = get_difference(library->O_out, naive->iteration.O_out, count);
    if (!has_fann() || isnan(difference))
        return difference;
    double other = get_difference(library->O_out, fann->O_out, count);
    return other <= difference ? difference : other;
}

static bool time_latency(const shape *s, const options *o, report *r) {
    problem p = make_problem(s, 1);
    library_run library = make_library_run(&p);
    naive_run naive = make_naive_run(&p);
    fann_peer fann = make_fann_peer(&p);
    candidate candidates[] = {{run_library_predict, &library, 0.0},
                              {run_naive_feedforward, &naive, 0.0},
                              {run_fann_predict, &fann, 0.0}};
    measure_medians(candidates, has_fann() ? 3 : 2, o->seconds);
    double difference = get_largest_difference(&library, &naive, &fann);
    json_t *result = describe_shape(s);
    json_object_set_new(result, "library_seconds", json_real(candidates[0].median));
    json_object_set_new(result, "naive_seconds", json_real(candidates[1].median));
    json_object_set_new(result, "fann_seconds",
                        has_fann() ? json_real(candidates[2].median) : json_null());
    json_object_set_new(result, "difference", describe_difference(difference));
    add_result(r, result);
    free_fann_peer(&fann);
    free_naive_run(&naive);
    free_library_run(&library);
    free_problem(&p);
    return is_small(s, "O_out", difference);
}

int run_latency(const options *o) {
    static const shape OWN[] = {{1, 4, 2, 3}, {1, 64, 32, 10}, {1, 784, 128, 10}};
    const report_head head = {"latency", COLUMNS, get_note()};
    return report_shapes(o, choose_shapes(o, (shape_list){OWN, sizeof OWN / sizeof *OWN}), &head,
                         time_latency);
}
