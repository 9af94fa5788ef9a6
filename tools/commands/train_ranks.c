/* SPDX-License-Identifier: BSD-3-Clause */
#include "commands/train_ranks.h"

#include "cli/contacts.h"
#include "cli/ranks.h"
#include "cli/text.h"
#include "commands/library_words.h"
#include "commands/trainer.h"

#include <stdlib.h>
#include <unistd.h>

static bool has_file(const char *path, size_t rank) {
    char *name = name_file_of_rank(path, rank);
    bool exists = access(name, F_OK) == 0;
    free(name);
    return exists;
}

static bool has_files(const train_settings *set, size_t rank) {
    return has_file(set->features, rank) || has_file(set->labels, rank);
}

/* Fewer ranks than files would train on a part of the data. Where a rank lacks its own, that is
 * told; a file that is missing behind the last rank does not hide those after it. */
static int check_last_file(const char *command, const train_settings *set) {
    enum { LOOKED_FOR = 1000 };
    const size_t ranks = count_ranks();
    size_t first = ranks, files = ranks;
    if (!has_files(set, get_rank()))
        return CARRY_ON;
    for (size_t rank = ranks; rank < ranks + LOOKED_FOR; rank++)
        if (has_files(set, rank)) {
            first = files == ranks ? rank : first;
            files = rank + 1;
        }
    if (files == ranks)
        return CARRY_ON;
    char *left =
        name_file_of_rank(has_file(set->features, first) ? set->features : set->labels, first);
    refuse_usage(command,
                 "%s would not be read: there %s only %zu rank%s; mpirun -np %zu has one for each "
                 "file, or move away what does not belong to these data",
                 left, ranks == 1 ? "is" : "are", ranks, end_plural(ranks), files);
    free(left);
    return EXIT_USAGE;
}

/* Arrays of a rank's own. */
static int check_rank_files(const char *command, const train_settings *set) {
    if (!set->labels && set->data && names_rank(set->data))
        return refuse_usage(
            command,
            "{rank} can be used only in --features and --labels: all ranks read one DATA.csv");
    if (!set->labels)
        return CARRY_ON;
    const bool features = names_rank(set->features), labels = names_rank(set->labels);
    if ((features || labels) && !set->ranks.is_asked)
        return refuse_usage(command,
                            "{rank} in --%s is the number of a rank, and without --mpi there is "
                            "none",
                            features ? "features" : "labels");
    if (features != labels)
        return refuse_usage(command,
                            "--%s has {rank}, and --%s has not: a rank has both files of its own, "
                            "or none",
                            features ? "features" : "labels", features ? "labels" : "features");
    return features ? check_last_file(command, set) : CARRY_ON;
}

int check_train_ranks(const char *command, train_settings *set) {
    if (set->ranks.is_ordered && !set->ranks.is_asked)
        return refuse_usage(command, "--mpi-ordered needs --mpi");
    int status = check_rank_options(command, &set->ranks);
    if (status == CARRY_ON)
        status = check_rank_files(command, set);
    if (status != CARRY_ON || !set->ranks.is_asked)
        return status;
    if (set->restarts > 0 || set->members > 0)
        return refuse_usage(command, "--mpi divides the rows of one network: leave out --%s",
                            set->restarts > 0 ? "restarts" : "ensemble");
    if (set->ranks.is_ordered && (set->labels || set->streams))
        return refuse_usage(command,
                            "--mpi-ordered needs a table in memory, and --%s leaves rows in files: "
                            "leave out either",
                            set->labels ? "labels" : "stream");
    if (set->ranks.is_ordered && set->training.batch > 0)
        return refuse_usage(command, "--mpi-ordered needs --batch all");
    if (is_first_rank())
        return refuse_shared_input(command, set);
    set->output = set->history = set->plot = set->json = NULL;
    set->training.checkpoint = NULL;
    set->training.is_resumed = false;
    return refuse_shared_input(command, set);
}

static const double *move_on(const double *values, size_t count) {
    return values ? values + count : NULL;
}

/* It shares the arrays. */
static dataset view_rows(const dataset *d, size_t first, size_t count) {
    dataset view = *d;
    view.N = count;
    view.X = (double *)move_on(d->X, first * d->inputs);
    view.Y = (double *)move_on(d->Y, first * d->outputs);
    view.weights = (double *)move_on(d->weights, first);
    view.cost_weights = (double *)move_on(d->cost_weights, first);
    view.true_Y = (double *)move_on(d->true_Y, first * d->outputs);
    return view;
}

static nnblas_status take_share(const training_run *run, const nnblas_group *group,
                                const dataset *d, dataset *share) {
    size_t first = 0, count = 0;
    const nnblas_net *net = run->settings->ranks.is_ordered ? run->model.net : NULL;
    if (run->rows.are_divided) {
        *share = *d;
        return NNBLAS_OK;
    }
    nnblas_status status =
        nnblas_group_share(net, d->N, get_cost_weights(d) != NULL, group, &first, &count);
    *share = view_rows(d, first, count);
    if (d == &run->rows.learnt && run->rows.streamed)
        choose_streamed_rows(run->rows.streamed, first, count);
    return status;
}

/* Ordered sums need those that decide on one rank. */
static nnblas_status take_deciding_share(const training_run *run, const nnblas_group *group,
                                         dataset *share) {
    const dataset *all = get_deciding_rows(&run->rows);
    if (!run->settings->ranks.is_ordered)
        return take_share(run, group, all, share);
    *share = view_rows(all, 0, is_first_rank() ? all->N : 0);
    return NNBLAS_OK;
}

static nnblas_status set_group(training_run *run, const nnblas_group *group) {
    dataset deciding;
    nnblas_status status = take_share(run, group, &run->rows.learnt, &run->share);
    if (!status)
        status = take_deciding_share(run, group, &deciding);
    if (!status)
        status = set_rows(&run->settings->training, &run->share, &deciding, run->trainer);
    return status ? status
                  : nnblas_trainer_set_group(run->trainer, group, run->settings->ranks.is_ordered);
}

nnblas_status share_rows(training_run *run) {
    nnblas_group group;
    run->share = run->rows.learnt;
    if (!has_ranks())
        return NNBLAS_OK;
    pause_contacts();
    const char *problem = get_rank_calls()->create_group(run->settings->ranks.seconds, &group);
    if (!problem)
        return set_group(run, &group);
    print_safely(stderr, "nnblas %s: %s\n", run->command, problem);
    get_rank_calls()->abandon(EXIT_FAILURE);
    return NNBLAS_ERROR_GROUP;
}

void end_sharing(training_run *run) {
    if (!has_ranks())
        return;
    get_rank_calls()->destroy_group();
    resume_contacts();
    if (run->rows.streamed && !run->rows.are_divided)
        choose_streamed_rows(run->rows.streamed, 0, run->rows.learnt.N);
}

static void take_scores(void *user, size_t rank, const void *bytes, size_t count) {
    (void)rank, (void)count;
    join_score_sums(user, bytes);
}

void join_scores(const training_run *run, scores *s) {
    size_t bytes;
    void *own = pack_score_sums(s, &bytes);
    free_scores(s);
    *s = start_scores(&run->model.schema);
    share_bytes(own, bytes, take_scores, s);
    free(own);
}

/* Where rank 0 itself is lost, the others tell; and where a file cannot be read or memory is short,
 * the rank that knows. */
bool tells_of_failure(const training_run *run, const char *text) {
    if (has_ranks() && run->status == NNBLAS_ERROR_SOURCE)
        return *run->rows.streamed->error.text;
    const group_failure failure = read_group_failure(text);
    return is_first_rank() ||
           (run->status == NNBLAS_ERROR_GROUP && (failure.misses_first || failure.lacks_memory));
}

void give_up_lost_ranks(const training_run *run) {
    if (has_ranks() && run->status == NNBLAS_ERROR_GROUP)
        give_up_ranks();
}
