/* SPDX-License-Identifier: BSD-3-Clause */
/* A graph of ONNX (https://onnx.ai/onnx/repo-docs/IR.html) as a message of protocol buffers. */
#ifndef NNBLAS_EXPORT_ONNX_GRAPH_H
#define NNBLAS_EXPORT_ONNX_GRAPH_H

#include "export/protobuf.h"

/* The types of elements, by their numbers in onnx.proto. */
typedef enum { ONNX_INT64 = 7, ONNX_STRING = 8, ONNX_DOUBLE = 11 } onnx_type;

/* Values are known by their names: each is an input, a constant or the output of a node. Each
 * function below appends to the graph. */

/* "W1" of W and 1: a name for one of several values. */
typedef struct {
    char text[40];
} value_name;
value_name number_value(const char *word, size_t number);

/* rows x columns values; columns = 0: one dimension. A text is an array of char pointers. */
typedef struct {
    size_t rows, columns;
} onnx_shape;

void add_reals(message *graph, const char *name, onnx_shape shape, const double *values);
void add_integers(message *graph, const char *name, onnx_shape shape, const int64_t *values);
void add_texts(message *graph, const char *name, onnx_shape shape, const char *const *values);

/* An input or output of the graph: any number of rows, and columns if not 0. */
void add_input(message *graph, const char *name, onnx_type type, size_t columns, const char *doc);
void add_output(message *graph, const char *name, onnx_type type, size_t columns, const char *doc);

/* A node: begin_node(), its inputs and attributes in any order, and end_node(). */
message begin_node(const char *operator, const char * output);
void put_node_input(message *node, const char *name);
void put_attribute(message *node, const char *name, int64_t value);
void put_integers_attribute(message *node, const char *name, size_t count, const int64_t *values);
void put_texts_attribute(message *node, const char *name, size_t count, const char *const *values);
/* Of a domain other than that of ONNX itself. */
void put_domain(message *node, const char *domain);
void end_node(message *graph, message *node);

/* Nodes of one and of two inputs without attributes. */
void add_unary(message *graph, const char *operator, const char * input, const char *output);
void add_binary(message *graph, const char *operator, const char * left, const char *right,
                const char *output);

/* Columns of a matrix, by their places. */
void add_columns(message *graph, const char *matrix, const char *places, const char *output);

/* The whole model: releases graph, and returns its bytes. */
typedef struct {
    const char *key, *value;
} onnx_text;
message complete_model(message *graph, const char *name, const char *doc, const onnx_text *texts,
                       size_t n_texts);

#endif
