/* SPDX-License-Identifier: BSD-3-Clause */
/* Each elementwise loop of each set this processor can run, at sizes that fit the first cache, the
 * second, and none. */
#include "harness/allocate.h"
#include "harness/timing.h"
#include "kernels/kernel_table.h"
#include "subcommands/subcommand.h"

#include <math.h>
#include <stdlib.h>

static const column COLUMNS[] = {
    {"set", "set", 9, 1.0, NULL},
    {"kernel", "kernel", 28, 1.0, NULL},
    {"n", "n", 9, 1.0, NULL},
    {"seconds_per_element", "ns/element", 12, 1e9, "%.3f"},
    {"libm_over_kernel", "libm/kernel", 13, 1.0, "%.2f"},
    {0},
};

static const char NOTE[] = "libm/kernel: the time of a plain loop with libm's functions over that "
                           "of the kernel, in one measurement. Rows have 8 columns.";

static const size_t SIZES[] = {64, 4096, 1000000};
enum { COLUMNS_OF_ROWS = 8 };

/* Kernels that work in place are timed again and again on what they left. With a = (1 - sqrt 5) / 2
 * the factor a (1 - a) of the sigmoid's delta is -1: the numbers neither vanish nor become
 * subnormal, which would be slow. */
static const double STEADY = -0.61803398874989485;

typedef struct kernel_run {
    const nn_kernels *set;
    const kernel_row *kernel;
    operands x;
    double sum; /* is used, so that no call can be left out */
} kernel_run;

static void run_kernel(void *context) {
    kernel_run *run = context;
    run->sum += call_kernel(run->set, run->kernel, &run->x);
}

static void run_libm(void *context) {
    kernel_run *run = context;
    run->kernel->libm(&run->x);
}

static kernel_run make_kernel_run(const nn_kernels *set, const kernel_row *k, size_t n) {
    kernel_run run = {.set = set, .kernel = k};
    double *memory = allocate_array(5 * n, sizeof *memory);
    bool by_rows = k->traits & BY_ROWS;
    run.x = (operands){
        .n = n,
        .rows = by_rows ? n / COLUMNS_OF_ROWS : 1,
        .columns = by_rows ? COLUMNS_OF_ROWS : n,
        .a = memory,
        .b = memory + n,
        .c = memory + 2 * n,
        .d = memory + 3 * n,
        .e = memory + 4 * n,
    };
    uint64_t state = 1;
    for (size_t i = 0; i < n; i++) {
        run.x.a[i] = k->steady != 0.0 ? k->steady : STEADY;
        run.x.d[i] = 1.0;
        run.x.e[i] = 0.0;
    }
    fill_uniform(&state, run.x.b, n, 0.0, 1.0);
    fill_uniform(&state, run.x.c, n, -8.0, 8.0);
    return run;
}

static void time_kernel(const nn_kernels *set, const kernel_row *k, size_t n, double seconds,
                        report *r) {
    kernel_run run = make_kernel_run(set, k, n);
    candidate candidates[] = {{run_kernel, &run, 0.0}, {run_libm, &run, 0.0}};
    measure_medians(candidates, k->libm ? 2 : 1, seconds);
    double elapsed = candidates[0].median;
    json_t *result = json_pack("{s:s s:s s:I s:f}", "set", set->name, "kernel", k->name, "n",
                               (json_int_t)n, "seconds_per_element", elapsed / (double)n);
    if (k->libm)
        json_object_set_new(result, "libm_over_kernel", json_real(candidates[1].median / elapsed));
    add_result(r, result);
    free(run.x.a);
}

int run_kernels(const options *o) {
    size_t n_sets;
    const nn_kernels *const *sets = nn_kernel_sets(&n_sets);
    const report_head head = {"kernels", COLUMNS, NOTE};
    report r = open_report(&head, o->json_path);
    for (size_t s = 0; s < n_sets; s++)
        for (size_t k = 0; k < N_KERNELS; k++)
            for (size_t n = 0; n < sizeof SIZES / sizeof *SIZES; n++)
                time_kernel(sets[s], &KERNELS[k], SIZES[n], o->seconds, &r);
    return close_report(&r) ? EXIT_SUCCESS : EXIT_FAILURE;
}
