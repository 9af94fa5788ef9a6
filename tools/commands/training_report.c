/* SPDX-License-Identifier: BSD-3-Clause */
#include "commands/learn.h"
#include "commands/plans.h"
#include "commands/resume.h"
#include "commands/trainer.h"
#include "commands/training_defaults.h"
#include "commands/training_run.h"

#include "cli/memory.h"
#include "cli/ranks.h"
#include "cli/text.h"
#include "core/sizes.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- the epoch that is kept ------------------------------------------------------------------ */

/* L-BFGS has its cost after the step, and may need no other. */
double get_deciding_cost(const nnblas_epoch *epoch) {
    return isnan(epoch->validation_cost) ? epoch->cost : epoch->validation_cost;
}

static bool is_better(const training_run *run, const nnblas_epoch *a, const nnblas_epoch *b) {
    if (run->settings->training.has_score)
        return a->score > b->score;
    return get_deciding_cost(a) < get_deciding_cost(b);
}

/* A search without validation keeps the last parameters, although rounding or the
 * weight decay may let its cost rise. */
nnblas_epoch find_kept_epoch(const training_run *run) {
    size_t count = nnblas_trainer_history_count(run->trainer);
    nnblas_epoch kept = {.cost = (double)NAN, .validation_cost = (double)NAN};
    bool keeps_last = !has_rate(&run->settings->training) && !has_validation(run);
    for (size_t i = keeps_last && count > 0 ? count - 1 : 0; i < count; i++) {
        const nnblas_epoch epoch = get_epoch(run->trainer, i);
        if (kept.epoch == 0 || is_better(run, &epoch, &kept))
            kept = epoch;
    }
    return kept;
}

/* ---- scores ---------------------------------------------------------------------------------- */

nnblas_status score_rows(training_run *run) {
    run->learnt = start_scores(&run->model.schema);
    run->held_out = start_scores(&run->model.schema);
    nnblas_status status = run->rows.streamed
                               ? score_streamed(&run->model, run->rows.streamed, &run->learnt)
                               : score_dataset(&run->model, &run->rows.learnt, &run->learnt);
    return status ? status : score_dataset(&run->model, &run->rows.held_out, &run->held_out);
}

/* ---- the summary ----------------------------------------------------------------------------- */

void print_beginning(const training_run *run) {
    const train_settings *set = run->settings;
    print_training_data(run->summary, set, &run->model.schema, &run->rows);
    print_notes(run->summary, &run->notes);
    if (has_ranks())
        fprintf(run->summary, "%zu rank%s, each with a share of the rows\n", count_ranks(),
                end_plural(count_ranks()));
    print_settings(run->summary, &set->training, run->model.net);
    if (set->plans && has_checkpoint(&set->training))
        print_safely(run->summary, "plans of the checkpoint, not of %s\n", set->plans);
    else if (set->plans)
        print_plans(run->summary, &set->training, &run->rows, run->model.net);
    fflush(run->summary);
}

/* An adaptive schedule ends a training too, where no epochs were left for patience to end it. */
static end_text explain_patience(const training_run *run) {
    const training_settings *s = &run->settings->training;
    size_t unimproved =
        nnblas_trainer_history_count(run->trainer) - (size_t)find_kept_epoch(run).epoch;
    size_t patience = nnblas_trainer_patience(run->trainer);
    bool is_patience = patience > 0 && (unimproved >= patience || !has_rate(s));
    size_t epochs = is_patience ? patience : s->schedule.epochs;
    char least[40] = "";
    if (get_tolerance(s) > 0.0)
        snprintf(least, sizeof least, " of more than %g", get_tolerance(s));
    end_text end;
    snprintf(end.text, sizeof end.text, "no improvement%s for %zu epoch%s (--%s)", least, epochs,
             end_plural(epochs), is_patience ? "patience" : "schedule");
    return end;
}

static const char *name_end(nnblas_status status) {
    switch (status) {
    case NNBLAS_STOPPED_CALLBACK:
        return "stopped by a signal";
    case NNBLAS_STOPPED_TIME:
        return "the time limit is reached";
    case NNBLAS_STOPPED_CONVERGED:
        return "converged";
    case NNBLAS_STOPPED_LINE_SEARCH:
        return "the line search found no lower cost";
    case NNBLAS_STOPPED_DAMPING:
        return "no step leads to a lower cost";
    case NNBLAS_OK:
        return "completed";
    default:
        return nnblas_status_string(status);
    }
}

end_text explain_end(const training_run *run) {
    if (run->status == NNBLAS_STOPPED_PATIENCE)
        return explain_patience(run);
    end_text end;
    snprintf(end.text, sizeof end.text, "%s", name_end(run->status));
    return end;
}

bool has_weighted_cost(const training_run *run) {
    return get_deciding_weights(&run->settings->training, get_deciding_rows(&run->rows)) != NULL;
}

static const char *describe_cost(const training_run *run) {
    switch (nnblas_net_cost(run->model.net)) {
    case NNBLAS_CROSS_ENTROPY:
        return "cross-entropy";
    case NNBLAS_HUBER:
        return "the Huber cost of the scaled targets";
    case NNBLAS_QUANTILE:
        return "the quantile cost of the scaled targets";
    case NNBLAS_POISSON:
        return "half the Poisson deviance of the scaled targets";
    case NNBLAS_GAMMA:
        return "half the gamma deviance";
    case NNBLAS_GAUSSIAN:
        return "the negative log-likelihood of the scaled targets less ln(2 pi) / 2";
    case NNBLAS_MSE:
    case NNBLAS_HINGE: /* no option of the command */
        break;
    }
    return "half the mean squared error of the scaled targets";
}

static void print_kept(const training_run *run) {
    const nnblas_epoch kept = find_kept_epoch(run);
    if (kept.epoch == 0) {
        fputs("kept the initial weights\n", run->summary);
        return;
    }
    fprintf(run->summary, "kept epoch %zu: ", kept.epoch);
    if (run->settings->training.has_score)
        fprintf(run->summary, "validation score %.6g, ", kept.score);
    fprintf(run->summary, "%s %.6g (%s", has_validation(run) ? "validation cost" : "cost",
            get_deciding_cost(&kept), describe_cost(run));
    if (has_weighted_cost(run))
        fputs(", weighted", run->summary);
    if (count_sampled(&run->rows) > 0 && !isnan(kept.validation_cost))
        fprintf(run->summary, ", of %zu rows", count_sampled(&run->rows));
    fputs(")\n", run->summary);
}

static void print_evidence(const training_run *run) {
    double noise, effective, evidence;
    size_t parameters = nnblas_net_parameter_count(run->model.net);
    if (nnblas_trainer_evidence(run->trainer, NULL, &noise, &effective, &evidence) == NNBLAS_OK)
        fprintf(run->summary,
                "%.1f of %zu parameters are determined; noise %.4g (standard deviation, of the "
                "scaled targets); log evidence %.6g\n",
                effective, parameters, sqrt(noise), evidence);
}

void print_end(const training_run *run) {
    size_t count = nnblas_trainer_history_count(run->trainer);
    size_t most = nnblas_trainer_epochs(run->trainer);
    if (count > most)
        fprintf(run->summary, "%zu epochs, more than the %zu of --epochs\n", count, most);
    else
        fprintf(run->summary, "%zu of %zu epoch%s: %s\n", count, most, end_plural(most),
                explain_end(run).text);
    size_t before = run->first_epoch > 0 ? run->first_epoch - 1 : count;
    if (before > 0)
        fprintf(run->summary,
                "%zu of them by the checkpoint, and %zu in %.2f seconds by this run\n", before,
                count - before, run->seconds);
    print_kept(run);
    print_evidence(run);
}

static void print_value(FILE *stream, double value) {
    if (isnan(value))
        fprintf(stream, " %12s", "-");
    else
        fprintf(stream, " %12.5g", value);
}

static void print_measures(const training_run *run) {
    measure learnt[MOST_MEASURES], held_out[MOST_MEASURES];
    size_t count = list_measures(&run->learnt, learnt);
    if (has_validation(run))
        list_measures(&run->held_out, held_out);
    fprintf(run->summary, "%-18s %12s%s\n", "measure", "learnt",
            has_validation(run) ? "     held out" : "");
    for (size_t m = 0; m < count; m++) {
        fprintf(run->summary, "%-18s", learnt[m].name);
        print_value(run->summary, learnt[m].value);
        if (has_validation(run))
            print_value(run->summary, held_out[m].value);
        fputc('\n', run->summary);
    }
    if (run->learnt.has_numbers)
        fputs("mse is half the mean squared error: of one target rmse^2 / 2\n", run->summary);
}

size_t count_epochs(const training_run *run) {
    size_t sum = 0;
    if (run->settings->members == 0)
        return nnblas_trainer_history_count(run->trainer);
    for (size_t i = 0; i < run->n_networks; i++)
        sum += run->networks[i].epochs;
    return sum;
}

double get_seconds_of_epochs(const training_run *run) {
    size_t count = nnblas_trainer_history_count(run->trainer);
    return count > 0 && run->n_networks == 0 ? get_epoch(run->trainer, count - 1).seconds
                                             : run->seconds;
}

void print_result(const training_run *run) {
    print_measures(run);
    if (has_validation(run)) {
        fputs("validation ", run->summary);
        print_score_line(run->summary, &run->held_out);
        fputc('\n', run->summary);
    }
    fputs("train ", run->summary);
    print_score_line(run->summary, &run->learnt);
    fprintf(run->summary, " epochs %zu seconds %.2f\n", count_epochs(run),
            get_seconds_of_epochs(run));
}
