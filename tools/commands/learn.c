/* SPDX-License-Identifier: BSD-3-Clause */
#include "commands/learn.h"

#include "cli/memory.h"
#include "cli/progress.h"
#include "cli/stop_signal.h"
#include "commands/trainer.h"
#include "core/clock.h"
#include "core/sizes.h"
#include "table/ensemble.h"
#include "table/model_reader.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

static void replace_text(failure_text *shown, const char *from, const char *to) {
    const failure_text before = *shown;
    const char *found = strstr(before.text, from);
    if (found)
        snprintf(shown->text, sizeof shown->text, "%.*s%s%s", (int)(found - before.text),
                 before.text, to, found + strlen(from));
}

failure_text explain_failure(const training_rows *rows) {
    failure_text shown;
    snprintf(shown.text, sizeof shown.text, "%s", nnblas_error_message());
    if (rows->held_out.N == 0) {
        replace_text(&shown, "validation cost of epoch", "cost after epoch");
        replace_text(&shown, "the validation rows", "the rows");
    }
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

nnblas_status score_dataset(const table_model *model, const dataset *d, scores *sum) {
    double *O_out = resize_array(NULL, BATCH_ROWS * d->outputs, sizeof *O_out);
    double *Y = resize_array(NULL, BATCH_ROWS * d->outputs, sizeof *Y);
    nnblas_status status = NNBLAS_OK;
    for (size_t r = 0; r < d->N && !status; r += BATCH_ROWS) {
        size_t N = nn_min(d->N - r, BATCH_ROWS);
        status = predict_model(model, N, d->X + r * d->inputs, O_out, NULL, NULL);
        if (!d->true_Y)
            restore_rows(&model->schema.targets, N, d->Y + r * d->outputs, Y);
        if (!status)
            add_scores(sum, N, d->true_Y ? d->true_Y + r * d->outputs : Y, O_out,
                       d->weights ? d->weights + r : NULL);
    }
    free(O_out);
    free(Y);
    return status;
}
