/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/left_out.h"

#include "cli/memory.h"
#include "core/sizes.h"
#include "table/categories.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void drop_columns(column_list *list, const bool *is_dropped) {
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++)
        if (is_dropped[i]) {
            free(list->columns[i].name);
            free_names(&list->columns[i].categories);
        } else {
            list->columns[kept++] = list->columns[i];
        }
    list->count = kept;
}

/* ---- numbers --------------------------------------------------------------------------------- */

/* So few rows count or differ by chance. */
enum { FEWEST_COUNTED_ROWS = 5, FEWEST_ROWS_OF_TEXTS = 20 };

static bool ends_with(const char *name, const char *ending) {
    size_t length = strlen(name), part = strlen(ending);
    return length > part && strcasecmp(name + length - part, ending) == 0;
}

/* id, row_id, PassengerId, but not paid. */
static bool is_name_of_rows(const char *name) {
    static const char *const NAMES[] = {"id",  "index", "idx", "row",        "rownum",    "rowid",
                                        "key", "no",    "no.", "nr",         "nr.",       "number",
                                        "#",   "uuid",  "pk",  "Unnamed: 0", "row number"};
    static const char *const ENDINGS[] = {"_id", "-id", " id", ".id", "_no", "_nr", "_key"};
    size_t length = strlen(name);
    for (size_t n = 0; n < sizeof NAMES / sizeof *NAMES; n++)
        if (strcasecmp(name, NAMES[n]) == 0)
            return true;
    for (size_t e = 0; e < sizeof ENDINGS / sizeof *ENDINGS; e++)
        if (ends_with(name, ENDINGS[e]))
            return true;
    return length > 2 &&
           (strcmp(name + length - 2, "Id") == 0 || strcmp(name + length - 2, "ID") == 0) &&
           islower((unsigned char)name[length - 3]);
}

static int compare_values(const void *a, const void *b) {
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

/* What differs in so many rows names them. */
enum { MOST_COMPARED_ROWS = 4000000 };

static size_t list_values(text_rows *rows, const table_column *column, double *values,
                          size_t most) {
    size_t count = 0;
    for (bool is_more = begin_parts(rows); is_more; is_more = next_part(rows)) {
        row_cursor next = {0};
        csv_row row;
        while (count < most && next_row(rows, &next, &row))
            count += get_formatted(&row, column->place, &column->format, &values[count]);
    }
    return count;
}

static bool are_all_different(text_rows *rows, const column_survey *survey,
                              const table_column *column) {
    size_t most = nn_min(survey->numbers, MOST_COMPARED_ROWS), same = 0;
    double *values = resize_array(NULL, most, sizeof *values);
    size_t count = list_values(rows, column, values, most);
    qsort(values, count, sizeof *values, compare_values);
    for (size_t i = 1; i < count; i++)
        same += values[i] == values[i - 1];
    free(values);
    return same == 0;
}

static bool counts_rows(const column_survey *survey) {
    return survey->counts_rows && survey->others == 0 && survey->number_gaps == 0 &&
           survey->numbers >= FEWEST_COUNTED_ROWS && (survey->first == 0.0 || survey->first == 1.0);
}

static bool is_identifier(text_rows *rows, const column_survey *survey,
                          const table_column *column) {
    return is_name_of_rows(column->name) && survey->others == 0 && survey->is_whole &&
           survey->numbers >= FEWEST_COUNTED_ROWS &&
           (survey->counts_rows || are_all_different(rows, survey, column));
}

static bool is_constant(const column_survey *survey, const table_column *column) {
    return column->kind == COLUMN_NUMBER && survey->others == 0 && survey->is_constant &&
           survey->number_gaps == 0;
}

static void note_left_out(column_listing *listing, const char *reason, note_list *notes) {
    if (listing->count > 0)
        add_note(notes, "left out, %s: %s", reason, show_listing(listing));
}

static void warn_left_out(column_listing *listing, const char *reason, const char *advice,
                          note_list *notes) {
    if (listing->count > 0)
        add_warning(notes, "left out, %s: %s%s", reason, show_listing(listing), advice);
}

static const char FEATURES_ADVICE[] = "; --features takes them";

void leave_out_numbers(text_rows *rows, const column_survey *surveys, column_list *features,
                       note_list *notes) {
    column_listing empty = {.count = 0}, constant = {.count = 0}, index = {.count = 0},
                   identifiers = {.count = 0};
    bool *is_dropped = resize_array(NULL, features->count, sizeof *is_dropped);
    for (size_t i = 0; i < features->count; i++) {
        const table_column *column = &features->columns[i];
        const column_survey *survey = &surveys[column->place];
        bool is_number = column->kind == COLUMN_NUMBER;
        column_listing *reason = NULL;
        if (is_number && survey->numbers + survey->others == 0)
            reason = &empty;
        else if (is_constant(survey, column))
            reason = &constant;
        else if (is_number && !*column->name && column->place == 0 && counts_rows(survey) &&
                 features->count > 1)
            reason = &index;
        else if (is_number && is_identifier(rows, survey, column))
            reason = &identifiers;
        else if (is_number && *column->name && features->count > 1 && counts_rows(survey))
            add_warning(notes, "%s counts the rows; --ignore leaves it out",
                        show_column(column->name, column->place).text);
        is_dropped[i] = reason != NULL;
        if (reason)
            list_column(reason, column->name, column->place);
    }
    drop_columns(features, is_dropped);
    free(is_dropped);
    note_left_out(&empty, "without a value", notes);
    note_left_out(&constant, "the same in all rows", notes);
    note_left_out(&index, "counts the rows and has no name", notes);
    warn_left_out(&identifiers, "numbers that only name the rows", FEATURES_ADVICE, notes);
}

/* ---- texts ----------------------------------------------------------------------------------- */

bool leaves_out_texts(const table_column *column, size_t values, names_of_left_out *names) {
    size_t count = column->categories.count;
    column_listing *reason = NULL;
    if (count > MOST_CATEGORIES)
        reason = &names->many;
    else if (values >= FEWEST_ROWS_OF_TEXTS && count > values / 2)
        reason = &names->names;
    else if (count == 1 && !column->expects_gaps)
        reason = &names->constant;
    else if (count == 0)
        reason = &names->empty;
    if (reason)
        list_column(reason, column->name, column->place);
    return reason != NULL;
}

void note_texts_left_out(names_of_left_out *names, note_list *notes) {
    char many[64];
    snprintf(many, sizeof many, "more than %d different texts", MOST_CATEGORIES);
    note_left_out(&names->empty, "without a value", notes);
    note_left_out(&names->constant, "the same text in all rows", notes);
    warn_left_out(&names->names, "nearly all texts are different", FEATURES_ADVICE, notes);
    warn_left_out(&names->many, many, "", notes);
}
