/* SPDX-License-Identifier: BSD-3-Clause */
/* The categories of the columns that have some. */
#include "table/inference.h"

#include "cli/memory.h"
#include "table/categories.h"
#include "table/left_out.h"
#include "table/lookalikes.h"
#include "table/row_feed.h"
#include "table/row_groups.h"
#include "table/used_rows.h"

#include <stdlib.h>

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
static void leave_out_texts(const inference *in, const size_t *values) {
    column_list *features = &in->s->features;
    bool *is_left_out = clear_marks(in->source);
    names_of_left_out left_out = {.many = {.count = 0}};
    for (size_t i = 0; i < features->count; i++)
        if (features->columns[i].kind == COLUMN_CATEGORY)
            is_left_out[i] = leaves_out_texts(&features->columns[i], *values++, &left_out);
    drop_columns(features, is_left_out);
    note_texts_left_out(&left_out, in->notes);
    free(is_left_out);
}

static void warn_of_dates_and_amounts(const inference *in) {
    for (size_t i = 0; i < in->s->features.count; i++) {
        const table_column *feature = &in->s->features.columns[i];
        if (feature->kind == COLUMN_CATEGORY && !in->is_text[feature->place] &&
            !feature->is_number && !holds_dates(&in->surveys[feature->place]))
            warn_of_lookalikes(feature, false, in->notes);
    }
}

/* Unless someone has said that they are classes. */
static void warn_of_target_texts(const inference *in) {
    for (size_t i = 0; i < in->s->targets.count; i++) {
        const table_column *target = &in->s->targets.columns[i];
        if (target->kind == COLUMN_CATEGORY && !target->is_number && !in->is_text[target->place] &&
            in->choice->task != TASK_CLASSES)
            warn_of_lookalikes(target, true, in->notes);
    }
}

static bool check_feature_texts(const inference *in, table_error *error) {
    for (size_t i = 0; i < in->s->features.count; i++) {
        const table_column *feature = &in->s->features.columns[i];
        if (feature->kind != COLUMN_CATEGORY)
            continue;
        if (has_too_many(in, feature, "category", error))
            return false;
        warn_of_similar_categories(feature, in->notes);
    }
    return true;
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

/* Before a row is bad for the sake of a text that is left out: of all rows. */
static bool leave_out_texts_of_all(const inference *in, table_error *error) {
    category_search *search = start_categories();
    size_t count = search_columns(&in->s->features, search);
    size_t *values = resize_array(NULL, count, sizeof *values);
    bool are_known =
        count == 0 || (in->first && take_first_categories(in, &in->s->features, values));
    for (bool is_more = !are_known && begin_parts(in->rows); is_more; is_more = next_part(in->rows))
        search_rows(search, in->rows);
    if (are_known)
        drop_categories(search);
    else
        end_categories(search, values);
    bool is_good = check_feed(in->rows, error);
    if (is_good) {
        warn_of_dates_and_amounts(in);
        leave_out_texts(in, values);
    }
    free(values);
    return is_good;
}

bool find_categories_of_all(const inference *in, skipped_rows *skipped, table_error *error) {
    bool are_chosen = in->choice->features.count > 0,
         drops_rows = can_have_bad_rows(in->s, in->surveys);
    if (drops_rows && !are_chosen && !leave_out_texts_of_all(in, error))
        return false;
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
    if (is_good && (are_chosen || !drops_rows))
        warn_of_dates_and_amounts(in);
    if (is_good && !are_chosen && !drops_rows)
        leave_out_texts(in, values);
    if (is_good)
        warn_of_target_texts(in);
    is_good =
        is_good && check_feature_texts(in, error) && check_classes(in, values + n_features, error);
    free(values);
    return is_good;
}
