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

static bool has_softmax(const c_source *c) {
    return nnblas_net_output_activation(c->net) == NNBLAS_SOFTMAX;
}

static bool has_slopes(const c_source *c) {
    return c->has_jacobian && has_activations(c);
}

static void write_forward(const c_source *c) {
    write_c_activations(c);
    if (has_softmax(c))
        write_part(c, SOFTMAX);
    write_part(c, MULTIPLY);
    if (c->has_skip)
        write_part(c, MULTIPLY_SKIP);
    write_part(c, has_slopes(c) ? BEGIN_FORWARD_TO_SLOPES : BEGIN_FORWARD);
    if (c->has_skip)
        write_part(c, KEEP_INPUTS);
    write_part(c, FORWARD);
    if (c->has_skip)
        write_part(c, CALL_MULTIPLY_SKIP);
    if (has_slopes(c))
        write_part(c, FIND_SLOPES);
    if (has_activations(c))
        write_part(c, ACTIVATE);
    write_part(c, END_FORWARD);
    if (has_softmax(c))
        write_part(c, FINISH_SOFTMAX);
    fputs("}\n", c->stream);
}

static void write_predict(const c_source *c) {
    bool has_members = c->n_members > 1;
    write_part(c, has_members ? BEGIN_PREDICT_MEMBER : BEGIN_PREDICT);
    write_part(c, PREDICT);
    write_part(c, has_slopes(c) ? CALL_FORWARD_ALONE : CALL_FORWARD);
    write_part(c, EACH_OUTPUT);
    write_part(c, c->has_scaling ? RESTORED : PLAIN);
    if (has_members)
        write_part(c, AVERAGE_PREDICTIONS);
}

static bool has_output_slopes(const c_source *c) {
    return !has_softmax(c) && nnblas_net_output_activation(c->net) != NNBLAS_IDENTITY;
}

/* d y[k] by the input of output unit j. */
static const char *get_output_slope(const c_source *c) {
    if (has_softmax(c))
        return "outputs[k] * ((j == k ? 1.0 : 0.0) - outputs[j])";
    if (has_output_slopes(c))
        return c->has_scaling ? "j == k ? NAME_output_deviations[k] * output_slopes[k] : 0.0"
                              : "j == k ? output_slopes[k] : 0.0";
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

static void write_backward(const c_source *c) {
    write_part(c, MULTIPLY_BACK);
    if (c->has_skip)
        write_part(c, MULTIPLY_SKIP_BACK);
    write_part(c, has_slopes(c) ? BEGIN_BACKWARD_BY_SLOPES : BEGIN_BACKWARD);
    write_part(c, BACKWARD);
    if (has_slopes(c))
        write_part(c, SLOPE);
    write_part(c, c->has_skip ? END_BACKWARD_WITH_SKIP : END_LOOP);
}

static void write_jacobian(const c_source *c) {
    bool has_members = c->n_members > 1;
    write_backward(c);
    write_decode(c);
    write_part(c, has_members ? BEGIN_JACOBIAN_MEMBER : BEGIN_JACOBIAN);
    write_part(c, UNITS_AND_DELTAS);
    if (has_slopes(c))
        write_part(c, SLOPES);
    if (has_softmax(c))
        write_part(c, OUTPUTS);
    if (has_output_slopes(c))
        write_part(c, OUTPUT_SLOPES);
    write_part(c, ENCODE_ROW);
    write_part(c, has_slopes(c) ? CALL_FORWARD_TO_SLOPES : CALL_FORWARD);
    write_part(c, BEGIN_ROWS);
    write_part(c, get_output_slope(c));
    write_part(c, ";\n");
    write_part(c, has_slopes(c) ? CALL_BACKWARD_BY_SLOPES : CALL_BACKWARD);
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
