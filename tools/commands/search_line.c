/* SPDX-License-Identifier: BSD-3-Clause */
#include "commands/search_run.h"

#include "cli/memory.h"
#include "cli/text.h"
#include "commands/training_options.h"

#include <stdio.h>
#include <string.h>

typedef struct {
    char *text;
    size_t length, capacity;
} command_line;

static void add_text(command_line *line, const char *text) {
    size_t length = strlen(text);
    line->text = reserve_array(line->text, &line->capacity, line->length + length + 1, 1);
    memcpy(line->text + line->length, text, length + 1);
    line->length += length;
}

static bool is_harmless(const char *text) {
    size_t count;
    while (*text && (count = measure_harmless(text)) > 0)
        text += count;
    return *text == '\0';
}

/* As bash and other shells read $'...': what could act on a terminal is in octal digits. */
static void add_escaped(command_line *line, const char *text) {
    add_text(line, "$'");
    while (*text) {
        size_t count = measure_harmless(text);
        char piece[8];
        if (count == 0)
            snprintf(piece, sizeof piece, "\\%03o", (unsigned)(unsigned char)*text);
        else
            snprintf(piece, sizeof piece, "%s%.*s", strchr("'\\", *text) ? "\\" : "", (int)count,
                     text);
        add_text(line, piece);
        text += count > 0 ? count : 1;
    }
    add_text(line, "'");
}

static void add_quoted(command_line *line, const char *text) {
    static const char PLAIN[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_-./,:=+@%";
    if (*text && strspn(text, PLAIN) == strlen(text)) {
        add_text(line, text);
        return;
    }
    if (!is_harmless(text)) {
        add_escaped(line, text);
        return;
    }
    add_text(line, "'");
    for (; *text; text++)
        add_text(line, *text == '\'' ? "'\\''" : (char[]){*text, '\0'});
    add_text(line, "'");
}

/* With = after it, so that a value may begin as an option does. */
static void add_option(command_line *line, const char *name, const char *value) {
    bool is_option = value && strncmp(value, "--", 2) == 0;
    add_text(line, " --");
    add_text(line, name);
    if (value)
        add_text(line, is_option ? "=" : " ");
    if (value)
        add_quoted(line, value);
}

static bool is_of_search(const char *name) {
    static const char *const OWN[] = {"trials", "grid",  "measure",    "folds", "repeats",
                                      "json",   "quiet", "time-limit", "mpi",   "mpi-timeout"};
    for (size_t i = 0; i < sizeof OWN / sizeof OWN[0]; i++)
        if (strcmp(name, OWN[i]) == 0)
            return true;
    for (size_t o = 0; o < N_SEARCHED; o++)
        if (strcmp(name, SEARCHED_OPTIONS[o]) == 0)
            return true;
    return false;
}

/* Of the options that were given, those that its optimizer has no effect for. */
static unsigned find_left_out(const search *s, const trial *best) {
    training_settings of_best = s->settings.training;
    of_best.learning_rate = 0.0; /* searched */
    find_optimizer(best->texts[OPTIMIZER], &of_best.optimizer);
    return find_without_effect(&(training_texts){.schedule = "given"}, &of_best);
}

char *write_train_line(const search *s, const trial *best) {
    const unsigned left_out = find_left_out(s, best);
    command_line line = {0};
    add_text(&line, "nnblas train");
    for (size_t i = 0; i < s->given.count; i++) {
        const given_option *given = &s->given.options[i];
        if (!given->name) {
            add_text(&line, given->text[0] == '-' && given->text[1] ? " ./" : " ");
            add_quoted(&line, given->text);
        } else if (!is_of_search(given->name) && !is_without_effect(given->name, left_out)) {
            add_option(&line, given->name, given->text);
        }
    }
    for (size_t o = 0; o < N_SEARCHED; o++)
        if (*best->texts[o])
            add_option(&line, SEARCHED_OPTIONS[o], best->texts[o]);
    return line.text;
}
