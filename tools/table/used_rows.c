/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/used_rows.h"

static bool lacks_target(const column_list *targets, const csv_row *row) {
    for (size_t i = 0; i < targets->count; i++)
        if (is_gap(get_value(row, targets->columns[i].place), false))
            return true;
    return false;
}

static void count_rows(text_rows *rows) {
    rows->N = rows->first;
    for (size_t b = 0; b < rows->n_blocks; b++) {
        rows->blocks[b]->first = rows->N;
        rows->N += rows->blocks[b]->N;
    }
    rows->N -= rows->first;
}

static void drop_rows_without_target(const column_list *targets, text_rows *rows,
                                     skipped_rows *skipped) {
    for (size_t b = 0; b < rows->n_blocks; b++) {
        row_block *block = rows->blocks[b];
        size_t kept = 0;
        for (size_t r = 0; r < block->N; r++) {
            csv_row row = get_row(block, r);
            if (lacks_target(targets, &row))
                skipped->without_target++;
            else
                move_row(block, kept++, r);
        }
        block->N = kept;
    }
    count_rows(rows);
}

static bool can_be_bad(const column_survey *surveys, const column_list *list) {
    for (size_t i = 0; i < list->count; i++) {
        const table_column *column = &list->columns[i];
        const column_survey *survey = &surveys[column->place];
        bool is_number = column->kind == COLUMN_NUMBER || column->is_number;
        size_t gaps = is_number ? survey->number_gaps : survey->text_gaps;
        if ((is_number && survey->bad_numbers > 0) || survey->has_bad_text ||
            (column->kind == COLUMN_DATE && survey->bad_dates > 0) ||
            (gaps > 0 && list->missing != MISSING_IMPUTED))
            return true;
    }
    return false;
}

static bool check_weight(const table_source *source, const schema *s, const csv_row *row,
                         table_error *error) {
    double weight = 0.0;
    if (s->weights.count == 0)
        return true;
    const table_column *column = &s->weights.columns[0];
    get_formatted(row, column->place, &column->format, &weight);
    return (weight >= 0.0 && weight <= LARGEST_WEIGHT) ||
           set_value_error(source, row, column->place, "is no weight, a number from 0 to 1e100",
                           error);
}

static bool is_good_row(const table_source *source, const schema *s, const csv_row *row,
                        table_error *error) {
    return check_row(&s->targets, source, row, error) &&
           check_row(&s->features, source, row, error) &&
           check_row(&s->weights, source, row, error) && check_weight(source, s, row, error);
}

static bool drop_bad_rows_of(const table_source *source, const schema *s, row_block *block,
                             skipped_rows *skipped, table_error *error) {
    size_t kept = 0;
    for (size_t r = 0; r < block->N; r++) {
        csv_row row = get_row(block, r);
        if (is_good_row(source, s, &row, error))
            move_row(block, kept++, r);
        else if (!skip_row(skipped, error))
            return false;
    }
    block->N = kept;
    return true;
}

void filter_rows(const schema *s, text_rows *rows, skipped_rows *skipped) {
    clear_all_values(rows, &s->missing_texts);
    drop_rows_without_target(&s->targets, rows, skipped);
}

bool drop_bad_rows_of_part(const table_source *source, const schema *s, text_rows *rows,
                           skipped_rows *skipped, table_error *error) {
    for (size_t b = 0; b < rows->n_blocks; b++)
        if (!drop_bad_rows_of(source, s, rows->blocks[b], skipped, error))
            return false;
    count_rows(rows);
    return true;
}

bool can_have_bad_rows(const schema *s, const column_survey *surveys) {
    return s->weights.count > 0 || can_be_bad(surveys, &s->features) ||
           can_be_bad(surveys, &s->targets);
}
