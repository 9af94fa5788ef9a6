/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/survey.h"

#include "cli/memory.h"
#include "cli/parts.h"
#include "table/dates.h"
#include "table/gaps.h"

#include <math.h>
#include <string.h>

static void take_number(column_survey *s, const char *text, double value, size_t row) {
    if (s->numbers++ == 0)
        s->first = value;
    s->is_constant = s->is_constant && value == s->first;
    s->is_whole = s->is_whole && floor(value) == value;
    s->counts_rows = s->counts_rows && value == s->first + (double)row;
    if (!s->leading_zeros && has_leading_zeros(text))
        s->leading_zeros = text;
    if (!s->too_long && is_too_long(text))
        s->too_long = text;
    s->dates = 0;
}

/* A number with a decimal point is none with a decimal comma, but may be one with points between
 * thousands. */
static void keep_formats_of_number(column_survey *s, const char *text) {
    static const format_set ALL = ~(format_set)0;
    format_set with_comma = s->formats & list_formats(',', '\0');
    if (with_comma && strchr(text, '.'))
        s->formats &= keep_formats(with_comma, text, s->unit) | (ALL & ~with_comma);
}

static bool is_ascii(const char *text) {
    for (; *text; text++)
        if ((unsigned char)*text >= 0x80)
            return false;
    return true;
}

static void take_other(column_survey *s, const char *text) {
    bool is_number_gap = is_gap(text, true), is_text_gap = is_number_gap && is_gap(text, false);
    s->number_gaps += is_number_gap;
    s->text_gaps += is_text_gap;
    if (is_number_gap)
        return;
    s->others++;
    s->odd = s->odd ? s->odd : text;
    if (s->formats)
        s->formats = keep_formats(s->formats, text, s->unit);
    if (s->dates)
        s->dates = keep_date_formats(s->dates, text);
    s->has_other_bytes = s->has_other_bytes || !is_ascii(text);
}

typedef struct {
    const text_rows *rows;
    const bool *is_used;
    number_format expected;
    column_survey *surveys;
} table_survey;

static void take_value(const table_survey *t, const csv_row *row, size_t r, size_t i) {
    const char *text = get_value(row, i);
    double value;
    if (!get_formatted(row, i, &t->expected, &value)) {
        take_other(&t->surveys[i], text);
        return;
    }
    take_number(&t->surveys[i], text, value, r);
    keep_formats_of_number(&t->surveys[i], text);
}

/* Parts of the columns, not of the rows: what a value means depends on those before it. */
static void survey_part(void *context, size_t part, size_t begin, size_t end) {
    const table_survey *t = context;
    (void)part;
    for (size_t r = 0; r < t->rows->N; r++) {
        csv_row row = get_row(t->rows, r);
        for (size_t i = begin; i < end; i++)
            if (t->is_used[i])
                take_value(t, &row, r, i);
    }
}

column_survey *survey_columns(const text_rows *rows, const bool *is_used, char decimal,
                              char thousands) {
    column_survey *surveys = resize_array(NULL, rows->columns, sizeof *surveys);
    const column_survey empty = {.formats = list_formats(decimal, thousands),
                                 .dates = (1U << N_DATE_FORMATS) - 1,
                                 .is_constant = true,
                                 .is_whole = true,
                                 .counts_rows = true};
    for (size_t i = 0; i < rows->columns; i++)
        surveys[i] = empty;
    table_survey t = {rows, is_used, {decimal ? decimal : '.', thousands, ""}, surveys};
    run_in_parts(rows->columns, rows->N, survey_part, &t);
    return surveys;
}
