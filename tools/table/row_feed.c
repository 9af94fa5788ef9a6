/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/row_feed.h"

#include "cli/memory.h"
#include "table/used_rows.h"

#include <stdlib.h>

/* Where a part begins. */
typedef struct {
    csv_place place;
    size_t first;
} part_place;

typedef struct {
    table_source *source;
    const schema *s; /* by which rows are filtered; or null */
    bool drops_bad_rows;
    /* Where a pass counts: later ones leave out the same rows. */
    skipped_rows *skipped, *skipped_without_target, *skipped_bad, uncounted;
    size_t all; /* rows of the last pass that was completed */
    bool is_begun, has_failed;
    table_error error;
    part_place *parts; /* of a pass with these filters, where the file can be read from there */
    size_t n_parts, capacity;
} row_feed;

static void note_place(row_feed *feed, size_t first) {
    part_place part = {.first = first};
    if (feed->n_parts > 0 && first <= feed->parts[feed->n_parts - 1].first)
        return; /* all passes have the same parts */
    if (!tell_csv(feed->source->reader, &part.place))
        return;
    feed->parts = reserve_array(feed->parts, &feed->capacity, feed->n_parts + 1, sizeof part);
    feed->parts[feed->n_parts++] = part;
}

/* The rows that were left out once are left out again, without a word. */
static bool filter_part(row_feed *feed, text_rows *rows) {
    if (feed->s)
        filter_rows(feed->s, rows, feed->skipped_without_target);
    return !feed->drops_bad_rows ||
           drop_bad_rows_of_part(feed->source, feed->s, rows, feed->skipped_bad, &feed->error);
}

static bool read_part(row_feed *feed, text_rows *rows) {
    size_t read;
    do {
        rows->first += rows->N;
        note_place(feed, rows->first);
        rows->N = 0;
        if (!read_some_rows(feed->source, rows, feed->skipped, &feed->error))
            return false;
        read = rows->N;
        if (!filter_part(feed, rows))
            return false;
    } while (read > 0 && rows->N == 0);
    return true;
}

/* What a pass counts is not counted again. */
static void end_pass(row_feed *feed, size_t all) {
    feed->all = all;
    feed->skipped = &feed->uncounted;
    if (feed->s)
        feed->skipped_without_target = &feed->uncounted;
    if (feed->drops_bad_rows)
        feed->skipped_bad = &feed->uncounted;
}

static bool load(text_rows *rows, bool is_first) {
    row_feed *feed = rows->feed;
    if (feed->has_failed)
        return false;
    if (is_first) {
        rows->first = rows->N = 0;
        feed->has_failed = feed->is_begun && !restart_source(feed->source, &feed->error);
        feed->is_begun = true;
    }
    feed->has_failed = feed->has_failed || !read_part(feed, rows);
    if (rows->N == 0 && !feed->has_failed)
        end_pass(feed, rows->first);
    return rows->N > 0 && !feed->has_failed;
}

void open_feed(text_rows *rows, table_source *source, skipped_rows *skipped) {
    row_feed *feed = resize_array(NULL, 1, sizeof *feed);
    *feed = (row_feed){.source = source,
                       .skipped = skipped,
                       .skipped_without_target = skipped,
                       .uncounted.is_allowed = true};
    *rows = (text_rows){.columns = source->columns.count, .load = load, .feed = feed};
}

void close_feed(text_rows *rows) {
    row_feed *feed = rows->feed;
    free_rows(rows);
    if (feed)
        free(feed->parts);
    free(feed);
}

void filter_feed(text_rows *rows, const schema *s, skipped_rows *skipped) {
    row_feed *feed = rows->feed;
    feed->s = s;
    feed->skipped_without_target = skipped;
    feed->n_parts = 0;
}

void drop_bad_rows_of_feed(text_rows *rows, skipped_rows *skipped) {
    row_feed *feed = rows->feed;
    feed->drops_bad_rows = true;
    feed->skipped_bad = skipped;
    feed->n_parts = 0;
}

bool check_feed(const text_rows *rows, table_error *error) {
    const row_feed *feed = rows->feed;
    if (!rows->load || !feed->has_failed)
        return true;
    *error = feed->error;
    return false;
}

size_t count_all_rows(const text_rows *rows) {
    const row_feed *feed = rows->feed;
    return rows->load ? feed->all : rows->N;
}

/* ---- parts in any order ---------------------------------------------------------------------- */

bool can_seek_feed(const text_rows *rows) {
    const row_feed *feed = rows->feed;
    return feed->n_parts > 0;
}

bool seek_feed(text_rows *rows, size_t row) {
    row_feed *feed = rows->feed;
    size_t p = feed->n_parts;
    while (p > 1 && feed->parts[p - 1].first > row)
        p--;
    if (p <= 1)
        return load(rows, true);
    const part_place *part = &feed->parts[p - 1];
    if (feed->has_failed)
        return false;
    rows->first = part->first;
    rows->N = 0;
    feed->has_failed =
        !seek_csv(feed->source->reader, &part->place, &feed->error) || !read_part(feed, rows);
    return rows->N > 0 && !feed->has_failed;
}
