/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/memory.h"
#include "core/sizes.h"
#include "engine/finite.h"
#include "engine/plan_search.h"
#include "engine/plan_text.h"
#include "file/model_file.h"
#include "kernels/rprop.h"
#include "training/checkpoint.h"
#include "training/checkpoint_contents.h"
#include "training/saved_progress.h"
#include "training/saved_settings.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How one of the engines of the training computed. */
typedef struct saved_plan {
    bool is_known;
    size_t rows;
    nn_plan plan;
} saved_plan;

struct nn_checkpoint {
    nnblas_net *net;
    nn_named_numbers settings;
    nn_saved_progress saved;
    saved_plan step_plan, validation_plan;
    double *first, *second, *best; /* null where the training has none */
    nn_history history;
};

void nn_checkpoint_free(nn_checkpoint *checkpoint) {
    if (!checkpoint)
        return;
    nnblas_net_destroy(checkpoint->net);
    free(checkpoint->first);
    free(checkpoint->second);
    free(checkpoint->best);
    nn_history_clear(&checkpoint->history);
    free(checkpoint);
}

/* ---- the network ----------------------------------------------------------------------------- */

static nnblas_status compare_networks(const nnblas_net *a, const nnblas_net *b) {
    bool same = a->n_layers == b->n_layers && a->cost == b->cost &&
                a->cost_parameter == b->cost_parameter &&
                nnblas_net_flags(a) == nnblas_net_flags(b);
    for (size_t l = 0; same && l < a->n_layers; l++)
        same = a->layers[l].inputs == b->layers[l].inputs &&
               a->layers[l].outputs == b->layers[l].outputs &&
               a->layers[l].activation == b->layers[l].activation;
    return same ? NNBLAS_OK
                : nn_fail(NNBLAS_ERROR_VALUE,
                          "the checkpoint belongs to another network: its layers, "
                          "biases, activations, cost or the cost's "
                          "parameter differ");
}

static nnblas_status compare_settings(const nn_checkpoint *c, const nn_settings *now,
                                      const nn_fit *fit) {
    return nn_compare_settings(&c->settings, now, fit, "the checkpoint", "this training");
}

/* ---- vectors --------------------------------------------------------------------------------- */

static nnblas_status read_vector(const nn_model_file *file, const char *name, size_t count,
                                 double **vector) {
    nnblas_status status = nn_model_file_check_shape(file, name, 1, count);
    if (status)
        return status;
    *vector = nn_allocate(count, sizeof **vector);
    if (!*vector)
        return NNBLAS_ERROR_MEMORY;
    status = nn_model_file_read(file, name, 1, count, *vector);
    if (!status && nn_check_finite(name, 1, count, *vector, count))
        status = NNBLAS_ERROR_FORMAT;
    return status;
}

static nnblas_status check_second(const double *second, size_t count, double least, double most) {
    for (size_t i = 0; i < count; i++)
        if (!(second[i] >= least && second[i] <= most))
            return nn_fail(NNBLAS_ERROR_FORMAT,
                           "%s holds %g at row 0, column %zu; it must be %g to %g", NN_SECOND,
                           second[i], i, least, most);
    return NNBLAS_OK;
}

static nnblas_status read_vectors(nn_checkpoint *c, const nn_model_file *file,
                                  const nn_settings *settings) {
    size_t count = c->net->parameter_count;
    size_t vectors = nn_count_optimizer_vectors(settings->optimizer);
    bool is_rprop = settings->optimizer == NNBLAS_RPROP,
         has_signs = settings->optimizer == NNBLAS_SCALED_CONJUGATE_GRADIENT;
    nnblas_status status = NNBLAS_OK;
    if (vectors > 0)
        status = read_vector(file, NN_FIRST, count, &c->first);
    if (!status && vectors > 1)
        status = read_vector(file, NN_SECOND, count, &c->second);
    if (!status && vectors > 1 && !has_signs)
        status = check_second(c->second, count, is_rprop ? NN_RPROP_SMALLEST : 0.0,
                              is_rprop ? NN_RPROP_LARGEST : HUGE_VAL);
    if (!status && nn_settings_have_validation(&c->settings))
        status = read_vector(file, NN_BEST, count, &c->best);
    return status;
}

/* Whether name is one of count names, some of which may be null. */
static bool is_among(const char *name, const char *const *names, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (names[i] && strcmp(name, names[i]) == 0)
            return true;
    return false;
}

/* Refuses tensors and texts that a training with these settings does not have. */
static nnblas_status check_names(const nn_checkpoint *c, const nn_header *header) {
    const char *const tensors[] = {NN_HISTORY, c->first ? NN_FIRST : NULL,
                                   c->second ? NN_SECOND : NULL, c->best ? NN_BEST : NULL};
    const char *const texts[] = {NN_SETTINGS, NN_PROGRESS, NN_STEP_PLAN,
                                 c->best ? NN_VALIDATION_PLAN : NULL};
    for (size_t i = 0; i < header->n_tensors; i++) {
        const char *name = header->tensors[i].name;
        if (nn_is_extra_tensor(name) && !is_among(name, tensors, 4))
            return nn_fail(NNBLAS_ERROR_FORMAT,
                           "there is a tensor '%s', which a training of these "
                           "settings does not have",
                           nn_quote_name(name).text);
    }
    for (size_t i = 0; i < header->n_texts; i++) {
        const char *key = header->texts[i].key;
        if (nn_is_extra_text(key) && !is_among(key, texts, 4))
            return nn_fail(NNBLAS_ERROR_FORMAT, "there is an unknown text '%s'",
                           nn_quote_name(key).text);
    }
    return NNBLAS_OK;
}

/* ---- plans ----------------------------------------------------------------------------------- */

/* text: null where the checkpoint is older than plans in checkpoints. */
static nnblas_status read_plan(const nn_checkpoint *c, const char *text, size_t N,
                               nn_purpose purpose, saved_plan *saved) {
    if (!text)
        return NNBLAS_OK;
    nn_model model = nn_net_model(c->net);
    const nn_problem problem = nn_make_problem(&model, &(nn_rows){.N = N}, purpose);
    nn_fields fields = {.rest = text};
    *saved = (saved_plan){.is_known = true, .rows = N};
    if (nn_read_plan(&fields, &problem, &saved->plan) && nn_read_end_of_fields(&fields))
        return NNBLAS_OK;
    char words[256];
    snprintf(words, sizeof words, "%s", nnblas_error_message());
    return nn_fail(NNBLAS_ERROR_FORMAT, "a plan of the checkpoint: %s", words);
}

static nnblas_status read_plans(nn_checkpoint *c, const nn_header *header) {
    nnblas_status status = read_plan(c, nn_find_text(header, NN_STEP_PLAN),
                                     nn_count_step_rows(&c->settings), NN_TRAIN, &c->step_plan);
    if (!status)
        status = read_plan(c, nn_find_text(header, NN_VALIDATION_PLAN),
                           nn_count_validation_rows(&c->settings), NN_PREDICT, &c->validation_plan);
    return status;
}

const nn_plan *nn_checkpoint_get_plan(nn_checkpoint *c, const nn_problem *problem) {
    if (!c)
        return NULL;
    saved_plan *saved = problem->purpose == NN_PREDICT ? &c->validation_plan : &c->step_plan;
    if (!saved->is_known || saved->rows != problem->N)
        return NULL;
    nn_derive_plan(&saved->plan, problem);
    return &saved->plan;
}

/* ---- history --------------------------------------------------------------------------------- */

/* Called before anything of that size is allocated: with the right columns, the rows are in the
 * file. */
static nnblas_status check_history(const nn_checkpoint *c, const nn_tensor *tensor) {
    if (!tensor)
        return nn_fail(NNBLAS_ERROR_FORMAT, "there is no tensor '%s'", NN_HISTORY);
    size_t most = c->saved.progress.epoch - c->saved.file_epochs;
    if (tensor->columns != NN_EPOCH_COLUMNS || tensor->rows > most)
        return nn_fail(NNBLAS_ERROR_FORMAT, "tensor '%s' is %zu x %zu; it must be at most %zu x %d",
                       NN_HISTORY, tensor->rows, tensor->columns, most, NN_EPOCH_COLUMNS);
    return NNBLAS_OK;
}

static nnblas_status read_recent(const nn_model_file *file, size_t count, nn_epoch_reader *reader) {
    double *rows = nn_allocate(count + 1, NN_EPOCH_COLUMNS * sizeof *rows);
    if (!rows)
        return NNBLAS_ERROR_MEMORY;
    nnblas_status status = nn_model_file_read(file, NN_HISTORY, count, NN_EPOCH_COLUMNS, rows);
    for (size_t i = 0; i < count && !status; i++)
        status = nn_read_epoch_row(reader, rows + i * NN_EPOCH_COLUMNS);
    free(rows);
    return status;
}

/* The message of a failure names the history file. */
static nnblas_status read_older(const char *path, const nn_saved_progress *saved,
                                nn_epoch_reader *reader) {
    if (saved->file_epochs == 0)
        return NNBLAS_OK;
    char *history_path = nn_name_history_file(path);
    nnblas_status status = history_path ? nn_history_file_read(history_path, saved->file_epochs,
                                                               saved->file_hash, reader)
                                        : NNBLAS_ERROR_MEMORY;
    free(history_path);
    return status;
}

/* Checks the progress against the epochs of the history. */
static nnblas_status compare_with_progress(const nn_epoch_reader *reader, size_t epochs,
                                           const nn_progress *p) {
    if (epochs > 0 && reader->seconds != p->seconds)
        return nn_fail(NNBLAS_ERROR_FORMAT,
                       "seconds of the checkpoint is %g; the last epoch of its history ended at %g",
                       p->seconds, reader->seconds);
    if (epochs > 0 && reader->cost != p->cost)
        return nn_fail(NNBLAS_ERROR_FORMAT,
                       "cost of the checkpoint is %g; that of the last epoch of its history is %g",
                       p->cost, reader->cost);
    if (!reader->has_validation && p->lowest > p->cost)
        return nn_fail(NNBLAS_ERROR_FORMAT,
                       "lowest of the checkpoint is %g; the cost of its last epoch is %g",
                       p->lowest, p->cost);
    bool is_whole = epochs == p->epoch;
    if (p->lowest > reader->lowest || (is_whole && p->lowest != reader->lowest))
        return nn_fail(NNBLAS_ERROR_FORMAT,
                       "lowest of the checkpoint is %g; the lowest of its history is %g", p->lowest,
                       reader->lowest);
    return NNBLAS_OK;
}

/* Adds the path to a message that does not have it. */
static nnblas_status name_file(nnblas_status status, const char *path) {
    return status == NNBLAS_ERROR_FORMAT ? nn_name_file(status, path) : status;
}

static nnblas_status read_history(nn_checkpoint *c, const nn_model_file *file, const char *path,
                                  size_t limit) {
    const nn_tensor *tensor = nn_find_tensor(&file->header, NN_HISTORY);
    const nn_progress *p = &c->saved.progress;
    size_t epochs = c->saved.file_epochs + tensor->rows;
    nn_epoch_reader reader = {.history = &c->history,
                              .limit = limit,
                              .next = p->epoch - epochs + 1,
                              .has_validation = nn_settings_have_validation(&c->settings),
                              .has_score = nn_settings_have_score(&c->settings),
                              .lowest = HUGE_VAL};
    nnblas_status status = read_older(path, &c->saved, &reader);
    if (status)
        return status;
    status = read_recent(file, tensor->rows, &reader);
    return name_file(status ? status : compare_with_progress(&reader, epochs, p), path);
}

/* ---- reading --------------------------------------------------------------------------------- */

/* Reads everything except the epochs. */
static nnblas_status read_contents(nn_checkpoint *c, const nn_model_file *file,
                                   const nnblas_trainer *trainer) {
    const nn_settings *settings = &trainer->settings;
    const char *settings_text = nn_find_text(&file->header, NN_SETTINGS),
               *progress_text = nn_find_text(&file->header, NN_PROGRESS);
    nnblas_status status = nn_model_file_make_net(file, &c->net);
    if (!status && !settings_text && !progress_text)
        status =
            nn_fail(NNBLAS_ERROR_FORMAT, "the file holds a network but no checkpoint: it has no "
                                         "progress to continue from");
    if (!status)
        status = nn_read_settings(settings_text, &c->settings);
    if (!status)
        status = compare_networks(c->net, trainer->net);
    if (!status)
        status = compare_settings(c, settings, NULL);
    if (!status)
        status = nn_read_progress(progress_text, settings, &c->saved);
    if (!status)
        status = read_vectors(c, file, settings);
    if (!status)
        status = check_names(c, &file->header);
    if (!status)
        status = read_plans(c, &file->header);
    return status ? status : check_history(c, nn_find_tensor(&file->header, NN_HISTORY));
}

static nnblas_status read_file(nn_checkpoint *c, const nn_model_file *file, const char *path,
                               const nnblas_trainer *trainer) {
    nnblas_status status = name_file(read_contents(c, file, trainer), path);
    return status ? status : read_history(c, file, path, trainer->settings.history_limit);
}

nnblas_status nn_checkpoint_read(const char *path, const nnblas_trainer *trainer,
                                 nn_checkpoint **checkpoint) {
    nn_model_file file;
    nnblas_status status = nn_model_file_open(&file, path);
    if (status)
        return status;
    nn_checkpoint *c = nn_allocate(1, sizeof *c);
    if (!c) {
        nn_model_file_close(&file);
        return NNBLAS_ERROR_MEMORY;
    }
    *c = (nn_checkpoint){.net = NULL};
    status = read_file(c, &file, path, trainer);
    nn_model_file_close(&file);
    if (status)
        nn_checkpoint_free(c);
    else
        *checkpoint = c;
    return status;
}

/* ---- going on -------------------------------------------------------------------------------- */

/* An epoch takes a step for each batch; one that reaches the desired cost before its step has none.
 */
static nnblas_status check_steps(const nn_checkpoint *c, const nn_fit *fit) {
    uint64_t batches = nn_divide_up(fit->N, fit->batch_size), most;
    if (__builtin_mul_overflow(c->saved.progress.epoch, batches, &most) || c->saved.steps > most)
        return nn_fail(NNBLAS_ERROR_FORMAT,
                       "steps of the checkpoint is %llu; %zu epochs of %llu batches take at most "
                       "one each",
                       (unsigned long long)c->saved.steps, c->saved.progress.epoch,
                       (unsigned long long)batches);
    return NNBLAS_OK;
}

static void copy_vector(double *to, const double *from, size_t count) {
    if (to)
        memcpy(to, from, count * sizeof *to);
}

nnblas_status nn_checkpoint_restore(nn_checkpoint *c, nn_fit *fit) {
    nnblas_trainer *trainer = fit->trainer;
    nn_optimizer *o = &fit->optimizer;
    nnblas_status status = compare_networks(c->net, trainer->net);
    if (!status)
        status = compare_settings(c, fit->settings, fit);
    if (!status)
        status = check_steps(c, fit);
    /* For the next epoch: where memory is out, nothing is changed yet. */
    if (!status)
        status = nn_history_make_room(&c->history, fit->settings->history_limit);
    if (status)
        return status;
    copy_vector(trainer->net->parameters, c->net->parameters, o->count);
    copy_vector(o->first, c->first, o->count);
    copy_vector(o->second, c->second, o->count);
    copy_vector(fit->best, c->best, o->count);
    o->steps = c->saved.steps;
    fit->progress = c->saved.progress;
    nn_history_clear(&trainer->history);
    trainer->history = c->history;
    c->history = (nn_history){.count = 0};
    return NNBLAS_OK;
}
