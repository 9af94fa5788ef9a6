/* SPDX-License-Identifier: BSD-3-Clause */
#include "commands/search_space.h"

#include "cli/memory.h"
#include "cli/number.h"
#include "cli/text.h"
#include "commands/training_defaults.h"
#include "commands/training_options.h"
#include "core/random.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const SEARCHED_OPTIONS[N_SEARCHED] = {
    [OPTIMIZER] = "optimizer",       [HIDDEN] = "hidden",
    [ACTIVATION] = "activation",     [LEARNING_RATE] = "learning-rate",
    [WEIGHT_DECAY] = "weight-decay", [BATCH] = "batch",
};

/*
 * Around the defaults of train, which are good for many tables. Learning rates are multiples of the
 * default of the optimizer, weight decays of the usual one of the rows. "" is the default of train.
 */
static const char *const GRID_DEFAULTS[N_SEARCHED] = {
    [OPTIMIZER] = "",
    [HIDDEN] = "16:32:64:32,32",
    [ACTIVATION] = "tanh:relu",
    [LEARNING_RATE] = "0.33333:1:3.3333",
    [WEIGHT_DECAY] = "0.1:1:10",
    [BATCH] = "",
};
static const char *const RANDOM_DEFAULTS[N_SEARCHED] = {
    [OPTIMIZER] = "",           [HIDDEN] = "16:32:64:128:32,32:64,64", [ACTIVATION] = "tanh:relu",
    [LEARNING_RATE] = "0.2..5", [WEIGHT_DECAY] = "0.03..10",           [BATCH] = "16:32:64",
};

static bool is_number(size_t option) {
    return option == LEARNING_RATE || option == WEIGHT_DECAY;
}

/* ---- lists and ranges ------------------------------------------------------------------------ */

/* A range of numbers where values is empty. is_relative: of a default. */
typedef struct {
    name_list values;
    double least, most;
    bool is_relative;
} choices;

static void read_list(const char *text, name_list *values) {
    char *copy = copy_text(text), *rest = copy;
    for (char *value; (value = strsep(&rest, ":"));)
        if (*value)
            add_name(values, value);
        else
            add_no_name(values);
    free(copy);
}

/* Two digits of no number up to MOST_OF_RANGE are infinite. */
static const double MOST_OF_RANGE = 1e308;

static bool read_range(const char *text, double *least, double *most) {
    const char *dots = strstr(text, "..");
    char first[64];
    if (!dots || (size_t)(dots - text) >= sizeof first)
        return false;
    memcpy(first, text, (size_t)(dots - text));
    first[dots - text] = '\0';
    return read_real(first, least) && read_real(dots + 2, most) && *least > 0.0 && *least < *most &&
           *most <= MOST_OF_RANGE;
}

static choices read_choices(const search_lists *lists, const char *const *defaults, size_t option) {
    choices read = {.is_relative = !lists->texts[option] && is_number(option)};
    const char *text = lists->texts[option] ? lists->texts[option] : defaults[option];
    if (!is_number(option) || !read_range(text, &read.least, &read.most))
        read_list(text, &read.values);
    return read;
}

/* ---- trials ---------------------------------------------------------------------------------- */

int take_trial(const char *command, const trial *t, training_settings *settings) {
    const training_texts texts = {
        .hidden = *t->texts[HIDDEN] ? t->texts[HIDDEN] : NULL,
        .activation = *t->texts[ACTIVATION] ? t->texts[ACTIVATION] : NULL,
        .batch = *t->texts[BATCH] ? t->texts[BATCH] : NULL,
        .optimizer = *t->texts[OPTIMIZER] ? t->texts[OPTIMIZER] : NULL,
    };
    settings->learning_rate = 0.0;   /* the default of the optimizer */
    settings->checkpoint_epochs = 0; /* it has no checkpoint */
    if (*t->texts[LEARNING_RATE] &&
        (!read_real(t->texts[LEARNING_RATE], &settings->learning_rate) ||
         settings->learning_rate <= 0.0))
        return refuse_usage(command,
                            "--learning-rate takes numbers above 0, as in 0.001:0.01, or a "
                            "range 0.001..0.01");
    if (*t->texts[WEIGHT_DECAY] && (!read_real(t->texts[WEIGHT_DECAY], &settings->weight_decay) ||
                                    settings->weight_decay < 0.0))
        return refuse_usage(command, "--weight-decay takes numbers not below 0, as in 0:0.01, or a "
                                     "range 0.0001..0.1 above 0");
    int status = take_training_texts(command, &texts, settings);
    leave_out_without_effect(settings);
    return status;
}

static void set_text(trial *t, size_t option, const char *text) {
    snprintf(t->texts[option], sizeof t->texts[option], "%s", text);
}

static bool searches(const trial *t) {
    training_settings s = {0};
    return find_optimizer(t->texts[OPTIMIZER], &s.optimizer) && !has_rate(&s);
}

static bool takes_all_rows(const trial *t) {
    return strcmp(t->texts[OPTIMIZER], "rprop") == 0 || searches(t);
}

/* Without what has no effect with the optimizer of the trial. False if the list has it already. */
static bool add_trial(trial_list *list, trial t) {
    char key[sizeof t.texts + N_SEARCHED];
    if (takes_all_rows(&t))
        *t.texts[BATCH] = '\0';
    if (searches(&t))
        *t.texts[LEARNING_RATE] = '\0';
    size_t length = 0;
    for (size_t o = 0; o < N_SEARCHED; o++)
        length += (size_t)snprintf(key + length, sizeof key - length, "%s ", t.texts[o]);
    if (!add_name(&list->keys, key))
        return false;
    list->trials = reserve_array(list->trials, &list->capacity, list->count + 1, sizeof t);
    list->trials[list->count++] = t;
    return true;
}

void free_trials(trial_list *list) {
    free(list->trials);
    free_names(&list->keys);
    *list = (trial_list){0};
}

/* What relative numbers are multiples of. The optimizer of the trial is set. */
static double get_base(const trial *t, size_t option, double weight_decay) {
    training_settings settings = default_settings();
    if (option == WEIGHT_DECAY)
        return weight_decay;
    const char *optimizer = *t->texts[OPTIMIZER] ? t->texts[OPTIMIZER] : NULL;
    take_training_texts("search", &(training_texts){.optimizer = optimizer}, &settings);
    return settings.learning_rate;
}

/* Two digits, and no value between what is printed and what is tried. */
static void set_number(trial *t, size_t option, double number) {
    snprintf(t->texts[option], sizeof t->texts[option], "%.2g", number);
}

static void set_value(trial *t, size_t option, const choices *from, size_t i, double weight_decay) {
    double factor;
    if (from->is_relative && read_real(from->values.names[i], &factor))
        set_number(t, option, factor * get_base(t, option, weight_decay));
    else
        set_text(t, option, from->values.names[i]);
}

static void draw_value(trial *t, size_t option, const choices *from, double weight_decay,
                       nn_random *random) {
    if (from->values.count > 0) {
        set_value(t, option, from, (size_t)(nn_random_bits(random) % from->values.count),
                  weight_decay);
        return;
    }
    double base = from->is_relative ? get_base(t, option, weight_decay) : 1.0;
    double least = log(from->least), most = log(from->most); /* most / least may overflow */
    set_number(t, option, base * exp(least + (most - least) * nn_random_unit(random)));
}

/* ---- the two searches ------------------------------------------------------------------------ */

static trial make_first_trial(const search_lists *lists, const choices *all, double weight_decay) {
    trial first = {0};
    for (size_t o = 0; o < N_SEARCHED; o++)
        if (lists->texts[o] && all[o].values.count > 0)
            set_value(&first, o, &all[o], 0, weight_decay);
    return first;
}

trial_list list_grid(const search_lists *lists, double weight_decay) {
    trial_list list = {0};
    choices all[N_SEARCHED];
    size_t combinations = 1;
    for (size_t o = 0; o < N_SEARCHED; o++) {
        all[o] = read_choices(lists, GRID_DEFAULTS, o);
        combinations *= all[o].values.count;
    }
    add_trial(&list, make_first_trial(lists, all, weight_decay));
    for (size_t c = 0; c < combinations; c++) {
        trial t = {0};
        for (size_t o = 0, left = c; o < N_SEARCHED; left /= all[o++].values.count)
            set_value(&t, o, &all[o], left % all[o].values.count, weight_decay);
        add_trial(&list, t);
    }
    for (size_t o = 0; o < N_SEARCHED; o++)
        free_names(&all[o].values);
    return list;
}

/* Many draws in a row that are there already: there are no others, or hardly any. */
enum { MOST_VAIN_DRAWS = 1000 };

trial_list draw_trials(const search_lists *lists, double weight_decay, size_t count,
                       uint64_t seed) {
    trial_list list = {0};
    choices all[N_SEARCHED];
    nn_random random;
    nn_random_seed(&random, seed);
    for (size_t o = 0; o < N_SEARCHED; o++)
        all[o] = read_choices(lists, RANDOM_DEFAULTS, o);
    add_trial(&list, make_first_trial(lists, all, weight_decay));
    for (size_t vain = 0; list.count < count && vain < MOST_VAIN_DRAWS;) {
        trial t = {0};
        for (size_t o = 0; o < N_SEARCHED; o++)
            draw_value(&t, o, &all[o], weight_decay, &random);
        vain = add_trial(&list, t) ? 0 : vain + 1;
    }
    for (size_t o = 0; o < N_SEARCHED; o++)
        free_names(&all[o].values);
    return list;
}

/* ---- checks ---------------------------------------------------------------------------------- */

static int check_value_of(const char *command, size_t option, const char *value,
                          const training_settings *settings) {
    training_settings tried = *settings;
    trial t = {0};
    if (strlen(value) >= sizeof t.texts[option])
        return refuse_usage(command, "--%s: '%s' is too long", SEARCHED_OPTIONS[option],
                            show_text(value).text);
    set_text(&t, option, *value ? value : " ");
    return take_trial(command, &t, &tried);
}

/* Refuses an option that has no effect with any of the optimizers. */
static int check_effects(const char *command, const search_lists *lists,
                         const training_settings *settings) {
    choices read = read_choices(lists, GRID_DEFAULTS, OPTIMIZER);
    unsigned found = ~0U;
    for (size_t i = 0; i < read.values.count; i++) {
        training_settings tried = *settings;
        tried.learning_rate = 0.0; /* not given but searched */
        if (*read.values.names[i] && !find_optimizer(read.values.names[i], &tried.optimizer))
            found = 0; /* that is refused with the list */
        found &= find_without_effect(&(training_texts){0}, &tried);
    }
    free_names(&read.values);
    return refuse_without_effect(command, found,
                                 lists->texts[OPTIMIZER] ? lists->texts[OPTIMIZER] : "adam");
}

int check_search_lists(const char *command, const search_lists *lists, bool is_grid,
                       const training_settings *settings) {
    size_t combinations = 1;
    enum { MOST_COMBINATIONS = 100000 };
    int status = CARRY_ON;
    if (settings->is_bayesian)
        status = refuse_usage(command, "--bayesian estimates the weight decay, which search "
                                       "varies: compare such trainings by nnblas cross-validate");
    if (status == CARRY_ON)
        status = check_effects(command, lists, settings);
    for (size_t o = 0; o < N_SEARCHED && status == CARRY_ON; o++) {
        choices read = read_choices(lists, GRID_DEFAULTS, o);
        if (read.values.count == 0 && is_grid)
            status = refuse_usage(command, "--grid needs a list, as in --%s 0.001:0.01, no range",
                                  SEARCHED_OPTIONS[o]);
        for (size_t i = 0; i < read.values.count && lists->texts[o] && status == CARRY_ON; i++)
            status = check_value_of(command, o, read.values.names[i], settings);
        combinations *= read.values.count;
        if (status == CARRY_ON && is_grid && combinations > MOST_COMBINATIONS)
            status =
                refuse_usage(command, "--grid has more than %d combinations", MOST_COMBINATIONS);
        free_names(&read.values);
    }
    return status;
}
