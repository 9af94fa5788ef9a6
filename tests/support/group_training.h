/* SPDX-License-Identifier: BSD-3-Clause */
/* A training by one process, and the same by the ranks of a group. */
#ifndef GROUP_TRAINING_H
#define GROUP_TRAINING_H

#include "support/support.h"
#include "support/thread_group.h"

/* What the tests ask of a training. */
typedef struct group_recipe {
    const problem *p;          /* all rows */
    const problem *validation; /* all of the caller's own validation rows; null: none */
    const double *dYdX;        /* null: none; ld is labels x inputs */
    /* Sets up a trainer; rank is ALONE where there is no group. May be null. */
    void (*set_up)(nnblas_trainer *trainer, size_t rank);
    int ordered;
    size_t block_rows; /* above 0: training and validation rows come from sources, in such blocks */
    size_t failing_rank, fails_at; /* the call of that rank's source that fails; 0: none */
    const double
        *later_X;      /* of that rank's rows, from the second pass on, where all have X; or null */
    bool has_schedule; /* its rates are the same, too */
} group_recipe;

static const size_t ALONE = SIZE_MAX;

/* How it ended, of a rank. */
typedef struct outcome {
    nnblas_status status;
    char message[256];
    nnblas_status checkpoint_status;
    size_t epochs;
    nnblas_epoch last; /* of the history */
    double *parameters;
} outcome;

typedef struct group_outcome {
    size_t ranks, ends[MAX_RANKS]; /* rank r has the rows before ends[r] and from ends[r - 1] on */
    outcome rank[MAX_RANKS];
} group_outcome;

outcome train_alone(const group_recipe *recipe);
/* shares: of the rows, in so many parts as they add up to; null: as equal as can be. */
group_outcome train_in_group(const group_recipe *recipe, size_t ranks, const size_t *shares);
void free_outcome(outcome *o);
void free_group_outcome(group_outcome *o);

/* That all ranks ended as the process alone, with the same parameters to the tolerance (of the
 * largest), and with the same bits among themselves. */
void compare_with_alone(const group_recipe *recipe, const outcome *alone,
                        const group_outcome *group, double tolerance);
void check_group(const group_recipe *recipe, size_t ranks, const size_t *shares, double tolerance);

#endif
