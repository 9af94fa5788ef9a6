/* SPDX-License-Identifier: BSD-3-Clause */
/* Signs that a network has learnt less than the rows have to tell, and the advice that follows. */
#ifndef NNBLAS_COMMANDS_UNDERFIT_H
#define NNBLAS_COMMANDS_UNDERFIT_H

#include "commands/training_data.h"
#include "table/scores.h"

/*
 * learnt, held_out: the skill on these rows, 0 by chance and 1 where all is predicted; NaN where it
 * is not known, as of no rows. fall: the part of the deciding cost that the last third of the
 * epochs took away. is_simple: there are many rows for each parameter, so that other rows are
 * predicted about as well as those that were learnt from.
 */
typedef struct {
    double learnt, held_out, fall;
    size_t epochs;
    bool is_simple;
    bool is_impatient; /* --patience ended it, before --epochs */
} fit_signs;

/* The mean over the targets of R2, and of what the log loss is lower than that of a model that
 * knows the shares of the classes alone. */
double measure_skill(const scores *s);

/* Without the skills. The trainer has ended by itself. */
fit_signs read_signs(const nnblas_trainer *trainer, const training_rows *rows);

/* Where nearly all is learnt, a cost that falls says nothing. */
bool is_learnt_well(const fit_signs *signs);

/* can_search: nnblas search takes these rows and settings. */
void warn_of_underfit(const char *command, const fit_signs *signs, bool can_search);

#endif
