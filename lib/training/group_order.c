/* SPDX-License-Identifier: BSD-3-Clause */
#include "training/group_order.h"
#include "core/arguments.h"
#include "core/memory.h"
#include "core/sizes.h"
#include "engine/plan_cache.h"
#include "engine/row_weights.h"
#include "training/group_sums.h"

#include <string.h>

/* ---- parts ----------------------------------------------------------------------------------- */

nn_plan nn_plan_all_rows(const nn_model *model, const nn_rows *rows, size_t N) {
    static const double SOME_LABELS[1];
    nn_rows all = *rows;
    all.N = N;
    all.Y = SOME_LABELS;
    const nn_problem problem = nn_make_problem(model, &all, NN_TRAIN);
    return nn_get_plan(&problem);
}

/* Whether there are sums to pass on; else all rows are one sum. */
static bool has_parts(const nn_plan *plan) {
    return plan->strategy == NN_OWN_ROWS && plan->parts > 1;
}

static nnblas_status refuse_one_part(size_t N) {
    return nn_fail(
        NNBLAS_ERROR_VALUE,
        "one process takes these %zu rows in one part: they are too few for ordered sums", N);
}

nnblas_status nnblas_group_share(const nnblas_net *net, size_t N, int weighted,
                                 const nnblas_group *group, size_t *first, size_t *count) {
    if (nn_check_pointer("group", group) || nn_check_pointer("first", first) ||
        nn_check_pointer("count", count))
        return NNBLAS_ERROR_NULL;
    if (group->rank >= group->ranks)
        return nn_fail(NNBLAS_ERROR_VALUE, "rank is %zu; it must be below ranks, which is %zu",
                       group->rank, group->ranks);
    size_t unit = 1;
    if (net) {
        static const double SOME_WEIGHTS[1];
        if (nn_check_size("N", N))
            return NNBLAS_ERROR_SIZE;
        const nn_model model = nn_net_model(net);
        const nn_rows rows = {.weights = weighted ? SOME_WEIGHTS : NULL};
        const nn_plan plan = nn_plan_all_rows(&model, &rows, N);
        if (!has_parts(&plan))
            return refuse_one_part(N);
        unit = nn_divide_up(N, plan.parts);
    }
    size_t units = nn_divide_up(N, unit), each = units / group->ranks, more = units % group->ranks;
    size_t before = group->rank * each + nn_min(group->rank, more);
    size_t begin = nn_min(N, before * unit),
           end = nn_min(N, (before + each + (group->rank < more)) * unit);
    *first = begin;
    *count = end - begin;
    return NNBLAS_OK;
}

/* ---- checks ---------------------------------------------------------------------------------- */

static nnblas_status check_settings(const nn_fit *fit, const nn_rows *given) {
    const nn_settings *s = fit->settings;
    const char *words = NULL;
    if (fit->batch_size < fit->N)
        words = "steps over all rows; set batch_size to 0";
    else if (s->validation_fraction > 0.0)
        words = "validation rows of the caller's own; set the validation fraction to 0";
    else if (s->derivatives.data)
        words = "labels without derivatives; set the derivatives to null";
    else if (s->optimizer == NNBLAS_LEVENBERG_MARQUARDT)
        words = "another optimizer than Levenberg-Marquardt";
    else if (nn_count_weighted_rows(given->N, given->weights) < given->N)
        words = "sample weights above 0; leave the other rows out";
    else if (fit->validation.N > 0 && fit->validation.N < fit->N_validation)
        words = "all validation rows on one rank";
    return words ? nn_fail(NNBLAS_ERROR_VALUE, "ordered sums need %s", words) : NNBLAS_OK;
}

/* A share begins where the one before it ends. */
static nnblas_status check_share(const nn_fit *fit) {
    size_t first = fit->own.first, end = first + fit->own.count;
    if (fit->own.count == 0 || end % fit->part_rows == 0 || end == fit->N)
        return NNBLAS_OK;
    return nn_fail(NNBLAS_ERROR_VALUE,
                   "ordered sums need whole parts of %zu rows, and the share is rows %zu to %zu of "
                   "%zu: a group's share of rows is made of whole parts",
                   fit->part_rows, first, end - 1, fit->N);
}

nnblas_status nn_check_order(nn_fit *fit, const nn_rows *given) {
    nnblas_status status = nn_check_size("N of all ranks", fit->N);
    if (!status)
        status = check_settings(fit, given);
    if (status)
        return status;
    const nn_plan plan = nn_plan_all_rows(&fit->model, &fit->rows, fit->N);
    if (!has_parts(&plan))
        return refuse_one_part(fit->N);
    fit->part_rows = nn_divide_up(fit->N, plan.parts);
    return check_share(fit);
}

nn_plan nn_plan_own_parts(const nn_fit *fit) {
    nn_plan plan = nn_plan_all_rows(&fit->model, &fit->rows, fit->N);
    plan.parts = nn_max(nn_divide_up(fit->rows.N, fit->part_rows), 1);
    return plan;
}

nnblas_status nn_open_ordered_sums(nn_fit *fit) {
    if (!fit->group.is_ordered)
        return NNBLAS_OK;
    fit->ordered_sums =
        nn_allocate(nn_count_all_parameters(fit) + NN_SPARE_UPDATES, sizeof *fit->ordered_sums);
    return fit->ordered_sums ? NNBLAS_OK : NNBLAS_ERROR_MEMORY;
}

/* ---- gradients ------------------------------------------------------------------------------- */

/* The cost of the rows, before it is averaged, is behind the updates. */
static void add_parts(void *context, double *sums) {
    const nn_fit *fit = context;
    size_t parts = nn_divide_up(fit->rows.N, fit->part_rows), count = nn_count_all_parameters(fit);
    for (size_t p = 0; p < parts; p++)
        sums[count] +=
            nn_engine_add_part(&fit->engine, &fit->model, p, p == 0 && fit->own.first == 0, sums);
    sums[count + 1] += nn_is_own_cancelled(fit);
}

double nn_compute_ordered_gradient(nn_fit *fit) {
    size_t count = nn_count_all_parameters(fit);
    double *sums = fit->ordered_sums;
    if (fit->rows.N > 0)
        nn_engine_run(&fit->engine, &(nn_call){.model = &fit->model,
                                               .rows = &fit->rows,
                                               .updates = fit->engine.updates,
                                               .part_rows = fit->part_rows,
                                               .keeps_parts = true});
    memset(sums, 0, (count + NN_SPARE_UPDATES) * sizeof *sums);
    nn_group_add(&fit->group, sums, count + NN_SPARE_UPDATES, add_parts, fit);
    memcpy(fit->engine.updates[0], sums, count * sizeof *sums);
    sums[count] = nn_average_cost(&fit->model, sums[count], nn_get_total_weight(&fit->rows));
    return nn_take_group_cost(fit, sums + count);
}
