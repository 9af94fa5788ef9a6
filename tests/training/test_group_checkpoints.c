/* SPDX-License-Identifier: BSD-3-Clause */
/* Rank 0 writes the checkpoints of a group, and any number of ranks goes on from them. */
#include "support/group_training.h"

#include <string.h>
#include <unistd.h>

static const char PATH[] = "group_checkpoint";
static const size_t SIZES[] = {4, 5, 2};
enum { EPOCHS = 24, HALF = 11 };

/* What the ranks of a training are set to, and where only rank 0 goes on. */
static nnblas_optimizer optimizer;
static size_t epochs, batch_size;
static double fraction;
static const char *path;
static bool resumes, all_resume, ends_by_time;

static void set_up(nnblas_trainer *t, size_t rank) {
    ck_assert_ok(nnblas_trainer_set_optimizer(t, optimizer));
    ck_assert_ok(nnblas_trainer_set_learning_rate(t, 0.02));
    ck_assert_ok(nnblas_trainer_set_weight_decay(t, 0.01));
    ck_assert_ok(nnblas_trainer_set_batch_size(t, batch_size));
    ck_assert_ok(nnblas_trainer_set_validation_fraction(t, fraction));
    ck_assert_ok(nnblas_trainer_set_bayesian(t, optimizer == NNBLAS_LEVENBERG_MARQUARDT));
    ck_assert_ok(nnblas_trainer_set_epochs(t, epochs));
    ck_assert_ok(nnblas_trainer_set_checkpoint(t, path, 4));
    if (ends_by_time && rank == 1)
        ck_assert_ok(nnblas_trainer_set_time_limit(t, 1e-9));
    if (resumes && (rank == 0 || rank == ALONE || all_resume))
        ck_assert_ok(nnblas_trainer_resume(t, PATH));
}

static problem make(void) {
    dice d = {4};
    const kind k = {NNBLAS_TANH, NNBLAS_IDENTITY, NNBLAS_MSE, NNBLAS_BIAS};
    problem p = make_problem_of(&d, k, 70, SIZES, 3, 0);
    for (size_t i = 0; i < p.parameter_count; i++)
        p.parameters[i] *= 0.3;
    return p;
}

static group_outcome train_until(const group_recipe *recipe, size_t ranks, size_t end) {
    epochs = end;
    path = PATH;
    return train_in_group(recipe, ranks, NULL);
}

/* For the next trainings, the first of which begin anew. */
static void choose(nnblas_optimizer some, size_t batch, double validation) {
    optimizer = some;
    batch_size = batch;
    fraction = validation;
    resumes = false;
}

static outcome train_without_a_break(const group_recipe *recipe) {
    epochs = EPOCHS;
    path = NULL;
    return train_alone(recipe);
}

/* The first epochs by some ranks; the next training goes on. */
static void train_first_part(const group_recipe *recipe, size_t ranks, size_t end) {
    group_outcome o = train_until(recipe, ranks, end);
    for (size_t r = 0; r < ranks; r++)
        ck_assert_msg(o.rank[r].status == NNBLAS_OK, "%s", o.rank[r].message);
    free_group_outcome(&o);
    resumes = true;
}

static void end(problem *p, group_outcome *o) {
    free_group_outcome(o);
    free_problem(p);
    unlink(PATH);
}

/* Half of it by some ranks, the rest by others: as one process trains without a break. */
static void check_resumed(size_t before, size_t after) {
    problem p = make();
    const group_recipe recipe = {.p = &p, .set_up = set_up};
    resumes = false;
    outcome whole = train_without_a_break(&recipe);
    train_first_part(&recipe, before, HALF);
    group_outcome rest = train_until(&recipe, after, EPOCHS);
    compare_with_alone(&recipe, &whole, &rest, 1e-9);
    free_outcome(&whole);
    end(&p, &rest);
}

static void check_optimizer(nnblas_optimizer some, size_t batch, double validation) {
    choose(some, batch, validation);
    check_resumed(1, 2);
    check_resumed(4, 3);
    check_resumed(3, 8);
    check_resumed(8, 1);
}

START_TEST(any_number_of_ranks_goes_on) {
    check_optimizer(NNBLAS_ADAM, 9, 0.2);
    check_optimizer(NNBLAS_MOMENTUM, 0, 0.0);
    check_optimizer(NNBLAS_SCALED_CONJUGATE_GRADIENT, 0, 0.0);
    if (nnblas_has(NNBLAS_FEATURE_LAPACK))
        check_optimizer(NNBLAS_LEVENBERG_MARQUARDT, 0, 0.0);
    all_resume = true;
    check_optimizer(NNBLAS_ADAM, 9, 0.2);
    all_resume = false;
}
END_TEST

/* One process goes on from a group's checkpoint, and a group from that of one process. */
START_TEST(one_process_and_a_group_take_turns) {
    problem p = make();
    const group_recipe recipe = {.p = &p, .set_up = set_up};
    choose(NNBLAS_ADAM, 9, 0.2);
    outcome whole = train_without_a_break(&recipe);
    train_first_part(&recipe, 3, 6);
    epochs = HALF;
    outcome second = train_alone(&recipe);
    ck_assert_uint_eq(second.epochs, HALF);
    group_outcome third = train_until(&recipe, 2, EPOCHS);
    compare_with_alone(&recipe, &whole, &third, 1e-9);
    free_outcome(&second);
    free_outcome(&whole);
    end(&p, &third);
}
END_TEST

/* As in one process: the training goes on, and rank 0 tells of it. */
START_TEST(a_checkpoint_that_fails_ends_nothing) {
    problem p = make();
    const group_recipe recipe = {.p = &p, .set_up = set_up};
    choose(NNBLAS_ADAM, 0, 0.0);
    epochs = EPOCHS;
    path = "no_such_folder/checkpoint";
    group_outcome o = train_in_group(&recipe, 3, NULL);
    for (size_t r = 0; r < 3; r++) {
        ck_assert_int_eq(o.rank[r].status, NNBLAS_OK);
        ck_assert_uint_eq(o.rank[r].epochs, EPOCHS);
        ck_assert_int_eq(o.rank[r].checkpoint_status, r == 0 ? NNBLAS_ERROR_FILE : NNBLAS_OK);
    }
    end(&p, &o);
}
END_TEST

/* One rank has a limit that the seconds before are over: all end before the first epoch. */
START_TEST(a_resumed_training_is_over_for_all) {
    problem p = make();
    const group_recipe recipe = {.p = &p, .set_up = set_up};
    choose(NNBLAS_ADAM, 9, 0.0);
    train_first_part(&recipe, 3, HALF);
    ends_by_time = true;
    group_outcome o = train_until(&recipe, 3, EPOCHS);
    for (size_t r = 0; r < 3; r++) {
        ck_assert_msg(o.rank[r].status == NNBLAS_STOPPED_TIME, "%s", o.rank[r].message);
        ck_assert_uint_eq(o.rank[r].epochs, HALF);
    }
    ends_by_time = false;
    end(&p, &o);
}
END_TEST

/* Of other rows: rank 0 refuses it, and all return why. */
START_TEST(a_checkpoint_of_other_rows_is_refused) {
    problem p = make();
    const group_recipe recipe = {.p = &p, .set_up = set_up};
    choose(NNBLAS_ADAM, 9, 0.0);
    train_first_part(&recipe, 2, HALF);
    p.N -= 10;
    group_outcome o = train_until(&recipe, 3, EPOCHS);
    for (size_t r = 0; r < 3; r++) {
        ck_assert_int_eq(o.rank[r].status, NNBLAS_ERROR_VALUE);
        ck_assert_msg(strstr(o.rank[r].message, "rank 0: rows to train on: 70"), "%s",
                      o.rank[r].message);
        ck_assert_mem_eq(o.rank[r].parameters, p.parameters, p.parameter_count * sizeof(double));
    }
    end(&p, &o);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {any_number_of_ranks_goes_on, one_process_and_a_group_take_turns,
                                  a_checkpoint_that_fails_ends_nothing,
                                  a_checkpoint_of_other_rows_is_refused,
                                  a_resumed_training_is_over_for_all};
    return run_tests("group_checkpoints", tests, sizeof tests / sizeof *tests);
}
