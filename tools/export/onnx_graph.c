/* SPDX-License-Identifier: BSD-3-Clause */
/* The numbers of the fields are those of onnx.proto, which never change. */
#include "export/onnx_graph.h"

#include <nnblas.h>

#include <stdio.h>

enum { IR_VERSION = 7, OPSET = 13, ML_OPSET = 2 };

value_name number_value(const char *word, size_t number) {
    value_name name;
    snprintf(name.text, sizeof name.text, "%s%zu", word, number);
    return name;
}

/* ---- constants ------------------------------------------------------------------------------- */

enum { TENSOR_DIMS = 1, TENSOR_TYPE = 2, TENSOR_TEXTS = 6, TENSOR_NAME = 8, TENSOR_BYTES = 9 };
enum { GRAPH_NODE = 1, GRAPH_NAME = 2, GRAPH_CONSTANT = 5, GRAPH_DOC = 10 };
enum { GRAPH_INPUT = 11, GRAPH_OUTPUT = 12 };

static size_t count_elements(onnx_shape shape) {
    return shape.columns > 0 ? shape.rows * shape.columns : shape.rows;
}

static message begin_tensor(const char *name, onnx_type type, onnx_shape shape) {
    message tensor = {0};
    put_integer(&tensor, TENSOR_DIMS, (int64_t)shape.rows);
    if (shape.columns > 0)
        put_integer(&tensor, TENSOR_DIMS, (int64_t)shape.columns);
    put_integer(&tensor, TENSOR_TYPE, type);
    put_text(&tensor, TENSOR_NAME, name);
    return tensor;
}

void add_reals(message *graph, const char *name, onnx_shape shape, const double *values) {
    message tensor = begin_tensor(name, ONNX_DOUBLE, shape);
    put_words(&tensor, TENSOR_BYTES, values, count_elements(shape));
    put_message(graph, GRAPH_CONSTANT, &tensor);
}

void add_integers(message *graph, const char *name, onnx_shape shape, const int64_t *values) {
    message tensor = begin_tensor(name, ONNX_INT64, shape);
    put_words(&tensor, TENSOR_BYTES, values, count_elements(shape));
    put_message(graph, GRAPH_CONSTANT, &tensor);
}

void add_texts(message *graph, const char *name, onnx_shape shape, const char *const *values) {
    message tensor = begin_tensor(name, ONNX_STRING, shape);
    for (size_t i = 0; i < count_elements(shape); i++)
        put_text(&tensor, TENSOR_TEXTS, values[i]);
    put_message(graph, GRAPH_CONSTANT, &tensor);
}

/* ---- inputs and outputs ---------------------------------------------------------------------- */

static message describe_shape(size_t columns) {
    enum { DIMENSION = 1, DIMENSION_VALUE = 1, DIMENSION_NAME = 2 };
    message shape = {0}, rows = {0}, width = {0};
    put_text(&rows, DIMENSION_NAME, "N");
    put_message(&shape, DIMENSION, &rows);
    if (columns > 0) {
        put_integer(&width, DIMENSION_VALUE, (int64_t)columns);
        put_message(&shape, DIMENSION, &width);
    }
    return shape;
}

static void add_value(message *graph, unsigned field, const char *name, onnx_type element,
                      size_t columns, const char *doc) {
    enum { VALUE_NAME = 1, VALUE_TYPE = 2, VALUE_DOC = 3, TYPE_TENSOR = 1 };
    enum { TENSOR_ELEMENT = 1, TENSOR_SHAPE = 2 };
    message value = {0}, type = {0}, tensor = {0}, shape = describe_shape(columns);
    put_integer(&tensor, TENSOR_ELEMENT, element);
    put_message(&tensor, TENSOR_SHAPE, &shape);
    put_message(&type, TYPE_TENSOR, &tensor);
    put_text(&value, VALUE_NAME, name);
    put_message(&value, VALUE_TYPE, &type);
    put_text(&value, VALUE_DOC, doc);
    put_message(graph, field, &value);
}

void add_input(message *graph, const char *name, onnx_type type, size_t columns, const char *doc) {
    add_value(graph, GRAPH_INPUT, name, type, columns, doc);
}

void add_output(message *graph, const char *name, onnx_type type, size_t columns, const char *doc) {
    add_value(graph, GRAPH_OUTPUT, name, type, columns, doc);
}

/* ---- nodes ----------------------------------------------------------------------------------- */

enum { NODE_INPUT = 1, NODE_OUTPUT = 2, NODE_NAME = 3, NODE_OPERATOR = 4, NODE_ATTRIBUTE = 5 };
enum { NODE_DOMAIN = 7 };
enum { ATTRIBUTE_NAME = 1, ATTRIBUTE_INTEGER = 3, ATTRIBUTE_INTEGERS = 8, ATTRIBUTE_TEXTS = 9 };
enum { ATTRIBUTE_TYPE = 20, TYPE_INTEGER = 2, TYPE_INTEGERS = 7, TYPE_TEXTS = 8 };

message begin_node(const char *operator, const char * output) {
    message node = {0};
    put_text(&node, NODE_NAME, output);
    put_text(&node, NODE_OPERATOR, operator);
    put_text(&node, NODE_OUTPUT, output);
    return node;
}

void put_node_input(message *node, const char *name) {
    put_text(node, NODE_INPUT, name);
}

static message begin_attribute(const char *name, int type) {
    message attribute = {0};
    put_text(&attribute, ATTRIBUTE_NAME, name);
    put_integer(&attribute, ATTRIBUTE_TYPE, type);
    return attribute;
}

void put_attribute(message *node, const char *name, int64_t value) {
    message attribute = begin_attribute(name, TYPE_INTEGER);
    put_integer(&attribute, ATTRIBUTE_INTEGER, value);
    put_message(node, NODE_ATTRIBUTE, &attribute);
}

void put_integers_attribute(message *node, const char *name, size_t count, const int64_t *values) {
    message attribute = begin_attribute(name, TYPE_INTEGERS);
    for (size_t i = 0; i < count; i++)
        put_integer(&attribute, ATTRIBUTE_INTEGERS, values[i]);
    put_message(node, NODE_ATTRIBUTE, &attribute);
}

void put_texts_attribute(message *node, const char *name, size_t count, const char *const *values) {
    message attribute = begin_attribute(name, TYPE_TEXTS);
    for (size_t i = 0; i < count; i++)
        put_text(&attribute, ATTRIBUTE_TEXTS, values[i]);
    put_message(node, NODE_ATTRIBUTE, &attribute);
}

void put_domain(message *node, const char *domain) {
    put_text(node, NODE_DOMAIN, domain);
}

void end_node(message *graph, message *node) {
    put_message(graph, GRAPH_NODE, node);
}

void add_unary(message *graph, const char *operator, const char * input, const char *output) {
    message node = begin_node(operator, output);
    put_node_input(&node, input);
    end_node(graph, &node);
}

void add_binary(message *graph, const char *operator, const char * left, const char *right,
                const char *output) {
    message node = begin_node(operator, output);
    put_node_input(&node, left);
    put_node_input(&node, right);
    end_node(graph, &node);
}

void add_columns(message *graph, const char *matrix, const char *places, const char *output) {
    message node = begin_node("Gather", output);
    put_node_input(&node, matrix);
    put_node_input(&node, places);
    put_attribute(&node, "axis", 1);
    end_node(graph, &node);
}

/* ---- the model ------------------------------------------------------------------------------- */

static void put_opset(message *model, const char *domain, int64_t version) {
    enum { MODEL_OPSETS = 8, OPSET_DOMAIN = 1, OPSET_VERSION = 2 };
    message opset = {0};
    put_text(&opset, OPSET_DOMAIN, domain);
    put_integer(&opset, OPSET_VERSION, version);
    put_message(model, MODEL_OPSETS, &opset);
}

static void put_metadata(message *model, const onnx_text *text) {
    enum { MODEL_METADATA = 14, ENTRY_KEY = 1, ENTRY_VALUE = 2 };
    message entry = {0};
    put_text(&entry, ENTRY_KEY, text->key);
    put_text(&entry, ENTRY_VALUE, text->value);
    put_message(model, MODEL_METADATA, &entry);
}

message complete_model(message *graph, const char *name, const char *doc, const onnx_text *texts,
                       size_t n_texts) {
    enum { MODEL_IR = 1, MODEL_PRODUCER = 2, MODEL_PRODUCER_VERSION = 3, MODEL_GRAPH = 7 };
    message model = {0};
    put_integer(&model, MODEL_IR, IR_VERSION);
    put_text(&model, MODEL_PRODUCER, "libnnblas");
    put_text(&model, MODEL_PRODUCER_VERSION, nnblas_version());
    put_opset(&model, "", OPSET);
    put_opset(&model, "ai.onnx.ml", ML_OPSET);
    put_text(graph, GRAPH_NAME, name);
    put_text(graph, GRAPH_DOC, doc);
    put_message(&model, MODEL_GRAPH, graph);
    for (size_t i = 0; i < n_texts; i++)
        put_metadata(&model, &texts[i]);
    return model;
}
