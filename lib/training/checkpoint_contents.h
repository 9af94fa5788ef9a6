/* SPDX-License-Identifier: BSD-3-Clause */
/* The names of what a checkpoint has beside the network; see doc/file_format.md. */
#ifndef NN_CHECKPOINT_CONTENTS_H
#define NN_CHECKPOINT_CONTENTS_H

/* Tensors: the optimizer's two vectors and the best parameters, 1 x parameters, if the training has
 * them; and the epochs that are not in the history file. */
static const char NN_FIRST[] = "checkpoint.first", NN_SECOND[] = "checkpoint.second",
                  NN_BEST[] = "checkpoint.best", NN_HISTORY[] = "checkpoint.history";

/* Texts. */
static const char NN_SETTINGS[] = "nnblas.checkpoint.settings",
                  NN_PROGRESS[] = "nnblas.checkpoint.progress",
                  NN_STEP_PLAN[] = "nnblas.checkpoint.plan",
                  NN_VALIDATION_PLAN[] = "nnblas.checkpoint.validation_plan";

#endif
