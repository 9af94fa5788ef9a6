/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/dataset.h"

#include "cli/memory.h"

#include <stdlib.h>

static bool encode_rows(const table_source *source, const text_rows *rows, const schema *s,
                        dataset *d, table_error *error) {
    *d = (dataset){
        .N = rows->N, .inputs = count_numbers(&s->features), .outputs = count_numbers(&s->targets)};
    d->X = resize_array(NULL, d->N * d->inputs, sizeof *d->X);
    d->Y = resize_array(NULL, d->N * d->outputs, sizeof *d->Y);
    for (size_t r = 0; r < d->N; r++) {
        csv_row row = get_row(rows, r);
        if (!encode_row(&s->features, source, &row, d->X + r * d->inputs, error) ||
            !encode_row(&s->targets, source, &row, d->Y + r * d->outputs, error))
            return false;
    }
    return true;
}

static void scale_dataset(schema *s, dataset *d) {
    infer_scaling(&s->features, d->N, d->X);
    infer_scaling(&s->targets, d->N, d->Y);
    scale_rows(&s->features, d->N, d->X);
    scale_rows(&s->targets, d->N, d->Y);
}

static bool encode_dataset(const table_source *source, const text_rows *rows, schema *s, dataset *d,
                           table_error *error) {
    if (!encode_rows(source, rows, s, d, error))
        return false;
    scale_dataset(s, d);
    return check_targets(source, s, error);
}

bool read_dataset(table_source *source, const column_choice *choice, skipped_rows *skipped,
                  schema *s, dataset *d, table_error *error) {
    text_rows rows;
    *d = (dataset){0};
    bool is_good = read_rows(source, &rows, skipped, error) &&
                   infer_schema(source, &rows, choice, skipped, s, error) &&
                   encode_dataset(source, &rows, s, d, error);
    free_rows(&rows);
    return is_good;
}

void free_dataset(dataset *d) {
    free(d->X);
    free(d->Y);
    *d = (dataset){0};
}
