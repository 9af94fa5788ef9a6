/* SPDX-License-Identifier: BSD-3-Clause */
/* Every allocation of a resumption fails once: an error, nothing changed, nothing leaked, and the
 * same call goes on afterwards. */
#include "support/checkpoint_file.h"
#include "support/counting_allocator.h"
#include "support/small_training.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- checkpoints ----------------------------------------------------------------------------- */

static char path[64], kept[64];

/* What is resumed: a training of so many epochs, of which the checkpoint of the epoch is kept. */
typedef struct sample {
    nnblas_optimizer optimizer;
    double fraction;
    size_t batch, cut, epochs;
    bool has_file; /* of the history */
    double expected[PARAMETERS];
} sample;

static void copy(const char *from, const char *to) {
    file_contents contents = read_whole(from);
    write_whole(to, &contents);
    free(contents.bytes);
}

static void name_history(const char *checkpoint, char name[80]) {
    snprintf(name, 80, "%s.epochs", checkpoint);
}

/* Before its checkpoint, that of the epoch before is there. */
static int keep_cut(void *user, size_t epoch, double cost) {
    const sample *s = user;
    char from[80], to[80];
    (void)cost;
    if (epoch == s->cut + 1)
        copy(path, kept);
    name_history(path, from);
    name_history(kept, to);
    if (epoch == s->cut + 1 && s->has_file)
        copy(from, to);
    return 0;
}

static training begin(const sample *s) {
    training t = make_training(s->optimizer, 0.01, s->epochs);
    ck_assert_ok(nnblas_trainer_set_validation_fraction(t.trainer, s->fraction));
    ck_assert_ok(nnblas_trainer_set_batch_size(t.trainer, s->batch));
    return t;
}

static void make_checkpoint(sample *s) {
    training t = begin(s);
    ck_assert_ok(nnblas_trainer_set_checkpoint(t.trainer, path, s->has_file ? s->cut / 5 : s->cut));
    ck_assert_ok(nnblas_trainer_set_callback(t.trainer, keep_cut, s));
    ck_assert_ok(fit(&t));
    keep_parameters(&t, s->expected);
    free_training(&t);
    ck_assert_int_eq(unlink(path), 0);
}

static void remove_kept(const sample *s) {
    char name[80];
    name_history(kept, name);
    ck_assert_int_eq(unlink(kept), 0);
    ck_assert(!s->has_file || unlink(name) == 0);
}

/* With the kept checkpoint read, it ends as the training that was not cut. */
static void check_end(const training *t, const sample *s) {
    ck_assert_ok(nnblas_trainer_set_epochs(t->trainer, s->epochs));
    ck_assert_ok(fit(t));
    ck_assert(has_parameters(t, s->expected));
    ck_assert_uint_eq(nnblas_trainer_history_count(t->trainer), s->epochs);
}

/* ---- failures -------------------------------------------------------------------------------- */

/* What a trainer that was fitted before shows. */
typedef struct view {
    size_t count;
    nnblas_epoch epochs[3];
    double parameters[PARAMETERS];
} view;

static training begin_fitted(const sample *s, view *v) {
    training t = begin(s);
    ck_assert_ok(nnblas_trainer_set_epochs(t.trainer, 3));
    ck_assert_ok(fit(&t));
    v->count = nnblas_trainer_history_count(t.trainer);
    ck_assert_uint_eq(v->count, 3);
    for (size_t i = 0; i < v->count; i++)
        v->epochs[i] = get_epoch(t.trainer, i);
    keep_parameters(&t, v->parameters);
    return t;
}

static void check_unchanged(const training *t, const view *v) {
    ck_assert_uint_eq(nnblas_trainer_history_count(t->trainer), v->count);
    for (size_t i = 0; i < v->count; i++) {
        const nnblas_epoch epoch = get_epoch(t->trainer, i);
        ck_assert_mem_eq(&epoch, &v->epochs[i], sizeof epoch);
    }
    ck_assert(has_parameters(t, v->parameters));
}

typedef nnblas_status any_call(const training *t);

static nnblas_status resume(const training *t) {
    return nnblas_trainer_resume(t->trainer, kept);
}

/* Calls with the allocation fail_at failing; returns whether there was one. */
static bool call_failing(any_call *call, size_t fail_at, const training *t, const view *v) {
    start_counting(fail_at);
    nnblas_status status = call(t);
    bool failed = get_heap_count().allocations >= fail_at;
    start_counting(0);
    ck_assert_int_eq(status, failed ? NNBLAS_ERROR_MEMORY : NNBLAS_OK);
    if (failed) {
        ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "out of memory"));
        check_unchanged(t, v);
    }
    return failed;
}

/* With a checkpoint that was accepted before, or without. */
static bool check_resume(const sample *s, size_t fail_at, bool had_one) {
    view v;
    training t = begin_fitted(s, &v);
    if (had_one)
        ck_assert_ok(resume(&t));
    size_t live = get_heap_count().live;
    bool failed = call_failing(resume, fail_at, &t, &v);
    if (failed) {
        ck_assert_uint_eq(get_heap_count().live, live);
        if (!had_one)
            ck_assert_ok(resume(&t));
    }
    check_end(&t, s);
    free_training(&t);
    return failed;
}

/* The fit that goes on. The epochs are over at once, so that no other allocation is needed. */
static bool check_fit(const sample *s, size_t fail_at) {
    view v;
    training t = begin_fitted(s, &v);
    ck_assert_ok(resume(&t));
    size_t live = get_heap_count().live;
    ck_assert_ok(nnblas_trainer_set_epochs(t.trainer, s->cut));
    bool failed = call_failing(fit, fail_at, &t, &v);
    if (failed) {
        ck_assert_uint_eq(get_heap_count().live, live);
        check_end(&t, s);
    }
    free_training(&t);
    return failed;
}

static void check_each_failure(sample s) {
    make_checkpoint(&s);
    size_t live = get_heap_count().live;
    for (int had_one = 0; had_one < 2; had_one++) {
        size_t fail_at = 1;
        while (check_resume(&s, fail_at, had_one))
            fail_at++;
        ck_assert_uint_gt(fail_at, 4);
    }
    size_t fail_at = 1;
    while (check_fit(&s, fail_at))
        fail_at++;
    ck_assert_uint_gt(fail_at, 1);
    ck_assert_uint_eq(get_heap_count().live, live);
    remove_kept(&s);
}

START_TEST(a_short_training_is_resumed_in_spite_of_failures) {
    check_each_failure(
        (sample){.optimizer = NNBLAS_ADAM, .fraction = 0.25, .batch = 20, .cut = 8, .epochs = 10});
}
END_TEST

/* So many epochs are held that the next needs memory. */
START_TEST(a_full_history_is_resumed_in_spite_of_failures) {
    check_each_failure((sample){.optimizer = NNBLAS_MOMENTUM, .cut = 256, .epochs = 260});
}
END_TEST

START_TEST(a_history_in_a_file_is_resumed_in_spite_of_failures) {
    check_each_failure((sample){
        .optimizer = NNBLAS_GRADIENT_DESCENT, .cut = 2500, .epochs = 2510, .has_file = true});
}
END_TEST

int main(void) {
    snprintf(path, sizeof path, "resumed.%ld.safetensors", (long)getpid());
    snprintf(kept, sizeof kept, "kept.%ld.safetensors", (long)getpid());
    const TTest *const tests[] = {
        a_short_training_is_resumed_in_spite_of_failures,
        a_full_history_is_resumed_in_spite_of_failures,
        a_history_in_a_file_is_resumed_in_spite_of_failures,
    };
    return run_tests("failed_resumptions", tests, sizeof tests / sizeof *tests);
}
