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

typedef struct kernel_run {
    const nn_kernels *set;
    size_t n, rows;
    double *in, *other, *out, *memory, *second_memory;
    double sum;
} kernel_run;

/* ---- units ----------------------------------------------------------------------------------- */

static void run_sigmoid(void *context) {
    kernel_run *run = context;
    run->set->sigmoid(run->n, run->out);
}

static void run_libm_sigmoid(void *context) {
    kernel_run *run = context;
    for (size_t i = 0; i < run->n; i++)
        run->out[i] = 1.0 / (1.0 + exp(-run->out[i]));
}

static void run_tanh(void *context) {
    kernel_run *run = context;
    run->set->tanh(run->n, run->out);
}

static void run_libm_tanh(void *context) {
    kernel_run *run = context;
    for (size_t i = 0; i < run->n; i++)
        run->out[i] = tanh(run->out[i]);
}

static void run_relu(void *context) {
    kernel_run *run = context;
    run->set->relu(run->n, run->out);
}

static void run_softmax(void *context) {
    kernel_run *run = context;
    run->set->softmax(run->rows, COLUMNS_OF_ROWS, run->out);
}

/* ---- deltas ---------------------------------------------------------------------------------- */

static void run_sigmoid_delta(void *context) {
    kernel_run *run = context;
    run->set->sigmoid_delta(run->n, run->in, run->out);
}

static void run_tanh_delta(void *context) {
    kernel_run *run = context;
    run->set->tanh_delta(run->n, run->in, run->out);
}

static void run_relu_delta(void *context) {
    kernel_run *run = context;
    run->set->relu_delta(run->n, run->in, run->out);
}

static void run_sigmoid_mse_delta(void *context) {
    kernel_run *run = context;
    run->sum += run->set->sigmoid_mse_delta(run->n, run->in, run->other, run->out);
}

static void run_error_delta(void *context) {
    kernel_run *run = context;
    run->sum += run->set->error_delta(run->n, run->in, run->other, run->out);
}

static void run_softmax_mse_delta(void *context) {
    kernel_run *run = context;
    run->sum +=
        run->set->softmax_mse_delta(run->rows, COLUMNS_OF_ROWS, run->in, run->other, run->out);
}

static void run_softmax_cross_entropy_delta(void *context) {
    kernel_run *run = context;
    run->set->softmax_cross_entropy_delta(run->rows, COLUMNS_OF_ROWS, run->in, run->other,
                                          run->out);
}

/* ---- costs and sums -------------------------------------------------------------------------- */

static void run_squared_error(void *context) {
    kernel_run *run = context;
    run->sum += run->set->squared_error(run->n, run->in, run->other);
}

static void run_sigmoid_cross_entropy(void *context) {
    kernel_run *run = context;
    run->sum += run->set->sigmoid_cross_entropy(run->n, run->in, run->other);
}

static void run_libm_sigmoid_cross_entropy(void *context) {
    kernel_run *run = context;
    for (size_t i = 0; i < run->n; i++)
        run->sum -= run->other[i] * log(run->in[i]) + (1.0 - run->other[i]) * log(1.0 - run->in[i]);
}

static void run_softmax_cross_entropy(void *context) {
    kernel_run *run = context;
    run->sum += run->set->softmax_cross_entropy(run->n, run->in, run->other);
}

static void run_libm_softmax_cross_entropy(void *context) {
    kernel_run *run = context;
    for (size_t i = 0; i < run->n; i++)
        run->sum -= run->other[i] * log(run->in[i]);
}

static void run_sum(void *context) {
    kernel_run *run = context;
    run->sum += run->set->sum(run->n, run->in);
}

static void run_add(void *context) {
    kernel_run *run = context;
    run->set->add(run->n, run->in, run->out);
}

static void run_add_rows(void *context) {
    kernel_run *run = context;
    run->set->add_rows(run->rows, COLUMNS_OF_ROWS, run->in, run->out);
}

/* ---- steps and looks ------------------------------------------------------------------------- */

static const double RATE = 1e-9;

static void run_update(void *context) {
    kernel_run *run = context;
    run->set->update(run->n, RATE, run->in, run->out);
}

static void run_momentum(void *context) {
    kernel_run *run = context;
    run->set->momentum(run->n, RATE, 0.9, run->in, run->memory, run->out);
}

static void run_nesterov(void *context) {
    kernel_run *run = context;
    run->set->nesterov(run->n, RATE, 0.9, run->in, run->memory, run->out);
}

static void run_adam(void *context) {
    kernel_run *run = context;
    const nn_adam constants = {RATE, 0.9, 0.999, 1e-8};
    run->set->adam(run->n, &constants, run->in, run->memory, run->second_memory, run->out);
}

static void run_rprop(void *context) {
    kernel_run *run = context;
    run->set->rprop(run->n, run->in, run->memory, run->second_memory, run->out);
}

static void run_check_update(void *context) {
    kernel_run *run = context;
    run->sum += run->set->check_update(run->n, RATE, run->in, run->out);
}

static void run_check_finite(void *context) {
    kernel_run *run = context;
    run->sum += run->set->check_finite(run->n, run->in);
}

static void run_sum_magnitudes(void *context) {
    kernel_run *run = context;
    run->sum += run->set->sum_magnitudes(run->n, run->in);
}

/* ---- the table ------------------------------------------------------------------------------- */

typedef struct kernel {
    const char *name;
    void (*run)(void *context);
    void (*libm)(void *context); /* or null */
    double in;
} kernel;

/* The hidden deltas work in place, again and again. With in = (1 - sqrt 5) / 2 the factor in (1 -
 * in) of the sigmoid is -1, with sqrt 2 that of tanh, so that the numbers neither vanish nor become
 * subnormal, which would be slow. */
static const double STEADY = -0.61803398874989485, STEADY_TANH = 1.4142135623730951;

static const kernel KERNELS[] = {
    {"sigmoid", run_sigmoid, run_libm_sigmoid, STEADY},
    {"tanh", run_tanh, run_libm_tanh, STEADY},
    {"relu", run_relu, NULL, STEADY},
    {"softmax", run_softmax, NULL, STEADY},
    {"sigmoid_delta", run_sigmoid_delta, NULL, STEADY},
    {"tanh_delta", run_tanh_delta, NULL, STEADY_TANH},
    {"relu_delta", run_relu_delta, NULL, STEADY},
    {"sigmoid_mse_delta", run_sigmoid_mse_delta, NULL, STEADY},
    {"error_delta", run_error_delta, NULL, STEADY},
    {"softmax_mse_delta", run_softmax_mse_delta, NULL, STEADY},
    {"softmax_cross_entropy_delta", run_softmax_cross_entropy_delta, NULL, STEADY},
    {"squared_error", run_squared_error, NULL, STEADY},
    {"sigmoid_cross_entropy", run_sigmoid_cross_entropy, run_libm_sigmoid_cross_entropy, 0.25},
    {"softmax_cross_entropy", run_softmax_cross_entropy, run_libm_softmax_cross_entropy, 0.25},
    {"sum", run_sum, NULL, STEADY},
    {"add", run_add, NULL, STEADY},
    {"add_rows", run_add_rows, NULL, STEADY},
    {"update", run_update, NULL, STEADY},
    {"momentum", run_momentum, NULL, STEADY},
    {"nesterov", run_nesterov, NULL, STEADY},
    {"adam", run_adam, NULL, STEADY},
    {"rprop", run_rprop, NULL, STEADY},
    {"check_update", run_check_update, NULL, STEADY},
    {"check_finite", run_check_finite, NULL, STEADY},
    {"sum_magnitudes", run_sum_magnitudes, NULL, STEADY},
};
enum { N_KERNELS = sizeof KERNELS / sizeof *KERNELS };

static kernel_run make_kernel_run(const nn_kernels *set, const kernel *k, size_t n) {
    kernel_run run = {.set = set, .n = n, .rows = n / COLUMNS_OF_ROWS};
    run.in = allocate_array(5 * n, sizeof(double));
    run.other = run.in + n;
    run.out = run.other + n;
    run.memory = run.out + n;
    run.second_memory = run.memory + n;
    uint64_t state = 1;
    for (size_t i = 0; i < n; i++) {
        run.in[i] = k->in;
        run.memory[i] = 0.0;
        run.second_memory[i] = 1.0;
    }
    fill_uniform(&state, run.other, 2 * n, -8.0, 8.0);
    return run;
}

static void time_kernel(const nn_kernels *set, const kernel *k, size_t n, double seconds,
                        report *r) {
    kernel_run run = make_kernel_run(set, k, n);
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
