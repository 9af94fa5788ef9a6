/* SPDX-License-Identifier: BSD-3-Clause */
#include "export/c_parts.h"
#include "export/c_templates.h"

static void write_encode(const c_source *c) {
    if (!c->has_table) {
        write_part(c, ENCODE_PLAIN);
        return;
    }
    if (c->has_scaled)
        write_part(c, SCALE_NUMBER);
    if (c->has_categories)
        write_part(c, ENCODE_CATEGORY);
    if (c->has_dates)
        write_part(c, FIND_PHASES);
    write_part(c, BEGIN_ENCODE);
    if (c->has_categories)
        write_part(c, CALL_ENCODE_CATEGORY);
    if (c->has_categories && c->has_scaled)
        write_part(c, ELSE);
    if (c->has_scaled)
        write_part(c, ENCODE_NUMBER);
    if (c->has_dates)
        write_part(c, CALL_ENCODE_DATE);
    if (c->has_gaps)
        write_part(c, ENCODE_GAP);
    write_part(c, END_LOOP);
}

static bool uses(const c_source *c, nnblas_activation activation) {
    return nnblas_net_output_activation(c->net) == activation ||
           (c->has_hidden && nnblas_net_hidden_activation(c->net) == activation);
}

static const char *get_hidden_call(const c_source *c) {
    switch (nnblas_net_hidden_activation(c->net)) {
    case NNBLAS_SIGMOID:
        return "NAME_sigmoid(out[j])";
    case NNBLAS_TANH:
        return "tanh(out[j])";
    case NNBLAS_RELU:
        return "NAME_relu(out[j])";
    case NNBLAS_IDENTITY:
    case NNBLAS_SOFTMAX:
        break;
    }
    return NULL;
}

static void write_forward(const c_source *c) {
    if (uses(c, NNBLAS_SIGMOID))
        write_part(c, SIGMOID);
    if (uses(c, NNBLAS_RELU))
        write_part(c, RELU);
    if (uses(c, NNBLAS_SOFTMAX))
        write_part(c, SOFTMAX);
    write_part(c, MULTIPLY);
    write_part(c, BEGIN_FORWARD);
    if (c->has_hidden && get_hidden_call(c)) {
        write_part(c, ACTIVATE_HIDDEN);
        write_part(c, get_hidden_call(c));
        write_part(c, ";\n");
    }
    write_part(c, END_FORWARD);
    if (nnblas_net_output_activation(c->net) == NNBLAS_SIGMOID)
        write_part(c, FINISH_SIGMOID);
    if (nnblas_net_output_activation(c->net) == NNBLAS_SOFTMAX)
        write_part(c, FINISH_SOFTMAX);
    fputs("}\n", c->stream);
}

static void write_predict(const c_source *c) {
    bool has_members = c->n_members > 1;
    write_part(c, has_members ? BEGIN_PREDICT_MEMBER : BEGIN_PREDICT);
    write_part(c, PREDICT);
    write_part(c, c->has_scaling ? RESTORED : PLAIN);
    if (has_members)
        write_part(c, AVERAGE_PREDICTIONS);
}

/* In terms of the value. */
static const char *get_hidden_slope(const c_source *c) {
    switch (nnblas_net_hidden_activation(c->net)) {
    case NNBLAS_SIGMOID:
        return "units[i] * (1.0 - units[i])";
    case NNBLAS_TANH:
        return "(1.0 - units[i]) * (1.0 + units[i])";
    case NNBLAS_RELU:
        return "units[i] > 0.0 ? 1.0 : 0.0";
    case NNBLAS_IDENTITY:
    case NNBLAS_SOFTMAX:
        break;
    }
    return NULL;
}

/* d y[k] by the input of output unit j. */
static const char *get_output_slope(const c_source *c) {
    switch (nnblas_net_output_activation(c->net)) {
    case NNBLAS_SIGMOID:
        return "j == k ? outputs[k] * (1.0 - outputs[k]) : 0.0";
    case NNBLAS_SOFTMAX:
        return "outputs[k] * ((j == k ? 1.0 : 0.0) - outputs[j])";
    case NNBLAS_TANH:
    case NNBLAS_RELU:
    case NNBLAS_IDENTITY:
        break;
    }
    return c->has_scaling ? "j == k ? NAME_output_deviations[k] : 0.0" : "j == k ? 1.0 : 0.0";
}

static void write_decode(const c_source *c) {
    if (!c->has_table || !c->has_scaled) {
        write_part(c, c->has_table ? DECODE_NOTHING : DECODE_PLAIN);
        return;
    }
    if (c->has_dates)
        write_part(c, DATE_SLOPE);
    write_part(c, BEGIN_DECODE);
    if (c->has_dates)
        write_part(c, DECODE_DATE);
    write_part(c, END_LOOP);
}

static void write_jacobian(const c_source *c) {
    bool has_members = c->n_members > 1;
    const char *slope = c->has_hidden ? get_hidden_slope(c) : NULL;
    write_part(c, MULTIPLY_BACK);
    write_part(c, BEGIN_BACKWARD);
    if (!slope)
        write_part(c, UNUSED_UNITS);
    write_part(c, BACKWARD);
    if (slope) {
        write_part(c, SLOPE);
        write_part(c, slope);
        write_part(c, ";\n");
    }
    write_part(c, END_LOOP);
    write_decode(c);
    write_part(c, has_members ? BEGIN_JACOBIAN_MEMBER : BEGIN_JACOBIAN);
    write_part(c, UNITS_AND_DELTAS);
    if (nnblas_net_output_activation(c->net) != NNBLAS_IDENTITY)
        write_part(c, OUTPUTS);
    write_part(c, BEGIN_ROWS);
    write_part(c, get_output_slope(c));
    write_part(c, ";\n");
    write_part(c, END_JACOBIAN);
    if (has_members)
        write_part(c, AVERAGE_JACOBIANS);
}

void write_c_functions(const c_source *c) {
    write_encode(c);
    write_forward(c);
    write_predict(c);
    if (c->has_categories)
        write_part(c, FIND_CATEGORY);
    if (c->has_jacobian)
        write_jacobian(c);
}
