/* SPDX-License-Identifier: BSD-3-Clause */
#include "arrays/label_kinds.h"

#include "arrays/label_survey.h"
#include "arrays/rank_shares.h"
#include "cli/memory.h"
#include "cli/ranks.h"
#include "core/sizes.h"
#include "table/categories.h"

#include <string.h>

static bool survey_own_labels(array_rows *a, label_survey *survey, table_error *error) {
    const size_t columns = count_columns(a->labels), at_once = nn_max(4096 / columns, 1);
    a->values = reserve_array(a->values, &a->capacity, at_once * columns, sizeof *a->values);
    if (!seek_array(a->labels, a->begin, error))
        return false;
    for (size_t r = a->begin, n; r < a->end; r += n) {
        n = nn_min(a->end - r, at_once);
        if (!read_checked_values(a->labels, r, n, a->values, error))
            return false;
        survey_labels(survey, a->values, n * columns);
    }
    return true;
}

/* They are in ascending order. */
static bool has_rounded_classes(const label_survey *survey) {
    static const double LARGEST_EXACT = 9007199254740991.0;
    return survey->classes[0] < -LARGEST_EXACT ||
           survey->classes[survey->n_classes - 1] > LARGEST_EXACT;
}

static bool take_classes(array_rows *a, const label_survey *survey, table_column *target) {
    target->kind = COLUMN_CATEGORY;
    a->n_classes = survey->n_classes;
    a->classes = resize_array(NULL, a->n_classes, sizeof *a->classes);
    memcpy(a->classes, survey->classes, a->n_classes * sizeof *a->classes);
    a->categories = resize_array(NULL, a->n_classes, sizeof *a->categories);
    for (size_t k = 0; k < a->n_classes; k++) {
        add_name(&target->categories, write_real(a->classes[k]).text);
        a->categories[k] = k;
    }
    return true;
}

static void take_labels(column_list *targets) {
    for (size_t t = 0; t < targets->count; t++) {
        targets->columns[t].kind = COLUMN_LABEL;
        add_name(&targets->columns[t].categories, "0");
        add_name(&targets->columns[t].categories, "1");
    }
}

static void take_survey(void *user, size_t rank, const void *bytes, size_t count) {
    (void)rank, (void)count;
    join_label_surveys(user, bytes);
}

/* The labels of all ranks. */
static bool survey_all_labels(array_rows *a, label_survey *all, table_error *error) {
    label_survey own = *all;
    if (!is_good_on_others(survey_own_labels(a, &own, error), error))
        return false;
    share_bytes(&own, sizeof own, take_survey, all);
    return true;
}

bool choose_label_kinds(array_rows *a, task wanted, schema *s, table_error *error) {
    const char *name = get_array_name(a->labels);
    const size_t columns = count_columns(a->labels);
    const bool is_whole = has_whole_type(a->labels);
    label_survey survey = {.finds_classes = columns == 1 && (wanted == TASK_CLASSES ||
                                                             (wanted == TASK_DETECT && is_whole))};
    if (wanted == TASK_CLASSES && columns > 1)
        return set_error(error, "%s: has %zu columns, and --classes takes one", name, columns);
    if (!survey_all_labels(a, &survey, error))
        return false;
    if (survey.has_too_many)
        return set_error(error,
                         "%s: has more than %d different labels, and each would be a class: "
                         "--numbers makes it a regression",
                         name, MOST_CATEGORIES);
    if (survey.finds_classes && is_whole && has_rounded_classes(&survey))
        return set_error(error,
                         "%s: has labels beyond 2^53, several of which would become one class when "
                         "they are rounded: number the classes from 0",
                         name);
    if (survey.finds_classes)
        return take_classes(a, &survey, &s->targets.columns[0]);
    if (columns > 1 && !survey.is_other && wanted != TASK_NUMBERS)
        take_labels(&s->targets);
    return true;
}
