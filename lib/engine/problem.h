/* SPDX-License-Identifier: BSD-3-Clause */
/* The problem that is planned for: everything that a plan, its time and the workspace depend on,
 * except the BLAS and the kernels, which stay the same while the process runs. It holds no weights
 * and no rows, so a plan cannot depend on their values or addresses. */
#ifndef NN_PROBLEM_H
#define NN_PROBLEM_H

#include <stdbool.h>
#include <stddef.h>

/* What a call computes: outputs or a cost; a gradient; a gradient, to take a step with. */
typedef enum nn_purpose { NN_PREDICT, NN_GRADIENT, NN_TRAIN } nn_purpose;

typedef struct nn_problem {
    const size_t *sizes; /* n_layers + 1: the inputs, then the outputs of each layer of weights */
    size_t n_layers;
    size_t N; /* the most rows of one call */
    nn_purpose purpose;
    bool has_bias;
    bool has_skip;          /* the last layer takes X too */
    bool row_major_outputs; /* rows of the last layer must be contiguous */
    bool gathers_rows;      /* the rows are picked from a table, and copied */
    bool has_row_weights;   /* rows have weights */
    bool has_cross_entropy; /* or another cost of O_in: the outputs need no activation */
    bool keeps_inputs;      /* a derivative takes H_in, which is kept beside H_out */
} nn_problem;

/* Equal in every field, and so in every plan. The whole problem is the key of the plan cache. */
bool nn_is_same_problem(const nn_problem *a, const nn_problem *b);

static inline size_t nn_get_inputs(const nn_problem *p, size_t layer) {
    return p->sizes[layer];
}

static inline size_t nn_get_outputs(const nn_problem *p, size_t layer) {
    return p->sizes[layer + 1];
}

/* The columns of X that a layer takes beside the outputs of the layer before. */
static inline size_t nn_get_skips(const nn_problem *p, size_t layer) {
    return p->has_skip && layer + 1 == p->n_layers ? p->sizes[0] : 0;
}

/* The rows of W. */
static inline size_t nn_get_problem_fan_in(const nn_problem *p, size_t layer) {
    return nn_get_inputs(p, layer) + nn_get_skips(p, layer);
}

/* The weights of a layer and its biases. */
static inline size_t nn_count_layer_parameters(const nn_problem *p, size_t layer) {
    return (nn_get_problem_fan_in(p, layer) + p->has_bias) * p->sizes[layer + 1];
}

#endif
