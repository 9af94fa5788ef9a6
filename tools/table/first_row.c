/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/first_row.h"

#include "cli/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The first value of a column, and the others: their range, how many of the numbers are years or
 * fractions, and whether one is the first text again. */
typedef struct {
    char *first;
    double value;
    bool is_number, occurs_again;
    size_t numbers, years, fractions;
    double least, most;
} column_values;

static bool is_year(double value) {
    return value >= 1900.0 && value <= 2100.0 && floor(value) == value;
}

static void take_first(column_values *c, const csv_row *row, size_t i) {
    *c = (column_values){
        .first = copy_text(get_value(row, i)), .least = HUGE_VAL, .most = -HUGE_VAL};
    c->is_number = get_number(row, i, &c->value);
}

static void take_other(column_values *c, const csv_row *row, size_t i) {
    double value;
    if (!c->is_number) {
        c->occurs_again = c->occurs_again || strcmp(get_value(row, i), c->first) == 0;
        return;
    }
    if (!get_number(row, i, &value))
        return;
    c->numbers++;
    c->years += is_year(value);
    c->fractions += floor(value) != value;
    c->least = fmin(c->least, value);
    c->most = fmax(c->most, value);
}

/* Returns how many rows there are. */
static size_t take_rows_of_table(text_rows *rows, column_values *columns) {
    size_t count = 0;
    for (bool is_more = begin_parts(rows); is_more; is_more = next_part(rows)) {
        row_cursor next = {0};
        csv_row row;
        for (; next_row(rows, &next, &row); count++)
            for (size_t i = 0; i < rows->columns; i++)
                if (count == 0)
                    take_first(&columns[i], &row, i);
                else
                    take_other(&columns[i], &row, i);
    }
    return count;
}

/* Far: farther from the others than they are from each other. */
static bool is_odd_number(const column_values *c) {
    double distance = fmax(c->value - c->most, c->least - c->value);
    return floor(c->value) == c->value && c->value >= 0.0 && c->numbers > 0 &&
           (distance > c->most - c->least || (is_year(c->value) && 2 * c->years < c->numbers) ||
            (4 * c->fractions > 3 * c->numbers && c->numbers > 1));
}

static bool is_unlike_others(const column_values *columns, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const column_values *c = &columns[i];
        bool is_odd = c->is_number ? is_odd_number(c) : *c->first && !c->occurs_again;
        for (size_t k = 0; k < i && is_odd; k++)
            is_odd = strcmp(c->first, columns[k].first) != 0;
        if (!is_odd)
            return false;
    }
    return true;
}

void note_first_row(const table_source *source, text_rows *rows, note_list *notes) {
    enum { FEWEST_ROWS = 3 };
    if (!source->is_header_detected || source->has_header)
        return;
    add_note(notes, "the first line has numbers and is taken for a row: --header makes it the "
                    "names of the columns");
    column_values *columns = resize_array(NULL, rows->columns, sizeof *columns);
    size_t count = take_rows_of_table(rows, columns);
    if (count >= FEWEST_ROWS && is_unlike_others(columns, rows->columns))
        add_warning(notes, "the first line is unlike the other rows: if it has the names of the "
                           "columns, --header");
    for (size_t i = 0; i < rows->columns && count > 0; i++)
        free(columns[i].first);
    free(columns);
}
