/* SPDX-License-Identifier: BSD-3-Clause */
/* How the numbers of a column are written. */
#include "table/inference.h"

static void warn_of_mark(const inference *in, const table_column *column, const char *text) {
    double value = 0.0;
    read_formatted(text, &column->format, &value);
    add_warning(in->notes, "%s: '%s' is read as %s; --decimal %s reads it otherwise",
                show_column(column->name, column->place).text, show_text(text).text,
                write_real(value).text, column->format.decimal == '.' ? "," : ".");
}

static void note_format(const inference *in, const table_column *column) {
    const number_format *format = &column->format;
    bool has_unit = *format->unit != '\0';
    add_note(in->notes, "%s: numbers written as %s%s%s",
             show_column(column->name, column->place).text, show_format(format),
             has_unit ? " with " : "", format->unit);
}

/* Values that are written in two ways may come from two tables: 5% and 0.05. */
static void warn_of_mixture(const inference *in, const table_column *column) {
    const number_format *format = &column->format;
    shown_column shown = show_column(column->name, column->place);
    mark_counts counts = {0};
    for (bool is_more = begin_parts(in->rows); is_more; is_more = next_part(in->rows)) {
        row_cursor next = {0};
        csv_row row;
        while (next_row(in->rows, &next, &row))
            count_marks(get_value(&row, column->place), format, &counts);
    }
    if (counts.with_unit > 0 && counts.without_unit > 0)
        add_warning(in->notes,
                    "%s: %zu values with %s and %zu without: 5%s and 5 are taken for the same "
                    "number",
                    shown.text, counts.with_unit, format->unit, counts.without_unit, format->unit);
    if (counts.with_marks > 0 && counts.without_marks > 0)
        add_warning(in->notes,
                    "%s: %zu values with a mark between thousands and %zu without: are they "
                    "written as %s?",
                    shown.text, counts.with_marks, counts.without_marks, show_format(format));
}

/* The values are numbers, but not plain ones. */
static void take_format(const inference *in, table_column *column, const column_survey *survey) {
    column->format =
        choose_format(survey->formats, get_delimiter(in->source->reader), survey->unit);
    note_format(in, column);
    warn_of_mixture(in, column);
    if (is_ambiguous(survey->formats) && !in->choice->decimal && !in->choice->thousands)
        warn_of_mark(in, column, survey->odd);
}

/* Of plain numbers: whether all points stand before exactly three digits. */
static bool fits_points(const column_survey *survey) {
    return survey->pointed && survey->others == 0 && survey->formats & list_formats(',', '.');
}

void find_decimal_marks(inference *in) {
    for (size_t i = 0; i < in->rows->columns; i++) {
        const column_survey *survey = &in->surveys[i];
        if (survey->others > 0 && survey->formats)
            in->has_decimal_commas |= !(survey->formats & list_formats('.', '\0'));
        else if (survey->pointed && survey->others == 0)
            in->has_decimal_points |= !fits_points(survey);
    }
}

/* 3.057 beside 563: a point between thousands, if the table has decimal commas. */
static void take_points(const inference *in, table_column *column, const column_survey *survey) {
    bool has_semicolons = get_delimiter(in->source->reader) == ';' && !in->has_decimal_points;
    bool are_thousands = in->choice->thousands == '.' || in->has_decimal_commas || has_semicolons;
    if (!are_thousands)
        return;
    column->format = (number_format){',', '.', ""};
    note_format(in, column);
    if (!in->choice->thousands)
        warn_of_mark(in, column, survey->pointed);
}

void find_format(const inference *in, table_column *column, const column_survey *survey) {
    column->format =
        (number_format){in->choice->decimal ? in->choice->decimal : '.', in->choice->thousands, ""};
    if (survey->others > 0 && survey->formats)
        take_format(in, column, survey);
    else if (in->choice->decimal == '\0' && fits_points(survey))
        take_points(in, column, survey);
}
