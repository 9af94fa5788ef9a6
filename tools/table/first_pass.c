/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/first_pass.h"

#include "cli/memory.h"
#include "cli/parts.h"
#include "core/hash.h"
#include "core/sizes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- rows that are not drawn after all ------------------------------------------------------- */

static void learn_rows(void *context, const drawn_row *rows, size_t count) {
    enum { MOST_ROWS = 64 };
    first_pass *f = context;
    double *numbers = resize_array(NULL, MOST_ROWS * f->columns, sizeof *numbers);
    for (size_t r = 0, n; r < count; r += n) {
        n = nn_min(count - r, MOST_ROWS);
        for (size_t i = 0; i < n; i++)
            memcpy(numbers + i * f->columns, rows[r + i].row.numbers, f->columns * sizeof *numbers);
        add_to_scaling(f->sums, n, numbers, NULL);
    }
    free(numbers);
}

void start_first_pass(first_pass *f, const table_source *source, const draw_request *draw,
                      bool holds_out) {
    *f = (first_pass){.source = source,
                      .holds_out = holds_out,
                      .drawn = start_draw(draw),
                      .columns = source->columns.count,
                      .categories = start_categories()};
    f->drawn.release = holds_out ? learn_rows : NULL;
    f->drawn.context = f;
    f->places = resize_array(NULL, 2 * f->columns, sizeof *f->places);
    f->hashes = resize_array(NULL, f->columns, sizeof *f->hashes);
    memset(f->hashes, 0, f->columns * sizeof *f->hashes);
}

void free_first_pass(first_pass *f) {
    if (f->categories)
        drop_categories(f->categories);
    if (f->sums)
        end_scaling(f->sums);
    free_draw(&f->drawn);
    free(f->missing);
    free(f->places);
    free(f->numbers.columns);
    free(f->hashes);
    free(f->counts);
    *f = (first_pass){.is_lost = true};
}

/* ---- before the pass ------------------------------------------------------------------------- */

/* Each column of the table as a number; those that are not used are not scaled. */
void choose_first_columns(first_pass *f, const schema *s, const bool *is_used,
                          const number_format *format) {
    f->s = s;
    f->is_used = is_used;
    f->format = *format;
    f->numbers.columns = resize_array(NULL, f->columns, sizeof *f->numbers.columns);
    f->numbers.count = f->columns;
    for (size_t i = 0; i < f->columns; i++)
        f->numbers.columns[i] =
            (table_column){.kind = is_used[i] ? COLUMN_NUMBER : COLUMN_LABEL, .place = i};
    f->sums = start_scaling(&f->numbers);
}

static void search_place(first_pass *f, size_t place, bool is_number) {
    table_column *column = &f->places[count_searched(f->categories)];
    *column = (table_column){.place = place, .is_number = is_number, .format = f->format};
    search_column(f->categories, column);
}

/* Of features those that seem to be texts in the first part, and targets in either way. */
static void choose_searched(first_pass *f, const column_survey *surveys) {
    for (size_t i = 0; i < f->s->features.count; i++) {
        size_t place = f->s->features.columns[i].place;
        if (surveys[place].others >= surveys[place].numbers)
            search_place(f, place, false);
    }
    for (size_t i = 0; i < f->s->targets.count; i++) {
        search_place(f, f->s->targets.columns[i].place, false);
        search_place(f, f->s->targets.columns[i].place, true);
    }
}

/* ---- the pass -------------------------------------------------------------------------------- */

static void draw_rows(first_pass *f, const text_rows *rows) {
    row_cursor next = {0};
    csv_row row;
    f->counts = reserve_array(f->counts, &f->capacity, rows->N, sizeof *f->counts);
    for (size_t r = 0; next_row(rows, &next, &row); r++)
        f->counts[r] = draw_row(&f->drawn, &row, rows->first + r) && f->holds_out ? 0.0 : 1.0;
}

static uint64_t add_text(uint64_t hash, const char *text) {
    return nn_hash_bytes(hash, text, strlen(text) + 1);
}

static uint64_t add_value(uint64_t hash, const csv_row *row, size_t i) {
    uint64_t bits;
    if (isnan(row->numbers[i]))
        return add_text(hash, get_value(row, i));
    memcpy(&bits, &row->numbers[i], sizeof bits);
    return nn_hash_word(hash, bits);
}

typedef struct {
    first_pass *first;
    const row_block *block;
} hashed_block;

static void hash_columns(void *context, size_t part, size_t begin, size_t end) {
    const hashed_block *h = context;
    (void)part;
    for (size_t r = 0; r < h->block->N; r++) {
        csv_row row = get_row(h->block, r);
        for (size_t i = begin; i < end; i++)
            if (h->first->is_used[i])
                h->first->hashes[i] = add_value(h->first->hashes[i], &row, i);
    }
}

/* A part is one block. */
void visit_first_rows(void *context, const text_rows *rows, const column_survey *surveys) {
    first_pass *f = context;
    const row_block *block = rows->blocks[0];
    if (rows->first == 0)
        choose_searched(f, surveys);
    search_rows(f->categories, rows);
    draw_rows(f, rows);
    add_to_scaling(f->sums, rows->N, block->numbers, f->holds_out ? f->counts : NULL);
    run_in_parts(f->columns, rows->N, hash_columns, &(hashed_block){f, block});
}

/* ---- after the pass -------------------------------------------------------------------------- */

static bool is_plain(const table_column *column) {
    return column->kind == COLUMN_CATEGORY || column->kind == COLUMN_LABEL ||
           (column->kind == COLUMN_NUMBER && column->format.decimal == '.' &&
            !column->format.thousands && !*column->format.unit);
}

static bool are_plain(const column_list *list) {
    for (size_t i = 0; i < list->count; i++)
        if (!is_plain(&list->columns[i]))
            return false;
    return true;
}

static void take_scaling(const first_pass *f, column_list *list) {
    for (size_t i = 0; i < list->count; i++) {
        const table_column *found = &f->numbers.columns[list->columns[i].place];
        if (!is_scaled(&list->columns[i]))
            continue;
        list->columns[i].mean = found->mean;
        list->columns[i].deviation = found->deviation;
    }
}

static void take_missing(first_pass *f, const column_list *features, const column_survey *surveys) {
    f->missing = make_counts(features->count);
    for (size_t i = 0; i < features->count; i++) {
        const column_survey *survey = &surveys[features->columns[i].place];
        f->missing[i] =
            features->columns[i].kind == COLUMN_CATEGORY ? survey->text_gaps : survey->number_gaps;
    }
}

static size_t count_most(const first_pass *f, const schema *s) {
    size_t row_bytes = (count_numbers(&s->features) + count_numbers(&s->targets)) * sizeof(double);
    return nn_min(nn_max(f->drawn.request.most_bytes / row_bytes, 1), f->N - f->holds_out);
}

void settle_first_pass(first_pass *f, schema *s, const column_survey *surveys, size_t N) {
    f->N = N;
    f->is_lost = f->is_lost || N < 2 || !are_plain(&s->features) || !are_plain(&s->targets);
    if (f->is_lost)
        return;
    end_draw(&f->drawn, N, count_most(f, s));
    f->is_lost = f->drawn.count == 0;
    end_scaling(f->sums);
    f->sums = NULL;
    take_scaling(f, &s->features);
    take_scaling(f, &s->targets);
    take_missing(f, &s->features, surveys);
    for (size_t i = 0; i < f->columns; i++)
        f->hash = nn_hash_word(f->hash, f->hashes[i]);
}

bool take_drawn_rows(const first_pass *f, const schema *s, dataset *d, size_t **places,
                     table_error *error) {
    const size_t N = f->drawn.count;
    *d = (dataset){
        .N = N, .inputs = count_numbers(&s->features), .outputs = count_numbers(&s->targets)};
    d->X = resize_array(NULL, N * d->inputs, sizeof *d->X);
    d->Y = resize_array(NULL, N * d->outputs, sizeof *d->Y);
    *places = resize_array(NULL, N, sizeof **places);
    for (size_t r = 0; r < N; r++) {
        const drawn_row *drawn = &f->drawn.kept[r];
        if (!encode_row(&s->features, f->source, &drawn->row, d->X + r * d->inputs, error) ||
            !encode_row(&s->targets, f->source, &drawn->row, d->Y + r * d->outputs, error))
            return false;
        (*places)[r] = drawn->place;
    }
    return true;
}
