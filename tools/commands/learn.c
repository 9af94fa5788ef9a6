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

static nnblas_status prepare(const training_settings *settings, output_kind kind,
                             const training_rows *rows, learnt_net *learnt) {
    training_settings own = *settings;
    own.checkpoint = NULL;
    nnblas_status status = create_net(&own, &rows->learnt, kind, &learnt->net);
    if (!status)
        status = create_trainer(&own, &rows->learnt, get_deciding_rows(rows), learnt->net,
                                &learnt->trainer);
    return status ? status : nnblas_trainer_set_callback(learnt->trainer, watch_epoch, NULL);
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

static nnblas_status fit(const training_settings *settings, const training_rows *rows,
                         learnt_net *learnt) {
    const dataset *d = &rows->learnt, *deciding = get_deciding_rows(rows);
    double start = nn_read_clock();
    learnt->status = nnblas_trainer_fit(learnt->trainer, d->N, d->X, d->inputs, d->Y, d->outputs);
    learnt->seconds = nn_read_clock() - start;
    if (learnt->status < 0)
        return learnt->status;
    learnt->score = find_best_score(learnt->trainer);
    return compute_cost(learnt->net, deciding, get_deciding_weights(settings, deciding),
                        &learnt->cost);
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

learnt_net learn(const training_settings *settings, output_kind kind, const training_rows *rows) {
    learnt_net learnt = {0};
    nnblas_status status = prepare(settings, kind, rows, &learnt);
    if (!status)
        status = fit(settings, rows, &learnt);
    if (status < 0) {
        learnt.status = status;
        learnt.problem = explain_failure(rows);
    }
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
        status = predict_model(model, N, d->X + r * d->inputs, O_out, NULL);
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
