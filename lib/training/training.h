/* SPDX-License-Identifier: BSD-3-Clause */
/* A trainer, and one training by it: from the first epoch or a checkpoint to the end. */
#ifndef NN_TRAINING_H
#define NN_TRAINING_H

#include "engine/row_weights.h"
#include "network/blocks.h"
#include "training/group.h"
#include "training/history_file.h"
#include "training/optimizer.h"
#include "training/overflow_bounds.h"
#include "training/row_order.h"
#include "training/score.h"
#include "training/settings.h"

#include <stdatomic.h>

/* What nnblas_trainer_evidence tells; all 0 where nothing is known. */
typedef struct nn_evidence {
    double decay, noise, effective, log_evidence;
} nn_evidence;

/* A failure that a trainer remembers: of a checkpoint in the last fit, or of that fit. */
typedef struct nn_failure {
    nnblas_status status; /* not below 0: none, and no words */
    char words[256];
} nn_failure;

struct nnblas_trainer {
    nnblas_net *net;
    nn_settings settings;
    nn_history history;
    nn_failure checkpoint_failure;
    nn_failure fit_failure;        /* how the last fit ended */
    nn_evidence evidence;          /* of the last fit */
    struct nn_checkpoint *resumed; /* where the next fit continues; null for a new training */
    nn_optimizer *step_optimizer;  /* of nnblas_trainer_step; null before the first step */
    atomic_bool is_cancelled;      /* from any thread; cleared when a fit returns */
};

/* What a training needs to continue, beside the parameters and the optimizer's vectors. */
typedef struct nn_progress {
    size_t epoch;       /* that many are done */
    double cost;        /* of the last one; infinity before the first */
    nn_random random;   /* of the shuffling */
    double rate_factor; /* of a schedule with plateaus */
    double lowest;      /* of the watched numbers; infinity before the first epoch */
    size_t unimproved;  /* epochs in a row, for the patience */
    size_t on_plateau;  /* the same since the rate was reduced */
    double seconds;
    /* Of searches with a damping. unit, scale and goal are those of objective.h;
     * Levenberg-Marquardt has no scale. The others are of scaled conjugate gradients alone: how
     * many directions were conjugate since the last along the gradient, */
    double unit, scale, goal, damping;
    size_t conjugate;
    double least_norm; /* of a gradient since the objective fell */
    size_t stalled;    /* epochs since one of them fell */
    nn_evidence evidence;
} nn_progress;

/* The checkpoints of a training. */
typedef struct nn_checkpoints {
    bool is_cleared;  /* temporary files of killed processes are removed */
    bool is_complete; /* the one at the path was written by this training and holds all epochs */
    nn_history_file file;
    double finished; /* on the clock: the last attempt, or the beginning */
} nn_checkpoints;

/* Which rows of a group's are this rank's; all 0 without a group. Rows of weight 0 left out, those
 * of all ranks have numbers, in the order of the ranks. */
typedef struct nn_own_rows {
    size_t first, count; /* this rank's numbers */
    uint32_t *weighted;  /* where each of them is in its matrices; null: row e is e */
    uint32_t *list;      /* training rows in the order of an epoch, then validation rows; or null */
    size_t *begins;      /* of each batch in the list, and the end of the last one */
    double *totals;      /* the weight of each batch's rows on all ranks */
} nn_own_rows;

/* What is known of the rows of a source that were read. */
typedef struct nn_survey {
    const nnblas_net *net;
    bool is_validation;
    size_t weighted; /* rows with a weight above 0 */
    nn_weight_sum weight;
    nn_overflow_bounds bounds;
    double target_magnitude; /* the mean magnitude of the labels, with the weights of the rows */
} nn_survey;

/* Rows that come from a source, if its blocks are open. */
typedef struct nn_source_rows {
    nn_blocks blocks;
    nn_survey survey;
    size_t N;          /* rows of all ranks, also those of weight 0 */
    double share;      /* of the weight of the rows of all ranks */
    size_t *rank_rows; /* rows with a weight above 0 of each rank; null without a group */
} nn_source_rows;

typedef struct nn_fit {
    nnblas_trainer *trainer;
    const nn_settings *settings;
    nn_model model;
    nn_group group;
    nn_rows
        rows; /* this process's training rows; of those of a source there are only the numbers */
    nn_rows validation;
    size_t N, N_validation; /* those of all processes */
    nn_source_rows source, validation_source;
    double *mean_gradient;    /* over the blocks of a source; null where the rows are in arrays */
    nn_rows gathered;         /* a batch of rows of a source, put together from its blocks */
    double *gathered_memory;  /* null but for mini-batches from a source */
    size_t *gathered_numbers; /* the same: of the rows in the source */
    uint32_t *block_order;    /* the same; null where blocks come in the order of the rows */
    nn_failure row_failure;   /* of a source in the midst of a step */
    size_t batch_size;
    bool has_checkpoints;                     /* of a group, rank 0's */
    bool has_weights, has_validation_weights; /* of a group, those of its ranks that have rows */
    nn_row_order order;
    nn_own_rows own;
    size_t part_rows;          /* for ordered sums, else 0 */
    double *ordered_sums;      /* the same: like the updates of the engine */
    uint32_t *validation_list; /* the order of the caller's own rows without those of weight 0 */
    nn_engine engine, validation_engine;
    nn_derivative_engine derivative_engine; /* its model is null where no derivatives are given */
    nn_scorer scorer;
    nn_optimizer optimizer;
    nn_overflow_bounds bounds;
    double *best; /* the parameters with the lowest watched number; null without validation */
    nn_progress progress;
    nn_checkpoints checkpoints;
    double started;   /* on the clock, less the seconds before a resumption */
    bool is_one_step; /* of nnblas_trainer_step: there are no epochs */
} nn_fit;

static inline double *nn_get_parameters(const nn_fit *fit) {
    return fit->trainer->net->parameters;
}

static inline size_t nn_count_all_parameters(const nn_fit *fit) {
    return fit->trainer->net->parameter_count;
}

/* Without those that the mask keeps. */
static inline size_t nn_count_trained_parameters(const nn_fit *fit) {
    size_t trained = 0;
    for (size_t i = 0; i < nn_count_all_parameters(fit); i++)
        trained += nn_is_trained(fit->settings, i);
    return trained;
}

static inline bool nn_is_from_source(const nn_fit *fit) {
    return fit->source.blocks.source != NULL;
}

static inline bool nn_is_full_batch(const nn_fit *fit) {
    return fit->batch_size == fit->N;
}

static inline bool nn_is_cancelled(const nn_fit *fit) {
    return nn_is_alone(&fit->group)
               ? atomic_load_explicit(&fit->trainer->is_cancelled, memory_order_relaxed)
               : fit->group.is_cancelled;
}

/* Whether the steps are by derivatives too. */
static inline bool nn_has_derivatives(const nn_fit *fit) {
    return fit->derivative_engine.model != NULL;
}

static inline bool nn_has_validation(const nn_fit *fit) {
    return fit->N_validation > 0;
}

#endif
