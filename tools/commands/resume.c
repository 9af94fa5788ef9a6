/* SPDX-License-Identifier: BSD-3-Clause */
#include "commands/resume.h"

#include "cli/text.h"
#include "commands/run_record.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool has_checkpoint(const training_settings *training) {
    return training->is_resumed && access(training->checkpoint, F_OK) == 0;
}

__attribute__((format(printf, 2, 3))) static bool refuse(const training_run *run,
                                                         const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    print_safely(stderr, "nnblas %s: cannot resume from %s: ", run->command,
                 run->settings->training.checkpoint);
    vprint_safely(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    return false;
}

/* ---- columns --------------------------------------------------------------------------------- */

static bool has_same_categories(const training_run *run, const table_column *before,
                                const table_column *now) {
    const name_list *a = &before->categories, *b = &now->categories;
    const shown_column name = show_column(now->name, now->place);
    if (a->count != b->count)
        return refuse(run, "classes or categories of %s: %zu in its training, and here %zu",
                      name.text, a->count, b->count);
    for (size_t i = 0; i < a->count; i++)
        if (strcmp(a->names[i], b->names[i]) != 0)
            return refuse(
                run, "class or category %zu of %s was '%s' in its training, and here '%s'", i + 1,
                name.text, show_text(a->names[i]).text, show_text(b->names[i]).text);
    return true;
}

static bool has_same_columns(const training_run *run, const char *what, const column_list *before,
                             const column_list *now) {
    if (before->count != now->count)
        return refuse(run, "its training had %zu %s%s, and this one has %zu", before->count, what,
                      end_plural(before->count), now->count);
    for (size_t c = 0; c < now->count; c++) {
        const table_column *a = &before->columns[c], *b = &now->columns[c];
        if (strcmp(a->name, b->name) != 0 || a->place != b->place)
            return refuse(run, "%s %zu of its training was %s, and here it is %s", what, c + 1,
                          show_column(a->name, a->place).text, show_column(b->name, b->place).text);
        if (a->kind != b->kind || a->expects_gaps != b->expects_gaps)
            return refuse(run, "%s was of another kind in its training",
                          show_column(b->name, b->place).text);
        if (!has_same_categories(run, a, b))
            return false;
    }
    return true;
}

/* A mean that differs says in which column to look. */
static const table_column *find_other_mean(const column_list *before, const column_list *now) {
    for (size_t c = 0; c < now->count; c++)
        if (before->columns[c].mean != now->columns[c].mean ||
            before->columns[c].deviation != now->columns[c].deviation)
            return &now->columns[c];
    return NULL;
}

/* ---- values ---------------------------------------------------------------------------------- */

static bool has_same_values(const training_run *run, const schema *before, const char *hash) {
    char own[24];
    snprintf(own, sizeof own, "%016" PRIx64, run->hash);
    if (strcmp(hash, own) == 0)
        return true;
    const schema *now = &run->model.schema;
    const table_column *other = find_other_mean(&before->features, &now->features);
    if (!other)
        other = find_other_mean(&before->targets, &now->targets);
    if (other)
        return refuse(run, "the values of the table have changed since, those of %s among them",
                      show_column(other->name, other->place).text);
    return refuse(run, "the values of the table have changed since");
}

static bool has_same_data(const training_run *run, const schema *before, const json_t *data) {
    json_int_t rows, held_out;
    const char *hash;
    if (json_unpack((json_t *)data, "{s:I, s:I, s:s}", "rows", &rows, "held_out", &held_out, "hash",
                    &hash) != 0)
        return true;
    size_t own_held_out = count_held_out(&run->rows), own_rows = run->rows.learnt.N + own_held_out;
    if ((size_t)rows != own_rows)
        return refuse(run,
                      "it belongs to a training on %" JSON_INTEGER_FORMAT
                      " row%s, and this table has %zu",
                      rows, end_plural((size_t)rows), own_rows);
    if ((size_t)held_out != own_held_out)
        return refuse(run,
                      "its training held out %" JSON_INTEGER_FORMAT
                      " row%s, and this one %zu (--validation)",
                      held_out, end_plural((size_t)held_out), own_held_out);
    return has_same_values(run, before, hash);
}

static bool matches(const training_run *run, const nnblas_net *saved) {
    schema before = {0};
    const char *table = nnblas_net_metadata(saved, SCHEMA_KEY);
    const char *record = nnblas_net_metadata(saved, TRAINING_KEY);
    json_t *training = record ? json_loads(record, 0, NULL) : NULL;
    const json_t *data = json_object_get(training, "data");
    const schema *now = &run->model.schema;
    bool is_same = true;
    if (table && data && read_schema(table, &before))
        is_same = has_same_columns(run, "target", &before.targets, &now->targets) &&
                  has_same_columns(run, "feature", &before.features, &now->features) &&
                  has_same_data(run, &before, data);
    json_decref(training);
    free_schema(&before);
    return is_same;
}

bool is_table_of_checkpoint(const training_run *run) {
    nnblas_net *saved;
    const training_settings *training = &run->settings->training;
    if (!has_checkpoint(training) || nnblas_net_load(training->checkpoint, &saved) != NNBLAS_OK)
        return true;
    bool is_same = matches(run, saved);
    nnblas_net_destroy(saved);
    return is_same;
}
