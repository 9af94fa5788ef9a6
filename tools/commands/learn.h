/* SPDX-License-Identifier: BSD-3-Clause */
/* One training from beginning to end, without a word: many of them can run at the same time. */
#ifndef NNBLAS_COMMANDS_LEARN_H
#define NNBLAS_COMMANDS_LEARN_H

#include "commands/library_words.h"
#include "commands/training_data.h"
#include "table/model.h"
#include "table/scores.h"

/* Why a training of these rows failed, after it and on its thread. To the library the rows that
 * decide are validation rows in any case. */
failure_text explain_failure(const training_rows *rows);

typedef struct {
    nnblas_status status;
    failure_text problem; /* of a status below 0 */
    nnblas_net *net;
    nnblas_trainer *trainer; /* with the history */
    double cost;             /* of the rows that decide which epoch is kept */
    double score;            /* of that epoch; NaN where it is not the score that decides */
    double seconds;
} learnt_net;

/* Trains a network of settings->seed, on the threads that the calling thread may use. No checkpoint
 * is written or read. It ends where a stop is requested, with NNBLAS_STOPPED_CALLBACK. */
learnt_net learn(const training_settings *settings, output_kind kind, const training_rows *rows);

/* The same in parts: the network and the trainer, before it trains; and what comes of a fit that
 * returned status. Without a trainer its creation has failed. */
learnt_net prepare_learning(const training_settings *settings, output_kind kind,
                            const training_rows *rows);
void end_learning(const training_settings *settings, const training_rows *rows,
                  nnblas_status status, learnt_net *learnt);
void free_learnt(learnt_net *learnt);

/* The same of rows that are streamed, but for the AUC where they are many. */
nnblas_status score_streamed(const table_model *model, streamed_rows *rows, scores *sum);

/* Adds scaled rows, as the model predicts them. */
nnblas_status score_dataset(const table_model *model, const dataset *d, scores *sum);

#endif
