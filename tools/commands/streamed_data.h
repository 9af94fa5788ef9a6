/* SPDX-License-Identifier: BSD-3-Clause */
/* The rows of nnblas train where they stay in their files. */
#ifndef NNBLAS_COMMANDS_STREAMED_DATA_H
#define NNBLAS_COMMANDS_STREAMED_DATA_H

#include "commands/training_data.h"

/* Whether the settings ask for it. */
bool is_streamed(const train_settings *set);

/*
 * Finds the schema of the rows, their scaling, those that are held out or decide, which are copied,
 * and the hash: of a large table in one pass, else in one more for what comes behind the schema.
 * rows->streamed has the others. False with a message; the caller frees all in any case.
 */
bool read_streamed_data(const char *command, const train_settings *set, note_list *notes, schema *s,
                        training_rows *rows, uint64_t *hash);

#endif
