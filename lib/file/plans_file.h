/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The file of measured plans, which nnblas_plans_save writes and nnblas_plans_load reads: a text
 * with a signature (what the plans were measured with) and a line for each plan. See
 * doc/file_format.md.
 */
#ifndef NN_PLANS_FILE_H
#define NN_PLANS_FILE_H

#include "engine/measured_plans.h"

/* The content of a file, released by free(). */
nnblas_status nn_format_plans(const nn_measured_plan *plans, size_t count, char **text,
                              size_t *size);

/* Reads the untrusted content of a file, size bytes and then a 0, and changes it. *plans is written
 * only on success; it is released by free(), and null where there are none. What is accepted is
 * what nn_format_plans writes, to the last byte. Messages have the line, but not the path. */
nnblas_status nn_parse_plans(char *text, size_t size, nn_measured_plan **plans, size_t *count);

#endif
