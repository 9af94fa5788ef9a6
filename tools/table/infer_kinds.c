/* SPDX-License-Identifier: BSD-3-Clause */
/* What the columns of a table hold. */
#include "table/inference.h"

#include "table/categories.h"

#include <string.h>

/* Digits that are no quantity: with zeros in front, or too many for a double. */
static const char *find_code(const column_survey *survey, size_t shortest) {
    if (survey->leading_zeros && strlen(survey->leading_zeros) >= shortest)
        return survey->leading_zeros;
    return survey->too_long;
}

static void take_texts(table_column *column) {
    column->kind = COLUMN_CATEGORY;
    column->is_number = false;
}

/* A number or a text. A number of two digits such as 07 can be a month or an hour; a class is kept
 * as it is written. */
static void choose_type(const inference *in, table_column *column, bool is_target) {
    const column_survey *survey = &in->surveys[column->place];
    bool is_quantity = is_target && in->choice->task == TASK_NUMBERS;
    const char *code = is_quantity ? NULL : find_code(survey, is_target ? 2 : 3);
    bool is_empty = survey->others == 0 && survey->number_gaps == survey->text_gaps;
    bool holds_numbers = survey->others > 0 ? survey->formats || survey->numbers > survey->others
                                            : survey->numbers > 0 || is_empty;
    if (in->is_text[column->place] || !holds_numbers) {
        take_texts(column);
        return;
    }
    if (code && survey->numbers > 0) {
        add_warning(in->notes, "%s: '%s' %s: its values are taken for texts",
                    show_column(column->name, column->place).text, show_text(code).text,
                    code == survey->too_long ? "has more digits than a number can hold"
                                             : "begins with 0");
        take_texts(column);
        return;
    }
    find_format(in, column, survey);
}

bool holds_dates(const column_survey *survey) {
    return survey->others > 0 && survey->dates;
}

/* In the part of the rows that is there. first: the first date of all, if there is one yet. */
static void compare_dates(const text_rows *rows, table_column *column, moment *first,
                          bool *has_first) {
    row_cursor next = {0};
    csv_row row;
    moment date;
    while (next_row(rows, &next, &row)) {
        if (!read_date(get_value(&row, column->place), column->dates, &date))
            continue;
        if (!*has_first)
            *first = date;
        *has_first = true;
        column->parts |= (unsigned)(date.month != first->month) << PART_YEAR |
                         (unsigned)(date.weekday != first->weekday) << PART_WEEK |
                         (unsigned)(date.phases[PART_DAY] != first->phases[PART_DAY]) << PART_DAY;
    }
}

static void find_date_parts(const inference *in, table_column *column) {
    moment first = {0};
    bool has_first = false;
    for (bool is_more = begin_parts(in->rows); is_more; is_more = next_part(in->rows))
        compare_dates(in->rows, column, &first, &has_first);
}

/* Texts if day and month could be either: one value alone would decide for all. */
static void take_dates(const inference *in, table_column *column, unsigned formats) {
    shown_column shown = show_column(column->name, column->place);
    unsigned either = 1U << DATE_DAY | 1U << DATE_MONTH;
    if ((formats & either) == either) {
        add_warning(in->notes,
                    "%s: '%s' and all others can be day/month or month/day: they are taken for "
                    "texts; write dates as year-month-day",
                    shown.text, show_text(in->surveys[column->place].odd).text);
        take_texts(column);
        return;
    }
    column->kind = COLUMN_DATE;
    column->is_number = false;
    while (!(formats >> column->dates & 1))
        column->dates++;
    find_date_parts(in, column);
    add_note(in->notes, "%s: dates as %s: the time%s%s%s", shown.text,
             show_date_format(column->dates), column->parts >> PART_YEAR & 1 ? ", the season" : "",
             column->parts >> PART_WEEK & 1 ? ", the weekday" : "",
             column->parts >> PART_DAY & 1 ? ", the time of day" : "");
}

static void choose_feature_kind(const inference *in, table_column *feature) {
    const column_survey *survey = &in->surveys[feature->place];
    if (!in->is_text[feature->place] && holds_dates(survey))
        take_dates(in, feature, survey->dates);
    else
        choose_type(in, feature, false);
    size_t gaps = feature->kind == COLUMN_CATEGORY ? survey->text_gaps : survey->number_gaps;
    feature->expects_gaps = gaps > 0 && in->choice->missing == MISSING_IMPUTED;
}

/* Without a pass of its own where the first one has found them. */
static size_t find_categories_of(const inference *in, table_column *column) {
    size_t values;
    if (in->first && take_categories(in->first->categories, column, &values))
        return values;
    return find_categories(in->rows, column);
}

/* values: how many, where they are whole numbers. */
static bool holds_few_whole_numbers(const inference *in, table_column *target, size_t *values) {
    if (!in->surveys[target->place].is_whole)
        return false;
    *values = find_categories_of(in, target);
    return target->categories.count <= MOST_NUMBER_CLASSES;
}

/* Where a value has few rows, it is more likely a quantity than a class. */
static bool holds_number_classes(const inference *in, table_column *target) {
    size_t values = 0;
    if (!holds_few_whole_numbers(in, target, &values))
        return false;
    shown_column shown = show_column(target->name, target->place);
    size_t count = target->categories.count;
    bool are_classes = count <= 2 || values >= LEAST_ROWS_OF_A_CLASS * count;
    if (are_classes)
        add_note(in->notes, "%s: whole numbers, read as classes: --numbers makes it a regression",
                 shown.text);
    else
        add_note(in->notes,
                 "%s: whole numbers, read as numbers: --classes makes it a classification",
                 shown.text);
    return are_classes;
}

static bool is_category_of(const table_column *column, size_t category, double value) {
    double number;
    return read_formatted(column->categories.names[category], &column->format, &number) &&
           number == value;
}

static bool is_0_or_1(const inference *in, table_column *target) {
    size_t values;
    return holds_few_whole_numbers(in, target, &values) && target->categories.count == 2 &&
           is_category_of(target, 0, 0.0) && is_category_of(target, 1, 1.0);
}

/* Several targets are labels if each has two values, and those that are numbers are 0 and 1. */
static bool are_labels(const inference *in) {
    bool is_so = in->s->targets.count > 1 && in->choice->task != TASK_NUMBERS;
    for (size_t i = 0; i < in->s->targets.count && is_so; i++) {
        table_column *target = &in->s->targets.columns[i];
        if (!target->is_number)
            find_categories_of(in, target);
        is_so = target->is_number ? is_0_or_1(in, target) : target->categories.count == 2;
    }
    return is_so;
}

static void choose_target_kinds(const inference *in) {
    column_list *targets = &in->s->targets;
    const column_choice *choice = in->choice;
    for (size_t i = 0; i < targets->count; i++) {
        table_column *target = &targets->columns[i];
        choose_type(in, target, true);
        if (choice->task == TASK_NUMBERS && !in->is_text[target->place]) {
            target->kind = COLUMN_NUMBER;
            target->is_number = true;
        } else if (choice->task == TASK_CLASSES ||
                   (targets->count == 1 && target->is_number && holds_number_classes(in, target))) {
            target->kind = COLUMN_CATEGORY;
        }
    }
    bool has_labels = are_labels(in);
    for (size_t i = 0; i < targets->count; i++) {
        table_column *target = &targets->columns[i];
        free_names(&target->categories);
        if (has_labels)
            target->kind = COLUMN_LABEL;
    }
}

/* The days of a table as classes would say nothing of other days. */
bool refuse_dates(const inference *in, table_error *error) {
    for (size_t i = 0; i < in->s->targets.count; i++) {
        const table_column *target = &in->s->targets.columns[i];
        if (in->is_text[target->place] || in->choice->task == TASK_CLASSES ||
            !holds_dates(&in->surveys[target->place]))
            continue;
        shown_column shown = show_column(target->name, target->place);
        return set_error(error,
                         "%s: the target %s has dates, which cannot be predicted: write them as "
                         "numbers, or --text %zu makes each a class",
                         in->source->name, shown.text, target->place + 1);
    }
    return true;
}

void choose_kinds(const inference *in) {
    for (size_t i = 0; i < in->s->features.count; i++)
        choose_feature_kind(in, &in->s->features.columns[i]);
    choose_target_kinds(in);
    for (size_t i = 0; i < in->s->weights.count; i++) {
        table_column *weight = &in->s->weights.columns[i];
        find_format(in, weight, &in->surveys[weight->place]);
    }
    if (get_output_kind(in->s) == OUTPUTS_MIXED)
        add_note(in->notes,
                 "targets of several kinds: the outputs of classes are near 1 and 0, but "
                 "no probabilities");
    in->s->features.missing = in->choice->missing;
    in->s->targets.missing = MISSING_TARGET;
    in->s->weights.missing = MISSING_REFUSED;
}
