/* SPDX-License-Identifier: BSD-3-Clause */
/* The gradient with one thread, two, and so on. */
#include "harness/allocate.h"
#include "harness/runs.h"
#include "harness/timing.h"
#include "subcommands/subcommand.h"

#include "workers/threads.h"

#include <stdlib.h>

static const column COLUMNS[] = {
    SHAPE_COLUMN,
    {"threads", "threads", 9, 1.0, NULL},
    {"seconds", "us", 12, 1e6, "%.2f"},
    {"speedup", "speedup", 9, 1.0, "%.2f"},
    {0},
};

static const char NOTE[] = "The gradient over all rows; the speedup is over one thread. --threads "
                           "sets the most.";

typedef struct threaded_run {
    library_run *library;
    int threads;
} threaded_run;

static void run_threaded(void *context) {
    const threaded_run *run = context;
    require_ok(nnblas_set_threads(run->threads));
    run_library_gradient(run->library);
}

static bool time_threads(const shape *s, const options *o, report *r) {
    require_ok(nnblas_set_threads(o->threads));
    size_t most = nn_count_threads();
    problem p = make_problem(s, 1);
    library_run library = make_library_run(&p);
    threaded_run *runs = allocate_array(most, sizeof *runs);
    candidate *candidates = allocate_array(most, sizeof *candidates);
    for (size_t i = 0; i < most; i++) {
        runs[i] = (threaded_run){&library, (int)i + 1};
        candidates[i] = (candidate){run_threaded, &runs[i], 0.0};
    }
    measure_medians(candidates, most, o->seconds * (double)most);
    for (size_t i = 0; i < most; i++) {
        json_t *result = describe_shape(s);
        json_object_set_new(result, "threads", json_integer(runs[i].threads));
        json_object_set_new(result, "seconds", json_real(candidates[i].median));
        json_object_set_new(result, "speedup",
                            json_real(candidates[0].median / candidates[i].median));
        add_result(r, result);
    }
    free(candidates);
    free(runs);
    free_library_run(&library);
    free_problem(&p);
    return true;
}

int run_threads(const options *o) {
    const report_head head = {"threads", COLUMNS, NOTE};
    return report_shapes(o, choose_shapes(o, DEFAULT_SHAPES), &head, time_threads);
}
