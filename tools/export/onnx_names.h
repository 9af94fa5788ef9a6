/* SPDX-License-Identifier: BSD-3-Clause */
/* The names of columns and outputs as JSON arrays, released by free(). */
#ifndef NNBLAS_EXPORT_ONNX_NAMES_H
#define NNBLAS_EXPORT_ONNX_NAMES_H

#include "table/schema.h"

/* Of numbers and dates, or of texts. */
char *list_feature_names(const schema *s, bool are_scaled);
char *list_output_names(const schema *s);

#endif
