/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The time that nnblas takes to read a table, without a training or a prediction, and its peak
 * memory; bench/tables/read.py compares it with pandas.
 *
 * usage: read_table train TABLE TARGET          reads TABLE into the numbers of a training
 *        read_table predict TABLE TARGET HEAD   reads TABLE row by row, by the schema of HEAD
 */
#include "cli/memory.h"
#include "core/clock.h"
#include "table/dataset.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

static _Noreturn void fail(const table_error *error) {
    fprintf(stderr, "read_table: %s\n", error->text);
    exit(EXIT_FAILURE);
}

static void open_table(table_source *source, const char *path) {
    table_error error;
    if (!open_source(source, path, &(source_format){.header = HEADER_DETECT}, &error))
        fail(&error);
}

static void read_all(const char *path, const char *target, schema *s, dataset *d) {
    table_source source;
    table_error error;
    skipped_rows skipped = {0};
    note_list notes = {0};
    column_choice choice = {.task = TASK_DETECT};
    open_table(&source, path);
    add_name(&choice.targets, target);
    if (!read_dataset(&source, &choice, &skipped, &notes, s, d, &error))
        fail(&error);
    infer_dataset_scaling(s, d);
    scale_dataset(s, d);
    free_names(&choice.targets);
    free_notes(&notes);
    close_source(&source);
}

static size_t read_by_schema(const char *path, schema *s) {
    enum { BATCH = 1024 };
    table_source source;
    table_error error;
    csv_row row;
    row_result result;
    size_t N = 0, inputs = count_numbers(&s->features);
    double *X = resize_array(NULL, BATCH * inputs, sizeof *X);
    open_table(&source, path);
    if (!bind_schema(s, &source, false, &error))
        fail(&error);
    while ((result = read_source_row(&source, &row, &error)) == ROW_GOOD) {
        double *x = X + N % BATCH * inputs;
        if (!encode_row(&s->features, &source, &row, x, &error))
            fail(&error);
        scale_rows(&s->features, 1, x);
        N++;
    }
    if (result != ROW_END)
        fail(&error);
    close_source(&source);
    free(X);
    return N;
}

int main(int argc, char **argv) {
    schema s = {0};
    dataset d = {0};
    struct rusage usage;
    bool is_training = argc == 4 && strcmp(argv[1], "train") == 0;
    if (!is_training && !(argc == 5 && strcmp(argv[1], "predict") == 0)) {
        fputs("usage: read_table train TABLE TARGET | predict TABLE TARGET HEAD\n", stderr);
        return 2;
    }
    if (!is_training)
        read_all(argv[4], argv[3], &s, &d);
    double begin = nn_read_clock();
    if (is_training)
        read_all(argv[2], argv[3], &s, &d);
    size_t N = is_training ? d.N : read_by_schema(argv[2], &s);
    double seconds = nn_read_clock() - begin;
    getrusage(RUSAGE_SELF, &usage);
    printf("%zu %.4f %ld\n", N, seconds, usage.ru_maxrss);
    free_dataset(&d);
    free_schema(&s);
    return EXIT_SUCCESS;
}
