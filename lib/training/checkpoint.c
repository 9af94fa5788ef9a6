/* SPDX-License-Identifier: BSD-3-Clause */
#include "training/checkpoint.h"
#include "core/bits.h"
#include "core/memory.h"
#include "core/sizes.h"
#include "file/model_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* In the file: the network as it is now, and behind it */
static const char FIRST[] = "checkpoint.first", SECOND[] = "checkpoint.second",
                  BEST[] = "checkpoint.best", HISTORY[] = "checkpoint.history";
static const char SETTINGS_KEY[] = "nnblas.checkpoint.settings",
                  PROGRESS_KEY[] = "nnblas.checkpoint.progress";

enum { EPOCH_COLUMNS = 5 };

struct nn_checkpoint {
    nn_model_file file;
    nnblas_net *net;
};

void nn_checkpoint_free(nn_checkpoint *checkpoint) {
    if (!checkpoint)
        return;
    nnblas_net_destroy(checkpoint->net);
    nn_model_file_close(&checkpoint->file);
    free(checkpoint);
}

/* ---- named words: numbers as texts that have the same bits in every locale ------------------- */

typedef struct word {
    const char *name;
    uint64_t bits;
} word;

enum { MOST_WORDS = 24, TEXT_SIZE = 40 * MOST_WORDS };

/* "name=bits name=bits ..." */
static void write_words(const word *words, size_t count, char *text) {
    size_t used = 0;
    for (size_t i = 0; i < count; i++)
        used += (size_t)snprintf(text + used, TEXT_SIZE - used, "%s%s=%" PRIx64, i > 0 ? " " : "",
                                 words[i].name, words[i].bits);
}

/* False where text holds other names, or in another order, or no such numbers. */
static bool read_words(const char *text, word *words, size_t count) {
    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(words[i].name);
        if (i > 0 && *text++ != ' ')
            return false;
        if (strncmp(text, words[i].name, length) != 0 || text[length] != '=')
            return false;
        text += length + 1;
        size_t digits = strspn(text, "0123456789abcdef");
        if (digits < 1 || digits > 16)
            return false;
        words[i].bits = strtoull(text, NULL, 16);
        text += digits;
    }
    return *text == '\0';
}

/* ---- settings: those that the bits of the result depend on ----------------------------------- */

/* N: rows to learn from and to validate with, 0 where they are not known yet. Returns the count. */
static size_t list_settings(const nn_settings *s, size_t learning, size_t validating, word *words) {
    const word all[] = {
        {"optimizer", (uint64_t)s->optimizer},
        {"learning_rate", nn_get_bits(s->learning_rate)},
        {"momentum", nn_get_bits(s->momentum)},
        {"beta1", nn_get_bits(s->beta1)},
        {"beta2", nn_get_bits(s->beta2)},
        {"epsilon", nn_get_bits(s->epsilon)},
        {"weight_decay", nn_get_bits(s->weight_decay)},
        {"schedule", (uint64_t)s->schedule},
        {"schedule_epochs", s->schedule_epochs},
        {"schedule_factor", nn_get_bits(s->schedule_factor)},
        {"epochs_of_schedule", s->schedule == NN_COSINE ? s->epochs : 0},
        {"batch_size", s->batch_size},
        {"seed", s->seed},
        {"has_sample_weights", s->sample_weights != NULL},
        {"tolerance", nn_get_bits(s->tolerance)},
        {"validation_fraction", nn_get_bits(s->validation_fraction)},
        {"rows_to_learn_from", learning},
        {"rows_to_validate_with", validating},
    };
    memcpy(words, all, sizeof all);
    return sizeof all / sizeof *all;
}

/* How many of the settings are there before there are rows. */
enum { ROW_WORDS = 2 };

static nnblas_status compare_settings(const nn_checkpoint *checkpoint, const word *now,
                                      size_t count, size_t compared) {
    word then[MOST_WORDS];
    memcpy(then, now, count * sizeof *then);
    const char *text = nn_model_file_find_text(&checkpoint->file, SETTINGS_KEY);
    if (!text || !read_words(text, then, count))
        return nn_fail(NNBLAS_ERROR_FORMAT, "the settings of the checkpoint are not what this "
                                            "version of the library writes");
    for (size_t i = 0; i < compared; i++)
        if (then[i].bits != now[i].bits)
            return nn_fail(NNBLAS_ERROR_VALUE,
                           "the checkpoint is of another %s than the training that is to go on",
                           now[i].name);
    return NNBLAS_OK;
}

/* ---- progress -------------------------------------------------------------------------------- */

static size_t list_progress(const nn_progress *p, uint64_t steps, word *words) {
    const word all[] = {
        {"epoch", p->epoch},
        {"steps", steps},
        {"random0", p->random.state[0]},
        {"random1", p->random.state[1]},
        {"random2", p->random.state[2]},
        {"random3", p->random.state[3]},
        {"rate_factor", nn_get_bits(p->rate_factor)},
        {"lowest", nn_get_bits(p->lowest)},
        {"unimproved", p->unimproved},
        {"on_plateau", p->on_plateau},
        {"seconds", nn_get_bits(p->seconds)},
    };
    memcpy(words, all, sizeof all);
    return sizeof all / sizeof *all;
}

static nnblas_status read_progress(const nn_checkpoint *checkpoint, nn_progress *p,
                                   uint64_t *steps) {
    word words[MOST_WORDS];
    size_t count = list_progress(&(nn_progress){0}, 0, words);
    const char *text = nn_model_file_find_text(&checkpoint->file, PROGRESS_KEY);
    if (!text || !read_words(text, words, count))
        return nn_fail(NNBLAS_ERROR_FORMAT, "the file is a network, and no checkpoint: it has no "
                                            "progress to go on from");
    *steps = words[1].bits;
    *p = (nn_progress){
        .epoch = words[0].bits,
        .random = {{words[2].bits, words[3].bits, words[4].bits, words[5].bits}},
        .rate_factor = nn_from_bits(words[6].bits),
        .lowest = nn_from_bits(words[7].bits),
        .unimproved = words[8].bits,
        .on_plateau = words[9].bits,
        .seconds = nn_from_bits(words[10].bits),
    };
    return NNBLAS_OK;
}

/* ---- writing --------------------------------------------------------------------------------- */

static nn_tensor make_tensor(const char *name, size_t rows, size_t columns, const double *values) {
    return (nn_tensor){
        .name = name, .n_dimensions = 2, .rows = rows, .columns = columns, .values = values};
}

/* The epochs as rows of numbers; null where memory is out. */
static double *list_history(const nn_history *history) {
    double *rows = nn_allocate(history->count, EPOCH_COLUMNS * sizeof *rows), *next = rows;
    for (size_t i = 0; rows && i < history->count; i++) {
        const nnblas_epoch *e = &history->epochs[i];
        *next++ = (double)e->epoch;
        *next++ = e->cost;
        *next++ = e->validation_cost;
        *next++ = e->learning_rate;
        *next++ = e->seconds;
    }
    return rows;
}

nnblas_status nn_checkpoint_write(const char *path, const nn_fit *fit) {
    const nn_optimizer *o = &fit->optimizer;
    const nn_history *history = &fit->trainer->history;
    double *rows = list_history(history);
    if (!rows)
        return NNBLAS_ERROR_MEMORY;
    nn_tensor tensors[4];
    size_t n_tensors = 0;
    tensors[n_tensors++] = make_tensor(HISTORY, history->count, EPOCH_COLUMNS, rows);
    if (o->first)
        tensors[n_tensors++] = make_tensor(FIRST, 1, o->count, o->first);
    if (o->second)
        tensors[n_tensors++] = make_tensor(SECOND, 1, o->count, o->second);
    if (fit->best)
        tensors[n_tensors++] = make_tensor(BEST, 1, o->count, fit->best);

    word words[MOST_WORDS];
    char settings[TEXT_SIZE], progress[TEXT_SIZE];
    size_t count = list_settings(fit->settings, fit->rows.N, fit->validation.N, words);
    write_words(words, count, settings);
    count = list_progress(&fit->progress, o->steps, words);
    write_words(words, count, progress);
    const nn_pair texts[] = {{SETTINGS_KEY, settings}, {PROGRESS_KEY, progress}};
    nnblas_status status =
        nn_model_file_save(fit->trainer->net, &(nn_extras){tensors, n_tensors, texts, 2}, path);
    free(rows);
    return status;
}

/* ---- reading --------------------------------------------------------------------------------- */

static nnblas_status compare_networks(const nnblas_net *a, const nnblas_net *b) {
    bool same = a->n_layers == b->n_layers && a->cost == b->cost &&
                nnblas_net_flags(a) == nnblas_net_flags(b);
    for (size_t l = 0; same && l < a->n_layers; l++)
        same = a->layers[l].inputs == b->layers[l].inputs &&
               a->layers[l].outputs == b->layers[l].outputs &&
               a->layers[l].activation == b->layers[l].activation;
    return same ? NNBLAS_OK
                : nn_fail(NNBLAS_ERROR_VALUE, "the checkpoint is of another network: its layers, "
                                              "biases, activations or cost differ");
}

static nnblas_status check_checkpoint(const nn_checkpoint *checkpoint,
                                      const nnblas_trainer *trainer) {
    nn_progress progress;
    uint64_t steps;
    word words[MOST_WORDS];
    nnblas_status status = read_progress(checkpoint, &progress, &steps);
    if (!status)
        status = compare_networks(checkpoint->net, trainer->net);
    if (status)
        return status;
    size_t count = list_settings(&trainer->settings, 0, 0, words);
    return compare_settings(checkpoint, words, count, count - ROW_WORDS);
}

nnblas_status nn_checkpoint_read(const char *path, const nnblas_trainer *trainer,
                                 nn_checkpoint **checkpoint) {
    nn_checkpoint *c = nn_allocate(1, sizeof *c);
    if (!c)
        return NNBLAS_ERROR_MEMORY;
    nnblas_status status = nn_model_file_open(&c->file, path);
    if (status) {
        free(c);
        return status;
    }
    c->net = NULL;
    status = nn_model_file_make_net(&c->file, &c->net);
    if (!status)
        status = check_checkpoint(c, trainer);
    if (status) {
        nn_checkpoint_free(c);
        return status;
    }
    *checkpoint = c;
    return NNBLAS_OK;
}

static void take_history(nn_history *history, const double *rows) {
    for (size_t i = 0; i < history->count; i++, rows += EPOCH_COLUMNS)
        history->epochs[i] = (nnblas_epoch){i + 1, rows[1], rows[2], rows[3], rows[4]};
}

static nnblas_status restore_history(const nn_checkpoint *checkpoint, size_t epochs,
                                     nn_history *history) {
    /* Before anything of that size is allocated. */
    const nn_tensor *tensor = nn_model_file_find_tensor(&checkpoint->file, HISTORY);
    if (!tensor || tensor->rows != epochs)
        return nn_fail(NNBLAS_ERROR_FORMAT, "the checkpoint has no tensor %s of %zu epochs",
                       HISTORY, epochs);
    size_t room = epochs + 1;
    double *rows = nn_allocate(room, EPOCH_COLUMNS * sizeof *rows);
    nnblas_epoch *made = rows ? nn_allocate(room, sizeof *made) : NULL;
    nnblas_status status =
        made ? nn_model_file_read(&checkpoint->file, HISTORY, epochs, EPOCH_COLUMNS, rows)
             : NNBLAS_ERROR_MEMORY;
    if (status) {
        free(made);
    } else {
        free(history->epochs);
        *history = (nn_history){made, epochs, room};
        take_history(history, rows);
    }
    free(rows);
    return status;
}

static nnblas_status restore_vector(const nn_checkpoint *checkpoint, const char *name, size_t count,
                                    double *values) {
    return values ? nn_model_file_read(&checkpoint->file, name, 1, count, values) : NNBLAS_OK;
}

nnblas_status nn_checkpoint_restore(const nn_checkpoint *checkpoint, nn_fit *fit) {
    nnblas_net *net = fit->trainer->net;
    nn_optimizer *o = &fit->optimizer;
    nn_progress progress;
    word words[MOST_WORDS];
    size_t count = list_settings(fit->settings, fit->rows.N, fit->validation.N, words);
    nnblas_status status = compare_networks(checkpoint->net, net);
    if (!status)
        status = compare_settings(checkpoint, words, count, count);
    if (!status)
        status = read_progress(checkpoint, &progress, &o->steps);
    if (!status)
        status = restore_vector(checkpoint, FIRST, o->count, o->first);
    if (!status)
        status = restore_vector(checkpoint, SECOND, o->count, o->second);
    if (!status)
        status = restore_vector(checkpoint, BEST, o->count, fit->best);
    if (!status)
        status = restore_history(checkpoint, progress.epoch, &fit->trainer->history);
    if (status)
        return status;
    fit->progress = progress;
    memcpy(net->parameters, checkpoint->net->parameters, o->count * sizeof *net->parameters);
    return NNBLAS_OK;
}
