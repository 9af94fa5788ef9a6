/* SPDX-License-Identifier: BSD-3-Clause */
/* The algorithm on the caller's own contiguous arrays: one hidden layer. */
#include "core/arguments.h"
#include "engine/engine.h"
#include "engine/finite.h"
#include "engine/small_run.h"
#include "engine/whole_tile.h"
#include "kernels/kernels.h"
#include "workers/shares.h"

#include <math.h>
#include <stdatomic.h>

static nnblas_status check_sizes(size_t N, size_t inputs, size_t hidden, size_t outputs) {
    nnblas_status status = nn_check_size("N", N);
    if (!status)
        status = nn_check_size("inputs", inputs);
    if (!status)
        status = nn_check_size("hidden", hidden);
    if (!status)
        status = nn_check_size("outputs", outputs);
    return status;
}

static nn_argument describe(const char *name, const double *data, size_t rows, size_t columns,
                            nn_access access) {
    return (nn_argument){name, data, rows, columns, columns, access};
}

/* mse is one number, and may be null. */
static size_t add_mse(nn_argument *arguments, size_t count, const double *mse) {
    if (mse)
        arguments[count++] = describe("mse", mse, 1, 1, NN_WRITE);
    return count;
}

/* A network with one hidden layer, whose layers are in the caller's arrays. */
typedef struct network {
    size_t sizes[3];
    nn_layer layers[2];
    nn_layout layouts[2];
    nn_model model;
} network;

/* Sigmoids and the mse, which are 0. Member by member: a copy of the whole takes a tenth of a call
 * with one row. */
static inline void describe_network(network *n, size_t inputs, size_t hidden, size_t outputs,
                                    const double *W1, const double *W2) {
    n->sizes[0] = inputs;
    n->sizes[1] = hidden;
    n->sizes[2] = outputs;
    n->layers[0] = (nn_layer){.inputs = inputs, .outputs = hidden, .W = W1};
    n->layers[1] = (nn_layer){.inputs = hidden, .outputs = outputs, .W = W2};
    for (size_t l = 0; l < 2; l++)
        nn_lay_out_plainly(&n->layers[l], &n->layouts[l]);
    n->model = (nn_model){.layers = n->layers, .sizes = n->sizes, .n_layers = 2};
}

nnblas_status nnblas_feedforward(size_t N, size_t inputs, size_t hidden, size_t outputs,
                                 const double *X, const double *W1, const double *W2, double *H_out,
                                 double *O_out) {
    nnblas_status status = check_sizes(N, inputs, hidden, outputs);
    if (status)
        return status;
    const nn_argument arguments[] = {
        describe("X", X, N, inputs, NN_READ),
        describe("W1", W1, inputs, hidden, NN_READ),
        describe("W2", W2, hidden, outputs, NN_READ),
        describe("H_out", H_out, N, hidden, NN_WRITE),
        describe("O_out", O_out, N, outputs, NN_WRITE),
    };
    status = nn_check_arguments(arguments, sizeof arguments / sizeof *arguments);
    if (status)
        return status;

    network n;
    describe_network(&n, inputs, hidden, outputs, W1, W2);
    double *activations[] = {H_out, O_out};
    nn_tile tile = {
        .rows = N, .layouts = n.layouts, .X = X, .ldx = inputs, .activations = activations};
    nn_forward_whole(&n.model, &tile);
    return NNBLAS_OK;
}

nnblas_status nnblas_backpropagate(size_t N, size_t inputs, size_t hidden, size_t outputs,
                                   const double *X, const double *Y, const double *W2,
                                   const double *H_out, const double *O_out, double *O_delta,
                                   double *H_delta, double *W1_update, double *W2_update,
                                   double *mse) {
    nnblas_status status = check_sizes(N, inputs, hidden, outputs);
    if (status)
        return status;
    nn_argument arguments[10] = {
        describe("X", X, N, inputs, NN_READ),
        describe("Y", Y, N, outputs, NN_READ),
        describe("W2", W2, hidden, outputs, NN_READ),
        describe("H_out", H_out, N, hidden, NN_READ),
        describe("O_out", O_out, N, outputs, NN_READ),
        describe("O_delta", O_delta, N, outputs, NN_WRITE),
        describe("H_delta", H_delta, N, hidden, NN_WRITE),
        describe("W1_update", W1_update, inputs, hidden, NN_WRITE),
        describe("W2_update", W2_update, hidden, outputs, NN_WRITE),
    };
    status = nn_check_arguments(arguments, add_mse(arguments, 9, mse));
    if (status)
        return status;

    network n;
    describe_network(&n, inputs, hidden, outputs, NULL, W2);
    double *activations[] = {(double *)H_out, (double *)O_out}; /* only read */
    double *deltas[] = {H_delta, O_delta};
    nn_tile tile = {.rows = N,
                    .layouts = n.layouts,
                    .X = X,
                    .ldx = inputs,
                    .Y = Y,
                    .activations = activations,
                    .deltas = deltas};
    double *const updates[] = {W1_update, W2_update};
    double squared_error = nn_backpropagate_whole(&n.model, &tile, 1.0 / (double)N, updates);
    if (mse)
        *mse = nn_average_cost(&n.model, squared_error, (double)N);
    return NNBLAS_OK;
}

/* A step of one layer, before it is taken. */
typedef struct descent {
    double learning_rate;
    const double *update, *W;
    atomic_bool is_finite; /* every new weight so far */
} descent;

static void check_share(void *context, size_t begin, size_t end) {
    descent *d = context;
    if (nn_get_kernels()->check_descent(end - begin, d->learning_rate, d->update + begin,
                                        d->W + begin) != 0.0)
        atomic_store(&d->is_finite, false);
}

static bool is_descent_finite(const nn_model *model, size_t threads, double learning_rate,
                              double *const *updates, double *const *W) {
    for (size_t l = 0; l < model->n_layers; l++) {
        descent d = {learning_rate, updates[l], W[l], true};
        nn_run_shares(threads, nn_count_parameters(&model->layers[l]), NN_DESCENT_NANOSECONDS,
                      check_share, &d);
        if (!atomic_load(&d.is_finite))
            return false;
    }
    return true;
}

/* W := W - learning_rate W_update, after a check of every new weight: none that is not finite is
 * stored. */
static nnblas_status update_checked(const nn_model *model, size_t threads, const nn_rows *rows,
                                    double cost, double learning_rate, double *const *updates,
                                    double *const *W) {
    if (!isfinite(cost) || !is_descent_finite(model, threads, learning_rate, updates, W))
        return nn_report_not_finite(model, rows, cost, learning_rate, updates);
    nn_descend(model, threads, learning_rate, updates, W);
    return NNBLAS_OK;
}

static nnblas_status take_large_step(const nn_model *model, const nn_rows *rows,
                                     double learning_rate, double *const *W, nn_scratch *scratch,
                                     double *cost) {
    const nn_problem problem = nn_make_problem(model, rows, NN_TRAIN);
    nn_engine engine;
    nnblas_status status = nn_engine_open(&engine, &problem, NULL, scratch);
    if (status)
        return status;
    *cost =
        nn_engine_run(&engine, &(nn_call){.model = model, .rows = rows, .updates = engine.updates});
    status = update_checked(model, engine.threads, rows, *cost, learning_rate, engine.updates, W);
    nn_engine_close(&engine);
    return status;
}

/* In memory for count numbers; false where that is not enough. */
static bool compute_small_updates(const nn_model *model, const nn_rows *rows, double *memory,
                                  size_t count, double **updates, double *cost) {
    size_t first = nn_count_parameters(&model->layers[0]);
    size_t second = nn_count_parameters(&model->layers[1]);
    if (first > count || second > count - first)
        return false;
    updates[0] = memory;
    updates[1] = memory + first;
    return nn_run_small(&(nn_call){.model = model, .rows = rows, .updates = updates},
                        updates[1] + second, count - first - second, cost);
}

/* With more memory on the stack, which a small step should not touch. */
__attribute__((noinline)) static nnblas_status take_larger_step(const nn_model *model,
                                                                const nn_rows *rows,
                                                                double learning_rate,
                                                                double *const *W, double *cost) {
    nn_scratch scratch;
    double *updates[2];
    if (compute_small_updates(model, rows, scratch.numbers, NN_SCRATCH_NUMBERS, updates, cost))
        return update_checked(model, 1, rows, *cost, learning_rate, updates, W);
    return take_large_step(model, rows, learning_rate, W, &scratch, cost);
}

static nnblas_status take_step(const nn_model *model, const nn_rows *rows, double learning_rate,
                               double *const *W, double *cost) {
    double few[NN_FEW_NUMBERS], *updates[2];
    if (compute_small_updates(model, rows, few, NN_FEW_NUMBERS, updates, cost))
        return update_checked(model, 1, rows, *cost, learning_rate, updates, W);
    return take_larger_step(model, rows, learning_rate, W, cost);
}

nnblas_status nnblas_gradient_step(size_t N, size_t inputs, size_t hidden, size_t outputs,
                                   const double *X, const double *Y, double learning_rate,
                                   double *W1, double *W2, double *mse) {
    nnblas_status status = check_sizes(N, inputs, hidden, outputs);
    if (status)
        return status;
    nn_argument arguments[5]; /* no initializer: it would clear the last place */
    arguments[0] = describe("X", X, N, inputs, NN_READ);
    arguments[1] = describe("Y", Y, N, outputs, NN_READ);
    arguments[2] = describe("W1", W1, inputs, hidden, NN_WRITE);
    arguments[3] = describe("W2", W2, hidden, outputs, NN_WRITE);
    status = nn_check_arguments(arguments, add_mse(arguments, 4, mse));
    if (status)
        return status;
    if (!isfinite(learning_rate) || learning_rate < 0.0)
        return nn_fail(NNBLAS_ERROR_VALUE, "learning_rate is %g; it must be finite and 0 or above",
                       learning_rate);

    network n;
    describe_network(&n, inputs, hidden, outputs, W1, W2);
    const nn_rows rows = {.N = N, .X = X, .ldx = inputs, .Y = Y, .ldy = outputs};
    double *const W[] = {W1, W2};
    double cost;
    status = take_step(&n.model, &rows, learning_rate, W, &cost);
    if (!status && mse)
        *mse = cost;
    return status;
}
