/* SPDX-License-Identifier: BSD-3-Clause */
/* Epochs over the rows of a source: orders, validation, checkpoints, and the reasons to stop. */
#include "support/resumable_training.h"
#include "support/row_source.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* How rows are read. */
typedef struct reading {
    size_t block_rows, portion;
    bool seeks, reads_ahead, points;
} reading;

static void open_reading(row_source *s, const problem *p, const reading *r) {
    open_row_source(s, p, r->block_rows);
    s->portion = r->portion;
    s->points = r->points;
    if (r->seeks)
        let_seek(s);
    ck_assert_ok(nnblas_source_set_read_ahead(s->source, r->reads_ahead));
}

static nnblas_status fit_reading(const training *t, const reading *r) {
    row_source s;
    open_reading(&s, &t->p, r);
    nnblas_status status = nnblas_trainer_fit_source(t->trainer, s.source);
    ck_assert(!s.was_inside);
    close_row_source(&s);
    return status;
}

/* ---- orders ---------------------------------------------------------------------------------- */

static void train_batches(const reading *r, size_t batch, uint64_t seed, double *parameters) {
    training t = make_training(NNBLAS_ADAM, 0.01, 4);
    ck_assert_ok(nnblas_trainer_set_batch_size(t.trainer, batch));
    ck_assert_ok(nnblas_trainer_set_seed(t.trainer, seed));
    ck_assert_ok(fit_reading(&t, r));
    keep_parameters(&t, parameters);
    free_training(&t);
}

START_TEST(orders_depend_on_seed_blocks_and_seek_alone) {
    double first[PARAMETERS], other[PARAMETERS];
    for (int seeks = 0; seeks < 2; seeks++) {
        const reading r = {.block_rows = 20, .seeks = seeks, .reads_ahead = true};
        train_batches(&r, 7, 1, first);
        for (int i = 0; i < 8; i++) {
            const reading same = {20, i & 1 ? 3 : 0, seeks, i & 2, i & 4};
            ck_assert_ok(nnblas_set_threads(1 + i % 3));
            train_batches(&same, 7, 1, other);
            ck_assert(memcmp(first, other, sizeof first) == 0);
        }
        ck_assert_ok(nnblas_set_threads(0));
        train_batches(&r, 7, 2, other);
        ck_assert(memcmp(first, other, sizeof first) != 0);
        const reading larger = {.block_rows = 30, .seeks = seeks, .reads_ahead = true},
                      changed = {.block_rows = 20, .seeks = !seeks, .reads_ahead = true};
        train_batches(&larger, 7, 1, other);
        ck_assert(memcmp(first, other, sizeof first) != 0);
        train_batches(&changed, 7, 1, other);
        ck_assert(memcmp(first, other, sizeof first) != 0);
    }
}
END_TEST

/* With so small a rate that the parameters stay, an epoch's cost is that over all rows, each once.
 */
START_TEST(an_epoch_takes_each_row_once) {
    static const size_t BATCHES[] = {1, 7, 20, 50, 82, 83, 90};
    for (size_t b = 0; b < 2 * sizeof BATCHES / sizeof *BATCHES; b++) {
        training t = make_training(NNBLAS_GRADIENT_DESCENT, 1e-14, 3);
        const reading r = {.block_rows = 20, .seeks = b % 2, .reads_ahead = true};
        double cost;
        ck_assert_ok(nnblas_net_evaluate(t.net, N, t.p.X, t.p.ldx, t.p.Y, t.p.ldy, &cost));
        ck_assert_ok(nnblas_trainer_set_batch_size(t.trainer, BATCHES[b / 2]));
        ck_assert_ok(fit_reading(&t, &r));
        for (size_t e = 0; e < 3; e++)
            ck_assert_double_eq_tol(get_epoch(t.trainer, e).cost, cost, 1e-12);
        free_training(&t);
    }
}
END_TEST

/* A rest of a block is the beginning of the next batch, or each block of 20 rows would have a third
 * batch of 6: a step of Adam is at most about its rate, so that steps count. */
START_TEST(an_epoch_has_as_many_steps_as_batches) {
    enum { BATCH = 7, STEPS = (N + BATCH - 1) / BATCH };
    static const double RATE = 1e-9;
    training t = make_training(NNBLAS_ADAM, RATE, 1);
    const reading r = {.block_rows = 20, .seeks = true, .reads_ahead = true};
    double start[PARAMETERS], farthest = 0.0;
    keep_parameters(&t, start);
    ck_assert_ok(nnblas_trainer_set_batch_size(t.trainer, BATCH));
    ck_assert_ok(nnblas_trainer_set_adam(t.trainer, 0.0, 0.0, 1e-12));
    ck_assert_ok(nnblas_trainer_set_sample_weights(t.trainer, NULL));
    for (size_t e = 0; e < N; e++) /* each gradient has the same signs */
        memcpy(t.p.X + e * t.p.ldx, t.p.X, INPUTS * sizeof(double)),
            memcpy(t.p.Y + e * t.p.ldy, t.p.Y, OUTPUTS * sizeof(double));
    ck_assert_ok(fit_reading(&t, &r));
    for (size_t i = 0; i < PARAMETERS; i++)
        farthest = fmax(farthest, fabs(get_parameters(&t)[i] - start[i]));
    ck_assert_double_eq_tol(farthest / RATE, (double)STEPS, 0.01);
    free_training(&t);
}
END_TEST

/* With seek, each epoch takes each block once, in an order of its own. */
START_TEST(blocks_are_drawn_anew_in_each_epoch) {
    enum { BLOCKS = 8, ROWS = BLOCKS * 10, EPOCHS = 8 };
    training t = make_training(NNBLAS_MOMENTUM, 0.01, EPOCHS);
    t.p.N = ROWS;
    row_source s;
    open_row_source(&s, &t.p, 10);
    let_seek(&s);
    ck_assert_ok(nnblas_source_set_read_ahead(s.source, 0));
    ck_assert_ok(nnblas_trainer_set_batch_size(t.trainer, 9));
    ck_assert_ok(nnblas_trainer_fit_source(t.trainer, s.source));
    size_t place = BLOCKS + 1, same = 0; /* behind the first pass, in order */
    for (size_t e = 0; e < EPOCHS; e++) {
        unsigned taken = 0;
        size_t first = s.begun[place];
        for (size_t i = 0; i <= BLOCKS; i++) /* the last rows are followed by a call for none */
            taken |= s.begun[place] < ROWS ? 1U << s.begun[place++] / 10 : (place++, 0U);
        ck_assert_uint_eq(taken, (1U << BLOCKS) - 1);
        same += first == s.begun[BLOCKS + 1];
    }
    ck_assert_uint_lt(same, EPOCHS);
    close_row_source(&s);
    free_training(&t);
}
END_TEST

/* Once the rows are counted: 83 in blocks of 80 are two of 42 and 41, for a block of 80 could not
 * be read while 3 rows are computed with. */
START_TEST(blocks_are_equal) {
    training t = make_training(NNBLAS_MOMENTUM, 0.01, 2);
    row_source s;
    open_row_source(&s, &t.p, 80);
    ck_assert_ok(nnblas_source_set_read_ahead(s.source, 0));
    ck_assert_ok(nnblas_trainer_fit_source(t.trainer, s.source));
    static const size_t BEGUN[] = {0, 80, 83, 0, 42, 83, 0, 42, 83};
    ck_assert_uint_eq(s.calls, sizeof BEGUN / sizeof *BEGUN);
    ck_assert_mem_eq(s.begun, BEGUN, sizeof BEGUN);
    ck_assert_uint_eq(nnblas_source_block_rows(s.source), 80);
    close_row_source(&s);
    free_training(&t);
}
END_TEST

/* ---- validation ------------------------------------------------------------------------------ */

static void check_validation(nnblas_score score, bool has_weights, size_t block_rows) {
    training arrays = make_training(NNBLAS_RPROP, 0.1, 30),
             blocks = make_training(NNBLAS_RPROP, 0.1, 30);
    dice d = {5};
    static const size_t SIZES[] = {INPUTS, HIDDEN, OUTPUTS};
    problem p = make_problem(&d, 61, SIZES, 3, 0);
    if (has_weights)
        weigh_rows(&d, &p);
    row_source v;
    open_row_source(&v, &p, block_rows);
    ck_assert_ok(nnblas_trainer_set_validation_rows(arrays.trainer, p.N, p.X, p.ldx, p.Y, p.ldy));
    ck_assert_ok(nnblas_trainer_set_validation_weights(arrays.trainer, p.weights));
    ck_assert_ok(nnblas_trainer_set_validation_source(blocks.trainer, v.source));
    ck_assert_ptr_eq(nnblas_trainer_validation_source(blocks.trainer), v.source);
    ck_assert_ok(nnblas_trainer_set_score(arrays.trainer, score));
    ck_assert_ok(nnblas_trainer_set_score(blocks.trainer, score));
    ck_assert_ok(fit(&arrays));
    ck_assert_ok(fit(&blocks));
    for (size_t e = 0; e < 30; e++) {
        const nnblas_epoch a = get_epoch(arrays.trainer, e), b = get_epoch(blocks.trainer, e);
        ck_assert_double_eq_tol(a.validation_cost, b.validation_cost, 1e-12);
        ck_assert(isnan(a.score) == isnan(b.score));
        ck_assert(isnan(a.score) || fabs(a.score - b.score) <= 1e-10 * fmax(1.0, fabs(a.score)));
    }
    ck_assert_close(PARAMETERS, get_parameters(&arrays), get_parameters(&blocks));
    close_row_source(&v);
    free_problem(&p);
    free_training(&arrays);
    free_training(&blocks);
}

START_TEST(validation_is_that_of_arrays) {
    static const nnblas_score SCORES[] = {NNBLAS_SCORE_NONE, NNBLAS_SCORE_ACCURACY,
                                          NNBLAS_SCORE_LABELS, NNBLAS_SCORE_R2};
    for (size_t s = 0; s < 4; s++)
        for (size_t rows = 1; rows < 70; rows += 20)
            for (int has_weights = 0; has_weights < 2; has_weights++)
                check_validation(SCORES[s], has_weights, rows);
}
END_TEST

/* ---- checkpoints ----------------------------------------------------------------------------- */

typedef struct interrupted {
    recipe recipe;
    reading reading;
    bool validates;
} interrupted;

static nnblas_status fit_interrupted(const training *t, const interrupted *i) {
    row_source v;
    const reading all = {.block_rows = 30, .reads_ahead = true};
    open_reading(&v, &t->p, &all);
    if (i->validates)
        ck_assert_ok(nnblas_trainer_set_validation_source(t->trainer, v.source));
    nnblas_status status = fit_reading(t, &i->reading);
    close_row_source(&v);
    return status;
}

static int stop_at_seven(void *user, size_t epoch, double cost) {
    (void)user, (void)cost;
    return epoch == 7;
}

static void write_checkpoint(interrupted *i) {
    snprintf(i->recipe.path, sizeof i->recipe.path, "source.%ld.safetensors", (long)getpid());
    training t = begin_recipe(&i->recipe, 5);
    ck_assert_ok(nnblas_trainer_set_checkpoint(t.trainer, i->recipe.path, 5));
    ck_assert_ok(nnblas_trainer_set_callback(t.trainer, stop_at_seven, NULL));
    ck_assert_int_eq(fit_interrupted(&t, i), NNBLAS_STOPPED_CALLBACK);
    free_training(&t);
}

static void check_interrupted(interrupted i) {
    training whole = begin_recipe(&i.recipe, 5), second = begin_recipe(&i.recipe, 999);
    ck_assert_int_ge(fit_interrupted(&whole, &i), 0);
    write_checkpoint(&i);
    ck_assert_ok(nnblas_trainer_resume(second.trainer, i.recipe.path));
    ck_assert_int_ge(fit_interrupted(&second, &i), 0);
    ck_assert(has_parameters(&second, get_parameters(&whole)));
    check_same_history(whole.trainer, second.trainer);
    free_training(&second);
    free_training(&whole);
    ck_assert_int_eq(unlink(i.recipe.path), 0);
}

START_TEST(a_resumed_training_has_the_same_bits) {
    const reading in_order = {20, 3, false, true, false}, drawn = {20, 0, true, true, true};
    const interrupted ALL[] = {
        {{.optimizer = NNBLAS_GRADIENT_DESCENT, .rate = 0.5}, in_order, false},
        {{.optimizer = NNBLAS_MOMENTUM, .rate = 0.2, .batch = 9}, in_order, true},
        {{.optimizer = NNBLAS_ADAM, .rate = 0.3, .batch = 9, .has_plateau = true}, drawn, true},
        {{.optimizer = NNBLAS_RPROP, .rate = 0.2, .score = NNBLAS_SCORE_R2}, drawn, true},
        {{.optimizer = NNBLAS_SCALED_CONJUGATE_GRADIENT}, in_order, false},
        {{.optimizer = NNBLAS_LEVENBERG_MARQUARDT}, in_order, false},
    };
    for (size_t i = 0; i < sizeof ALL / sizeof *ALL; i++)
        if (ALL[i].recipe.optimizer != NNBLAS_LEVENBERG_MARQUARDT ||
            nnblas_has(NNBLAS_FEATURE_LAPACK))
            check_interrupted(ALL[i]);
}
END_TEST

static void check_other_reading(const interrupted *i, const reading *r, const char *words) {
    training t = begin_recipe(&i->recipe, 5);
    double start[PARAMETERS];
    keep_parameters(&t, start);
    interrupted other = *i;
    if (r)
        other.reading = *r;
    ck_assert_ok(nnblas_trainer_resume(t.trainer, i->recipe.path));
    ck_assert_int_eq(r ? fit_interrupted(&t, &other) : fit(&t), NNBLAS_ERROR_VALUE);
    ck_assert_str_eq(nnblas_error_message(), words);
    ck_assert(has_parameters(&t, start));
    free_training(&t);
}

START_TEST(a_checkpoint_is_of_blocks_and_seek) {
    interrupted i = {
        {.optimizer = NNBLAS_ADAM, .rate = 0.1, .batch = 9}, {20, 0, true, true, false}, 0};
    const reading larger = {30, 0, true, true, false}, in_order = {20, 0, false, true, false};
    write_checkpoint(&i);
    check_other_reading(&i, &larger,
                        "rows in a block of the source: 20 in the checkpoint, 30 in this training");
    check_other_reading(&i, &in_order,
                        "seek of the source: set in the checkpoint, none in this training");
    check_other_reading(
        &i, NULL,
        "rows in a block of the source: 20 in the checkpoint, no source in this training");
    ck_assert_int_eq(unlink(i.recipe.path), 0);
}
END_TEST

static void check_other_rows(const interrupted *i, const problem *p, size_t rows,
                             const char *words) {
    training t = begin_recipe(&i->recipe, 5);
    problem given = t.p;
    t.p.N = rows;
    t.p.weights = p->weights;
    ck_assert_ok(nnblas_trainer_resume(t.trainer, i->recipe.path));
    ck_assert_int_eq(fit_interrupted(&t, i), NNBLAS_ERROR_VALUE);
    ck_assert_str_eq(nnblas_error_message(), words);
    t.p = given;
    free_training(&t);
}

/* As far as their numbers and weights tell. */
START_TEST(a_checkpoint_is_of_the_same_rows) {
    interrupted i = {
        {.optimizer = NNBLAS_ADAM, .rate = 0.1, .batch = 9}, {20, 0, true, true, false}, 0};
    double weights[N];
    problem other = {.weights = NULL};
    write_checkpoint(&i);
    check_other_rows(&i, &other, N - 1,
                     "rows of the source: 83 in the checkpoint, 82 in this training");
    fill(N, weights, 1.0);
    other.weights = weights;
    weights[7] = 0.0;
    check_other_rows(&i, &other, N, "rows to train on: 83 in the checkpoint, 82 in this training");
    weights[7] = 0.5;
    check_other_rows(&i, &other, N,
                     "total weight of the rows: 83 in the checkpoint, 82.5 in this training");
    ck_assert_int_eq(unlink(i.recipe.path), 0);
}
END_TEST

/* ---- ends ------------------------------------------------------------------------------------ */

static int cancel(void *user, size_t epoch, double cost) {
    (void)epoch, (void)cost;
    ck_assert_ok(nnblas_trainer_cancel(user));
    return 0;
}

START_TEST(a_fit_is_cancelled) {
    for (size_t batch = 0; batch < 10; batch += 9) {
        training t = make_training(NNBLAS_MOMENTUM, 0.1, 1000);
        const reading r = {.block_rows = 20, .seeks = true, .reads_ahead = true};
        ck_assert_ok(nnblas_trainer_set_batch_size(t.trainer, batch));
        ck_assert_ok(nnblas_trainer_set_callback(t.trainer, cancel, t.trainer));
        ck_assert_int_eq(fit_reading(&t, &r), NNBLAS_STOPPED_CANCELLED);
        ck_assert_uint_eq(nnblas_trainer_history_count(t.trainer), 1);
        ck_assert_ok(nnblas_trainer_set_callback(t.trainer, NULL, NULL));
        ck_assert_ok(nnblas_trainer_cancel(t.trainer));
        ck_assert_int_eq(fit_reading(&t, &r), NNBLAS_STOPPED_CANCELLED);
        free_training(&t);
    }
}
END_TEST

/* 30 rows in each pass, the second of which cancels the training. */
typedef struct cancelling {
    nnblas_trainer *trainer;
    size_t row, calls;
} cancelling;

static int hand_out_and_cancel(void *user, nnblas_block *block) {
    cancelling *c = user;
    block->N = c->row < 30 ? 10 : 0;
    c->row += block->N;
    for (size_t i = 0; i < block->N * INPUTS; i++)
        block->X[i] = 0.5;
    for (size_t i = 0; i < block->N * OUTPUTS; i++)
        block->Y[i] = 0.25;
    if (++c->calls == 6)
        ck_assert_ok(nnblas_trainer_cancel(c->trainer));
    return 0;
}

static int restart_cancelling(void *user) {
    ((cancelling *)user)->row = 0;
    return 0;
}

START_TEST(a_cancelled_fit_ends_within_the_epoch) {
    training t = make_training(NNBLAS_MOMENTUM, 0.1, 1000);
    cancelling c = {.trainer = t.trainer};
    nnblas_source *source;
    ck_assert_ok(nnblas_source_create(INPUTS, OUTPUTS, hand_out_and_cancel, restart_cancelling, &c,
                                      &source));
    ck_assert_ok(nnblas_source_set_block_rows(source, 10));
    ck_assert_ok(nnblas_source_set_read_ahead(source, 0));
    ck_assert_ok(nnblas_trainer_set_batch_size(t.trainer, 5));
    ck_assert_int_eq(nnblas_trainer_fit_source(t.trainer, source), NNBLAS_STOPPED_CANCELLED);
    ck_assert_uint_eq(nnblas_trainer_history_count(t.trainer), 0);
    nnblas_source_destroy(source);
    free_training(&t);
}
END_TEST

START_TEST(a_fit_ends_by_time_cost_and_patience) {
    training t = make_training(NNBLAS_GRADIENT_DESCENT, 0.1, 1000000000);
    const reading r = {.block_rows = 20, .reads_ahead = true};
    ck_assert_ok(nnblas_trainer_set_time_limit(t.trainer, 0.01));
    ck_assert_int_eq(fit_reading(&t, &r), NNBLAS_STOPPED_TIME);
    ck_assert_ok(nnblas_trainer_set_time_limit(t.trainer, 0.0));
    ck_assert_ok(nnblas_trainer_set_desired_cost(t.trainer, 1e3));
    ck_assert_int_eq(fit_reading(&t, &r), NNBLAS_STOPPED_COST);
    ck_assert_ok(nnblas_trainer_set_desired_cost(t.trainer, 0.0));
    ck_assert_ok(nnblas_trainer_set_patience(t.trainer, 2));
    ck_assert_ok(nnblas_trainer_set_tolerance(t.trainer, 1e3));
    ck_assert_int_eq(fit_reading(&t, &r), NNBLAS_STOPPED_PATIENCE);
    free_training(&t);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        orders_depend_on_seed_blocks_and_seek_alone,
        an_epoch_takes_each_row_once,
        an_epoch_has_as_many_steps_as_batches,
        blocks_are_drawn_anew_in_each_epoch,
        blocks_are_equal,
        validation_is_that_of_arrays,
        a_resumed_training_has_the_same_bits,
        a_checkpoint_is_of_blocks_and_seek,
        a_checkpoint_is_of_the_same_rows,
        a_fit_is_cancelled,
        a_cancelled_fit_ends_within_the_epoch,
        a_fit_ends_by_time_cost_and_patience,
    };
    return run_tests("source_epochs", tests, sizeof tests / sizeof *tests);
}
