/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A run as JSON: in the model as metadata, and in full as the file of --json.
 *
 *   {"version": "0.2.0",
 *    "command": ["nnblas", "train", "train.csv", "--target", "species"],
 *    "settings": {"hidden": [32], "activation": "tanh", ..., "seed": 1},
 *    "data": {"rows": 150, "learnt": 120, "held_out": 30, "hash": "0123456789abcdef"},
 *    "result": {"epochs": 87, "end": "completed", "kept": {"epoch": 80, "cost": 0.1, ...}, ...},
 *    "scores": {"learnt": {"rows": 120, "measures": {...}}, "held_out": ...}}
 *
 * The metadata of a checkpoint has no result. The file also has seconds, and the scores of each
 * target and class; a model has none of these, so that the same command makes the same file.
 */
#ifndef NNBLAS_COMMANDS_RUN_RECORD_H
#define NNBLAS_COMMANDS_RUN_RECORD_H

#include "commands/training_run.h"

/* The key of the network's metadata. */
extern const char TRAINING_KEY[];

/* Of all values, the weights of the rows included. */
uint64_t hash_dataset(const dataset *d);
/* The same of rows that come a block at a time, the first of them with this number: added up over
 * all blocks, wherever they begin and end. */
uint64_t hash_rows(size_t first, const dataset *block);

/* Keeps what is known before the training, or also its result, in the network. */
nnblas_status note_run(const training_run *run, bool is_done);

/* False, with a message on stderr, where the file cannot be written. */
bool write_run(const training_run *run, const char *path);

#endif
