/* SPDX-License-Identifier: BSD-3-Clause */
/* A model of nnblas train and some rows of a table, to be explained. */
#ifndef NNBLAS_COMMANDS_EXPLAIN_MODEL_H
#define NNBLAS_COMMANDS_EXPLAIN_MODEL_H

#include "commands/explain_page.h"
#include "table/model_reader.h"

/* member: which network of an ensemble, from 1; 0 is the first, which is said on stderr. False
 * after a message on stderr; e is empty then. */
bool read_explained(const char *command, const char *model, const char *data,
                    const table_options *options, size_t member, explained *e);

#endif
