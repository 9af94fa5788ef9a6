/* SPDX-License-Identifier: BSD-3-Clause */
/* The parts of the C source of a model, in their order. */
#ifndef NNBLAS_EXPORT_C_PARTS_H
#define NNBLAS_EXPORT_C_PARTS_H

#include "export/exported_model.h"

#include <stdio.h>

typedef struct {
    FILE *stream;
    const char *name;
    const exported_model *exported;
    const nnblas_net *net; /* the first, which has the sizes and activations of all members */
    size_t n_members;
    const schema *schema;
    bool has_table;  /* else x are the inputs of the network themselves */
    bool has_scaled; /* numbers or dates */
    bool has_dates, has_categories;
    bool has_gaps;    /* columns with an indicator behind them */
    bool has_scaling; /* of outputs */
    bool has_jacobian;
    bool has_skip; /* the outputs take the inputs of the network too */
} c_source;

/* Writes text with the name of the model in it. */
void write_part(const c_source *c, const char *text);

/* What the model is, what its inputs and outputs mean, and the declarations. */
void write_c_head(const c_source *c);
/* The names, the scaling and the weights. */
void write_c_arrays(const c_source *c, const output_scaling *scaling);
/* NAME_activate and, with a Jacobian, NAME_differentiate: nothing where no layer but a softmax has
 * an activation. */
void write_c_activations(const c_source *c);
bool has_activations(const c_source *c);
void write_c_functions(const c_source *c);

/* All inputs and units of the network. */
size_t count_units(const nnblas_net *net);

#endif
