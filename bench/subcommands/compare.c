/* SPDX-License-Identifier: BSD-3-Clause */
/* The library's gradient beside the naive one: the same numbers, in what time. */
#include "harness/five.h"
#include "harness/runs.h"
#include "harness/timing.h"
#include "subcommands/subcommand.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const column COLUMNS[] = {
    SHAPE_COLUMN,
    {"naive_seconds", "naive us", 12, 1e6, "%.2f"},
    {"library_seconds", "library us", 12, 1e6, "%.2f"},
    {"five_seconds", "five us", 12, 1e6, "%.2f"},
    {"naive_over_library", "naive/lib", 10, 1.0, "%.2f"},
    {"five_over_library", "five/lib", 10, 1.0, "%.2f"},
    {"mse_difference", "mse", 9, 1.0, "%.1e"},
    {"W1_update_difference", "W1_update", 10, 1.0, "%.1e"},
    {"W2_update_difference", "W2_update", 10, 1.0, "%.1e"},
    {0},
};

static const char NOTE[] =
    "One gradient over all rows. naive: triple loops and libm. five: the five full-size dgemms "
    "alone,\nwithout any elementwise work, with one thread or all of the BLAS, whichever is "
    "faster. "
    "mse, W1_update,\nW2_update: the largest difference between naive and library, relative to the "
    "largest magnitude.";

/* The products alone, with a number of threads of the BLAS. */
typedef struct five_run {
    naive_run *run;
    int threads;
} five_run;

static void run_five(void *context) {
    const five_run *five = context;
    set_five_threads(five->threads);
    compute_five_products(&five->run->iteration);
}

typedef struct differences {
    double mse, W1_update, W2_update;
} differences;

static differences get_differences(const naive_run *naive, const library_run *library) {
    const naive_iteration *it = &naive->iteration;
    size_t W1_size = it->inputs * it->hidden, W2_size = it->hidden * it->outputs;
    return (differences){
        get_difference(&naive->mse, &library->mse, 1),
        get_difference(it->W1_update, library->gradient, W1_size),
        get_difference(it->W2_update, library->gradient + W1_size, W2_size),
    };
}

static bool judge_differences(const shape *s, const differences *d) {
    bool mse = is_small(s, "mse", d->mse), W1_update = is_small(s, "W1_update", d->W1_update);
    return is_small(s, "W2_update", d->W2_update) && W1_update && mse;
}

/* times: naive, library, five with all threads, five with one. */
static json_t *describe_result(const shape *s, const candidate times[4], const differences *d) {
    double five = fmin(times[2].median, times[3].median);
    json_t *result = describe_shape(s);
    json_object_set_new(result, "naive_seconds", json_real(times[0].median));
    json_object_set_new(result, "library_seconds", json_real(times[1].median));
    json_object_set_new(result, "five_seconds", json_real(five));
    json_object_set_new(result, "naive_over_library", json_real(times[0].median / times[1].median));
    json_object_set_new(result, "five_over_library", json_real(five / times[1].median));
    json_object_set_new(result, "mse_difference", describe_difference(d->mse));
    json_object_set_new(result, "W1_update_difference", describe_difference(d->W1_update));
    json_object_set_new(result, "W2_update_difference", describe_difference(d->W2_update));
    return result;
}

static bool compare_shape(const shape *s, const options *o, report *r) {
    problem p = make_problem(s, 1);
    naive_run naive = make_naive_run(&p), five = make_naive_run(&p);
    library_run library = make_library_run(&p);
    uint64_t state = 2;
    fill_uniform(&state, five.iteration.O_delta, s->N * s->outputs, -0.1, 0.1);
    int threads = get_five_threads();
    five_run with_all = {&five, threads}, with_one = {&five, 1};
    candidate candidates[] = {{run_naive_gradient, &naive, 0.0},
                              {run_library_gradient, &library, 0.0},
                              {run_five, &with_all, 0.0},
                              {run_five, &with_one, 0.0}};
    measure_medians(candidates, 4, o->seconds);
    set_five_threads(threads);
    differences d = get_differences(&naive, &library);
    add_result(r, describe_result(s, candidates, &d));
    free_library_run(&library);
    free_naive_run(&five);
    free_naive_run(&naive);
    free_problem(&p);
    return judge_differences(s, &d);
}

int run_compare(const options *o) {
    set_five_threads(o->threads);
    const report_head head = {"compare", COLUMNS, NOTE};
    return report_shapes(o, choose_shapes(o, DEFAULT_SHAPES), &head, compare_shape);
}
