/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/memory.h"
#include "core/replacement.h"
#include "engine/plan_text.h"
#include "file/model_file.h"
#include "training/checkpoint.h"
#include "training/checkpoint_contents.h"
#include "training/saved_progress.h"
#include "training/saved_settings.h"

#include <stdlib.h>

/* ---- the file of the history ----------------------------------------------------------------- */

/* The most epochs in a checkpoint beside a history file, 48 bytes each: a hundredth of what a disk
 * writes in the time of a flush. */
enum { MOST_RECENT_EPOCHS = 1024 };

/* How many epochs of the history are not in the file. */
static size_t count_recent(const nn_fit *fit) {
    const nn_history_file *file = &fit->checkpoints.file;
    return file->is_open ? fit->progress.epoch - file->last : fit->trainer->history.count;
}

/* Whether epochs between the file and the history were dropped, or most of those in the file. */
static bool is_outdated(const nn_fit *fit) {
    const nn_history_file *file = &fit->checkpoints.file;
    size_t held = fit->trainer->history.count;
    return count_recent(fit) > held || file->count / 2 > held + MOST_RECENT_EPOCHS;
}

/* Moves epochs to the file, if the checkpoint at the path allows it. After a failure the next
 * checkpoint is larger, and nothing else. */
static void move_epochs(nn_fit *fit, const char *path) {
    nn_history_file *file = &fit->checkpoints.file;
    const nn_history *history = &fit->trainer->history;
    size_t recent = count_recent(fit);
    if (recent <= MOST_RECENT_EPOCHS)
        return;
    const nnblas_epoch *epochs = nn_history_get(history) + (history->count - recent);
    if (file->is_open)
        nn_history_file_append(file, epochs, recent);
    else if (fit->checkpoints.is_complete)
        nn_history_file_create(file, path, epochs, recent);
}

static void prepare_history_file(nn_fit *fit, const char *path, bool is_last) {
    nn_history_file *file = &fit->checkpoints.file;
    if (file->is_open && (is_last || is_outdated(fit) || !nn_history_file_is_at(file, path))) {
        nn_history_file_close(file);
        fit->checkpoints.is_complete = false;
    }
    if (!is_last)
        move_epochs(fit, path);
}

/* ---- the checkpoint -------------------------------------------------------------------------- */

static nn_tensor make_tensor(const char *name, size_t rows, size_t columns, const double *values) {
    return (nn_tensor){
        .name = name, .n_dimensions = 2, .rows = rows, .columns = columns, .values = values};
}

/* Null, with a message, where the system is out of memory. */
static double *list_epochs(const nn_history *history, size_t recent) {
    const nnblas_epoch *epochs = nn_history_get(history);
    double *rows = nn_allocate(recent + 1, NN_EPOCH_COLUMNS * sizeof *rows);
    for (size_t i = 0; rows && i < recent; i++)
        nn_write_epoch_row(&epochs[history->count - recent + i], rows + i * NN_EPOCH_COLUMNS);
    return rows;
}

static nnblas_status write_file(const nn_fit *fit, size_t recent, const double *rows) {
    const nn_optimizer *o = &fit->optimizer;
    const nn_history_file *file = &fit->checkpoints.file;
    nn_tensor tensors[4];
    size_t n_tensors = 0;
    tensors[n_tensors++] = make_tensor(NN_HISTORY, recent, NN_EPOCH_COLUMNS, rows);
    if (o->first)
        tensors[n_tensors++] = make_tensor(NN_FIRST, 1, o->count, o->first);
    if (o->second)
        tensors[n_tensors++] = make_tensor(NN_SECOND, 1, o->count, o->second);
    if (fit->best)
        tensors[n_tensors++] = make_tensor(NN_BEST, 1, o->count, fit->best);

    const nn_saved_progress progress = {.progress = fit->progress,
                                        .steps = o->steps,
                                        .file_epochs = file->is_open ? file->count : 0,
                                        .file_hash = file->is_open ? file->hash : 0};
    const nn_named_numbers settings_numbers = nn_list_settings(fit->settings, fit),
                           progress_numbers = nn_list_progress(&progress);
    char settings_text[NN_NUMBERS_TEXT_SIZE], progress_text[NN_NUMBERS_TEXT_SIZE];
    nn_write_numbers(&settings_numbers, settings_text);
    nn_write_numbers(&progress_numbers, progress_text);
    char plan_text[NN_PLAN_TEXT_SIZE], validation_text[NN_PLAN_TEXT_SIZE] = "";
    nn_write_plan(&fit->engine.plan, plan_text);
    if (nn_has_validation(fit))
        nn_write_plan(&fit->validation_engine.plan, validation_text);
    const nn_pair texts[] = {{NN_SETTINGS, settings_text},
                             {NN_PROGRESS, progress_text},
                             {NN_STEP_PLAN, plan_text},
                             {NN_VALIDATION_PLAN, validation_text}};
    /* A plan of a rank's share is of no use to another share. */
    size_t n_texts = !nn_is_alone(&fit->group) ? 2 : nn_has_validation(fit) ? 4 : 3;
    return nn_model_file_save(fit->trainer->net, &(nn_extras){tensors, n_tensors, texts, n_texts},
                              fit->settings->checkpoint_path);
}

static nnblas_status write_checkpoint(nn_fit *fit, const char *history_path, bool is_last) {
    prepare_history_file(fit, history_path, is_last);
    size_t recent = count_recent(fit);
    double *rows = list_epochs(&fit->trainer->history, recent);
    nnblas_status status = rows ? write_file(fit, recent, rows) : NNBLAS_ERROR_MEMORY;
    free(rows);
    if (!status && !fit->checkpoints.file.is_open)
        fit->checkpoints.is_complete = true;
    if (!status && is_last)
        nn_history_file_remove(history_path);
    return status;
}

nnblas_status nn_checkpoint_write(nn_fit *fit, bool is_last) {
    const char *path = fit->settings->checkpoint_path;
    if (!fit->checkpoints.is_cleared)
        nn_replacement_clear(path);
    fit->checkpoints.is_cleared = true;
    char *history_path = nn_name_history_file(path);
    if (!history_path)
        return NNBLAS_ERROR_MEMORY;
    nnblas_status status = write_checkpoint(fit, history_path, is_last);
    free(history_path);
    return status;
}
