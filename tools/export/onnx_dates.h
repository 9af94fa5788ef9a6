/* SPDX-License-Identifier: BSD-3-Clause */
/* The part of a graph that makes the inputs of the network from dates. */
#ifndef NNBLAS_EXPORT_ONNX_DATES_H
#define NNBLAS_EXPORT_ONNX_DATES_H

#include "export/protobuf.h"
#include "table/schema.h"

/*
 * Adds the sines and cosines of the parts of dates, for each part that a date has: first the sines
 * of all dates that have it, in the order of their columns, then the cosines. Each is an input of
 * concatenation. "numbers" has the dates as seconds, among other columns, and "is_missing" whether
 * they are.
 */
void add_date_parts(message *graph, const column_list *features, message *concatenation);

/* Whether a date has the part. */
bool has_part(const table_column *column, size_t part);

#endif
