/* SPDX-License-Identifier: BSD-3-Clause */
#include "commands/prediction_header.h"

#include "cli/memory.h"
#include "cli/output.h"
#include "cli/text.h"

#include <stdlib.h>
#include <string.h>

static char *join_texts(const char *first, const char *second) {
    char *longer = resize_array(NULL, strlen(first) + strlen(second) + 1, 1);
    return strcat(strcpy(longer, first), second);
}

size_t count_output_columns(const model_reader *reader) {
    const column_list *targets = &reader->model->schema.targets;
    if (targets->count > 1 || targets->columns[0].kind != COLUMN_NUMBER)
        return reader->outputs;
    for (size_t i = 0; i < reader->n_kept; i++)
        if (strcmp(reader->source.columns.names[reader->kept[i]], targets->columns[0].name) == 0)
            return 0;
    return reader->outputs;
}

/* A column without a name gets its number for one. */
static void write_kept_name(csv_text *text, const table_source *source, size_t position,
                            name_list *taken) {
    char number[40];
    const char *name = source->columns.names[position];
    snprintf(number, sizeof number, "column %zu", position + 1);
    name = *name ? name : number;
    add_name(taken, name);
    append_csv_value(text, name);
    append_byte(text, ',');
}

/* Writes the name of a column of predictions, with the prefix if it is taken, and a number if that
 * is taken too. */
static void write_own_name(const char *command, csv_text *text, const char *prefix,
                           const char *name, name_list *taken) {
    size_t most = strlen(prefix) + strlen(name) + 32;
    char *own = resize_array(NULL, most, 1);
    strcpy(own, name);
    bool has_prefix = strncmp(name, prefix, strlen(prefix)) == 0;
    for (size_t copy = has_prefix ? 2 : 1; !add_name(taken, own); copy++)
        if (copy == 1)
            snprintf(own, most, "%s%s", prefix, name);
        else
            snprintf(own, most, "%s (%zu)", name, copy);
    if (strcmp(own, name) != 0)
        print_safely(
            stderr,
            "nnblas %s: there is a column '%s' already: the one of the predictions is '%s'\n",
            command, show_text(name).text, show_text(own).text);
    append_csv_value(text, own);
    free(own);
}

bool has_own_prediction(const column_list *targets, size_t t) {
    return t > 0 && targets->columns[t].categories.count > 0;
}

/* With their endings, since that of the target may be the name of a column that is kept. */
static void write_names_with(const char *command, csv_text *text, const column_list *targets,
                             const char *const *endings, size_t count, name_list *taken) {
    for (size_t t = 0; t < targets->count; t++)
        for (size_t end = 0; end < count; end++) {
            char *name = join_texts(targets->columns[t].name, endings[end]);
            append_byte(text, ',');
            write_own_name(command, text, "predicted_", name, taken);
            free(name);
        }
}

static void write_spread_names(const char *command, csv_text *text, const column_list *targets,
                               name_list *taken) {
    for (size_t t = 0; t < targets->count; t++) {
        char *name = targets->count > 1 ? join_texts("spread_", targets->columns[t].name)
                                        : copy_text("spread");
        append_byte(text, ',');
        write_own_name(command, text, "predicted_", name, taken);
        free(name);
    }
}

/* The outputs of labels and of a class are probabilities, the others are as the target is. */
static void write_output_names(const char *command, csv_text *text, const schema *s,
                               name_list *taken) {
    output_kind kind = get_output_kind(s);
    bool are_probabilities = kind == OUTPUTS_CLASSES || kind == OUTPUTS_LABELS;
    name_list outputs = {0};
    name_outputs(s, &outputs);
    for (size_t k = 0; k < outputs.count; k++) {
        char *name = join_texts(kind == OUTPUTS_LABELS ? "probability_" : "", outputs.names[k]);
        append_byte(text, ',');
        write_own_name(command, text, are_probabilities ? "probability_" : "predicted_", name,
                       taken);
        free(name);
    }
    free_names(&outputs);
}

void write_prediction_header(const char *command, csv_text *text, const model_reader *reader) {
    static const char *const DEVIATIONS[] = {"_std"}, *const INTERVALS[] = {"_low", "_high"};
    name_list taken = {0};
    const column_list *targets = &reader->model->schema.targets;
    for (size_t i = 0; i < reader->n_kept; i++)
        write_kept_name(text, &reader->source, reader->kept[i], &taken);
    write_own_name(command, text, "predicted_", "prediction", &taken);
    for (size_t t = 0; t < targets->count; t++) {
        if (!has_own_prediction(targets, t))
            continue;
        char *name = join_texts("predicted_", targets->columns[t].name);
        append_byte(text, ',');
        write_own_name(command, text, "predicted_", name, &taken);
        free(name);
    }
    if (count_output_columns(reader) > 0)
        write_output_names(command, text, &reader->model->schema, &taken);
    if (reader->model->n_others > 0)
        write_spread_names(command, text, targets, &taken);
    if (has_deviations(reader->model))
        write_names_with(command, text, targets, DEVIATIONS, 1, &taken);
    if (reader->level > 0.0)
        write_names_with(command, text, targets, INTERVALS, 2, &taken);
    append_byte(text, '\n');
    free_names(&taken);
}
