/* SPDX-License-Identifier: BSD-3-Clause */
#include "commands/advice.h"

#include "cli/text.h"
#include "commands/class_list.h"
#include "commands/training_defaults.h"
#include "commands/underfit.h"

#include <math.h>
#include <stdarg.h>

__attribute__((format(printf, 2, 3))) static void warn(const training_run *run, const char *format,
                                                       ...) {
    va_list arguments;
    va_start(arguments, format);
    print_safely(stderr, "nnblas %s: warning: ", run->command);
    vprint_safely(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
}

/* Of a rate that is beyond all reason, a tenth is too. */
static double get_lower_rate(const training_settings *s) {
    const double lower = s->learning_rate / 10.0, usual = get_default_rate(s->optimizer);
    return lower > 10.0 * usual ? usual : lower;
}

/* ---- costs ----------------------------------------------------------------------------------- */

void advise_on_overflow(const training_run *run) {
    const training_settings *s = &run->settings->training;
    if (run->status != NNBLAS_ERROR_NOT_FINITE || !has_rate(s))
        return;
    /* As in the library's message: a decay above 2 / rate makes each weight larger in every step of
     * gradient descent, and the larger of the two is to blame. */
    if (s->optimizer != NNBLAS_ADAM && s->learning_rate * s->weight_decay > 2.0 &&
        s->weight_decay > s->learning_rate)
        warn(run, "the training diverged: try a lower --weight-decay");
    else
        warn(run, "the training diverged: try a lower --learning-rate, such as %g",
             get_lower_rate(s));
}

/* By more than rounding. */
static const double RISEN = 1e-6;

static bool advise_on_rising_cost(const training_run *run) {
    size_t count = nnblas_trainer_history_count(run->trainer);
    const training_settings *s = &run->settings->training;
    if (count < 2 || !has_rate(s))
        return false;
    double first = get_epoch(run->trainer, 0).cost, last = get_epoch(run->trainer, count - 1).cost;
    if (!(last > (1.0 + RISEN) * first))
        return false;
    warn(run, "the cost rose from %.4g to %.4g: try a lower --learning-rate, such as %g", first,
         last, get_lower_rate(s));
    return true;
}

/* The cross-entropy of a network that takes all classes for equally likely. */
static double get_blind_cost(const nnblas_net *net) {
    double outputs = (double)nnblas_net_layer_size(net, nnblas_net_layer_count(net) - 1);
    return nnblas_net_output_activation(net) == NNBLAS_SOFTMAX ? log(outputs) : outputs * log(2.0);
}

static const double FAR_ABOVE = 3.0;

/* An R2 of 0 is that of a model that knows the mean of the target alone. */
static bool is_far_off(const training_run *run) {
    const nnblas_epoch kept = find_kept_epoch(run);
    if (nnblas_net_cost(run->model.net) == NNBLAS_CROSS_ENTROPY)
        return get_deciding_cost(&kept) > FAR_ABOVE * get_blind_cost(run->model.net);
    measure measures[MOST_MEASURES];
    size_t count = list_measures(&run->learnt, measures);
    return get_measure(measures, count, "r2") < -1.0;
}

/* At a low rate the training is only at its beginning. */
static bool has_gone_astray(const training_run *run) {
    const training_settings *s = &run->settings->training;
    return has_rate(s) && s->learning_rate > get_default_rate(s->optimizer) && is_far_off(run);
}

static void advise_on_bad_fit(const training_run *run) {
    if (has_gone_astray(run))
        warn(run,
             "the rows that were learnt from are predicted far worse than by %s: try a lower "
             "--learning-rate, such as %g",
             run->learnt.has_numbers ? "their mean" : "guessing",
             get_lower_rate(&run->settings->training));
}

/* By more than this in the last tenth of the epochs. */
static const double STILL_FALLING = 0.05;

static bool has_falling_cost(const training_run *run) {
    size_t count = nnblas_trainer_history_count(run->trainer);
    if (run->status != NNBLAS_OK || count < 10 || find_kept_epoch(run).epoch != count)
        return false;
    const nnblas_epoch before = get_epoch(run->trainer, count - 1 - count / 10),
                       last = get_epoch(run->trainer, count - 1);
    return get_deciding_cost(&last) < (1.0 - STILL_FALLING) * get_deciding_cost(&before);
}

/* Class weights make another log loss than the shares of the classes would have. */
static double measure_known_skill(const training_run *run, const scores *s) {
    return run->rows.learnt.cost_weights ? (double)NAN : measure_skill(s);
}

/* By nnblas search and cross-validate, which read tables into memory. */
static bool can_compare(const training_run *run) {
    return !run->rows.streamed;
}

/* The weight decay is estimated then, and search would vary it. */
static bool is_bayesian(const training_run *run) {
    return run->settings->training.is_bayesian;
}

static void advise_on_epochs(const training_run *run) {
    size_t count = nnblas_trainer_history_count(run->trainer);
    fit_signs signs = read_signs(run->trainer, &run->rows);
    signs.learnt = measure_known_skill(run, &run->learnt);
    signs.held_out = measure_known_skill(run, &run->held_out);
    if (has_gone_astray(run) || is_learnt_well(&signs))
        return;
    if (has_falling_cost(run))
        warn(run, "the cost was still falling at epoch %zu: try more --epochs, such as %zu", count,
             2 * count);
    else if (run->status == NNBLAS_OK || run->status == NNBLAS_STOPPED_PATIENCE)
        warn_of_underfit(run->command, &signs, can_compare(run) && !is_bayesian(run));
}

/* ---- targets --------------------------------------------------------------------------------- */

static void advise_on_constant_targets(const training_run *run) {
    const column_list *targets = &run->model.schema.targets;
    for (size_t t = 0; t < targets->count; t++)
        if (targets->columns[t].kind == COLUMN_NUMBER && targets->columns[t].deviation == 0.0)
            warn(run,
                 "the target, %s, is the same in all rows that were learnt from: there is nothing "
                 "to learn",
                 show_target(run->settings, &run->model.schema, &targets->columns[t]).text);
}

/* Of at least this many times the rows of the smallest class. */
static const double HEAVY_IMBALANCE = 10.0;

/* --class-weights takes a single target. */
static bool can_weight_classes(const training_run *run) {
    return run->learnt.n_targets == 1 && has_classes(&run->model.schema) && !run->rows.streamed &&
           !run->rows.learnt.cost_weights;
}

static void advise_on_imbalance(const training_run *run, size_t target) {
    const target_score *t = &run->learnt.targets[target];
    size_t largest = 0, smallest = 0;
    for (size_t c = 1; c < t->classes; c++) {
        if (count_rows_of(&t->confusion, c) > count_rows_of(&t->confusion, largest))
            largest = c;
        if (count_rows_of(&t->confusion, c) < count_rows_of(&t->confusion, smallest))
            smallest = c;
    }
    double most = count_rows_of(&t->confusion, largest),
           fewest = count_rows_of(&t->confusion, smallest);
    if (!get_cost_weights(&run->rows.learnt) && fewest > 0.0 && most >= HEAVY_IMBALANCE * fewest)
        warn(run,
             "class '%s' has %g rows to learn from, and class '%s' %g: look at balanced_accuracy%s",
             show_text(name_class(t, largest)).text, most, show_text(name_class(t, smallest)).text,
             fewest, can_weight_classes(run) ? ", and try --class-weights balanced" : "");
}

/* What lets the training go on, or null. */
static const char *name_longer_training(const training_run *run) {
    switch (run->status) {
    case NNBLAS_OK:
        return "more --epochs";
    case NNBLAS_STOPPED_PATIENCE:
        return "a larger --patience";
    case NNBLAS_STOPPED_TIME:
        return "a longer --time-limit";
    default:
        return NULL;
    }
}

static void advise_on_classes_not_predicted(const training_run *run, size_t target) {
    const target_score *t = &run->learnt.targets[target];
    class_list list = {.count = 0};
    for (size_t c = 0; c < t->classes; c++)
        if (count_rows_of(&t->confusion, c) > 0.0 && count_predicted(&t->confusion, c) == 0.0)
            add_class(&list, name_class(t, c));
    end_classes(&list);
    const char *longer = name_longer_training(run);
    bool weights = can_weight_classes(run);
    if (list.count > 0)
        warn(run, "class%s %s of %s %s not predicted for any row that was learnt from%s%s%s%s",
             end_class(&list), list.names,
             show_target(run->settings, &run->model.schema, t->column).text,
             list.count == 1 ? "is" : "are", longer || weights ? ": try " : "",
             longer ? longer : "", longer && weights ? ", or " : "",
             weights ? "--class-weights balanced" : "");
}

static void advise_on_validation(const training_run *run, size_t target) {
    const target_score *learnt = &run->learnt.targets[target],
                       *held_out = &run->held_out.targets[target];
    class_list list = {.count = 0};
    for (size_t c = 0; c < learnt->classes; c++)
        if (count_rows_of(&learnt->confusion, c) > 0.0 &&
            count_rows_of(&held_out->confusion, c) == 0.0)
            add_class(&list, name_class(learnt, c));
    end_classes(&list);
    if (list.count > 0)
        warn(run, "the rows that are held out have none of class%s %s: try a larger --validation%s",
             end_class(&list), list.names, can_compare(run) ? ", or nnblas cross-validate" : "");
}

void advise_on_result(const training_run *run) {
    if (!advise_on_rising_cost(run)) {
        advise_on_bad_fit(run);
        advise_on_epochs(run);
    }
    advise_on_constant_targets(run);
    for (size_t t = 0; t < run->learnt.n_targets; t++) {
        advise_on_imbalance(run, t);
        advise_on_classes_not_predicted(run, t);
        if (has_validation(run))
            advise_on_validation(run, t);
    }
}
