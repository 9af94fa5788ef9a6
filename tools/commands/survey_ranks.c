/* SPDX-License-Identifier: BSD-3-Clause */
/* What the ranks have found in rows of their own, joined in their order. */
#include "commands/streamed_survey.h"

#include "cli/memory.h"
#include "cli/ranks.h"

#include <stdlib.h>
#include <string.h>

static void take_totals(void *user, size_t rank, const void *bytes, size_t count) {
    survey_totals *all = user;
    const survey_totals *part = bytes;
    (void)rank, (void)count;
    all->hash += part->hash;
    all->taken += part->taken;
}

static void take_missing(void *user, size_t rank, const void *bytes, size_t count) {
    size_t *all = user;
    const size_t *part = bytes;
    (void)rank;
    for (size_t i = 0; i < count / sizeof *part; i++)
        all[i] += part[i];
}

static void take_values(void *user, size_t rank, const void *bytes, size_t count) {
    target_values *all = user;
    const target_values *part = bytes;
    (void)rank;
    for (size_t k = 0; k < count / sizeof *part; k++) {
        if (!part[k].has_first)
            continue;
        if (!all[k].has_first)
            all[k] = part[k];
        all[k].differs |= part[k].differs || part[k].first != all[k].first;
    }
}

static void take_scaling(void *user, size_t rank, const void *bytes, size_t count) {
    (void)rank, (void)count;
    join_scaling(user, bytes);
}

/* Behind those of lower ranks. */
static void take_numbers(void *user, size_t rank, const void *bytes, size_t count) {
    double **next = user;
    (void)rank;
    memcpy(*next, bytes, count);
    *next += count / sizeof **next;
}

static scaling_sums *join_sums(scaling_sums *own, column_list *list) {
    size_t bytes;
    const void *sums = get_scaling_bytes(own, &bytes);
    scaling_sums *all = start_scaling(list);
    share_bytes(sums, bytes, take_scaling, all);
    free_scaling(own);
    return all;
}

static double *join_numbers(double *own, size_t own_count, size_t count) {
    double *all = resize_array(NULL, count, sizeof *all), *next = all;
    share_bytes(own, own_count * sizeof *own, take_numbers, &next);
    free(own);
    return all;
}

static void *join_counts(void *own, size_t bytes, take_bytes *take) {
    void *all = memset(resize_array(NULL, bytes, 1), 0, bytes);
    share_bytes(own, bytes, take, all);
    free(own);
    return all;
}

void join_surveys(streamed_survey *v) {
    const survey_totals own = v->totals;
    const size_t outputs = v->rows->outputs;
    v->totals = (survey_totals){0};
    share_bytes(&own, sizeof own, take_totals, &v->totals);
    v->missing = join_counts(v->missing, v->s->features.count * sizeof *v->missing, take_missing);
    v->values = join_counts(v->values, outputs * sizeof *v->values, take_values);
    v->features = join_sums(v->features, &v->s->features);
    v->targets = join_sums(v->targets, &v->s->targets);
    if (!v->kept.X)
        return;
    size_t all = v->rows->all - (v->holds_out ? v->totals.taken : 0);
    v->kept.X = join_numbers(v->kept.X, v->kept.N * v->kept.inputs, all * v->kept.inputs);
    v->kept.Y = join_numbers(v->kept.Y, v->kept.N * outputs, all * outputs);
}
