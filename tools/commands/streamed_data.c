/* SPDX-License-Identifier: BSD-3-Clause */
#include "commands/streamed_data.h"

#include "arrays/array_rows.h"
#include "cli/memory.h"
#include "cli/text.h"
#include "commands/streamed_survey.h"
#include "table/first_pass.h"
#include "table/table_rows.h"

#include <stdlib.h>

bool is_streamed(const train_settings *set) {
    return set->labels || set->streams;
}

static bool holds_out(const train_settings *set) {
    return set->training.validation > 0.0;
}

static void note_bound(const streamed_survey *v, note_list *notes) {
    double wanted = v->set->training.validation * (double)v->rows->all;
    if (v->holds_out && (double)v->totals.taken + 1.0 < wanted)
        add_note(notes,
                 "--validation %g would hold out %.0f rows: of these, %zu are in memory, 128 MiB",
                 v->set->training.validation, wanted, v->totals.taken);
}

static void scale(const streamed_survey *v, training_rows *rows) {
    if (is_deviance(v->set->training.cost))
        scale_by_means(&v->s->targets);
    scale_dataset(v->s, &rows->held_out);
    scale_dataset(v->s, &rows->sample);
    scale_dataset(v->s, &rows->learnt);
}

static void take_survey(streamed_survey *v, training_rows *rows) {
    const size_t elsewhere = v->totals.taken - v->taken->N,
                 held_out = v->holds_out ? v->totals.taken : 0;
    rows->learnt = v->kept;
    rows->learnt.N = v->kept.X ? v->rows->all - held_out : 0;
    scale(v, rows);
    rows->learnt.N = v->rows->all - held_out;
    *(v->holds_out ? &rows->elsewhere.held_out : &rows->elsewhere.sample) = elsewhere;
}

static bool survey_stream(streamed_survey *v, note_list *notes, training_rows *rows) {
    v->holds_out = holds_out(v->set) && v->rows->all >= 2;
    v->taken = v->holds_out ? &rows->held_out : &rows->sample;
    bool is_good = survey_streamed_rows(v, rows->are_divided);
    if (is_good) {
        note_missing(v->s, v->missing, notes);
        note_bound(v, notes);
        take_survey(v, rows);
    } else {
        free_dataset(&v->kept);
    }
    free_streamed_survey(v);
    return is_good;
}

static bool open_arrays(const train_settings *set, schema *s, row_stream *rows,
                        table_error *error) {
    char *features = name_file_of_rank(set->features, get_rank()),
         *labels = name_file_of_rank(set->labels, get_rank());
    bool is_open = open_array_rows(features, labels, names_rank(set->features), set->columns.task,
                                   s, rows, error);
    free(features);
    free(labels);
    return is_open;
}

static draw_request request_draw(const train_settings *set) {
    return (draw_request){.fraction = set->training.validation,
                          .rows = MOST_DECIDING_ROWS,
                          .seed = set->training.seed,
                          .most_bytes = MOST_HELD_OUT_BYTES};
}

static bool open_rows(const char *command, const train_settings *set, skipped_rows *skipped,
                      note_list *notes, schema *s, row_stream *rows) {
    table_error error;
    const draw_request draw = request_draw(set);
    bool is_open = set->labels
                       ? open_arrays(set, s, rows, &error)
                       : open_table_rows(set->data, &set->table.format, &set->columns, &draw,
                                         holds_out(set), skipped, notes, s, rows, &error);
    if (!is_open && *error.text)
        rows->blame(rows->user, &error);
    if (!set->is_quiet)
        print_warnings(command, notes);
    if (is_open && !set->is_quiet)
        report_skipped(command, rows->name, skipped);
    return is_open || report_bad_rows(command, &error);
}

bool read_streamed_data(const char *command, const train_settings *set, note_list *notes, schema *s,
                        training_rows *rows, uint64_t *hash) {
    row_stream stream = {.N = 0};
    skipped_rows skipped = {.is_allowed = set->table.skips_bad_rows};
    streamed_survey v = {.command = command, .set = set, .s = s, .rows = &stream};
    *rows = (training_rows){.streamed = resize_array(NULL, 1, sizeof *rows->streamed),
                            .are_divided = has_ranks() && set->labels};
    bool is_good =
        open_rows(command, set, &skipped, notes, s, &stream) && survey_stream(&v, notes, rows);
    free(stream.groups);
    stream.groups = NULL;
    if (stream.first)
        free_first_pass(stream.first);
    stream.first = NULL;
    size_t n_held_out = v.holds_out && is_good ? rows->held_out.N : 0;
    nnblas_status status = open_streamed_rows(rows->streamed, stream, s, v.places, n_held_out);
    *hash = v.totals.hash;
    if (is_good && status)
        report_failure(command);
    return is_good && !status;
}
