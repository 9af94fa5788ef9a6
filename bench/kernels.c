/* SPDX-License-Identifier: BSD-3-Clause */
/* Each elementwise loop of each set this processor can run, at sizes that fit the first cache, the
 * second, and none. */
#include "kernels/kernels.h"
#include "allocate.h"
#include "bench.h"
#include "timing.h"

#include <math.h>
#include <stdlib.h>

static const column COLUMNS[] = {
    {"set", "set", 9, 1.0, NULL},
    {"kernel", "kernel", 15, 1.0, NULL},
    {"n", "n", 9, 1.0, NULL},
    {"seconds_per_element", "ns/element", 12, 1e9, "%.3f"},
    {"libm_over_kernel", "libm/kernel", 13, 1.0, "%.2f"},
    {0},
};

static const char NOTE[] = "libm/kernel: the time of a plain loop with libm's exp over that of the "
                           "kernel, in one measurement.";

static const size_t SIZES[] = {64, 4096, 1000000};

typedef struct kernel_run {
    const nn_kernels *set;
    size_t n;
    double *in, *other, *out;
    double sum;
} kernel_run;

static void run_sigmoid(void *context) {
    kernel_run *run = context;
    run->set->sigmoid(run->n, run->out);
}

static void run_sigmoid_mse_delta(void *context) {
    kernel_run *run = context;
    run->sum += run->set->sigmoid_mse_delta(run->n, run->in, run->other, run->out);
}

static void run_sigmoid_delta(void *context) {
    kernel_run *run = context;
    run->set->sigmoid_delta(run->n, run->in, run->out);
}

static void run_squared_error(void *context) {
    kernel_run *run = context;
    run->sum += run->set->squared_error(run->n, run->in, run->other);
}

static void run_update(void *context) {
    kernel_run *run = context;
    run->set->update(run->n, 1e-9, run->in, run->out);
}

static void run_add(void *context) {
    kernel_run *run = context;
    run->set->add(run->n, run->in, run->out);
}

static void run_check_update(void *context) {
    kernel_run *run = context;
    run->sum += run->set->check_update(run->n, 1e-9, run->in, run->out);
}

static void run_check_finite(void *context) {
    kernel_run *run = context;
    run->sum += run->set->check_finite(run->n, run->in);
}

static void run_libm_sigmoid(void *context) {
    kernel_run *run = context;
    for (size_t i = 0; i < run->n; i++)
        run->out[i] = 1.0 / (1.0 + exp(-run->out[i]));
}

typedef struct kernel {
    const char *name;
    void (*run)(void *context);
    void (*libm)(void *context); /* or null */
} kernel;

static const kernel KERNELS[] = {
    {"sigmoid", run_sigmoid, run_libm_sigmoid},
    {"sigmoid_mse_delta", run_sigmoid_mse_delta, NULL},
    {"sigmoid_delta", run_sigmoid_delta, NULL},
    {"squared_error", run_squared_error, NULL},
    {"update", run_update, NULL},
    {"add", run_add, NULL},
    {"check_update", run_check_update, NULL},
    {"check_finite", run_check_finite, NULL},
};
enum { N_KERNELS = sizeof KERNELS / sizeof *KERNELS };

/* sigmoid_delta works in place, again and again. With a = (1 - sqrt 5) / 2 its factor a (1 - a) is
 * -1, so that the numbers neither vanish nor become subnormal, which would be slow. */
static const double STEADY = -0.61803398874989485;

static kernel_run make_kernel_run(const nn_kernels *set, size_t n) {
    kernel_run run = {.set = set, .n = n, .in = allocate_array(3 * n, sizeof(double))};
    run.other = run.in + n;
    run.out = run.other + n;
    uint64_t state = 1;
    for (size_t i = 0; i < n; i++)
        run.in[i] = STEADY;
    fill_uniform(&state, run.other, 2 * n, -8.0, 8.0);
    return run;
}

static void time_kernel(const nn_kernels *set, const kernel *k, size_t n, double seconds,
                        report *r) {
    kernel_run run = make_kernel_run(set, n);
    candidate candidates[] = {{k->run, &run, 0.0}, {k->libm, &run, 0.0}};
    measure_medians(candidates, k->libm ? 2 : 1, seconds);
    double elapsed = candidates[0].median;
    json_t *result = json_pack("{s:s s:s s:I s:f}", "set", set->name, "kernel", k->name, "n",
                               (json_int_t)n, "seconds_per_element", elapsed / (double)n);
    if (k->libm)
        json_object_set_new(result, "libm_over_kernel", json_real(candidates[1].median / elapsed));
    add_result(r, result);
    free(run.in);
}

int run_kernels(const options *o) {
    size_t n_sets;
    const nn_kernels *const *sets = nn_kernel_sets(&n_sets);
    report r = open_report("kernels", COLUMNS, o->json_path, NOTE);
    for (size_t s = 0; s < n_sets; s++)
        for (size_t k = 0; k < N_KERNELS; k++)
            for (size_t n = 0; n < sizeof SIZES / sizeof *SIZES; n++)
                time_kernel(sets[s], &KERNELS[k], SIZES[n], o->seconds, &r);
    return close_report(&r) ? EXIT_SUCCESS : EXIT_FAILURE;
}
