/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine/plan.h"
#include "core/sizes.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

bool nn_is_same_plan(const nn_plan *a, const nn_plan *b) {
    return a->strategy == b->strategy && a->parts == b->parts && a->tile_rows == b->tile_rows &&
           a->transposed == b->transposed && a->transposed_updates == b->transposed_updates &&
           a->padding == b->padding && a->product_limit == b->product_limit;
}

size_t nn_get_part_rows(const nn_plan *plan) {
    return plan->strategy == NN_SHARED_TILES ? nn_divide_up(plan->tile_rows, plan->parts)
                                             : plan->tile_rows;
}

static size_t pad_outputs(const nn_plan *plan, const nn_problem *problem, size_t l) {
    size_t outputs = nn_get_outputs(problem, l), padded = nn_round_up(outputs, plan->padding);
    /* BLAS counts to INT_MAX. */
    return l + 1 == problem->n_layers || padded > INT_MAX ? outputs : padded;
}

/* How many of the inputs or skips of a layer each product takes, to stay within the limit of the
 * plan. most: the larger number of the two. */
static size_t choose_block(const nn_plan *plan, const nn_layout *layout, size_t most) {
    if (plan->product_limit == 0)
        return most;
    size_t multiplications =
        nn_multiply_sizes(plan->tile_rows, nn_multiply_sizes(layout->padded_outputs, most));
    size_t blocks = nn_divide_up(multiplications, plan->product_limit);
    return nn_min(most, nn_round_up(nn_divide_up(most, blocks), 8));
}

nn_layout nn_lay_out_layer(const nn_plan *plan, const nn_problem *problem, size_t l) {
    bool must_be_row_major = problem->row_major_outputs && l + 1 == problem->n_layers;
    nn_layout layout = {
        .padded_inputs = l == 0 ? nn_get_inputs(problem, 0) : pad_outputs(plan, problem, l - 1),
        .padded_outputs = pad_outputs(plan, problem, l),
        .transposed = l < 64 && (plan->transposed >> l & 1) && !must_be_row_major,
        .transposed_update = l < 64 && (plan->transposed_updates >> l & 1),
    };
    layout.is_padded = layout.padded_inputs != nn_get_inputs(problem, l) ||
                       layout.padded_outputs != nn_get_outputs(problem, l);
    size_t most = nn_max(layout.padded_inputs, nn_get_skips(problem, l));
    layout.block = choose_block(plan, &layout, most);
    return layout;
}

/* Appends to text. */
static void append(char *text, size_t size, const char *format, size_t number) {
    size_t used = strlen(text);
    snprintf(text + used, size - used, format, number);
}

void nn_describe_plan(const nn_plan *plan, size_t threads, char *text, size_t size) {
    size_t used = nn_min(plan->threads, threads);
    snprintf(text, size, "%s", plan->strategy == NN_OWN_ROWS ? "rows" : "shared");
    append(text, size, plan->parts == 1 ? ", %zu part" : ", %zu parts", plan->parts);
    append(text, size, used == 1 ? ", %zu thread" : ", up to %zu threads", used);
    append(text, size, ", tiles of %zu", plan->tile_rows);
    for (size_t l = 0; l < 64; l++)
        if (plan->transposed >> l & 1)
            append(text, size, ", layer %zu transposed", l + 1);
    for (size_t l = 0; l < 64; l++)
        if (plan->transposed_updates >> l & 1)
            append(text, size, ", W%zu_update transposed", l + 1);
    if (plan->padding > 1)
        append(text, size, ", padded to %zu", plan->padding);
    if (plan->product_limit)
        append(text, size, ", products up to %zu", plan->product_limit);
}
