/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/text.h"
#include "commands/search_run.h"

#include "cli/memory.h"
#include "cli/stop_signal.h"

#include <math.h>
#include <stdlib.h>

static const row_scores *find_scores(const search *s) {
    return &find_complete(s->results, s->trials.count * s->folds)->held_out;
}

static void choose_measure(search *s) {
    const row_scores *first = find_scores(s);
    if (s->measure)
        s->measure_index = find_measure(first->measures, first->n_measures, s->measure);
}

const measure *get_ranking_measure(const search *s) {
    return &find_scores(s)->measures[s->measure_index];
}

static const char *find_problem(const fold_result *results, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (results[i].status < 0)
            return results[i].problem.text;
    return NULL;
}

static outcome judge(const search *s, size_t t) {
    const fold_result *results = s->results + t * s->folds;
    outcome judged = {.number = t + 1,
                      .trial = &s->trials.trials[t],
                      .results = results,
                      .is_complete = true,
                      .problem = find_problem(results, s->folds),
                      .score = average_held_out(results, s->folds, s->measure_index),
                      .learnt = average_learnt(results, s->folds, s->measure_index)};
    bool is_loss = get_ranking_measure(s)->is_loss;
    judged.rank = is_loss ? -judged.score.mean : judged.score.mean;
    for (size_t i = 0; i < s->folds; i++) {
        judged.is_complete = judged.is_complete && results[i].is_complete;
        judged.seconds += results[i].seconds;
    }
    if (isnan(judged.rank))
        judged.rank = -HUGE_VAL;
    size_t mse = find_measure(results->held_out.measures, results->held_out.n_measures, "mse");
    if (judged.is_complete) /* all kinds of targets have an mse */
        judged.tie = average_held_out(results, s->folds, mse).mean;
    if (isnan(judged.tie))
        judged.tie = HUGE_VAL;
    return judged;
}

static int compare_outcomes(const void *a, const void *b) {
    const outcome *left = a, *right = b;
    if (left->is_complete != right->is_complete)
        return left->is_complete ? -1 : 1;
    if (left->is_complete && left->rank != right->rank)
        return left->rank > right->rank ? -1 : 1;
    if (left->is_complete && left->tie != right->tie)
        return left->tie < right->tie ? -1 : 1;
    return (left->number > right->number) - (left->number < right->number);
}

size_t count_complete_trials(const search *s) {
    size_t complete = 0;
    while (complete < s->trials.count && s->outcomes[complete].is_complete)
        complete++;
    return complete;
}

static bool report_none(const search *s) {
    const char *problem = find_problem(s->results, s->trials.count * s->folds);
    print_safely(stderr, "nnblas %s: no trial was complete: %s\n", s->command,
                 problem               ? problem
                 : is_stop_requested() ? "stopped by a signal"
                                       : "the time limit is reached");
    return false;
}

bool sort_trials(search *s) {
    size_t count = s->trials.count;
    if (!find_complete(s->results, count * s->folds))
        return report_none(s);
    choose_measure(s);
    s->outcomes = resize_array(NULL, count, sizeof *s->outcomes);
    for (size_t t = 0; t < count; t++)
        s->outcomes[t] = judge(s, t);
    qsort(s->outcomes, count, sizeof *s->outcomes, compare_outcomes);
    return count_complete_trials(s) > 0 || report_none(s);
}
