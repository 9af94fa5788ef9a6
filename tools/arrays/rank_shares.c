/* SPDX-License-Identifier: BSD-3-Clause */
#include "arrays/rank_shares.h"

#include "cli/ranks.h"
#include "cli/text.h"
#include "core/sizes.h"

bool is_good_on_others(bool is_good, table_error *error) {
    if (is_good)
        set_error(error, "%s", "");
    return is_good_on_all(is_good);
}

typedef struct {
    size_t rows, features, labels;
    bool has_whole_features, has_whole_labels, can_seek;
} file_shapes;

/* before: the rows of lower ranks. */
typedef struct {
    file_shapes first;
    size_t before, all;
    bool can_seek;
} shapes_of_ranks;

static void take_shapes(void *user, size_t rank, const void *bytes, size_t count) {
    const file_shapes *shapes = bytes;
    shapes_of_ranks *ranks = user;
    (void)count;
    if (rank == 0)
        ranks->first = *shapes;
    ranks->before += rank < get_rank() ? shapes->rows : 0;
    ranks->all += shapes->rows;
    ranks->can_seek = ranks->can_seek && shapes->can_seek;
}

static bool check_shape(const array_file *array, size_t columns, bool is_whole,
                        table_error *error) {
    static const char *const KINDS[] = {"floats", "whole numbers"};
    if (count_columns(array) != columns)
        return set_error(error, "%s: has %zu column%s, and that of rank 0 has %zu",
                         get_array_name(array), count_columns(array),
                         end_plural(count_columns(array)), columns);
    return has_whole_type(array) == is_whole ||
           set_error(error, "%s: holds %s, and that of rank 0 %s", get_array_name(array),
                     KINDS[!is_whole], KINDS[is_whole]);
}

/* Of one file, which all ranks see, each takes a range. */
static bool take_range(array_rows *a, row_stream *rows, const file_shapes *first,
                       table_error *error) {
    const size_t ranks = count_ranks(), each = rows->N / ranks, more = rows->N % ranks;
    if (rows->N != first->rows)
        return set_error(error,
                         "%s: has %zu row%s, and that of rank 0 has %zu: is it another file?",
                         rows->name, rows->N, end_plural(rows->N), first->rows);
    a->begin = rows->before = get_rank() * each + nn_min(get_rank(), more);
    rows->N = each + (get_rank() < more);
    a->end = a->begin + rows->N;
    return true;
}

bool share_files(array_rows *a, bool are_own, row_stream *rows, table_error *error) {
    const file_shapes own = {rows->N,
                             rows->inputs,
                             count_columns(a->labels),
                             has_whole_type(a->features),
                             has_whole_type(a->labels),
                             rows->can_seek};
    shapes_of_ranks ranks = {.can_seek = true};
    share_bytes(&own, sizeof own, take_shapes, &ranks);
    rows->can_seek = ranks.can_seek;
    const file_shapes *first = &ranks.first;
    if (!check_shape(a->features, first->features, first->has_whole_features, error) ||
        !check_shape(a->labels, first->labels, first->has_whole_labels, error))
        return false;
    if (!are_own)
        return take_range(a, rows, first, error);
    rows->before = ranks.before;
    rows->all = ranks.all;
    return true;
}
