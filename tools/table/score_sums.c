/* SPDX-License-Identifier: BSD-3-Clause */
/* Scores as bytes: their sums, those of each target, the confusion matrices, and what ranks the
 * rows. Pointers among them are those of the process that packed them. */
#include "cli/memory.h"
#include "table/scores.h"

#include <string.h>

static size_t count_cells(const confusion_matrix *m) {
    return m->classes * m->classes;
}

static size_t count_bytes(const scores *s) {
    const size_t ranked = s->ranking.N * s->ranking.outputs;
    size_t numbers = ranked + s->ranking.N;
    for (size_t t = 0; t < s->n_targets; t++)
        numbers += count_cells(&s->targets[t].confusion);
    return sizeof *s + s->n_targets * sizeof *s->targets + numbers * sizeof(double) +
           ranked * sizeof(bool);
}

static char *put(char *place, const void *bytes, size_t count) {
    if (count > 0)
        memcpy(place, bytes, count);
    return place + count;
}

void *pack_score_sums(const scores *s, size_t *bytes) {
    const ranking *r = &s->ranking;
    char *packed = resize_array(NULL, *bytes = count_bytes(s), 1), *next = packed;
    next = put(next, s, sizeof *s);
    next = put(next, s->targets, s->n_targets * sizeof *s->targets);
    for (size_t t = 0; t < s->n_targets; t++) {
        const confusion_matrix *m = &s->targets[t].confusion;
        next = put(next, m->counts, count_cells(m) * sizeof *m->counts);
    }
    next = put(next, r->O_out, r->N * r->outputs * sizeof *r->O_out);
    next = put(next, r->weights, r->N * sizeof *r->weights);
    put(next, r->is_of_class, r->N * r->outputs * sizeof *r->is_of_class);
    return packed;
}

/* T. F. Chan, G. H. Golub and R. J. LeVeque, The American Statistician 37 (1983), p. 242, for mean
 * and squared distances. */
static void join_target(target_score *t, const target_score *part, long double weight,
                        long double of_part) {
    const long double distance = part->mean - t->mean, sum = weight + of_part;
    t->squared_errors += part->squared_errors;
    t->absolute_errors += part->absolute_errors;
    t->log_likelihoods += part->log_likelihoods;
    t->log_losses += part->log_losses;
    t->squared_distances += part->squared_distances;
    if (sum > 0.0L) {
        t->squared_distances += distance * distance * (weight / sum) * of_part;
        t->mean += distance * (of_part / sum);
    }
}

static const double *join_matrix(confusion_matrix *m, const double *counts) {
    for (size_t i = 0; i < count_cells(m); i++)
        m->counts[i] += counts[i];
    return counts + count_cells(m);
}

void join_score_sums(scores *s, const void *packed) {
    const scores *part = packed;
    const target_score *targets = (const target_score *)(part + 1);
    const double *numbers = (const double *)(targets + s->n_targets);
    for (size_t t = 0; t < s->n_targets; t++) {
        join_target(&s->targets[t], &targets[t], s->weight, part->weight);
        numbers = join_matrix(&s->targets[t].confusion, numbers);
    }
    const size_t N = part->ranking.N, outputs = s->ranking.outputs;
    const double *weights = numbers + N * outputs;
    join_ranking(&s->ranking, part->ranking.is_given_up, N, numbers, weights,
                 (const bool *)(weights + N));
    s->has_weights = s->has_weights || part->has_weights;
    s->has_deviations = s->has_deviations || part->has_deviations;
    s->rows += part->rows;
    s->weight += part->weight;
}
