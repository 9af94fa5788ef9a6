/* SPDX-License-Identifier: BSD-3-Clause */
/* Sources whose rows are not finite in a later pass than the first, which searches them. */
#include "support/row_source.h"
#include "support/small_training.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* One number of the rows that are handed out from some pass on, until another one or to the end. */
typedef struct change {
    char matrix; /* X or Y */
    size_t row, column, pass;
    double value;
    size_t end; /* 0: none */
} change;

/* Writes what the message has to say. */
static void describe(const change *c, const char *rows, char words[80]) {
    snprintf(words, 80, "%s%c holds %s at row %zu, column %zu", rows, c->matrix,
             isnan(c->value) ? "a NaN" : "an infinity", c->row, c->column);
}

/* Numbers for the later passes, in X and Y. */
typedef struct later {
    double X[N * (INPUTS + 4)], Y[N * (OUTPUTS + 4)]; /* rows may be farther apart */
} later;

static void change_rows(row_source *s, const problem *p, const change *c, later *l) {
    ck_assert_uint_le(p->ldx, INPUTS + 4);
    ck_assert_uint_le(p->ldy, OUTPUTS + 4);
    memcpy(l->X, p->X, ((N - 1) * p->ldx + INPUTS) * sizeof *l->X);
    memcpy(l->Y, p->Y, ((N - 1) * p->ldy + OUTPUTS) * sizeof *l->Y);
    *(c->matrix == 'X' ? &l->X[c->row * p->ldx + c->column] : &l->Y[c->row * p->ldy + c->column]) =
        c->value;
    s->later_X = l->X;
    s->later_Y = l->Y;
    s->later_pass = c->pass;
    s->later_end = c->end;
}

static void check_training(nnblas_optimizer optimizer, size_t batch, const change *c) {
    training t = make_training(optimizer, 0.01, 1000);
    row_source s;
    later l;
    char words[80];
    open_row_source(&s, &t.p, 20);
    if (batch % 2)
        let_seek(&s);
    change_rows(&s, &t.p, c, &l);
    describe(c, "", words);
    ck_assert_ok(nnblas_trainer_set_batch_size(t.trainer, batch));
    ck_assert_ok(nnblas_trainer_set_shuffle(t.trainer, batch % 2));
    ck_assert_int_eq(nnblas_trainer_fit_source(t.trainer, s.source), NNBLAS_ERROR_NOT_FINITE);
    ck_assert_msg(strcmp(nnblas_error_message(), words) == 0, "optimizer %d, batch %zu: %s, not %s",
                  (int)optimizer, batch, nnblas_error_message(), words);
    for (size_t i = 0; i < PARAMETERS; i++)
        ck_assert(isfinite(get_parameters(&t)[i]));
    close_row_source(&s);
    free_training(&t);
}

static const change CHANGES[] = {
    {'X', 0, 2, 2, (double)NAN, 0},  {'X', 57, 0, 5, (double)INFINITY, 0},
    {'Y', 16, 1, 2, (double)NAN, 0}, {'Y', 17, 0, 9, -(double)INFINITY, 0},
    {'X', 82, 4, 3, (double)NAN, 0}, {'Y', 82, 1, 4, (double)NAN, 0}};
enum { N_CHANGES = sizeof CHANGES / sizeof *CHANGES };

START_TEST(the_row_is_named) {
    for (size_t o = 0; o < N_ALL_OPTIMIZERS; o++)
        for (size_t i = 0; i < N_CHANGES && has_optimizer(ALL_OPTIMIZERS[o]); i++)
            check_training(ALL_OPTIMIZERS[o], 0, &CHANGES[i]);
}
END_TEST

/* Also where the batch is put together from several blocks. */
START_TEST(the_row_of_a_batch_is_named) {
    static const size_t BATCHES[] = {1, 7, 16, 20, 47, 82};
    for (size_t b = 0; b < sizeof BATCHES / sizeof *BATCHES; b++)
        for (size_t i = 0; i < N_CHANGES; i++)
            check_training(NNBLAS_MOMENTUM, BATCHES[b], &CHANGES[i]);
}
END_TEST

/* The parameters are the best so far. */
static void check_validation(nnblas_score score, const change *c) {
    training t = make_training(NNBLAS_RPROP, 0.01, 1000);
    row_source v;
    later l;
    char words[80];
    open_row_source(&v, &t.p, 20);
    change_rows(&v, &t.p, c, &l);
    describe(c, "validation ", words);
    ck_assert_ok(nnblas_trainer_set_validation_source(t.trainer, v.source));
    ck_assert_ok(nnblas_trainer_set_score(t.trainer, score));
    ck_assert_int_eq(fit(&t), NNBLAS_ERROR_NOT_FINITE);
    ck_assert_str_eq(nnblas_error_message(), words);
    for (size_t i = 0; i < PARAMETERS; i++)
        ck_assert(isfinite(get_parameters(&t)[i]));
    close_row_source(&v);
    free_training(&t);
}

/* With R2, the second pass is that over the spread of the labels. An infinite input leaves sigmoid
 * outputs finite, and so the cost. */
START_TEST(the_validation_row_is_named) {
    for (size_t i = 0; i < N_CHANGES; i++) {
        if (CHANGES[i].matrix == 'X' && isinf(CHANGES[i].value))
            continue;
        check_validation(NNBLAS_SCORE_NONE, &CHANGES[i]);
        check_validation(NNBLAS_SCORE_R2, &CHANGES[i]);
    }
    check_validation(NNBLAS_SCORE_R2, &(change){'Y', 16, 1, 2, (double)NAN, .end = 3});
}
END_TEST

START_TEST(later_weights_are_checked) {
    for (size_t o = 0; o < N_ALL_OPTIMIZERS; o++) {
        if (!has_optimizer(ALL_OPTIMIZERS[o]))
            continue;
        training t = make_training(ALL_OPTIMIZERS[o], 0.01, 1000);
        dice d = {9};
        row_source s;
        double weights[N];
        weigh_rows(&d, &t.p);
        t.p.weights[70] = 1.0;
        memcpy(weights, t.p.weights, sizeof weights);
        weights[70] = -1.0;
        open_row_source(&s, &t.p, 20);
        s.later_weights = weights;
        ck_assert_int_eq(nnblas_trainer_fit_source(t.trainer, s.source), NNBLAS_ERROR_VALUE);
        ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "weight of row 70 is -1"));
        close_row_source(&s);
        free_training(&t);
    }
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        the_row_is_named,
        the_row_of_a_batch_is_named,
        the_validation_row_is_named,
        later_weights_are_checked,
    };
    return run_tests("source_changes", tests, sizeof tests / sizeof *tests);
}
