/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/row_groups.h"

#include "cli/memory.h"
#include "table/confusion.h"

#include <stdlib.h>

/* A number has room for them. */
enum { MOST_LABELS = 50 };

bool has_groups(const schema *s) {
    output_kind kind = get_output_kind(s);
    return kind == OUTPUTS_CLASSES || (kind == OUTPUTS_LABELS && s->targets.count <= MOST_LABELS);
}

double get_group(const schema *s, const double *y) {
    double group = 0.0;
    if (has_classes(s))
        return -(double)find_largest(y, count_numbers(&s->targets));
    for (size_t t = 0; t < s->targets.count; t++)
        group = 2.0 * group + y[t];
    return group;
}

static void forget(row_groups *groups) {
    free(groups->found);
    groups->found = NULL;
    groups->N = groups->capacity = 0;
    groups->are_too_many = true;
}

void note_groups(row_groups *groups, const category_search *search, const text_rows *rows) {
    row_cursor next = {0};
    csv_row row;
    if (groups->N + rows->N > MOST_GROUPED_ROWS)
        forget(groups);
    if (groups->are_too_many || !has_groups(groups->s))
        return;
    size_t count = count_searched(search), first = count - groups->s->targets.count;
    groups->found =
        reserve_array(groups->found, &groups->capacity, groups->N + rows->N, sizeof *groups->found);
    while (next_row(rows, &next, &row)) {
        uint64_t found = 0;
        for (size_t c = first; c < count; c++)
            found = 2 * found + find_in_row(search, c, &row);
        groups->found[groups->N++] = found;
    }
}

/* Of two labels each, of which the last one's is the last bit. */
static void rank_labels(const row_groups *groups, const category_search *search, double *ranked) {
    const size_t count = groups->s->targets.count, first = count_searched(search) - count;
    for (size_t r = 0; r < groups->N; r++)
        ranked[r] = 0.0;
    for (size_t t = 0; t < count; t++) {
        size_t *ranks = rank_categories(search, first + t);
        for (size_t r = 0; r < groups->N; r++)
            ranked[r] = 2.0 * ranked[r] + (double)ranks[groups->found[r] >> (count - 1 - t) & 1];
        free(ranks);
    }
}

static void rank_classes(const row_groups *groups, const category_search *search, double *ranked) {
    size_t *ranks = rank_categories(search, count_searched(search) - 1);
    for (size_t r = 0; r < groups->N; r++)
        ranked[r] = -(double)ranks[groups->found[r]];
    free(ranks);
}

double *end_groups(row_groups *groups, const category_search *search) {
    double *ranked = NULL;
    if (groups->N > 0) {
        ranked = resize_array(NULL, groups->N, sizeof *ranked);
        (has_classes(groups->s) ? rank_classes : rank_labels)(groups, search, ranked);
    }
    free(groups->found);
    return ranked;
}
