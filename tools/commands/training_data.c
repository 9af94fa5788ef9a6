/* SPDX-License-Identifier: BSD-3-Clause */
#include "commands/training_data.h"

#include "cli/memory.h"
#include "iris/iris_csv.h"

#include <string.h>

static bool open_data(const train_settings *set, table_source *source, table_error *error) {
    if (set->data)
        return open_source(source, set->data, &set->table.format, error);
    FILE *stream = open_iris();
    if (!stream)
        end_without_memory(1);
    return open_source_stream(source, stream, "iris", &(source_format){.delimiter = ','}, error);
}

bool read_training_data(const char *command, const train_settings *set, note_list *notes, schema *s,
                        dataset *d) {
    table_source source;
    table_error error;
    skipped_rows skipped = {.is_allowed = set->table.skips_bad_rows};
    bool is_open = open_data(set, &source, &error);
    bool is_good = is_open && read_dataset(&source, &set->columns, &skipped, notes, s, d, &error);
    if (!is_good)
        fprintf(stderr, "nnblas %s: %s\n", command, error.text);
    else if (!set->is_quiet) {
        print_warnings(command, notes);
        report_skipped(command, source.name, &skipped);
    }
    if (is_open)
        close_source(&source);
    if (is_good) {
        infer_dataset_scaling(s, d);
        scale_dataset(s, d);
    }
    return is_good;
}

static const char *name_data(const train_settings *set) {
    if (!set->data)
        return "Fisher's iris flowers";
    return strcmp(set->data, "-") == 0 ? "standard input" : set->data;
}

void print_training_data(FILE *stream, const train_settings *set, const schema *s,
                         const dataset *d) {
    fprintf(stream, "%zu rows of %s: %zu features as %zu inputs; ", d->N, name_data(set),
            s->features.count, d->inputs);
    if (has_classes(s))
        fprintf(stream, "%zu classes of %s\n", d->outputs,
                show_text(s->targets.columns[0].name).text);
    else
        fprintf(stream, "%zu %s of numbers\n", s->targets.count,
                s->targets.count > 1 ? "targets" : "target");
}
