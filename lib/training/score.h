/* SPDX-License-Identifier: BSD-3-Clause */
/* The score of the validation rows, as of nnblas_score. */
#ifndef NN_SCORE_H
#define NN_SCORE_H

#include "engine/engine.h"
#include "training/group.h"

/* For the score of one set of rows with one number of outputs. */
typedef struct nn_scorer {
    nnblas_score score;
    size_t outputs, labels; /* of a row; the first outputs are what the labels are compared with */
    double threshold;       /* above which an output says yes */
    nn_group *group;
    size_t block_rows;
    double *O_out;             /* of a block of rows; null without a score */
    struct nn_spread *spreads; /* of each column of labels; null but for R2 */
    double *squared_errors;    /* the same */
    double right;              /* the weight of the rows that are right */
} nn_scorer;

/* For calls with at most N rows, which may be some of all: then their weights have the scale that
 * all have. With a group, they are a share, and the score is that of the rows of all ranks: each
 * makes the same calls. */
nnblas_status nn_scorer_open(nn_scorer *scorer, nnblas_score score, const nn_model *model, size_t N,
                             nn_group *group);
void nn_scorer_close(nn_scorer *scorer);

/* Adds the labels of rows to what R2 has to know of them, once and before a score. Then all ranks
 * join what they have learnt. */
void nn_scorer_learn(nn_scorer *scorer, const nn_rows *rows);
void nn_scorer_join(nn_scorer *scorer);

/* The score of rows: begins anew; adds rows, which an engine for them predicts block by block; ends
 * with the score of all, which have this weight. */
void nn_scorer_begin(nn_scorer *scorer);
void nn_scorer_add(nn_scorer *scorer, nn_engine *engine, const nn_model *model,
                   const nn_rows *rows);
double nn_scorer_end(nn_scorer *scorer, double total_weight);

#endif
