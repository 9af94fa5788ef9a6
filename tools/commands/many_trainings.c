/* SPDX-License-Identifier: BSD-3-Clause */
#include "commands/many_trainings.h"

#include "cli/memory.h"
#include "cli/options.h"
#include "cli/pool.h"
#include "cli/stop_signal.h"
#include "cli/text.h"
#include "commands/folds.h"
#include "commands/learn.h"
#include "commands/streamed_data.h"
#include "core/clock.h"

#include <inttypes.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

bool has_many_trainings(const train_settings *set) {
    return set->restarts > 0 || set->members > 0;
}

int check_many_trainings(const char *command, const train_settings *set) {
    const char *option = set->restarts > 0 ? "restarts" : "ensemble";
    if (!has_many_trainings(set))
        return CARRY_ON;
    if (set->restarts > 0 && set->members > 0)
        return refuse_usage(command, "--restarts and --ensemble cannot be used together");
    if (is_streamed(set))
        return refuse_usage(command,
                            "--%s trains many networks on rows in memory, and --%s leaves them in "
                            "their file",
                            option, set->labels ? "labels" : "stream");
    if (set->training.checkpoint)
        return refuse_usage(command,
                            "--%s has no checkpoints, which hold one training: leave out "
                            "--checkpoint",
                            option);
    if (set->members > 0 && (set->history || set->plot))
        return refuse_usage(command, "--ensemble has no single history: leave out --%s",
                            set->history ? "history" : "plot");
    return CARRY_ON;
}

/* ---- the trainings --------------------------------------------------------------------------- */

typedef struct trainings trainings;

/* Of the callback of a training. */
typedef struct {
    trainings *all;
    atomic_bool has_begun; /* it has an epoch */
} training_place;

struct trainings {
    const training_run *run;
    output_kind kind;
    size_t count;
    learnt_net *nets;
    training_place *places;
    nnblas_trainer **trainers; /* those that could be created */
    nnblas_status *statuses;
    size_t n_trainers;
    pthread_mutex_t mutex; /* of what follows, and of what is shown */
    size_t begun;
};

static training_settings get_settings(const trainings *all, size_t i) {
    training_settings settings = all->run->settings->training;
    settings.seed += i;
    return settings;
}

/* One begins where another has ended. */
static void show_beginning(trainings *all) {
    size_t at_once = count_pool_threads(
        &(task_pool){.count = all->count, .threads = all->run->settings->training.threads});
    pthread_mutex_lock(&all->mutex);
    all->begun++;
    if (all->run->summary && all->begun > at_once)
        show_trainings_done(all->begun - at_once, all->count);
    pthread_mutex_unlock(&all->mutex);
}

/* They take no step then. */
static void cancel_others(const trainings *all) {
    for (size_t i = 0; i < all->count; i++)
        if (all->nets[i].trainer && !all->places[i].has_begun)
            nnblas_trainer_cancel(all->nets[i].trainer);
}

static int watch_epoch(void *user, size_t epoch, double cost) {
    training_place *place = user;
    (void)cost;
    if (epoch == 1) {
        place->has_begun = true;
        show_beginning(place->all);
    }
    if (!is_stop_requested())
        return 0;
    cancel_others(place->all);
    return 1;
}

static void prepare_all(trainings *all) {
    for (size_t i = 0; i < all->count; i++) {
        const training_settings settings = get_settings(all, i);
        all->nets[i] = prepare_learning(&settings, all->kind, &all->run->rows);
        all->places[i] = (training_place){all, false};
        if (!all->nets[i].trainer)
            continue;
        nnblas_trainer_set_callback(all->nets[i].trainer, watch_epoch, &all->places[i]);
        nnblas_trainer_set_posterior(all->nets[i].trainer,
                                     keeps_posterior(all->run->settings, all->kind));
        all->trainers[all->n_trainers] = all->nets[i].trainer;
        all->statuses[all->n_trainers++] = NNBLAS_ERROR_MEMORY; /* unless they are trained */
    }
}

/* Those that a stop kept from beginning are left out. */
static void end_all(const trainings *all) {
    const nnblas_status *status = all->statuses;
    for (size_t i = 0; i < all->count; i++) {
        const training_settings settings = get_settings(all, i);
        learnt_net *net = &all->nets[i];
        if (!net->trainer)
            continue;
        if (is_stop_requested() && !all->places[i].has_begun)
            free_learnt(net);
        else
            end_learning(&settings, &all->run->rows, *status, net);
        status++;
    }
}

static void learn_all(trainings *all, training_run *run) {
    const dataset *d = &run->rows.learnt;
    prepare_all(all);
    double start = nn_read_clock();
    if (all->n_trainers > 0 && !is_stop_requested())
        nnblas_fit_many(all->trainers, all->n_trainers, d->N, d->X, d->inputs, d->Y, d->outputs,
                        all->statuses);
    run->seconds = nn_read_clock() - start;
    if (run->summary) {
        show_trainings_done(all->count, all->count);
        end_trainings_done();
    }
    end_all(all);
}

/* Where a stop was requested, the last ones did not begin. */
static bool is_trained(const learnt_net *net) {
    return net->net && net->status >= 0;
}

/* What a signal cut short, or kept from beginning. */
static size_t count_stopped(const trainings *all) {
    size_t stopped = 0;
    for (size_t i = 0; i < all->count; i++)
        stopped += all->nets[i].status == NNBLAS_STOPPED_CALLBACK ||
                   (!all->nets[i].net && all->nets[i].status >= 0);
    return stopped;
}

static void note_trainings(const trainings *all, training_run *run) {
    run->networks = resize_array(NULL, all->count, sizeof *run->networks);
    run->n_networks = all->count;
    for (size_t i = 0; i < all->count; i++) {
        const learnt_net *net = &all->nets[i];
        bool is_good = is_trained(net);
        run->networks[i] = (trained_network){
            .seed = run->settings->training.seed + i,
            .epochs = is_good ? nnblas_trainer_history_count(net->trainer) : 0,
            .cost = is_good ? net->cost : (double)NAN,
            .score = is_good ? net->score : (double)NAN,
            .is_kept = is_good && run->settings->members > 0,
        };
    }
}

static void print_trainings(const trainings *all) {
    const training_run *run = all->run;
    for (size_t i = 0; i < all->count; i++) {
        const trained_network *network = &run->networks[i];
        if (!is_trained(&all->nets[i]) && all->nets[i].status >= 0)
            continue;
        fprintf(run->summary, "network %zu: seed %" PRIu64 ", ", i + 1, network->seed);
        if (is_trained(&all->nets[i]))
            fprintf(run->summary, "%zu epoch%s, %scost %.6g", network->epochs,
                    end_plural(network->epochs), has_weighted_cost(run) ? "weighted " : "",
                    network->cost);
        else
            print_safely(run->summary, "failed: %s", all->nets[i].problem.text);
        if (!isnan(network->score))
            fprintf(run->summary, ", score %.6g", network->score);
        if (all->nets[i].status == NNBLAS_STOPPED_CALLBACK)
            fputs(", stopped", run->summary);
        fputc('\n', run->summary);
    }
}

/* ---- the model ------------------------------------------------------------------------------- */

/* As of epochs, the highest score where it decides, and of equal ones the lowest cost. */
static bool is_better(const trainings *all, size_t i, size_t best) {
    const learnt_net *a = &all->nets[i], *b = &all->nets[best];
    if (all->run->settings->training.has_score && a->score != b->score)
        return a->score > b->score;
    return a->cost < b->cost;
}

static size_t find_best(const trainings *all) {
    size_t best = all->count;
    for (size_t i = 0; i < all->count; i++)
        if (is_trained(&all->nets[i]) && (best == all->count || is_better(all, i, best)))
            best = i;
    return best;
}

/* The network gets the metadata of the one that the run began with. */
static bool take_first(training_run *run, learnt_net *from) {
    table_model *model = &run->model;
    nnblas_status status = NNBLAS_OK;
    for (size_t i = 0; i < nnblas_net_metadata_count(model->net) && !status; i++) {
        const char *key = nnblas_net_metadata_key(model->net, i);
        status = nnblas_net_set_metadata(from->net, key, nnblas_net_metadata(model->net, key));
    }
    nnblas_trainer_destroy(run->trainer);
    nnblas_net_destroy(model->net);
    model->net = from->net;
    run->trainer = from->trainer;
    run->status = from->status;
    run->first_epoch = 1;
    from->net = NULL;
    from->trainer = NULL;
    if (status)
        report_failure(run->command);
    return !status;
}

static void take_others(training_run *run, trainings *all) {
    table_model *model = &run->model;
    model->others = resize_array(NULL, all->count, sizeof *model->others);
    for (size_t i = 0; i < all->count; i++)
        if (is_trained(&all->nets[i])) {
            model->others[model->n_others++] = all->nets[i].net;
            all->nets[i].net = NULL;
        }
}

/* Of an ensemble each member counts; of restarts one that is good is enough. */
static bool report_problem(const trainings *all) {
    const training_run *run = all->run;
    bool is_ensemble = run->settings->members > 0;
    for (size_t i = 0; i < all->count; i++)
        if (all->nets[i].status < 0 && (is_ensemble || find_best(all) == all->count)) {
            print_safely(stderr, "nnblas %s: the network of seed %" PRIu64 ": %s\n", run->command,
                         run->settings->training.seed + i, all->nets[i].problem.text);
            return false;
        }
    if (find_best(all) < all->count)
        return true;
    print_safely(stderr, "nnblas %s: stopped by a signal before a training began\n", run->command);
    return false;
}

static void print_choice(const training_run *run, size_t first) {
    size_t members = run->model.n_others + 1;
    if (run->settings->members > 0) {
        fprintf(run->summary, "an ensemble of %zu network%s\n", members, end_plural(members));
        return;
    }
    fprintf(run->summary, "network %zu has the %s\n", first + 1,
            run->settings->training.has_score ? "highest score" : "lowest cost");
    print_end(run);
}

static bool choose_model(training_run *run, trainings *all) {
    if (!report_problem(all))
        return false;
    bool is_ensemble = run->settings->members > 0;
    size_t first = is_ensemble ? 0 : find_best(all), stopped = count_stopped(all);
    note_trainings(all, run);
    run->networks[first].is_kept = true;
    if (run->summary)
        print_trainings(all);
    if (!take_first(run, &all->nets[first]))
        return false;
    if (is_ensemble)
        take_others(run, all);
    if (run->summary && stopped > 0)
        fprintf(run->summary, "stopped by a signal: %zu of %zu networks %s complete\n",
                all->count - stopped, all->count, all->count - stopped == 1 ? "is" : "are");
    if (run->summary)
        print_choice(run, first);
    if (stopped > 0)
        run->status = NNBLAS_STOPPED_CALLBACK;
    return true;
}

static void allocate(trainings *all) {
    all->nets = resize_array(NULL, all->count, sizeof *all->nets);
    all->places = resize_array(NULL, all->count, sizeof *all->places);
    all->trainers = resize_array(NULL, all->count, sizeof *all->trainers);
    all->statuses = resize_array(NULL, all->count, sizeof *all->statuses);
}

static void free_all(trainings *all) {
    for (size_t i = 0; i < all->count; i++)
        free_learnt(&all->nets[i]);
    free(all->nets);
    free(all->places);
    free(all->trainers);
    free(all->statuses);
}

bool train_many(training_run *run) {
    const train_settings *set = run->settings;
    trainings all = {.run = run,
                     .kind = get_output_kind(&run->model.schema),
                     .count = set->restarts > 0 ? set->restarts : set->members,
                     .mutex = PTHREAD_MUTEX_INITIALIZER};
    allocate(&all);
    learn_all(&all, run);
    bool is_good = choose_model(run, &all);
    free_all(&all);
    return is_good;
}
