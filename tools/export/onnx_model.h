/* SPDX-License-Identifier: BSD-3-Clause */
/* A trained model as a model of ONNX, from the columns of a table to its targets, in doubles. */
#ifndef NNBLAS_EXPORT_ONNX_MODEL_H
#define NNBLAS_EXPORT_ONNX_MODEL_H

#include "export/exported_model.h"
#include "export/protobuf.h"

/*
 * Inputs: "numbers", N x the columns of numbers, NaN where one is missing; "texts", N x the columns
 * of texts. Each only where there are such columns.
 *
 * Outputs: classes: "label", N, and "probabilities", N x classes. Labels: "labels" and
 * "probabilities", N x targets. Any other targets: "predictions", N x outputs.
 *
 * The names of the columns and outputs are in the metadata, as JSON. The caller frees the bytes.
 */
message make_onnx_model(const exported_model *exported, const char *name);

#endif
