/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine/problem.h"

#include <string.h>

bool nn_is_same_problem(const nn_problem *a, const nn_problem *b) {
    return a->n_layers == b->n_layers && a->N == b->N && a->purpose == b->purpose &&
           a->has_bias == b->has_bias && a->has_skip == b->has_skip &&
           a->row_major_outputs == b->row_major_outputs && a->gathers_rows == b->gathers_rows &&
           a->has_row_weights == b->has_row_weights &&
           a->has_cross_entropy == b->has_cross_entropy && a->keeps_inputs == b->keeps_inputs &&
           memcmp(a->sizes, b->sizes, (a->n_layers + 1) * sizeof *a->sizes) == 0;
}
