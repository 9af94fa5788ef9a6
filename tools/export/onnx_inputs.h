/* SPDX-License-Identifier: BSD-3-Clause */
/* The part of a graph that makes the inputs of the network from the columns of a table. */
#ifndef NNBLAS_EXPORT_ONNX_INPUTS_H
#define NNBLAS_EXPORT_ONNX_INPUTS_H

#include "export/exported_model.h"
#include "export/protobuf.h"

/* The value with the inputs of the network. */
extern const char NETWORK_INPUTS[];

/* order: the place in the network of each input, which are in another order here: all numbers,
 * their indicators, then the categories of one column of texts after the other. numbers, texts: the
 * names of these columns, as JSON. */
typedef struct {
    size_t *order;
    char *numbers, *texts;
} onnx_inputs;

onnx_inputs add_inputs(message *graph, const exported_model *exported);
void free_inputs(onnx_inputs *inputs);

#endif
