/* SPDX-License-Identifier: BSD-3-Clause */
/* The gradient over more and more rows: the time of a row, and the memory beyond the data. */
#include "harness/runs.h"
#include "harness/timing.h"
#include "subcommands/subcommand.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

static const column COLUMNS[] = {
    SHAPE_COLUMN,
    {"seconds_per_row", "ns/row", 10, 1e9, "%.2f"},
    {"data_bytes", "data KiB", 12, 1.0 / 1024, "%.0f"},
    {"workspace_bytes", "workspace KiB", 15, 1.0 / 1024, "%.0f"},
    {0},
};

static const char NOTE[] =
    "workspace: how far the memory in use grew over the data during the first gradient, at its "
    "peak. Linux\ncounts with an error of some hundred KiB a thread, and the buffers of the BLAS "
    "are in the first line\nthat touches them.";

/* The peak is then what is in use now. Where the kernel does not allow it (it is Linux's own) the
 * peak stays, and a growth under it is not seen. */
static void reset_peak_memory(void) {
    FILE *file = fopen("/proc/self/clear_refs", "w");
    if (!file)
        return;
    fputs("5", file);
    fclose(file);
}

static double get_peak_memory(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return 1024.0 * (double)usage.ru_maxrss;
}

/* What was freed before goes back to the system first: to use it again would be no growth. */
static double measure_workspace(library_run *run) {
    mallopt(M_MMAP_THRESHOLD, 128 * 1024);
    malloc_trim(0);
    reset_peak_memory();
    double before = get_peak_memory();
    run_library_gradient(run);
    return get_peak_memory() - before;
}

/* As malloc does by itself where it is left alone: blocks that come again and again stay in the
 * process, and are no new pages in each call. */
static void keep_freed_memory(void) {
    mallopt(M_MMAP_THRESHOLD, 32 << 20);
    mallopt(M_TRIM_THRESHOLD, 64 << 20);
}

static void time_rows(const shape *s, double seconds, report *r) {
    problem p = make_problem(s, 1);
    library_run run = make_library_run(&p);
    candidate gradient = {run_library_gradient, &run, 0.0};
    double growth = measure_workspace(&run);
    keep_freed_memory();
    measure_medians(&gradient, 1, seconds);
    json_t *result = describe_shape(s);
    double data = (double)sizeof(double) * (double)s->N * (double)(s->inputs + s->outputs);
    json_object_set_new(result, "seconds_per_row", json_real(gradient.median / (double)s->N));
    json_object_set_new(result, "data_bytes", json_real(data));
    json_object_set_new(result, "workspace_bytes", json_real(growth));
    add_result(r, result);
    free_library_run(&run);
    free_problem(&p);
}

/* 100 rows, ten times as many, and so on up to the shape's. */
static bool time_more_rows(const shape *most, const options *o, report *r) {
    shape s = *most;
    for (size_t N = 100; N < most->N; N *= 10) {
        s.N = N;
        time_rows(&s, o->seconds, r);
    }
    time_rows(most, o->seconds, r);
    return true;
}

int run_rows(const options *o) {
    static const shape OWN[] = {{10000000, 8, 16, 1}};
    const report_head head = {"rows", COLUMNS, NOTE};
    return report_shapes(o, choose_shapes(o, (shape_list){OWN, 1}), &head, time_more_rows);
}
