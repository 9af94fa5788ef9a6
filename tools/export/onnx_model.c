/* SPDX-License-Identifier: BSD-3-Clause */
#include "export/onnx_model.h"

#include "cli/memory.h"
#include "export/onnx_activations.h"
#include "export/onnx_graph.h"
#include "export/onnx_inputs.h"
#include "export/onnx_names.h"

#include <stdlib.h>
#include <string.h>

/* ---- the layers ------------------------------------------------------------------------------ */

/* A network as it is written; number: among the members of an ensemble, from 0. */
typedef struct {
    message *graph;
    const nnblas_net *net;
    size_t number;
    const size_t *input_order;
} member;

/* "W1", or of another member than the first "W1_2". */
static value_name name_value(const member *m, const char *word, size_t l) {
    value_name name = number_value(word, l);
    size_t length = strlen(name.text);
    if (m->number > 0)
        snprintf(name.text + length, sizeof name.text - length, "_%zu", m->number + 1);
    return name;
}

/* The weights of the inputs of the network, with the rows in the order of the inputs. */
static void add_input_weights(const member *m, const double *weights, size_t columns,
                              const char *name) {
    size_t inputs = nnblas_net_layer_size(m->net, 0);
    double *ordered = resize_array(NULL, inputs * columns, sizeof *ordered);
    for (size_t i = 0; i < inputs; i++)
        memcpy(ordered + i * columns, weights + m->input_order[i] * columns,
               columns * sizeof *ordered);
    add_reals(m->graph, name, (onnx_shape){inputs, columns}, ordered);
    free(ordered);
}

static void add_weights(const member *m, size_t l, const char *name) {
    size_t inputs = nnblas_net_layer_size(m->net, l - 1);
    size_t outputs = nnblas_net_layer_size(m->net, l);
    const double *weights = nnblas_net_const_weights(m->net, l);
    if (l == 1)
        add_input_weights(m, weights, outputs, name);
    else
        add_reals(m->graph, name, (onnx_shape){inputs, outputs}, weights);
}

static void add_product(const member *m, size_t l, const char *input, const char *output) {
    value_name weights = name_value(m, "W", l), biases = name_value(m, "b", l);
    message node = begin_node("Gemm", output);
    put_node_input(&node, input);
    put_node_input(&node, weights.text);
    add_weights(m, l, weights.text);
    if (nnblas_net_flags(m->net) & NNBLAS_BIAS) {
        put_node_input(&node, biases.text);
        add_reals(m->graph, biases.text, (onnx_shape){nnblas_net_layer_size(m->net, l), 0},
                  nnblas_net_const_bias(m->net, l));
    }
    end_node(m->graph, &node);
}

/* Skip connections: to the product of the last layer that of the inputs of the network is added. */
static void add_skip(const member *m, size_t last, const char *product, const char *sum) {
    size_t hidden = nnblas_net_layer_size(m->net, last - 1);
    size_t outputs = nnblas_net_layer_size(m->net, last);
    value_name weights = name_value(m, "W_skip", last);
    message node = begin_node("Gemm", sum);
    put_node_input(&node, NETWORK_INPUTS);
    put_node_input(&node, weights.text);
    put_node_input(&node, product);
    add_input_weights(m, nnblas_net_const_weights(m->net, last) + hidden * outputs, outputs,
                      weights.text);
    end_node(m->graph, &node);
}

static void add_layers(const member *m, const char *network_outputs) {
    size_t last = nnblas_net_layer_count(m->net) - 1;
    bool has_skip = nnblas_net_flags(m->net) & NNBLAS_SKIP;
    for (size_t l = 1; l <= last; l++) {
        value_name input = name_value(m, "units", l - 1), product = name_value(m, "product", l),
                   output = name_value(m, "units", l), hidden_product = product;
        if (has_skip && l == last)
            hidden_product = name_value(m, "hidden_product", l);
        add_product(m, l, l == 1 ? NETWORK_INPUTS : input.text, hidden_product.text);
        if (has_skip && l == last)
            add_skip(m, l, hidden_product.text, product.text);
        add_activation(m->graph, nnblas_net_activation(m->net, l), product.text,
                       l < last ? output.text : network_outputs);
    }
}

static const char OUTPUTS[] = "outputs";

/* The mean of the members. */
static void add_networks(message *graph, const exported_model *exported, const size_t *order) {
    size_t count = count_members(exported);
    message sum = begin_node("Sum", "sum");
    for (size_t i = 0; i < count; i++) {
        member m = {graph, get_member(exported, i), i, order};
        value_name outputs = number_value("outputs_of_member", i + 1);
        add_layers(&m, count == 1 ? OUTPUTS : outputs.text);
        put_node_input(&sum, outputs.text);
    }
    if (count == 1) {
        free(sum.bytes);
        return;
    }
    end_node(graph, &sum);
    add_reals(graph, "members", (onnx_shape){1, 0}, &(double){(double)count});
    add_binary(graph, "Div", "sum", "members", OUTPUTS);
}

/* ---- what the outputs mean ------------------------------------------------------------------- */

static void add_class(message *graph, const name_list *classes, const char *names) {
    add_output(graph, "label", ONNX_STRING, 0, "the most probable class");
    add_output(graph, "probabilities", ONNX_DOUBLE, classes->count, names);
    add_unary(graph, "Identity", OUTPUTS, "probabilities");
    message largest = begin_node("ArgMax", "class");
    put_node_input(&largest, OUTPUTS);
    put_attribute(&largest, "axis", 1);
    put_attribute(&largest, "keepdims", 0);
    end_node(graph, &largest);
    add_texts(graph, "classes", (onnx_shape){classes->count, 0}, classes->names);
    add_binary(graph, "Gather", "classes", "class", "label");
}

static void add_label_names(message *graph, const column_list *targets, size_t category,
                            const char *name) {
    const char **texts = resize_array(NULL, targets->count, sizeof *texts);
    for (size_t t = 0; t < targets->count; t++)
        texts[t] = targets->columns[t].categories.names[category];
    add_texts(graph, name, (onnx_shape){targets->count, 0}, texts);
    free(texts);
}

static void add_labels(message *graph, const column_list *targets, const char *names) {
    add_output(graph, "labels", ONNX_STRING, targets->count, "the more probable of two categories");
    add_output(graph, "probabilities", ONNX_DOUBLE, targets->count, names);
    add_unary(graph, "Identity", OUTPUTS, "probabilities");
    add_reals(graph, "half", (onnx_shape){1, 0}, &(double){0.5});
    add_binary(graph, "GreaterOrEqual", OUTPUTS, "half", "is_second");
    add_label_names(graph, targets, 0, "first_categories");
    add_label_names(graph, targets, 1, "second_categories");
    message choice = begin_node("Where", "labels");
    put_node_input(&choice, "is_second");
    put_node_input(&choice, "second_categories");
    put_node_input(&choice, "first_categories");
    end_node(graph, &choice);
}

static void add_predictions(message *graph, const schema *s, const char *names) {
    output_scaling scaling = get_output_scaling(s);
    onnx_shape shape = {scaling.count, 0};
    add_output(graph, "predictions", ONNX_DOUBLE, scaling.count, names);
    add_reals(graph, "output_deviations", shape, scaling.deviations);
    add_reals(graph, "output_means", shape, scaling.means);
    add_binary(graph, "Mul", OUTPUTS, "output_deviations", "centred_outputs");
    add_binary(graph, "Add", "centred_outputs", "output_means", "predictions");
    free_output_scaling(&scaling);
}

static void add_outputs(message *graph, const schema *s, const char *names) {
    switch (get_output_kind(s)) {
    case OUTPUTS_CLASSES:
        add_class(graph, &s->targets.columns[0].categories, names);
        break;
    case OUTPUTS_LABELS:
        add_labels(graph, &s->targets, names);
        break;
    case OUTPUTS_NUMBERS:
    case OUTPUTS_MIXED:
        add_predictions(graph, s, names);
        break;
    }
}

/* ---- the model ------------------------------------------------------------------------------- */

message make_onnx_model(const exported_model *exported, const char *name) {
    const schema *s = &exported->model.schema;
    message graph = {0};
    char *outputs = list_output_names(s);
    onnx_inputs inputs = add_inputs(&graph, exported);
    add_networks(&graph, exported, inputs.order);
    add_outputs(&graph, s, outputs);
    const onnx_text texts[] = {
        {"numbers", inputs.numbers},
        {"texts", inputs.texts},
        {"outputs", outputs},
    };
    message model = complete_model(&graph, name, "a network that nnblas export wrote", texts,
                                   sizeof texts / sizeof texts[0]);
    free_inputs(&inputs);
    free(outputs);
    return model;
}
