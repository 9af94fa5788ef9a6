/* SPDX-License-Identifier: BSD-3-Clause */
#include "arrays/array_rows.h"

#include "arrays/label_kinds.h"
#include "arrays/rank_shares.h"
#include "arrays/row_files.h"
#include "cli/memory.h"
#include "cli/ranks.h"
#include "core/sizes.h"
#include "table/row_groups.h"

#include <stdlib.h>
#include <string.h>

/* ---- the groups of rows
 * ------------------------------------------------------------------------------ */

static bool read_own_groups(array_rows *a, const schema *s, size_t outputs, double *groups,
                            table_error *error) {
    const size_t at_once = nn_max(4096 / outputs, 1);
    double *Y = resize_array(NULL, at_once * outputs, sizeof *Y);
    a->row = a->begin;
    bool is_good = seek_array(a->labels, a->row, error);
    for (size_t n; a->row < a->end && is_good; a->row += n) {
        n = nn_min(a->end - a->row, at_once);
        is_good = read_row_labels(a, n, Y, error);
        for (size_t r = 0; r < n && is_good; r++)
            *groups++ = get_group(s, Y + r * outputs);
    }
    free(Y);
    return is_good;
}

static void take_groups(void *user, size_t rank, const void *bytes, size_t count) {
    double **next = user;
    (void)rank;
    memcpy(*next, bytes, count);
    *next += count / sizeof **next;
}

/* Of the labels alone, which are far less to read than the features. */
static bool read_groups(array_rows *a, const schema *s, row_stream *rows, table_error *error) {
    if (!has_groups(s) || rows->all > MOST_GROUPED_ROWS)
        return true;
    double *own = resize_array(NULL, rows->N, sizeof *own);
    rows->groups = resize_array(NULL, rows->all, sizeof *rows->groups);
    bool is_good = is_good_on_others(read_own_groups(a, s, rows->outputs, own, error), error);
    double *next = rows->groups;
    if (is_good)
        share_bytes(own, rows->N * sizeof *own, take_groups, &next);
    free(own);
    return is_good;
}

/* ---- all of it ------------------------------------------------------------------------------- */

static void add_columns(size_t count, column_list *list, schema *s) {
    for (size_t i = 0; i < count; i++) {
        add_column(list, "", s->table_columns.count);
        add_no_name(&s->table_columns);
    }
}

static bool open_own_rows(const char *features, const char *labels, row_stream *rows,
                          table_error *error) {
    if (!open_row_files(features, labels, rows, error))
        return false;
    const array_rows *a = rows->user;
    if (can_restart_array(a->features) && can_restart_array(a->labels))
        return true;
    return set_error(error, "%s: is no regular file, and training reads it many times",
                     get_array_name(can_restart_array(a->features) ? a->labels : a->features));
}

bool open_array_rows(const char *features, const char *labels, bool are_own, task wanted, schema *s,
                     row_stream *rows, table_error *error) {
    *s = (schema){.targets.missing = MISSING_TARGET};
    if (!is_good_on_others(open_own_rows(features, labels, rows, error), error))
        return false;
    array_rows *a = rows->user;
    if (!is_good_on_others(share_files(a, are_own, rows, error), error))
        return false;
    add_columns(rows->inputs, &s->features, s);
    add_columns(count_columns(a->labels), &s->targets, s);
    if (!choose_label_kinds(a, wanted, s, error))
        return false;
    rows->outputs = count_numbers(&s->targets);
    return read_groups(a, s, rows, error) && seek_row_files(a, 0, error);
}
