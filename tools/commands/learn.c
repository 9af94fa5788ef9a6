/* SPDX-License-Identifier: BSD-3-Clause */
#include "commands/learn.h"

#include "cli/memory.h"
#include "cli/progress.h"
#include "cli/stop_signal.h"
#include "commands/library_words.h"
#include "commands/trainer.h"
#include "core/clock.h"
#include "core/sizes.h"
#include "table/ensemble.h"
#include "table/model_reader.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static int watch_epoch(void *user, size_t epoch, double cost) {
    (void)user, (void)epoch, (void)cost;
    return is_stop_requested();
}

static nnblas_status create(const training_settings *settings, output_kind kind,
                            const training_rows *rows, learnt_net *learnt) {
    training_settings own = *settings;
    own.checkpoint = NULL;
    nnblas_status status = create_net(&own, &rows->learnt, kind, &learnt->net);
    return status ? status
                  : create_trainer(&own, &rows->learnt, get_deciding_rows(rows), learnt->net,
                                   &learnt->trainer);
}

static nnblas_status compute_cost(const nnblas_net *net, const dataset *d, const double *weights,
                                  double *cost) {
    if (!weights)
        return nnblas_net_evaluate(net, d->N, d->X, d->inputs, d->Y, d->outputs, cost);
    return nnblas_net_evaluate_weighted(net, d->N, d->X, d->inputs, d->Y, d->outputs, weights,
                                        cost);
}

static double find_best_score(const nnblas_trainer *trainer) {
    double best = (double)NAN;
    for (size_t i = 0; i < nnblas_trainer_history_count(trainer); i++)
        best = fmax(best, get_epoch(trainer, i).score);
    return best;
}

failure_text explain_failure(const training_rows *rows) {
    failure_text shown;
    if (rows->streamed && *rows->streamed->error.text) {
        snprintf(shown.text, sizeof shown.text, "%s", rows->streamed->error.text);
        return shown;
    }
    snprintf(shown.text, sizeof shown.text, "%s", nnblas_error_message());
    use_words_of_files(rows->streamed ? rows->streamed->rows.name : NULL, &shown);
    if (count_held_out(rows) == 0)
        use_words_of_all_rows(&shown);
    return shown;
}

static void note_failure(const training_rows *rows, learnt_net *learnt, nnblas_status status) {
    learnt->status = status;
    learnt->problem = explain_failure(rows);
}

learnt_net prepare_learning(const training_settings *settings, output_kind kind,
                            const training_rows *rows) {
    learnt_net learnt = {0};
    nnblas_status status = create(settings, kind, rows, &learnt);
    if (!status)
        return learnt;
    note_failure(rows, &learnt, status);
    nnblas_trainer_destroy(learnt.trainer);
    learnt.trainer = NULL;
    return learnt;
}

void end_learning(const training_settings *settings, const training_rows *rows,
                  nnblas_status status, learnt_net *learnt) {
    const dataset *deciding = get_deciding_rows(rows);
    learnt->status = status;
    learnt->score = find_best_score(learnt->trainer);
    if (status < 0)
        nnblas_trainer_fit_status(learnt->trainer); /* and its message */
    else
        status = compute_cost(learnt->net, deciding, get_deciding_weights(settings, deciding),
                              &learnt->cost);
    if (status < 0)
        note_failure(rows, learnt, status);
}

learnt_net learn(const training_settings *settings, output_kind kind, const training_rows *rows) {
    const dataset *d = &rows->learnt;
    learnt_net learnt = prepare_learning(settings, kind, rows);
    if (!learnt.trainer)
        return learnt;
    nnblas_trainer_set_callback(learnt.trainer, watch_epoch, NULL);
    double start = nn_read_clock();
    nnblas_status status =
        nnblas_trainer_fit(learnt.trainer, d->N, d->X, d->inputs, d->Y, d->outputs);
    learnt.seconds = nn_read_clock() - start;
    end_learning(settings, rows, status, &learnt);
    return learnt;
}

void free_learnt(learnt_net *learnt) {
    nnblas_trainer_destroy(learnt->trainer);
    nnblas_net_destroy(learnt->net);
    *learnt = (learnt_net){0};
}

/* What a batch of rows is predicted to be; the last two are null where there are no deviations. */
typedef struct {
    double *Y, *O_out, *O_spread, *O_deviation;
} scored_batch;

static nnblas_status score_rows(const table_model *model, const dataset *d, size_t first, size_t N,
                                const scored_batch *b, scores *sum) {
    const double *weights = d->weights ? d->weights + first : NULL;
    const double *Y = d->true_Y ? d->true_Y + first * d->outputs : b->Y;
    nnblas_status status =
        predict_model(model, N, d->X + first * d->inputs, b->O_out, b->O_spread, b->O_deviation);
    if (status)
        return status;
    if (!d->true_Y)
        restore_rows(&model->schema.targets, N, d->Y + first * d->outputs, b->Y);
    add_scores(sum, N, Y, b->O_out, weights);
    if (b->O_deviation)
        add_likelihoods(sum, N, Y, b->O_out, b->O_deviation, weights);
    return NNBLAS_OK;
}

nnblas_status score_dataset(const table_model *model, const dataset *d, scores *sum) {
    size_t count = BATCH_ROWS * d->outputs;
    bool has_both = has_deviations(model);
    const scored_batch b = {
        .Y = resize_array(NULL, count, sizeof *b.Y),
        .O_out = resize_array(NULL, count, sizeof *b.O_out),
        .O_spread = has_both ? resize_array(NULL, count, sizeof *b.O_spread) : NULL,
        .O_deviation = has_both ? resize_array(NULL, count, sizeof *b.O_deviation) : NULL};
    nnblas_status status = NNBLAS_OK;
    for (size_t r = 0; r < d->N && !status; r += BATCH_ROWS)
        status = score_rows(model, d, r, nn_min(d->N - r, BATCH_ROWS), &b, sum);
    free(b.Y);
    free(b.O_out);
    free(b.O_spread);
    free(b.O_deviation);
    return status;
}

/* The AUC keeps all outputs: 64 MiB of them. */
static const size_t MOST_RANKED_OUTPUTS = (size_t)1 << 23;

nnblas_status score_streamed(const table_model *model, streamed_rows *rows, scores *sum) {
    size_t inputs = rows->rows.inputs, outputs = rows->rows.outputs;
    dataset d = {.N = 1,
                 .inputs = inputs,
                 .outputs = outputs,
                 .X = resize_array(NULL, BATCH_ROWS * inputs, sizeof *d.X),
                 .Y = resize_array(NULL, BATCH_ROWS * outputs, sizeof *d.Y)};
    nnblas_status status = NNBLAS_OK;
    if (rows->rows.all > MOST_RANKED_OUTPUTS / outputs)
        leave_out_auc(sum);
    bool is_read = restart_streamed_rows(rows);
    while (is_read && !status && d.N > 0) {
        is_read = read_streamed_rows(rows, BATCH_ROWS, d.X, d.Y, &d.N);
        if (is_read && d.N > 0)
            status = score_dataset(model, &d, sum);
    }
    free_dataset(&d);
    return is_read ? status : NNBLAS_ERROR_SOURCE;
}
