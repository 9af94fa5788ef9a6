/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/infer_schema.h"

#include "cli/memory.h"
#include "table/categories.h"
#include "table/first_pass.h"
#include "table/first_row.h"
#include "table/left_out.h"
#include "table/lookalikes.h"
#include "table/row_feed.h"
#include "table/row_groups.h"
#include "table/survey.h"
#include "table/used_rows.h"

#include <stdlib.h>
#include <string.h>

/* One inference, and what it is about. */
typedef struct {
    const table_source *source;
    text_rows *rows;
    const column_choice *choice;
    note_list *notes;
    schema *s;
    double **groups;                             /* null where nobody asks for them */
    first_pass *first;                           /* the same */
    column_survey *surveys;                      /* of each column of the table */
    bool *is_text;                               /* as choice->texts says */
    bool has_decimal_commas, has_decimal_points; /* in columns that cannot be read otherwise */
} inference;

/* ---- kinds of columns ------------------------------------------------------------------------ */

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

static void find_decimal_marks(inference *in) {
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

/* As the options say, or as the values are written where they are not plain numbers. */
static void find_format(const inference *in, table_column *column, const column_survey *survey) {
    column->format =
        (number_format){in->choice->decimal ? in->choice->decimal : '.', in->choice->thousands, ""};
    if (survey->others > 0 && survey->formats)
        take_format(in, column, survey);
    else if (in->choice->decimal == '\0' && fits_points(survey))
        take_points(in, column, survey);
}

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

static bool holds_dates(const column_survey *survey) {
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
        add_note(in->notes, "%s: whole numbers, taken for classes: --numbers makes it a regression",
                 shown.text);
    else
        add_note(in->notes,
                 "%s: whole numbers, taken for a regression: --classes makes it a classification",
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
static bool refuse_dates(const inference *in, table_error *error) {
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

static void choose_kinds(const inference *in) {
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

/* ---- categories ------------------------------------------------------------------------------ */

static bool has_too_many(const inference *in, const table_column *column, const char *what,
                         table_error *error) {
    return column->categories.count > MOST_CATEGORIES &&
           !set_error(error,
                      "%s: %s has more than %d different %s, and each would be a %s: leave it out",
                      in->source->name, show_column(column->name, column->place).text,
                      MOST_CATEGORIES, column->is_number ? "numbers" : "texts", what);
}

/* values: of the targets that have categories. */
static bool check_classes(const inference *in, const size_t *values, table_error *error) {
    for (size_t i = 0; i < in->s->targets.count; i++) {
        const table_column *target = &in->s->targets.columns[i];
        if (target->kind == COLUMN_NUMBER)
            continue;
        if (has_too_many(in, target, "class", error))
            return false;
        if (target->categories.count > 2 && target->categories.count > *values / 2)
            add_warning(in->notes, "%s has %zu classes in %zu rows: is it the target?",
                        show_column(target->name, target->place).text, target->categories.count,
                        *values);
        values++;
        warn_of_similar_categories(target, in->notes);
    }
    return true;
}

/* values: of the features that have categories. */
static bool check_feature_texts(const inference *in, const size_t *values, table_error *error) {
    column_list *features = &in->s->features;
    bool are_asked_for = in->choice->features.count > 0;
    bool *is_left_out = clear_marks(in->source);
    names_of_left_out left_out = {.many = {.count = 0}};
    bool is_good = true;
    for (size_t i = 0; i < features->count && is_good; i++) {
        const table_column *feature = &features->columns[i];
        if (feature->kind != COLUMN_CATEGORY)
            continue;
        if (!in->is_text[feature->place] && !feature->is_number &&
            !holds_dates(&in->surveys[feature->place]))
            warn_of_lookalikes(feature, in->notes);
        if (are_asked_for)
            is_good = !has_too_many(in, feature, "category", error);
        else
            is_left_out[i] = leaves_out_texts(feature, *values, &left_out);
        values++;
        if (is_good && !is_left_out[i])
            warn_of_similar_categories(feature, in->notes);
    }
    drop_columns(features, is_left_out);
    note_texts_left_out(&left_out, in->notes);
    free(is_left_out);
    return is_good;
}

/* Returns how many columns of the list have categories. */
static size_t search_columns(column_list *list, category_search *search) {
    size_t before = count_searched(search);
    for (size_t i = 0; i < list->count; i++)
        if (list->columns[i].kind == COLUMN_CATEGORY || list->columns[i].kind == COLUMN_LABEL)
            search_column(search, &list->columns[i]);
    return count_searched(search) - before;
}

/* Whether the first pass has found them all. */
static bool take_first_categories(const inference *in, column_list *list, size_t *values) {
    for (size_t i = 0; i < list->count; i++)
        if ((list->columns[i].kind == COLUMN_CATEGORY || list->columns[i].kind == COLUMN_LABEL) &&
            !take_categories(in->first->categories, &list->columns[i], values++))
            return false;
    return true;
}

/* Of all rows, and their groups if these are asked for. */
static void search_all_rows(const inference *in, category_search *search) {
    row_groups groups = {.s = in->s};
    for (bool is_more = begin_parts(in->rows); is_more; is_more = next_part(in->rows)) {
        search_rows(search, in->rows);
        if (in->groups)
            note_groups(&groups, search, in->rows);
    }
    if (in->groups)
        *in->groups = end_groups(&groups, search);
}

/* One pass over the rows, if it takes one: leaves out those that are bad, and finds the categories
 * of the others. */
static bool read_used_rows(const inference *in, category_search *search, skipped_rows *skipped,
                           table_error *error) {
    text_rows *rows = in->rows;
    bool drops_rows = can_have_bad_rows(in->s, in->surveys);
    if (in->first && drops_rows)
        in->first->is_lost = true;
    if (drops_rows && rows->load)
        drop_bad_rows_of_feed(rows, skipped);
    else if (drops_rows && !drop_bad_rows_of_part(in->source, in->s, rows, skipped, error))
        return false;
    if (!drops_rows && count_searched(search) == 0)
        return true;
    search_all_rows(in, search);
    if (!check_feed(rows, error))
        return false;
    return count_all_rows(rows) > 0 ||
           set_error(error, "%s: has no rows to train on", in->source->name);
}

static bool find_categories_of_all(const inference *in, skipped_rows *skipped, table_error *error) {
    category_search *search = start_categories();
    size_t n_features = search_columns(&in->s->features, search);
    size_t count = n_features + search_columns(&in->s->targets, search);
    size_t *values = resize_array(NULL, count, sizeof *values);
    bool are_known = in->first && !can_have_bad_rows(in->s, in->surveys) &&
                     take_first_categories(in, &in->s->features, values) &&
                     take_first_categories(in, &in->s->targets, values + n_features);
    bool is_good = are_known || read_used_rows(in, search, skipped, error);
    if (are_known)
        drop_categories(search);
    else
        end_categories(search, values);
    is_good = is_good && check_feature_texts(in, values, error) &&
              check_classes(in, values + n_features, error);
    free(values);
    return is_good;
}

/* ---- all of it ------------------------------------------------------------------------------- */

static void note_gaps(const inference *in) {
    column_listing numbers = {.count = 0}, texts = {.count = 0};
    for (size_t i = 0; i < in->s->features.count; i++) {
        const table_column *feature = &in->s->features.columns[i];
        if (feature->expects_gaps)
            list_column(feature->kind == COLUMN_CATEGORY ? &texts : &numbers, feature->name,
                        feature->place);
    }
    if (numbers.count > 0)
        add_note(in->notes, "missing numbers are the mean, and have an indicator: %s",
                 show_listing(&numbers));
    if (texts.count > 0)
        add_note(in->notes, "missing texts are a category of their own: %s", show_listing(&texts));
}

/* A column may be taken for texts that is not meant as such: dates or amounts in a form that is not
 * known. */
static void note_texts(const inference *in) {
    column_listing texts = {.count = 0};
    for (size_t i = 0; i < in->s->features.count; i++) {
        const table_column *feature = &in->s->features.columns[i];
        if (feature->kind == COLUMN_CATEGORY)
            list_column(&texts, feature->name, feature->place);
    }
    if (texts.count > 0)
        add_note(in->notes, "texts, each different one an input: %s", show_listing(&texts));
}

static bool has_features(const inference *in, table_error *error) {
    if (in->s->features.count > 0)
        return true;
    warn_of_notes(in->notes, "left out, ");
    return set_error(error, "%s: there is no column left to be a feature", in->source->name);
}

static void survey_table(inference *in) {
    const column_list *lists[] = {&in->s->features, &in->s->targets, &in->s->weights};
    bool *is_used = clear_marks(in->source);
    for (size_t l = 0; l < 3; l++)
        for (size_t i = 0; i < lists[l]->count; i++)
            is_used[lists[l]->columns[i].place] = true;
    number_format format = {in->choice->decimal ? in->choice->decimal : '.', in->choice->thousands,
                            ""};
    if (in->first)
        choose_first_columns(in->first, in->s, is_used, &format);
    in->surveys = survey_columns(in->rows, is_used, in->choice->decimal, in->choice->thousands,
                                 in->first ? visit_first_rows : NULL, in->first);
    free(is_used);
}

static bool infer(inference *in, skipped_rows *skipped, table_error *error) {
    if (!choose_columns(in->source, in->choice, in->s, error) ||
        !mark_columns(in->source, &in->choice->texts, in->is_text, error))
        return false;
    note_first_row(in->source, in->rows, in->notes);
    add_missing_texts(in->s, in->choice->missing_texts);
    if (in->rows->load)
        filter_feed(in->rows, in->s, skipped);
    else
        filter_rows(in->s, in->rows, skipped);
    survey_table(in);
    if (!check_feed(in->rows, error))
        return false;
    if (count_all_rows(in->rows) == 0)
        return set_error(error, "%s: has no rows to train on", in->source->name);
    if (!refuse_dates(in, error))
        return false;
    find_decimal_marks(in);
    choose_kinds(in);
    if (in->choice->features.count == 0)
        leave_out_numbers(in->rows, in->surveys, &in->s->features, in->notes);
    skipped->leaves_out_gaps = in->choice->missing == MISSING_SKIPPED;
    if (!check_feed(in->rows, error) || !has_features(in, error) ||
        !find_categories_of_all(in, skipped, error) || !has_features(in, error))
        return false;
    warn_of_equal_names(in->source, in->s, in->notes);
    note_texts(in);
    note_gaps(in);
    return true;
}

bool infer_schema(const table_source *source, text_rows *rows, const column_choice *choice,
                  skipped_rows *skipped, note_list *notes, schema *s, double **groups,
                  first_pass *first, table_error *error) {
    *s = (schema){0};
    inference in = {.source = source,
                    .rows = rows,
                    .choice = choice,
                    .notes = notes,
                    .s = s,
                    .groups = groups,
                    .first = first,
                    .is_text = clear_marks(source)};
    bool is_good = infer(&in, skipped, error);
    if (is_good && first)
        settle_first_pass(first, s, in.surveys, count_all_rows(rows));
    free_surveys(in.surveys, rows->columns);
    free(in.is_text);
    if (!is_good)
        free_schema(s);
    return is_good;
}
