/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/split.h"

#include "cli/memory.h"
#include "cli/shuffle.h"
#include "core/sizes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- the order of the rows ------------------------------------------------------------------- */

/* The rows, those of a group one after the other, in random order within it. */
typedef struct {
    size_t *rows;
    size_t *ends; /* of each group */
    size_t groups;
} grouped_rows;

typedef struct {
    const double *y;
    size_t outputs, row;
} target_row;

static int compare_targets(const void *a, const void *b) {
    const target_row *left = a, *right = b;
    for (size_t k = 0; k < left->outputs; k++)
        if (left->y[k] != right->y[k])
            return left->y[k] > right->y[k] ? -1 : 1;
    return 0;
}

static int compare_rows(const void *a, const void *b) {
    const target_row *left = a, *right = b;
    int difference = compare_targets(a, b);
    return difference ? difference : (left->row > right->row) - (left->row < right->row);
}

/* Rows with the same targets are a group. */
static target_row *sort_by_targets(const dataset *d) {
    target_row *sorted = resize_array(NULL, d->N, sizeof *sorted);
    for (size_t r = 0; r < d->N; r++)
        sorted[r] = (target_row){d->Y + r * d->outputs, d->outputs, r};
    qsort(sorted, d->N, sizeof *sorted, compare_rows);
    return sorted;
}

static void find_groups(const dataset *d, grouped_rows *grouped) {
    target_row *sorted = sort_by_targets(d);
    for (size_t r = 0; r < d->N; r++) {
        grouped->rows[r] = sorted[r].row;
        if (r > 0 && compare_targets(&sorted[r - 1], &sorted[r]) != 0)
            grouped->groups++;
        grouped->ends[grouped->groups] = r + 1;
    }
    grouped->groups++;
    free(sorted);
}

static void take_one_group(const dataset *d, grouped_rows *grouped) {
    for (size_t r = 0; r < d->N; r++)
        grouped->rows[r] = r;
    grouped->ends[0] = d->N;
    grouped->groups = 1;
}

static grouped_rows shuffle_in_groups(const schema *s, const dataset *d, uint64_t seed) {
    grouped_rows grouped = {.rows = resize_array(NULL, d->N, sizeof *grouped.rows),
                            .ends = resize_array(NULL, d->N, sizeof *grouped.ends)};
    if (has_classes(s) || get_output_kind(s) == OUTPUTS_LABELS)
        find_groups(d, &grouped);
    else
        take_one_group(d, &grouped);
    size_t start = 0;
    for (size_t g = 0; g < grouped.groups; g++) {
        shuffle(grouped.rows + start, grouped.ends[g] - start, &seed);
        start = grouped.ends[g];
    }
    return grouped;
}

static void free_groups(grouped_rows *grouped) {
    free(grouped->rows);
    free(grouped->ends);
}

/* ---- splits ---------------------------------------------------------------------------------- */

static size_t count_rows_of(const grouped_rows *grouped, size_t g) {
    return grouped->ends[g] - (g > 0 ? grouped->ends[g - 1] : 0);
}

/* The only row of a class; that of a combination of labels has its labels in other rows. */
static bool is_only_row(const schema *s, const grouped_rows *grouped, size_t g) {
    return has_classes(s) && count_rows_of(grouped, g) == 1;
}

static size_t count_candidates(const schema *s, const grouped_rows *grouped) {
    size_t count = 0;
    for (size_t g = 0; g < grouped->groups; g++)
        count += is_only_row(s, grouped, g) ? 0 : count_rows_of(grouped, g);
    return count;
}

static size_t count_held_out(double fraction, size_t N, size_t candidates) {
    size_t rows = (size_t)round(fraction * (double)N), most = nn_min(N - 1, candidates);
    return nn_min(rows > 0 ? rows : 1, most);
}

/* Evenly along the order of the rows, so that each group has its share. */
void hold_out(const schema *s, const dataset *d, double fraction, uint64_t seed,
              bool *is_held_out) {
    grouped_rows grouped = shuffle_in_groups(s, d, seed);
    size_t candidates = count_candidates(s, &grouped), owed = candidates / 2, r = 0;
    size_t held_out = count_held_out(fraction, d->N, candidates);
    for (size_t g = 0; g < grouped.groups; g++) {
        bool is_alone = is_only_row(s, &grouped, g);
        for (; r < grouped.ends[g]; r++) {
            owed += is_alone ? 0 : held_out;
            is_held_out[grouped.rows[r]] = !is_alone && owed >= candidates;
            owed -= is_held_out[grouped.rows[r]] ? candidates : 0;
        }
    }
    free_groups(&grouped);
}

/* Dealt like cards, on from one group to the next. */
void assign_folds(const schema *s, const dataset *d, size_t k, uint64_t seed, size_t *folds) {
    grouped_rows grouped = shuffle_in_groups(s, d, seed);
    for (size_t r = 0; r < d->N; r++)
        folds[grouped.rows[r]] = r % k;
    free_groups(&grouped);
}

dataset take_marked(const dataset *d, const bool *is_marked, bool mark) {
    size_t *places = resize_array(NULL, d->N, sizeof *places), count = 0;
    for (size_t r = 0; r < d->N; r++)
        if (is_marked[r] == mark)
            places[count++] = r;
    dataset taken = take_rows(d, places, count);
    free(places);
    return taken;
}
