/* SPDX-License-Identifier: BSD-3-Clause */
#include "plan.h"
#include "sizes.h"

size_t nn_padded_outputs(const nn_plan *plan, const nn_model *model, size_t l) {
    size_t outputs = model->layers[l].outputs;
    return l + 1 == model->n_layers ? outputs : nn_round_up(outputs, plan->padding);
}

size_t nn_get_part_rows(const nn_plan *plan) {
    return plan->way == NN_SPLIT ? nn_divide_up(plan->tile_rows, plan->parts) : plan->tile_rows;
}

/* A thread's share has to be worth waking it: about 10 us of multiplications. */
static const double MULTIPLICATIONS_A_PART = 2e5;

nn_plan nn_make_plan(const nn_model *model, size_t N, nn_purpose purpose, size_t threads) {
    size_t row = model->layers[0].inputs;
    double multiplications = 0.0;
    for (size_t l = 0; l < model->n_layers; l++) {
        row += (purpose == NN_PREDICT ? 1 : 2) * model->layers[l].outputs;
        multiplications += 3.0 * (double)model->layers[l].inputs * (double)model->layers[l].outputs;
    }
    multiplications *= (double)N;
    size_t worth = (size_t)(multiplications / MULTIPLICATIONS_A_PART) + 1;
    size_t parts = nn_min(nn_min(threads, worth), nn_divide_up(N, 16));
    size_t rows = nn_max(65536 / row / 8 * 8, 32);
    return (nn_plan){
        .way = NN_ROWS,
        .parts = parts,
        .tile_rows = nn_min(rows, nn_divide_up(N, parts)),
        .padding = 1,
        .holds_blas = true,
    };
}
