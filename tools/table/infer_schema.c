/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/inference.h"

#include "table/first_row.h"
#include "table/left_out.h"
#include "table/row_feed.h"
#include "table/used_rows.h"

#include <stdlib.h>

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

static bool refuse_no_rows(const inference *in, const skipped_rows *skipped, table_error *error) {
    size_t without = skipped->without_target;
    if (without == 0)
        return set_error(error, "%s: has no rows to train on", in->source->name);
    return set_error(error, "%s: has no rows to train on: %zu row%s without a value of %s",
                     in->source->name, without, without == 1 ? " is" : "s are",
                     in->s->targets.count > 1 ? "a target" : "the target");
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
        return refuse_no_rows(in, skipped, error);
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
