/* SPDX-License-Identifier: BSD-3-Clause */
/* Trainings that are cut at an epoch, saved, and go on as if they had not been. */
#include "random/recipe.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *get_path(void) {
    static char path[64];
    snprintf(path, sizeof path, "random.%ld.safetensors", (long)getpid());
    return path;
}

/* ---- the training that is not cut ------------------------------------------------------------ */

typedef struct whole {
    nnblas_status status;
    size_t done, held;
    double *parameters;
    nnblas_epoch *epochs; /* those that are held */
} whole;

static void set_parameters(nnblas_net *net, const problem *p) {
    memcpy(nnblas_net_parameters(net), p->parameters, p->parameter_count * sizeof(double));
}

static whole run_whole(const slot *s, const problem *p, const recipe *r) {
    recipe unlimited = *r;
    unlimited.history_limit = SIZE_MAX;
    record seen = begin_record(s->net, &unlimited, p);
    whole found = {.status = fit_rows(&seen, p)};
    expect(found.status >= 0 || has_overflowed(p, found.status), "the whole training: %s",
           nnblas_error_message());
    found.done = seen.calls;
    found.parameters = allocate_doubles(p->parameter_count);
    memcpy(found.parameters, nnblas_net_parameters(s->net), p->parameter_count * sizeof(double));
    found.epochs = malloc(found.done * sizeof *found.epochs);
    expect(found.epochs, "out of memory");
    for (size_t i = 0; i < found.done; i++)
        found.epochs[i] = get_epoch(seen.trainer, i);
    nnblas_trainer_destroy(seen.trainer);
    return found;
}

static void free_whole(whole *w) {
    free(w->parameters);
    free(w->epochs);
}

/* ---- the first part -------------------------------------------------------------------------- */

/* Wherever it is cut, the last epoch has a checkpoint. */
static void run_first_part(world *w, const slot *s, const problem *p, const recipe *r, size_t cut) {
    recipe first = *r;
    first.stop_at = cut;
    record seen = begin_record(s->net, &first, p);
    double interval = roll_chance(w, 2) ? 0.0 : 1e6;
    expect_status(
        nnblas_trainer_set_checkpoint(seen.trainer, get_path(), roll_between(&w->d, 1, 3)),
        NNBLAS_OK);
    expect_status(nnblas_trainer_set_checkpoint_interval(seen.trainer, interval), NNBLAS_OK);
    expect_status(fit_rows(&seen, p), NNBLAS_STOPPED_CALLBACK);
    expect_status(nnblas_trainer_checkpoint_status(seen.trainer), NNBLAS_OK);
    nnblas_trainer_destroy(seen.trainer);
}

/* ---- what does not go on --------------------------------------------------------------------- */

static void write_bytes(const char *path, const void *bytes, size_t size) {
    FILE *file = fopen(path, "we");
    expect(file && fwrite(bytes, 1, size, file) == size && fclose(file) == 0, "no file %s", path);
}

static void change_setting(world *w, recipe *r) {
    switch (roll_between(&w->d, 0, 8)) {
    case 0:
        r->rate *= 2.0;
        break;
    case 1:
        r->momentum *= 0.5;
        break;
    case 2:
        r->beta2 *= 0.5;
        break;
    case 3:
        r->decay += 0.5;
        break;
    case 4:
        r->tolerance += 1.0;
        break;
    case 5:
        r->schedule = (nnblas_schedule)((r->schedule + 1) % (NNBLAS_SCHEDULE_ADAPTIVE + 1));
        break;
    case 6:
        r->batch++;
        break;
    case 7:
        r->schedule = NNBLAS_SCHEDULE_COSINE; /* of more epochs */
        r->epochs++;
        break;
    default:
        r->seed++;
    }
}

static void check_refused_setting(world *w, const slot *s, const problem *p, const recipe *r) {
    recipe other = *r;
    change_setting(w, &other);
    record seen = begin_record(s->net, &other, p);
    expect_status(nnblas_trainer_resume(seen.trainer, get_path()), NNBLAS_ERROR_VALUE);
    nnblas_trainer_destroy(seen.trainer);
    check_slot(s);
}

/* A file that is not there, a network, and a part of one. */
static void check_refused_files(world *w, const slot *s, const record *seen) {
    char other[80];
    void *bytes = NULL;
    size_t size = 0;
    snprintf(other, sizeof other, "%s.other", get_path());
    expect_status(nnblas_trainer_resume(seen->trainer, other), NNBLAS_ERROR_FILE);
    expect_status(nnblas_net_save_to_memory(s->net, &bytes, &size), NNBLAS_OK);
    write_bytes(other, bytes, roll_chance(w, 2) ? size : roll_between(&w->d, 0, size - 1));
    expect_status(nnblas_trainer_resume(seen->trainer, other), NNBLAS_ERROR_FORMAT);
    nnblas_free(bytes);
    remove(other);
    check_slot(s);
}

/* A fit without the last row that has weight; it leaves the checkpoint for the next. */
static void check_refused_rows(const slot *s, record *seen, const problem *p) {
    problem less = *p;
    size_t calls = seen->calls;
    while (p->weights && p->weights[less.N - 1] == 0.0)
        less.N--;
    if (--less.N == 0)
        return;
    expect_status(fit_rows(seen, &less), NNBLAS_ERROR_VALUE);
    expect(seen->calls == calls, "an epoch was run");
    check_slot(s);
}

/* ---- the second part ------------------------------------------------------------------------- */

static bool are_same(double a, double b) {
    return memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b));
}

/* All but the seconds. */
static void check_epochs(const record *seen, const whole *expected) {
    size_t count = nnblas_trainer_history_count(seen->trainer);
    size_t held = get_smaller(expected->done - seen->before, seen->history_limit);
    expect(count == held, "%zu epochs are held, and not %zu", count, held);
    for (size_t i = 0; i < count; i++) {
        const nnblas_epoch a = get_epoch(seen->trainer, i),
                           b = expected->epochs[expected->done - count + i];
        expect(a.epoch == b.epoch && are_same(a.cost, b.cost) &&
                   are_same(a.validation_cost, b.validation_cost) &&
                   are_same(a.learning_rate, b.learning_rate) && are_same(a.score, b.score),
               "epoch %zu is another one", b.epoch);
        expect(i == 0 || a.seconds >= get_epoch(seen->trainer, i - 1).seconds,
               "epoch %zu ended before", b.epoch);
    }
}

static void run_second_part(world *w, slot *s, const problem *p, const recipe *r, size_t cut,
                            const whole *expected) {
    recipe second = *r;
    second.history_limit = roll_chance(w, 3) ? roll_between(&w->d, 0, 5) : SIZE_MAX;
    record seen = begin_record(s->net, &second, p);
    seen.before = cut - get_smaller(cut, r->history_limit);
    seen.calls = cut;
    draw_parameters(w, s);
    if (roll_chance(w, 3))
        check_refused_setting(w, s, p, r);
    if (roll_chance(w, 3))
        check_refused_files(w, s, &seen);
    expect_status(nnblas_trainer_resume(seen.trainer, get_path()), NNBLAS_OK);
    expect(nnblas_trainer_history_count(seen.trainer) == 0, "resume wrote the history");
    check_slot(s);
    if (p->N > 1 && roll_chance(w, 3))
        check_refused_rows(s, &seen, p);
    nnblas_status status = fit_rows(&seen, p);
    expect_status(status, expected->status);
    expect(seen.calls == expected->done, "%zu epochs, and not %zu", seen.calls, expected->done);
    expect(memcmp(nnblas_net_parameters(s->net), expected->parameters,
                  p->parameter_count * sizeof(double)) == 0,
           "a training of %zu epochs that was cut after %zu ends with other parameters",
           expected->done, cut);
    check_epochs(&seen, expected);
    nnblas_trainer_destroy(seen.trainer);
}

/* ---- the call -------------------------------------------------------------------------------- */

static void check_lbfgs_refused(const slot *s, const problem *p, const recipe *r) {
    record seen = begin_record(s->net, r, p);
    expect_status(nnblas_trainer_set_checkpoint(seen.trainer, get_path(), 1), NNBLAS_OK);
    expect_status(fit_rows(&seen, p), NNBLAS_ERROR_VALUE);
    expect(access(get_path(), F_OK) != 0, "a checkpoint was written");
    nnblas_trainer_destroy(seen.trainer);
    check_slot(s);
}

static void cut_training(world *w, slot *s, const problem *p, const recipe *r) {
    whole expected = run_whole(s, p, r);
    if (expected.done > 1 && expected.status >= 0) {
        size_t cut = roll_between(&w->d, 1, expected.done - 1);
        set_parameters(s->net, p);
        run_first_part(w, s, p, r, cut);
        run_second_part(w, s, p, r, cut, &expected);
        expect(remove(get_path()) == 0, "there is no checkpoint");
    }
    free_whole(&expected);
}

void call_resume(world *w) {
    begin_call("nnblas_trainer_resume");
    slot *s = roll_slot(w);
    problem p = draw_rows(w, s);
    recipe r = roll_recipe(w, s);
    if (r.optimizer == NNBLAS_LBFGS)
        check_lbfgs_refused(s, &p, &r);
    else if (has_rows(&p, &r))
        cut_training(w, s, &p, &r);
    draw_parameters(w, s);
    check_slot(s);
    free_recipe(&r);
    free_problem(&p);
}
