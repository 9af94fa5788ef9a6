/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/first_row.h"

#include <math.h>
#include <string.h>

/* The other values of a column: their range, and how many of the numbers are years or fractions. */
typedef struct {
    size_t numbers, years, fractions;
    double least, most;
} other_values;

static bool is_year(double value) {
    return value >= 1900.0 && value <= 2100.0 && floor(value) == value;
}

/* Behind the first row. */
static const row_cursor SECOND = {.r = 1};

static other_values count_others(const text_rows *rows, size_t i) {
    other_values o = {.least = HUGE_VAL, .most = -HUGE_VAL};
    row_cursor next = SECOND;
    csv_row row;
    while (next_row(rows, &next, &row)) {
        double value;
        if (!get_number(&row, i, &value))
            continue;
        o.numbers++;
        o.years += is_year(value);
        o.fractions += floor(value) != value;
        o.least = fmin(o.least, value);
        o.most = fmax(o.most, value);
    }
    return o;
}

static bool occurs_again(const text_rows *rows, size_t i, const char *text) {
    row_cursor next = SECOND;
    csv_row row;
    while (next_row(rows, &next, &row)) {
        if (strcmp(get_value(&row, i), text) == 0)
            return true;
    }
    return false;
}

/* Far: farther from the others than they are from each other. */
static bool is_odd_number(const text_rows *rows, size_t i, double value) {
    other_values o = count_others(rows, i);
    double distance = fmax(value - o.most, o.least - value);
    return floor(value) == value && value >= 0.0 && o.numbers > 0 &&
           (distance > o.most - o.least || (is_year(value) && 2 * o.years < o.numbers) ||
            (4 * o.fractions > 3 * o.numbers && o.numbers > 1));
}

static bool is_unlike_others(const text_rows *rows) {
    csv_row first = get_row(rows->blocks[0], 0);
    for (size_t i = 0; i < first.count; i++) {
        const char *text = get_value(&first, i);
        double value;
        bool is_odd = get_number(&first, i, &value) ? is_odd_number(rows, i, value)
                                                    : *text && !occurs_again(rows, i, text);
        for (size_t k = 0; k < i && is_odd; k++)
            is_odd = strcmp(text, get_value(&first, k)) != 0;
        if (!is_odd)
            return false;
    }
    return true;
}

void note_first_row(const table_source *source, const text_rows *rows, note_list *notes) {
    enum { FEWEST_ROWS = 3 };
    if (!source->is_header_detected || source->has_header)
        return;
    add_note(notes, "the first line has numbers and is taken for a row: --header makes it the "
                    "names of the columns");
    if (rows->N >= FEWEST_ROWS && is_unlike_others(rows))
        add_warning(notes, "the first line is unlike the other rows: if it has the names of the "
                           "columns, --header");
}
