/* SPDX-License-Identifier: BSD-3-Clause */
/* For libFuzzer: any bytes are refused as a table with a message, or become finite numbers, and the
 * schema that is saved with a model gives the same numbers again. The first byte chooses options.
 */
#include "cli/memory.h"
#include "table/dataset.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool condition) {
    if (!condition)
        abort();
}

/* A table in memory and how it is to be read. */
typedef struct {
    const uint8_t *bytes;
    size_t size;
    source_format format;
    skipped_rows skipped;
    column_choice choice;
} fuzz_table;

static fuzz_table choose_options(uint8_t options, const uint8_t *bytes, size_t size) {
    static const header_rule HEADERS[] = {HEADER_DETECT, HEADER_PRESENT, HEADER_ABSENT,
                                          HEADER_DETECT};
    static const task TASKS[] = {TASK_DETECT, TASK_CLASSES, TASK_NUMBERS, TASK_DETECT};
    fuzz_table table = {
        .bytes = bytes,
        .size = size,
        .format = {.header = HEADERS[options & 3],
                   .delimiter = options & 128 ? '\0' : (options & 4 ? ';' : ',')},
        .skipped = {.is_allowed = options & 8},
        .choice = {.task = TASKS[options >> 4 & 3]},
    };
    expect(read_names(options & 64 ? "2,1" : "1", &table.choice.targets));
    return table;
}

static bool open_table(const fuzz_table *table, table_source *source, table_error *error) {
    FILE *stream = fmemopen((void *)table->bytes, table->size, "r");
    if (!stream)
        abort();
    return open_source_stream(source, stream, "fuzz", &table->format, error);
}

static void expect_finite(const double *numbers, size_t count) {
    for (size_t i = 0; i < count; i++)
        expect(isfinite(numbers[i]));
}

/* Encodes the table again, as nnblas evaluate does, and compares with the numbers of the training.
 */
static void check_same_numbers(const fuzz_table *table, schema *s, const dataset *d) {
    table_source source;
    table_error error;
    csv_row row;
    row_result result;
    size_t r = 0;
    double *x = resize_array(NULL, d->inputs, sizeof *x);
    double *y = resize_array(NULL, d->outputs, sizeof *y);
    expect(open_table(table, &source, &error) && bind_schema(s, &source, true, &error));
    /* A row that was bad in a column which was left out afterwards is good here. */
    bool has_left_out =
        table->skipped.is_allowed && s->features.count + s->targets.count < source.columns.count;
    while ((result = read_source_row(&source, &row, &error)) != ROW_END) {
        expect(result == ROW_GOOD || (result == ROW_BAD && table->skipped.is_allowed));
        if (result == ROW_BAD || !encode_row(&s->features, &source, &row, x, &error) ||
            !encode_row(&s->targets, &source, &row, y, &error))
            continue;
        scale_rows(&s->features, 1, x);
        scale_rows(&s->targets, 1, y);
        bool is_same = r < d->N && memcmp(x, d->X + r * d->inputs, d->inputs * sizeof *x) == 0 &&
                       memcmp(y, d->Y + r * d->outputs, d->outputs * sizeof *y) == 0;
        expect(is_same || has_left_out);
        r += is_same;
    }
    expect(r == d->N);
    close_source(&source);
    free(x);
    free(y);
}

static void check_dataset(const fuzz_table *table, const schema *s, const dataset *d) {
    schema loaded;
    char *text = write_schema(s), *again;
    expect(d->N > 0 && d->inputs > 0 && d->outputs > 0);
    expect_finite(d->X, d->N * d->inputs);
    expect_finite(d->Y, d->N * d->outputs);
    expect(read_schema(text, &loaded));
    again = write_schema(&loaded);
    expect(strcmp(text, again) == 0);
    check_same_numbers(table, &loaded, d);
    free_schema(&loaded);
    free(text);
    free(again);
}

static void check_table(fuzz_table *table) {
    table_source source;
    table_error error = {.text = ""};
    schema s = {0};
    dataset d;
    if (!open_table(table, &source, &error)) {
        expect(*error.text);
        return;
    }
    note_list notes = {0};
    if (read_dataset(&source, &table->choice, &table->skipped, &notes, &s, &d, &error)) {
        infer_dataset_scaling(&s, &d);
        scale_dataset(&s, &d);
        check_dataset(table, &s, &d);
    } else {
        expect(*error.text);
    }
    free_notes(&notes);
    free_dataset(&d);
    free_schema(&s);
    close_source(&source);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 2)
        return 0;
    fuzz_table table = choose_options(data[0], data + 1, size - 1);
    check_table(&table);
    free_names(&table.choice.targets);
    return 0;
}
