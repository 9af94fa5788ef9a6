/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine/plan_trial.h"
#include "core/clock.h"
#include "core/memory.h"
#include "core/random.h"
#include "core/sizes.h"
#include "workers/threads.h"

#include <stdlib.h>

/* ---- rows ------------------------------------------------------------------------------------ */

static void fill(double *numbers, size_t count, uint64_t *state, double low) {
    for (size_t i = 0; i < count; i++)
        numbers[i] = low + (1.0 - low) * nn_unit_of_bits(nn_splitmix_bits(state));
}

static size_t count_gradient(const nn_problem *problem) {
    size_t count = 0;
    for (size_t l = 0; problem->purpose == NN_GRADIENT && l < problem->n_layers; l++)
        count += nn_count_layer_parameters(problem, l);
    return count;
}

nnblas_status nn_trial_rows_open(nn_trial_rows *rows, const nn_model *model, size_t N,
                                 nn_purpose purpose, size_t bytes) {
    static const double NO_LABELS[1];
    const nn_rows described = {.N = N, .Y = purpose == NN_PREDICT ? NULL : NO_LABELS};
    *rows = (nn_trial_rows){.model = model, .problem = nn_make_problem(model, &described, purpose)};
    size_t inputs = model->sizes[0], outputs = model->sizes[model->n_layers];
    size_t row = nn_multiply_sizes(nn_add_sizes(inputs, outputs), sizeof(double));
    rows->most = nn_min(N, nn_max(bytes / row, 1));
    size_t X = nn_multiply_sizes(rows->most, inputs), Y = nn_multiply_sizes(rows->most, outputs);
    size_t both = nn_add_sizes(X, Y), gradient = count_gradient(&rows->problem);
    rows->memory = nn_allocate(nn_add_sizes(both, gradient), sizeof *rows->memory);
    if (!rows->memory)
        return NNBLAS_ERROR_MEMORY;
    uint64_t state = 1;
    fill(rows->memory, X, &state, -1.0);
    fill(rows->memory + X, Y, &state, 0.0);
    rows->X = rows->memory;
    *(purpose == NN_PREDICT ? &rows->O_out : &rows->Y) = rows->memory + X;
    rows->gradient = gradient > 0 ? rows->memory + both : NULL;
    return NNBLAS_OK;
}

void nn_trial_rows_close(nn_trial_rows *rows) {
    free(rows->memory);
}

/* ---- trials ---------------------------------------------------------------------------------- */

/* How many rows a run has, of about so many. The parts of the plan may become fewer. */
static size_t choose_count(const nn_trial_rows *made, nn_plan *plan, size_t wanted) {
    size_t N = made->problem.N, most = made->most, tile = nn_min(plan->tile_rows, most);
    if (wanted >= N && most == N)
        return N;
    wanted = nn_min(nn_max(wanted, tile), most);
    if (plan->strategy == NN_SHARED_TILES)
        return wanted - wanted % tile;
    size_t share = nn_divide_up(N, plan->parts),
           threads = nn_min(plan->threads, nn_count_threads());
    double like_all = (double)plan->parts * (double)wanted / (double)N;
    plan->parts = nn_min(nn_max((size_t)like_all, threads), nn_min(plan->parts, most));
    share = nn_min(share, nn_max(wanted / plan->parts, tile));
    share = nn_min(share, nn_max(most / plan->parts, 1));
    share = share > tile ? share - share % tile : share;
    return plan->parts * share;
}

/* The caller's matrices of a gradient; a step's are those of the engine. */
static void place_updates(nn_trial *trial) {
    const nn_problem *problem = &trial->made->problem;
    double *next = trial->made->gradient;
    for (size_t l = 0; next && l < problem->n_layers; l++) {
        trial->engine.updates[l] = next;
        next += nn_count_layer_parameters(problem, l);
    }
}

nnblas_status nn_trial_open(nn_trial *trial, const nn_trial_rows *made, const nn_plan *plan,
                            size_t count) {
    nn_plan scaled = *plan;
    nn_problem problem = made->problem;
    problem.N = choose_count(made, &scaled, count);
    *trial = (nn_trial){
        .made = made,
        .count = problem.N,
        .scale = (double)made->problem.N / (double)problem.N,
    };
    nnblas_status status = nn_engine_open(&trial->engine, &problem, &scaled, NULL);
    if (!status)
        place_updates(trial);
    return status;
}

void nn_trial_close(nn_trial *trial) {
    nn_engine_close(&trial->engine);
}

void nn_trial_run(nn_trial *trial) {
    const nn_trial_rows *made = trial->made;
    const nn_problem *problem = &made->problem;
    size_t inputs = nn_get_inputs(problem, 0),
           outputs = nn_get_outputs(problem, problem->n_layers - 1);
    if (trial->first + trial->count > made->most)
        trial->first = 0;
    const nn_rows rows = {
        .N = trial->count,
        .X = made->X + trial->first * inputs,
        .ldx = inputs,
        .Y = made->Y ? made->Y + trial->first * outputs : NULL,
        .ldy = outputs,
    };
    const nn_call call = {
        .model = made->model,
        .rows = &rows,
        .O_out = made->O_out ? made->O_out + trial->first * outputs : NULL,
        .ldo = outputs,
        .updates = problem->purpose == NN_PREDICT ? NULL : trial->engine.updates,
    };
    nn_engine_run(&trial->engine, &call);
    trial->first += trial->count;
}

double nn_trial_time(nn_trial *trial, size_t runs) {
    double start = nn_read_clock();
    for (size_t i = 0; i < runs; i++)
        nn_trial_run(trial);
    return (nn_read_clock() - start) * trial->scale / (double)runs;
}
