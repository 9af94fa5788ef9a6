/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/survey.h"

#include "cli/memory.h"
#include "cli/parts.h"
#include "table/dates.h"
#include "table/gaps.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A format that so many values, and more than half, do not fit is tried no more. */
enum { FEWEST_MISFITS = 16 };

static void count_misfits(format_trial *trial, unsigned fitting, size_t values) {
    for (unsigned f = 0; f < N_NUMBER_FORMATS; f++)
        if ((trial->set & ~fitting) >> f & 1 && ++trial->misfits[f] >= FEWEST_MISFITS &&
            2 * trial->misfits[f] > values)
            trial->set &= ~(1U << f);
}

/* A number of more than 15 digits begins with 0 or is at least 1e15: few texts are looked at. */
static void take_digits(column_survey *s, const char *text, double value) {
    bool begins_with_0 = text[*text == '-'] == '0';
    if (begins_with_0 && !s->leading_zeros && has_leading_zeros(text))
        s->leading_zeros = copy_text(text);
    if ((begins_with_0 || fabs(value) >= 1e15) && !s->too_long && is_too_long(text))
        s->too_long = copy_text(text);
}

static void take_number(column_survey *s, const char *text, double value, size_t row) {
    if (s->numbers++ == 0)
        s->first = value;
    s->is_constant = s->is_constant && value == s->first;
    s->is_whole = s->is_whole && floor(value) == value;
    s->counts_rows = s->counts_rows && value == s->first + (double)row;
    take_digits(s, text, value);
    if (s->date_trial.set)
        count_misfits(&s->date_trial, 0, s->numbers + s->others);
}

/* A number with a decimal point is none with a decimal comma, but may be one with points between
 * thousands. */
static void try_formats_of_number(column_survey *s, const char *text) {
    format_set with_comma = s->number_trial.set & list_formats(',', '\0');
    if ((s->pointed && !with_comma) || !strchr(text, '.'))
        return;
    if (!s->pointed)
        s->pointed = copy_text(text);
    if (with_comma)
        count_misfits(&s->number_trial, keep_formats(with_comma, text, s->unit) | ~with_comma,
                      s->numbers + s->others);
}

static bool is_ascii(const char *text) {
    for (; *text; text++)
        if ((unsigned char)*text >= 0x80)
            return false;
    return true;
}

static void try_formats(column_survey *s, const char *text) {
    bool has_digit = strpbrk(text, "0123456789") != NULL;
    format_set formats = has_digit ? keep_formats(s->number_trial.set, text, s->unit) : 0;
    unsigned dates = has_digit ? keep_date_formats(s->date_trial.set, text) : 0;
    if (!s->odd && (formats || dates))
        s->odd = copy_text(text);
    count_misfits(&s->number_trial, formats, s->numbers + s->others);
    count_misfits(&s->date_trial, dates, s->numbers + s->others);
}

static void take_other(column_survey *s, const char *text) {
    bool is_number_gap = is_gap(text, true), is_text_gap = is_number_gap && is_gap(text, false);
    s->number_gaps += is_number_gap;
    s->text_gaps += is_text_gap;
    if (is_number_gap)
        return;
    s->others++;
    if (s->number_trial.set || s->date_trial.set)
        try_formats(s, text);
    s->has_bad_text = s->has_bad_text || (!is_ascii(text) && !is_utf8(text));
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
    try_formats_of_number(&t->surveys[i], text);
}

/* Parts of the columns, not of the rows: what a value means depends on those before it. */
static void survey_part(void *context, size_t part, size_t begin, size_t end) {
    const table_survey *t = context;
    (void)part;
    row_cursor next = {0};
    csv_row row;
    for (size_t r = t->rows->first; next_row(t->rows, &next, &row); r++)
        for (size_t i = begin; i < end; i++)
            if (t->is_used[i])
                take_value(t, &row, r, i);
}

/* Those of the formats tried that the fewest values do not fit, if these are one of ten at most. */
static unsigned choose_fitting(const format_trial *trial, size_t values, size_t *bad) {
    unsigned best = 0;
    *bad = values / 10;
    for (unsigned f = 0; f < N_NUMBER_FORMATS; f++) {
        if (!(trial->set >> f & 1) || trial->misfits[f] > *bad)
            continue;
        best = (trial->misfits[f] < *bad ? 0 : best) | 1U << f;
        *bad = trial->misfits[f];
    }
    return best;
}

/* Numbers with marks must explain more than plain numbers do. */
static void choose_formats(column_survey *s) {
    size_t values = s->numbers + s->others;
    s->formats = choose_fitting(&s->number_trial, values, &s->bad_numbers);
    s->dates = choose_fitting(&s->date_trial, values, &s->bad_dates);
    if (s->others > 0 && s->bad_numbers >= s->others)
        s->formats = 0;
    if (!s->formats)
        s->bad_numbers = s->others;
}

column_survey *survey_columns(text_rows *rows, const bool *is_used, char decimal, char thousands,
                              visit_rows *visit, void *context) {
    column_survey *surveys = resize_array(NULL, rows->columns, sizeof *surveys);
    const column_survey empty = {.number_trial.set = list_formats(decimal, thousands),
                                 .date_trial.set = (1U << N_DATE_FORMATS) - 1,
                                 .is_constant = true,
                                 .is_whole = true,
                                 .counts_rows = true};
    for (size_t i = 0; i < rows->columns; i++)
        surveys[i] = empty;
    table_survey t = {rows, is_used, {decimal ? decimal : '.', thousands, ""}, surveys};
    for (bool is_more = begin_parts(rows); is_more; is_more = next_part(rows)) {
        run_in_parts(rows->columns, rows->N, survey_part, &t);
        if (visit)
            visit(context, rows, surveys);
    }
    for (size_t i = 0; i < rows->columns; i++)
        choose_formats(&surveys[i]);
    return surveys;
}

void free_surveys(column_survey *surveys, size_t columns) {
    for (size_t i = 0; surveys && i < columns; i++) {
        free(surveys[i].odd);
        free(surveys[i].pointed);
        free(surveys[i].leading_zeros);
        free(surveys[i].too_long);
    }
    free(surveys);
}
