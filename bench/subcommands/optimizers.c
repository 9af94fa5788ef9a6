/* SPDX-License-Identifier: BSD-3-Clause */
/* How far the optimizers that take all rows get with about as many gradients. */
#include "harness/runs.h"
#include "subcommands/subcommand.h"

#include <nnblas.h>

#include <math.h>
#include <stdlib.h>

static const column COLUMNS[] = {
    {"problem", "problem", 12, 1.0, NULL},     {"network", "network", 10, 1.0, NULL},
    {"optimizer", "optimizer", 10, 1.0, NULL}, {"epochs", "epochs", 8, 1.0, "%.0f"},
    {"seconds", "ms", 10, 1e3, "%.1f"},        {"median", "cost", 10, 1.0, "%.1e"},
    {"highest", "highest", 10, 1.0, "%.1e"},   {0},
};

static const char NOTE[] =
    "Trainings from 9 seeds each, tanh units, mse; medians, and the highest cost. An epoch of scg\n"
    "takes two gradients or a few more, of lbfgs one or a few more, of lm the normal equations, "
    "of\n"
    "the others one. parity: 256 rows of 8 bits. sine: one period, 100 rows. Rosenbrock: its "
    "valley\n"
    "on a grid of 15 x 15.";

enum { SEEDS = 9, MOST_ROWS = 256 };

/* ---- problems -------------------------------------------------------------------------------- */

typedef struct task {
    const char *name, *network;
    size_t sizes[3], N;
    nnblas_activation output;
    void (*fill)(double *X, double *Y);
} task;

static void fill_parity(double *X, double *Y) {
    for (size_t e = 0; e < 256; e++) {
        Y[e] = 0.0;
        for (size_t b = 0; b < 8; b++) {
            bool bit = e >> b & 1;
            X[8 * e + b] = bit ? 1.0 : -1.0;
            Y[e] = bit ? 1.0 - Y[e] : Y[e];
        }
    }
}

static void fill_sine(double *X, double *Y) {
    for (size_t e = 0; e < 100; e++) {
        X[e] = -1.0 + 2.0 * (double)e / 99.0;
        Y[e] = sin(3.141592653589793 * X[e]);
    }
}

static void fill_rosenbrock(double *X, double *Y) {
    for (size_t e = 0; e < 225; e++) {
        double x = -1.0 + (double)(e % 15) / 7.0, y = -1.0 + (double)(e / 15) / 7.0;
        X[2 * e] = x;
        X[2 * e + 1] = y;
        Y[e] = ((1.0 - x) * (1.0 - x) + 100.0 * (y - x * x) * (y - x * x)) / 100.0;
    }
}

static const task TASKS[] = {
    {"parity", "8-16-1", {8, 16, 1}, 256, NNBLAS_SIGMOID, fill_parity},
    {"sine", "1-10-1", {1, 10, 1}, 100, NNBLAS_IDENTITY, fill_sine},
    {"Rosenbrock", "2-20-1", {2, 20, 1}, 225, NNBLAS_IDENTITY, fill_rosenbrock},
};

/* ---- trainings ------------------------------------------------------------------------------- */

typedef struct method {
    const char *name;
    nnblas_optimizer optimizer;
    double rate;
    size_t epochs;
} method;

static const method METHODS[] = {
    {"rprop", NNBLAS_RPROP, 1.0, 4000},
    {"adam", NNBLAS_ADAM, 0.01, 4000},
    {"lbfgs", NNBLAS_LBFGS, 1.0, 4000},
    {"scg", NNBLAS_SCALED_CONJUGATE_GRADIENT, 1.0, 2000},
    {"lm", NNBLAS_LEVENBERG_MARQUARDT, 1.0, 400},
};

typedef struct result {
    double cost[SEEDS], epochs[SEEDS], seconds[SEEDS];
} result;

/* False where the library has no such optimizer. */
static bool train(const task *t, const method *m, const double *X, const double *Y, size_t seed,
                  result *found) {
    nnblas_net *net;
    nnblas_trainer *trainer;
    require_ok(nnblas_net_create(t->sizes, 3, NNBLAS_BIAS, &net));
    require_ok(nnblas_net_set_hidden(net, NNBLAS_TANH));
    require_ok(nnblas_net_set_output(net, t->output, NNBLAS_MSE));
    require_ok(nnblas_net_init(net, seed));
    require_ok(nnblas_trainer_create(net, &trainer));
    require_ok(nnblas_trainer_set_learning_rate(trainer, m->rate));
    require_ok(nnblas_trainer_set_epochs(trainer, m->epochs));
    bool is_known = nnblas_trainer_set_optimizer(trainer, m->optimizer) == NNBLAS_OK;
    if (is_known) {
        nnblas_epoch last = {.epoch = 0};
        nnblas_status status = nnblas_trainer_fit(trainer, t->N, X, t->sizes[0], Y, 1);
        require_ok(status > 0 ? NNBLAS_OK : status);
        size_t epochs = nnblas_trainer_history_count(trainer);
        require_ok(nnblas_trainer_history_epoch(trainer, epochs - 1, &last, sizeof last));
        require_ok(nnblas_net_evaluate(net, t->N, X, t->sizes[0], Y, 1, &found->cost[seed]));
        found->epochs[seed] = (double)epochs;
        found->seconds[seed] = last.seconds;
    }
    nnblas_trainer_destroy(trainer);
    nnblas_net_destroy(net);
    return is_known;
}

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static json_t *find_median(double *numbers) {
    qsort(numbers, SEEDS, sizeof *numbers, compare);
    return json_real(numbers[SEEDS / 2]);
}

static void run_method(const task *t, const method *m, const double *X, const double *Y,
                       report *r) {
    result found;
    for (size_t seed = 0; seed < SEEDS; seed++)
        if (!train(t, m, X, Y, seed, &found))
            return;
    json_t *row = json_object();
    json_object_set_new(row, "problem", json_string(t->name));
    json_object_set_new(row, "network", json_string(t->network));
    json_object_set_new(row, "optimizer", json_string(m->name));
    json_object_set_new(row, "epochs", find_median(found.epochs));
    json_object_set_new(row, "seconds", find_median(found.seconds));
    json_object_set_new(row, "median", find_median(found.cost));
    json_object_set_new(row, "highest", json_real(found.cost[SEEDS - 1]));
    add_result(r, row);
}

int run_optimizers(const options *o) {
    const report_head head = {"optimizers", COLUMNS, NOTE};
    static double X[8 * MOST_ROWS], Y[MOST_ROWS];
    require_ok(nnblas_set_threads(o->threads));
    report r = open_report(&head, o->json_path);
    for (size_t t = 0; t < sizeof TASKS / sizeof *TASKS; t++) {
        TASKS[t].fill(X, Y);
        for (size_t m = 0; m < sizeof METHODS / sizeof *METHODS; m++)
            run_method(&TASKS[t], &METHODS[m], X, Y, &r);
    }
    return close_report(&r) ? EXIT_SUCCESS : EXIT_FAILURE;
}
