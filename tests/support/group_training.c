/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/group_training.h"
#include "support/row_source.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Rows first .. end of a problem, or of its validation rows. */
typedef struct share {
    size_t first, end;
} share;

static problem take_share(const problem *p, share rows) {
    problem part = *p;
    part.N = rows.end - rows.first;
    part.X += rows.first * p->ldx;
    part.Y += rows.first * p->ldy;
    part.weights = p->weights ? p->weights + rows.first : NULL;
    return part;
}

static nnblas_status fit_sources(const group_recipe *recipe, nnblas_trainer *t, share rows,
                                 share validation, size_t rank) {
    const problem learning = take_share(recipe->p, rows);
    row_source s, v;
    open_row_source(&s, &learning, recipe->block_rows);
    ck_assert_ok(nnblas_source_set_rows(s.source, rank % 2 ? learning.N : 0));
    s.fails_at = rank == recipe->failing_rank ? recipe->fails_at : 0;
    if (rank == recipe->failing_rank && recipe->later_X)
        s.later_X = recipe->later_X + rows.first * learning.ldx;
    if (recipe->validation) {
        const problem validating = take_share(recipe->validation, validation);
        open_row_source(&v, &validating, recipe->block_rows);
        ck_assert_ok(nnblas_trainer_set_validation_source(t, v.source));
    }
    nnblas_status status = nnblas_trainer_fit_source(t, s.source);
    if (recipe->validation) {
        nnblas_trainer_set_validation_source(t, NULL);
        close_row_source(&v);
    }
    close_row_source(&s);
    return status;
}

static nnblas_status fit(const group_recipe *recipe, nnblas_trainer *t, share rows) {
    const problem *p = recipe->p;
    size_t d = get_labels(p) * get_inputs(p);
    if (p->weights)
        nnblas_trainer_set_sample_weights(t, p->weights + rows.first);
    if (recipe->dYdX)
        nnblas_trainer_set_derivatives(t, 0.5, recipe->dYdX + rows.first * d, d);
    return nnblas_trainer_fit(t, rows.end - rows.first, p->X + rows.first * p->ldx, p->ldx,
                              p->Y + rows.first * p->ldy, p->ldy);
}

static void set_validation(nnblas_trainer *t, const problem *v, share rows) {
    nnblas_trainer_set_validation_rows(t, rows.end - rows.first, v->X + rows.first * v->ldx, v->ldx,
                                       v->Y + rows.first * v->ldy, v->ldy);
    if (v->weights && rows.end > rows.first)
        nnblas_trainer_set_validation_weights(t, v->weights + rows.first);
}

static outcome train(const group_recipe *recipe, share rows, share validation,
                     const nnblas_group *group) {
    nnblas_net *net = make_net(recipe->p);
    nnblas_trainer *t;
    outcome o = {.parameters = malloc(recipe->p->parameter_count * sizeof(double))};
    nnblas_trainer_create(net, &t);
    bool has_sources = recipe->block_rows > 0 && group;
    if (recipe->validation && !has_sources)
        set_validation(t, recipe->validation, validation);
    if (recipe->set_up)
        recipe->set_up(t, group ? group->rank : ALONE);
    o.status = nnblas_trainer_set_group(t, group, recipe->ordered);
    if (!o.status)
        o.status = has_sources ? fit_sources(recipe, t, rows, validation, group->rank)
                               : fit(recipe, t, rows);
    if (o.status < 0)
        snprintf(o.message, sizeof o.message, "%s", nnblas_error_message());
    o.checkpoint_status = nnblas_trainer_checkpoint_status(t);
    o.epochs = nnblas_trainer_history_count(t);
    if (o.epochs > 0)
        o.last = get_epoch(t, o.epochs - 1);
    memcpy(o.parameters, nnblas_net_parameters(net),
           recipe->p->parameter_count * sizeof *o.parameters);
    nnblas_trainer_destroy(t);
    nnblas_net_destroy(net);
    return o;
}

outcome train_alone(const group_recipe *recipe) {
    size_t validating = recipe->validation ? recipe->validation->N : 0;
    return train(recipe, (share){0, recipe->p->N}, (share){0, validating}, NULL);
}

/* ---- ranks ----------------------------------------------------------------------------------- */

typedef struct ranks_run {
    const group_recipe *recipe;
    group_outcome *outcome;
} ranks_run;

static void train_rank(void *context, const nnblas_group *group) {
    const ranks_run *run = context;
    const size_t *ends = run->outcome->ends;
    size_t r = group->rank, N = run->recipe->p->N > 0 ? run->recipe->p->N : 1,
           V = run->recipe->validation ? run->recipe->validation->N : 0;
    share rows = {r > 0 ? ends[r - 1] : 0, ends[r]};
    /* In the same proportion, so that a rank may have none of them. */
    share validation = {rows.first * V / N, rows.end * V / N};
    /* Ordered sums need them on one rank. */
    if (run->recipe->ordered)
        validation = (share){0, r == group->ranks - 1 ? V : 0};
    run->outcome->rank[r] = train(run->recipe, rows, validation, group);
}

group_outcome train_in_group(const group_recipe *recipe, size_t ranks, const size_t *shares) {
    group_outcome o = {.ranks = ranks};
    size_t all = 0, sum = 0, N = recipe->p->N;
    for (size_t r = 0; r < ranks; r++)
        all += shares ? shares[r] : 1;
    for (size_t r = 0; r < ranks; r++) {
        sum += shares ? shares[r] : 1;
        o.ends[r] = N * sum / all;
    }
    run_ranks(ranks, train_rank, &(ranks_run){recipe, &o});
    return o;
}

void free_outcome(outcome *o) {
    free(o->parameters);
}

void free_group_outcome(group_outcome *o) {
    for (size_t r = 0; r < o->ranks; r++)
        free_outcome(&o->rank[r]);
}

/* ---- comparison ------------------------------------------------------------------------------ */

static void compare_parameters(const outcome *a, const outcome *b, size_t count, double tolerance) {
    double largest = 0.0;
    for (size_t i = 0; i < count; i++)
        largest = fmax(largest, fabs(a->parameters[i]));
    for (size_t i = 0; i < count; i++)
        ck_assert_msg(fabs(a->parameters[i] - b->parameters[i]) <= tolerance * largest,
                      "parameter %zu: %.17g alone, %.17g in a group", i, a->parameters[i],
                      b->parameters[i]);
}

static void compare_numbers(const char *name, double alone, double group, double tolerance) {
    ck_assert_msg((isnan(alone) && isnan(group)) ||
                      fabs(alone - group) <= tolerance * (1.0 + fabs(alone)),
                  "%s: %.17g alone, %.17g in a group", name, alone, group);
}

void compare_with_alone(const group_recipe *recipe, const outcome *alone,
                        const group_outcome *group, double tolerance) {
    for (size_t r = 0; r < group->ranks; r++) {
        const outcome *rank = &group->rank[r];
        ck_assert_msg(rank->status == alone->status, "rank %zu of %zu: status %d, alone %d: %s", r,
                      group->ranks, (int)rank->status, (int)alone->status, rank->message);
        ck_assert_uint_eq(rank->epochs, alone->epochs);
        compare_parameters(alone, rank, recipe->p->parameter_count, tolerance);
        compare_numbers("cost", alone->last.cost, rank->last.cost, tolerance);
        compare_numbers("validation cost", alone->last.validation_cost, rank->last.validation_cost,
                        tolerance);
        if (recipe->has_schedule)
            compare_numbers("rate", alone->last.learning_rate, rank->last.learning_rate, tolerance);
        compare_numbers("score", alone->last.score, rank->last.score, tolerance);
        ck_assert_mem_eq(rank->parameters, group->rank[0].parameters,
                         recipe->p->parameter_count * sizeof(double));
    }
}

void check_group(const group_recipe *recipe, size_t ranks, const size_t *shares, double tolerance) {
    outcome alone = train_alone(recipe);
    group_outcome group = train_in_group(recipe, ranks, shares);
    compare_with_alone(recipe, &alone, &group, tolerance);
    free_outcome(&alone);
    free_group_outcome(&group);
}
