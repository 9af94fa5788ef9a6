/* SPDX-License-Identifier: BSD-3-Clause */
/* The activations as nodes of a graph of ONNX. */
#ifndef NNBLAS_EXPORT_ONNX_ACTIVATIONS_H
#define NNBLAS_EXPORT_ONNX_ACTIVATIONS_H

#include "export/onnx_graph.h"

#include <nnblas.h>

/* The values between the nodes have names that begin with that of the output. */
void add_activation(message *graph, nnblas_activation activation, const char *input,
                    const char *output);

#endif
