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
} nn_scorer;

/* rows: with the labels that each score is of, and weighed (nn_weigh_rows). With a group, they are
 * a share, and the score is that of the rows of all ranks: each makes the same calls. */
nnblas_status nn_scorer_open(nn_scorer *scorer, nnblas_score score, const nn_model *model,
                             const nn_rows *rows, nn_group *group);
/* Before the first score. */
void nn_scorer_measure_spreads(nn_scorer *scorer, const nn_rows *rows);

void nn_scorer_close(nn_scorer *scorer);

/* The score of the rows. engine: one for them, which predicts them block by block. */
double nn_scorer_run(const nn_scorer *scorer, nn_engine *engine, const nn_model *model,
                     const nn_rows *rows);

#endif
