/* SPDX-License-Identifier: BSD-3-Clause */
/* A training goes on with the plans that it began with, whatever plans are known by then. */
#include "engine/measured_plans.h"
#include "network/network.h"
#include "support/checkpoint_file.h"
#include "support/resumable_training.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BATCH = 9, VALIDATING = 17 };

static char path[64];

static const recipe RECIPE = {
    .optimizer = NNBLAS_ADAM, .rate = 0.05, .batch = BATCH, .fraction = 0.2};

static void add_plan(const training *t, nn_purpose purpose, size_t rows, nn_plan plan) {
    nn_measured_plan measured = {.plan = plan, .nanoseconds = 1, .with_estimated_plan = 1};
    nn_problem p = {.sizes = t->net->sizes,
                    .n_layers = t->net->n_layers,
                    .N = rows,
                    .purpose = purpose,
                    .has_bias = true};
    nn_set_measured_problem(&measured, &p);
    ck_assert_ok(nn_add_measured_plans(&measured, 1));
}

/* Other sums than those of any estimated plan for so few rows: in three parts. */
static void add_odd_plans(const training *t) {
    add_plan(t, NN_TRAIN, BATCH, (nn_plan){.parts = 3, .tile_rows = 2, .padding = 1});
    add_plan(t, NN_PREDICT, VALIDATING, (nn_plan){.parts = 3, .tile_rows = 4, .padding = 1});
}

static int stop_early(void *user, size_t epoch, double cost) {
    (void)user, (void)cost;
    return epoch == RECIPE_EPOCHS / 2;
}

/* A whole training, with the odd plans or without. */
static training train(bool is_odd) {
    training t = begin_recipe(&RECIPE, 5);
    if (is_odd)
        add_odd_plans(&t);
    ck_assert_ok(fit(&t));
    nnblas_plans_forget();
    return t;
}

/* The first half, to its checkpoint. */
static void train_half(bool is_odd) {
    training t = begin_recipe(&RECIPE, 5);
    if (is_odd)
        add_odd_plans(&t);
    ck_assert_ok(nnblas_trainer_set_checkpoint(t.trainer, path, 1000));
    ck_assert_ok(nnblas_trainer_set_callback(t.trainer, stop_early, NULL));
    ck_assert_int_eq(fit(&t), NNBLAS_STOPPED_CALLBACK);
    nnblas_plans_forget();
    free_training(&t);
}

/* The second half, where the odd plans are known or not. */
static training resume(bool is_odd) {
    training t = begin_recipe(&RECIPE, 6);
    if (is_odd)
        add_odd_plans(&t);
    ck_assert_ok(nnblas_trainer_resume(t.trainer, path));
    ck_assert_ok(fit(&t));
    nnblas_plans_forget();
    return t;
}

static bool is_same(const training *a, const training *b) {
    double kept[PARAMETERS];
    keep_parameters(a, kept);
    return has_parameters(b, kept);
}

START_TEST(the_plans_of_a_checkpoint_are_used) {
    training whole[] = {train(false), train(true)};
    ck_assert(!is_same(&whole[0], &whole[1])); /* the plans do matter */
    for (int then = 0; then <= 1; then++)
        for (int now = 0; now <= 1; now++) {
            train_half(then);
            training resumed = resume(now);
            ck_assert_msg(is_same(&whole[then], &resumed), "%d, then %d", then, now);
            check_same_history(whole[then].trainer, resumed.trainer);
            free_training(&resumed);
        }
    free_training(&whole[0]);
    free_training(&whole[1]);
    ck_assert_int_eq(unlink(path), 0);
}
END_TEST

/* The bits that choose the best network are those of the validation. */
START_TEST(the_plan_of_the_validation_is_kept) {
    training t = begin_recipe(&RECIPE, 5);
    ck_assert_ok(nnblas_trainer_set_epochs(t.trainer, 1));
    ck_assert_ok(nnblas_trainer_set_checkpoint(t.trainer, path, 1));
    add_odd_plans(&t);
    ck_assert_ok(fit(&t));
    nnblas_plans_forget();
    free_training(&t);
    file_contents file = read_whole(path);
    char *texts = (char *)memmem(file.bytes, file.size, "\"nnblas.checkpoint.plan\":", 25);
    ck_assert_ptr_nonnull(texts);
    ck_assert_ptr_nonnull(strstr(texts, "\"strategy=rows parts=3 tile_rows=2 "));
    texts = strstr(texts, "\"nnblas.checkpoint.validation_plan\":");
    ck_assert_ptr_nonnull(texts);
    ck_assert_ptr_nonnull(strstr(texts, "\"strategy=rows parts=3 tile_rows=4 "));
    free(file.bytes);
    ck_assert_int_eq(unlink(path), 0);
}
END_TEST

/* Takes a text out of the header; its value has no quotation marks. */
static void remove_text(const char *key) {
    file_contents file = read_whole(path);
    char start[64], member[400];
    snprintf(start, sizeof start, "\"%s\":\"", key);
    char *begin = memmem(file.bytes, file.size, start, strlen(start));
    ck_assert_ptr_nonnull(begin);
    size_t length = strlen(start) + strcspn(begin + strlen(start), "\"") + 1;
    snprintf(member, sizeof member, ",%.*s", (int)length, begin);
    free(file.bytes);
    edit_saved_header(path, member, "");
}

START_TEST(checkpoints_without_plans_go_on) {
    train_half(false);
    remove_text("nnblas.checkpoint.plan");
    remove_text("nnblas.checkpoint.validation_plan");
    training whole = train(false), resumed = resume(false);
    ck_assert(is_same(&whole, &resumed));
    free_training(&whole);
    free_training(&resumed);
    ck_assert_int_eq(unlink(path), 0);
}
END_TEST

static void check_refused(const char *words) {
    training t = begin_recipe(&RECIPE, 6);
    double kept[PARAMETERS];
    keep_parameters(&t, kept);
    ck_assert_int_eq(nnblas_trainer_resume(t.trainer, path), NNBLAS_ERROR_FORMAT);
    ck_assert_msg(strstr(nnblas_error_message(), words), "%s", nnblas_error_message());
    ck_assert(has_parameters(&t, kept));
    free_training(&t);
}

START_TEST(damaged_plans_are_refused) {
    static const struct {
        const char *from, *to, *words;
    } CHANGES[] = {
        {"\"strategy=rows parts=3 tile_rows=2", "\"strategy=rows parts=65 tile_rows=2",
         "a plan of the checkpoint: parts is '65'; it must be 1 to 9"},
        {"parts=3 tile_rows=2", "parts=3 tile_rows=10", "tile_rows is '10'; it must be 1 to 9"},
        {"parts=3 tile_rows=4", "parts=3 tile_rows=18", "tile_rows is '18'; it must be 1 to 17"},
        {"\"strategy=rows parts=3 tile_rows=2", "\"strategy=shared parts=1 tile_rows=2",
         "with parts=2 or more"},
        {"\"strategy=rows parts=3 tile_rows=4", "\"strategy=shared parts=3 tile_rows=4",
         "parts share tiles only where there are updates"},
        {"tile_rows=2 transposed=none", "tile_rows=2 transposed=3", "it must be 1 to 2"},
        {"product_limit=0\"", "product_limit=0 more\"", "there is 'more' behind the last field"},
        {"nnblas.checkpoint.plan", "nnblas.checkpoint.planned", "unknown text"},
    };
    train_half(true);
    file_contents good = read_whole(path);
    for (size_t i = 0; i < sizeof CHANGES / sizeof *CHANGES; i++) {
        write_whole(path, &good);
        edit_saved_header(path, CHANGES[i].from, CHANGES[i].to);
        check_refused(CHANGES[i].words);
    }
    free(good.bytes);
    ck_assert_int_eq(unlink(path), 0);
}
END_TEST

/* Other rows are refused as before, and not computed by a plan for the old ones. */
START_TEST(other_rows_are_refused) {
    train_half(true);
    training t = begin_recipe(&RECIPE, 6);
    ck_assert_ok(nnblas_trainer_resume(t.trainer, path));
    ck_assert_int_eq(nnblas_trainer_fit(t.trainer, 5, t.p.X, t.p.ldx, t.p.Y, t.p.ldy),
                     NNBLAS_ERROR_VALUE);
    ck_assert_ok(fit(&t));
    free_training(&t);
    ck_assert_int_eq(unlink(path), 0);
}
END_TEST

int main(void) {
    snprintf(path, sizeof path, "plans.%ld.safetensors", (long)getpid());
    const TTest *const tests[] = {
        the_plans_of_a_checkpoint_are_used,
        the_plan_of_the_validation_is_kept,
        checkpoints_without_plans_go_on,
        damaged_plans_are_refused,
        other_rows_are_refused,
    };
    return run_tests("checkpoint_plans", tests, sizeof tests / sizeof *tests);
}
