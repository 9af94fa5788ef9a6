/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/ranking.h"

#include "cli/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void free_ranking(ranking *r) {
    free(r->O_out);
    free(r->weights);
    free(r->is_of_class);
    *r = (ranking){.outputs = r->outputs};
}

static void reserve_rows(ranking *r, size_t N) {
    size_t numbers = N * r->outputs;
    r->O_out = reserve_array(r->O_out, &r->O_capacity, numbers, sizeof *r->O_out);
    r->weights = reserve_array(r->weights, &r->weights_capacity, N, sizeof *r->weights);
    r->is_of_class =
        reserve_array(r->is_of_class, &r->classes_capacity, numbers, sizeof *r->is_of_class);
}

static void give_up(ranking *r) {
    free_ranking(r);
    r->is_given_up = true;
}

/* Whether rows are to be added, for which there is room then. */
static bool has_room(ranking *r, size_t N) {
    if (!r->is_given_up && r->N + N > RANKED_NUMBERS / r->outputs)
        give_up(r);
    if (r->is_given_up || N == 0)
        return false;
    reserve_rows(r, r->N + N);
    return true;
}

void join_ranking(ranking *r, bool is_given_up, size_t N, const double *O_out,
                  const double *weights, const bool *is_of_class) {
    if (is_given_up)
        give_up(r);
    if (!has_room(r, N))
        return;
    memcpy(r->O_out + r->N * r->outputs, O_out, N * r->outputs * sizeof *O_out);
    memcpy(r->is_of_class + r->N * r->outputs, is_of_class, N * r->outputs * sizeof *is_of_class);
    memcpy(r->weights + r->N, weights, N * sizeof *weights);
    r->N += N;
}

void add_to_ranking(ranking *r, size_t N, const double *Y, const double *O_out,
                    const double *weights) {
    if (!has_room(r, N))
        return;
    memcpy(r->O_out + r->N * r->outputs, O_out, N * r->outputs * sizeof *O_out);
    for (size_t i = 0; i < N * r->outputs; i++)
        r->is_of_class[r->N * r->outputs + i] = Y[i] > 0.5;
    for (size_t i = 0; i < N; i++)
        r->weights[r->N + i] = weights ? weights[i] : 1.0;
    r->N += N;
}

/* ---- the area under the curve ---------------------------------------------------------------- */

typedef struct {
    double output, weight;
    bool is_of_class;
} ranked_row;

static int compare_outputs(const void *a, const void *b) {
    double first = ((const ranked_row *)a)->output, second = ((const ranked_row *)b)->output;
    return (first > second) - (first < second);
}

/* NaN is before no number and behind none. */
static bool has_order(const ranked_row *rows, size_t N) {
    for (size_t i = 0; i < N; i++)
        if (isnan(rows[i].output))
            return false;
    return true;
}

static ranked_row *rank_rows(const ranking *r, size_t output) {
    ranked_row *rows = resize_array(NULL, r->N, sizeof *rows);
    for (size_t i = 0; i < r->N; i++) {
        size_t place = i * r->outputs + output;
        rows[i] = (ranked_row){r->O_out[place], r->weights[i], r->is_of_class[place]};
    }
    qsort(rows, r->N, sizeof *rows, compare_outputs);
    return rows;
}

/* Goes through the rows from the smallest output on, one group of ties after the other. `below` is
 * the weight of the rows of other classes before the group. */
static double compute_area(const ranked_row *rows, size_t N) {
    long double below = 0.0L, of_class = 0.0L, won = 0.0L;
    for (size_t i = 0; i < N;) {
        long double tied_below = 0.0L, tied_of_class = 0.0L;
        double output = rows[i].output;
        for (; i < N && rows[i].output == output; i++)
            *(rows[i].is_of_class ? &tied_of_class : &tied_below) += (long double)rows[i].weight;
        won += tied_of_class * (below + tied_below / 2.0L);
        below += tied_below;
        of_class += tied_of_class;
    }
    return below > 0.0L && of_class > 0.0L ? (double)(won / below / of_class) : (double)NAN;
}

double compute_auc(const ranking *r, size_t output) {
    if (r->is_given_up)
        return (double)NAN;
    ranked_row *rows = rank_rows(r, output);
    double area = has_order(rows, r->N) ? compute_area(rows, r->N) : (double)NAN;
    free(rows);
    return area;
}
