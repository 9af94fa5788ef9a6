/* SPDX-License-Identifier: BSD-3-Clause */
#include "commands/folds.h"

#include "cli/memory.h"
#include "cli/text.h"
#include "commands/class_list.h"
#include "core/sizes.h"
#include "table/split.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void list_fold_options(fold_plan *plan, command_option *options) {
    const command_option all[N_FOLD_OPTIONS] = {
        {"folds", .value = &plan->k, .minimum = 2, .maximum = 1000000},
        {"repeats", .value = &plan->repeats, .minimum = 1, .maximum = 1000000},
    };
    memcpy(options, all, sizeof all);
}

static void warn_of_rare_classes(const char *command, const schema *s, const dataset *rows,
                                 size_t k) {
    class_list list = {.count = 0};
    for (size_t class = 0; has_classes(s) && class < rows->outputs; class ++) {
        double count = 0.0;
        for (size_t r = 0; r < rows->N; r++)
            count += rows->Y[r * rows->outputs + class];
        if (count < (double)k)
            add_class(&list, s->targets.columns[0].categories.names[class]);
    }
    end_classes(&list);
    if (list.count > 0)
        print_safely(
            stderr,
            "nnblas %s: warning: class%s %s %s fewer rows than there are folds: some folds are "
            "scored without %s\n",
            command, end_class(&list), list.names, list.count == 1 ? "has" : "have",
            list.count == 1 ? "it" : "them");
}

static bool is_constant_without(const dataset *rows, const size_t *folds, size_t fold,
                                size_t output) {
    const double *first = NULL;
    for (size_t r = 0; r < rows->N; r++) {
        const double *y = rows->Y + r * rows->outputs + output;
        if (folds[r] == fold)
            continue;
        if (first && *y != *first)
            return false;
        first = y;
    }
    return true;
}

static void warn_of_constant_target(const char *command, const fold_plan *plan,
                                    const table_column *target, size_t output) {
    for (size_t i = 0; i < plan->k * plan->repeats; i++) {
        if (!is_constant_without(plan->rows, plan->folds + i / plan->k * plan->rows->N, i % plan->k,
                                 output))
            continue;
        print_safely(
            stderr,
            "nnblas %s: warning: repeat %zu, fold %zu: the target, %s, is the same in all rows "
            "that are learnt from: there is nothing to learn\n",
            command, i / plan->k + 1, i % plan->k + 1,
            show_column(target->name, target->place).text);
        return;
    }
}

static void warn_of_constant_targets(const char *command, const fold_plan *plan) {
    const column_list *targets = &plan->schema->targets;
    for (size_t t = 0, output = 0; t < targets->count; t++) {
        if (targets->columns[t].kind == COLUMN_NUMBER)
            warn_of_constant_target(command, plan, &targets->columns[t], output);
        output += get_width(&targets->columns[t]);
    }
}

bool deal_folds(const char *command, const schema *s, const dataset *rows, uint64_t seed,
                fold_plan *plan) {
    if (plan->k > rows->N) {
        print_safely(stderr,
                     "nnblas %s: %zu row%s cannot be divided into %zu folds: use fewer --folds\n",
                     command, rows->N, end_plural(rows->N), (size_t)plan->k);
        return false;
    }
    warn_of_rare_classes(command, s, rows, plan->k);
    plan->schema = s;
    plan->rows = rows;
    plan->folds =
        resize_array(NULL, nn_multiply_sizes(plan->repeats, rows->N), sizeof *plan->folds);
    for (size_t repeat = 0; repeat < plan->repeats; repeat++)
        assign_folds(s, rows, plan->k, seed + repeat, plan->folds + repeat * rows->N);
    warn_of_constant_targets(command, plan);
    return true;
}

void free_folds(fold_plan *plan) {
    free(plan->folds);
    plan->folds = NULL;
}

/* ---- the rows of a training ------------------------------------------------------------------ */

/* Scaled by the rows that are learnt from. The schema has columns of its own, for their means and
 * deviations, and the names of the plan's. */
typedef struct {
    schema schema;
    training_rows training; /* divided as nnblas train divides them */
    dataset held_out;
} fold_rows;

static column_list copy_columns(const column_list *list) {
    column_list copy = *list;
    copy.columns = resize_array(NULL, list->count, sizeof *copy.columns);
    memcpy(copy.columns, list->columns, list->count * sizeof *copy.columns);
    return copy;
}

static fold_rows take_fold_rows(const fold_plan *plan, const training_settings *settings,
                                size_t i) {
    size_t N = plan->rows->N;
    const size_t *folds = plan->folds + i / plan->k * N;
    bool *is_held_out = resize_array(NULL, N, sizeof *is_held_out);
    for (size_t r = 0; r < N; r++)
        is_held_out[r] = folds[r] == i % plan->k;
    fold_rows rows = {.schema = *plan->schema,
                      .held_out = take_marked(plan->rows, is_held_out, true)};
    rows.schema.features = copy_columns(&plan->schema->features);
    rows.schema.targets = copy_columns(&plan->schema->targets);
    dataset others = take_marked(plan->rows, is_held_out, false);
    split_rows(settings, &rows.schema, &others, &rows.training);
    scale_dataset(&rows.schema, &rows.held_out);
    free_dataset(&others);
    free(is_held_out);
    return rows;
}

static void free_fold_rows(fold_rows *rows) {
    free(rows->schema.features.columns);
    free(rows->schema.targets.columns);
    free_training_rows(&rows->training);
    free_dataset(&rows->held_out);
}

/* ---- scores ---------------------------------------------------------------------------------- */

static nnblas_status score(const table_model *model, const dataset *d, bool packs_scores,
                           row_scores *result) {
    scores sum = start_scores(&model->schema);
    nnblas_status status = score_dataset(model, d, &sum);
    if (!status) {
        result->rows = d->N;
        result->skill = measure_skill(&sum);
        result->n_measures = list_measures(&sum, result->measures);
        result->json = packs_scores ? pack_scores(&sum) : NULL;
    }
    free_scores(&sum);
    return status;
}

/* ---- one training ---------------------------------------------------------------------------- */

static void take_net(table_model *model, learnt_net *learnt) {
    if (model->net) {
        model->others = resize_array(model->others, model->n_others + 1, sizeof *model->others);
        model->others[model->n_others++] = learnt->net;
    } else {
        model->net = learnt->net;
    }
    learnt->net = NULL;
}

static void free_nets(table_model *model) {
    nnblas_net_destroy(model->net);
    for (size_t i = 0; i < model->n_others; i++)
        nnblas_net_destroy(model->others[i]);
    free(model->others);
}

/* Adds a network to the model; false where its training failed or was stopped. */
static bool learn_net(const training_settings *settings, const training_rows *rows,
                      table_model *model, fold_result *result) {
    learnt_net learnt = learn(settings, get_output_kind(&model->schema), rows);
    bool is_complete = learnt.status >= 0 && learnt.status != NNBLAS_STOPPED_CALLBACK;
    result->status = learnt.status;
    result->epochs += nnblas_trainer_history_count(learnt.trainer);
    result->seconds += learnt.seconds;
    result->problem = learnt.problem;
    if (is_complete) {
        result->signs = read_signs(learnt.trainer, rows);
        take_net(model, &learnt);
    }
    free_learnt(&learnt);
    return is_complete;
}

/* As nnblas train --ensemble does. */
static bool learn_nets(const fold_plan *plan, const training_settings *settings,
                       const training_rows *rows, table_model *model, fold_result *result) {
    training_settings own = *settings;
    for (size_t m = 0; m < nn_max(plan->members, 1); m++, own.seed++)
        if (!learn_net(&own, rows, model, result))
            return false;
    return true;
}

fold_result learn_fold(const fold_plan *plan, const training_settings *settings, size_t i) {
    training_settings own = *settings;
    own.seed += i / plan->k;
    fold_rows rows = take_fold_rows(plan, &own, i);
    fold_result result = {0};
    table_model model = {.schema = rows.schema};
    result.is_complete =
        learn_nets(plan, &own, &rows.training, &model, &result) &&
        !score(&model, &rows.training.learnt, plan->packs_scores, &result.learnt) &&
        !score(&model, &rows.held_out, plan->packs_scores, &result.held_out);
    free_nets(&model);
    free_fold_rows(&rows);
    return result;
}

void free_fold_result(fold_result *result) {
    json_decref(result->learnt.json);
    json_decref(result->held_out.json);
    result->learnt.json = result->held_out.json = NULL;
}

static char *write_packed_json(const json_t *json) {
    char *text = json ? json_dumps(json, JSON_REAL_PRECISION(17)) : copy_text("");
    if (!text)
        end_without_memory(1);
    return text;
}

/* Behind the struct are the texts of its JSON. */
void *pack_fold_result(const fold_result *result, size_t *bytes) {
    char *learnt = write_packed_json(result->learnt.json);
    char *held_out = write_packed_json(result->held_out.json);
    size_t n_learnt = strlen(learnt) + 1, n_held_out = strlen(held_out) + 1;
    *bytes = sizeof *result + n_learnt + n_held_out;
    char *packed = resize_array(NULL, *bytes, 1);
    memcpy(packed, result, sizeof *result);
    memcpy(packed + sizeof *result, learnt, n_learnt);
    memcpy(packed + sizeof *result + n_learnt, held_out, n_held_out);
    free(learnt);
    free(held_out);
    return packed;
}

fold_result unpack_fold_result(const void *packed, size_t bytes) {
    fold_result result;
    const char *learnt = (const char *)packed + sizeof result;
    memcpy(&result, packed, nn_min(bytes, sizeof result));
    result.learnt.json = json_loads(learnt, 0, NULL);
    result.held_out.json = json_loads(learnt + strlen(learnt) + 1, 0, NULL);
    return result;
}

void show_trainings_done(size_t done, size_t count) {
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\r%zu of %zu trainings", done, count);
}

void end_trainings_done(void) {
    if (isatty(STDERR_FILENO))
        fputs("\r\033[K", stderr);
}
