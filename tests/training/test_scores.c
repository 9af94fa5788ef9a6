/* SPDX-License-Identifier: BSD-3-Clause */
/* The score of the validation rows, beside the reference, and what goes by it. */
#include "support/support.h"
#include "training/row_order.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const nnblas_score SCORES[] = {NNBLAS_SCORE_ACCURACY, NNBLAS_SCORE_LABELS, NNBLAS_SCORE_R2};
enum { N_SCORES = 3 };

/* ---- the number ------------------------------------------------------------------------------ */

/* A training, and the rows that its scores are of. */
typedef struct scored {
    nnblas_net *net;
    nnblas_trainer *trainer;
    problem validation;
    nnblas_score score;
} scored;

/* In the callback, the network has the parameters that the epoch's score is of. */
static int check_score(void *user, size_t epoch, double cost) {
    scored *s = user;
    (void)cost;
    memcpy(s->validation.parameters, nnblas_net_parameters(s->net),
           s->validation.parameter_count * sizeof(double));
    double expected = compute_reference_score(&s->validation, s->score),
           found = get_epoch(s->trainer, epoch - 1).score;
    ck_assert_msg(fabs(found - expected) <= 1e-11 * fmax(1.0, fabs(expected)),
                  "score %d of epoch %zu is %.17g, not %.17g: %s", (int)s->score, epoch, found,
                  expected, describe_kind(s->validation.kind));
    return 0;
}

static scored begin_scored(const problem *validation, nnblas_score score) {
    scored s = {.net = make_net(validation), .validation = *validation, .score = score};
    ck_assert_ok(nnblas_trainer_create(s.net, &s.trainer));
    /* An exponential output has exponential steps. */
    bool is_steep = validation->kind.output == NNBLAS_EXPONENTIAL;
    ck_assert_ok(nnblas_trainer_set_learning_rate(s.trainer, is_steep ? 1e-4 : 0.05));
    ck_assert_ok(nnblas_trainer_set_epochs(s.trainer, 3));
    ck_assert_ok(nnblas_trainer_set_score(s.trainer, score));
    return s;
}

static void end_scored(scored *s) {
    nnblas_trainer_destroy(s->trainer);
    nnblas_net_destroy(s->net);
}

/* Own rows in a wider table; some of the weights are 0. */
static void check_own_rows(dice *d, kind k, const size_t *sizes, size_t n_sizes, size_t N,
                           bool has_weights) {
    for (size_t i = 0; i < N_SCORES; i++) {
        problem learning = make_problem_of(d, k, 20, sizes, n_sizes, 1);
        problem v = make_problem_of(d, k, N, sizes, n_sizes, 2);
        if (has_weights)
            weigh_rows(d, &v);
        scored s = begin_scored(&v, SCORES[i]);
        ck_assert_ok(nnblas_trainer_set_validation_rows(s.trainer, N, v.X, v.ldx, v.Y, v.ldy));
        ck_assert_ok(nnblas_trainer_set_validation_weights(s.trainer, v.weights));
        ck_assert_ok(nnblas_trainer_set_callback(s.trainer, check_score, &s));
        ck_assert_ok(nnblas_trainer_fit(s.trainer, learning.N, learning.X, learning.ldx, learning.Y,
                                        learning.ldy));
        end_scored(&s);
        free_problem(&v);
        free_problem(&learning);
    }
}

START_TEST(each_score_is_that_of_the_validation_rows) {
    static const size_t SIZES[][MAX_SIZES] = {{3, 4, 1}, {4, 5, 3}, {2, 6, 4, 2}, {5, 1}, {3, 7}};
    dice d = {51};
    for (size_t i = 0; i < N_KINDS; i++)
        for (size_t s = 0; s < sizeof SIZES / sizeof *SIZES; s++) {
            size_t n_sizes = 0;
            while (n_sizes < MAX_SIZES && SIZES[s][n_sizes])
                n_sizes++;
            if (get_kind(i).output == NNBLAS_SOFTMAX && SIZES[s][n_sizes - 1] == 1)
                continue; /* of one output, whose labels are all 1 */
            check_own_rows(&d, get_kind(i), SIZES[s], n_sizes, 40, roll_between(&d, 0, 1));
        }
}
END_TEST

/* Outputs so many that the rows are predicted in blocks: of 1024, 1024 and 452 rows, or
 * fewer where some have no weight. */
START_TEST(blocks_of_rows_are_added_up) {
    static const size_t SIZES[] = {2, 3, 200};
    dice d = {52};
    const kind k = {.hidden = NNBLAS_TANH, .output = NNBLAS_IDENTITY};
    check_own_rows(&d, k, SIZES, 3, 2500, false);
    check_own_rows(&d, k, SIZES, 3, 2500, true);
}
END_TEST

/* ---- a fraction ------------------------------------------------------------------------------ */

static void copy_row(const problem *from, size_t i, problem *to, size_t place) {
    memcpy(to->X + place * to->ldx, from->X + i * from->ldx, get_inputs(from) * sizeof *to->X);
    memcpy(to->Y + place * to->ldy, from->Y + i * from->ldy, get_labels(from) * sizeof *to->Y);
    to->weights[place] = from->weights[i];
}

/* The rows that the library draws, wherever they are in the table. */
START_TEST(a_fraction_has_a_score) {
    enum { ROWS = 120, SEED = 9 };
    static const size_t SIZES[] = {4, 5, 3};
    dice d = {53};
    for (size_t i = 0; i < N_SCORES; i++) {
        kind k = {.hidden = NNBLAS_RELU, .output = NNBLAS_SOFTMAX, .cost = NNBLAS_CROSS_ENTROPY};
        problem all = make_problem_of(&d, k, ROWS, SIZES, 3, 1),
                v = make_problem_of(&d, k, ROWS, SIZES, 3, 0);
        nn_row_order order;
        weigh_rows(&d, &all);
        weigh_rows(&d, &v);
        ck_assert_ok(nn_row_order_open(&order, ROWS, all.weights, 0.4, SEED));
        v.N = order.validating;
        for (size_t e = 0; e < v.N; e++)
            copy_row(&all, order.rows[order.learning + e], &v, e);
        scored s = begin_scored(&v, SCORES[i]);
        ck_assert_ok(nnblas_trainer_set_seed(s.trainer, SEED));
        ck_assert_ok(nnblas_trainer_set_batch_size(s.trainer, i * 7));
        ck_assert_ok(nnblas_trainer_set_sample_weights(s.trainer, all.weights));
        ck_assert_ok(nnblas_trainer_set_validation_fraction(s.trainer, 0.4));
        ck_assert_ok(nnblas_trainer_set_callback(s.trainer, check_score, &s));
        ck_assert_ok(nnblas_trainer_fit(s.trainer, ROWS, all.X, all.ldx, all.Y, all.ldy));
        end_scored(&s);
        nn_row_order_close(&order);
        free_problem(&all);
        free_problem(&v);
    }
}
END_TEST

/* ---- known scores ---------------------------------------------------------------------------- */

/* o = w x for the weight w, which a step over x = 0, y = 0 leaves as it is. */
static double score_line(double w, nnblas_score score, size_t N, const double *X, const double *Y) {
    static const double ZERO = 0.0;
    nnblas_net *net;
    nnblas_trainer *trainer;
    ck_assert_ok(nnblas_net_create((size_t[]){1, 1}, 2, 0, &net));
    ck_assert_ok(nnblas_net_set_output(net, NNBLAS_IDENTITY, NNBLAS_MSE));
    *nnblas_net_parameters(net) = w;
    ck_assert_ok(nnblas_trainer_create(net, &trainer));
    ck_assert_ok(nnblas_trainer_set_epochs(trainer, 1));
    ck_assert_ok(nnblas_trainer_set_score(trainer, score));
    ck_assert_ok(nnblas_trainer_set_validation_rows(trainer, N, X, 1, Y, 1));
    ck_assert_ok(nnblas_trainer_fit(trainer, 1, &ZERO, 1, &ZERO, 1));
    double found = get_epoch(trainer, 0).score;
    nnblas_trainer_destroy(trainer);
    nnblas_net_destroy(net);
    return found;
}

/* Labels 1, 2, 3 and outputs 1, 2, 4, in any unit: 1 - 1/2. */
START_TEST(r2_has_no_unit) {
    static const double UNITS[] = {1.0, -1.0, 1e150, 1e-200, 1e-300, 0x1p-1070, -0x1p-1072};
    for (size_t i = 0; i < sizeof UNITS / sizeof *UNITS; i++) {
        double u = UNITS[i], X[] = {1.0, 2.0, 4.0}, Y[] = {u, 2.0 * u, 3.0 * u};
        ck_assert_double_eq_tol(score_line(u, NNBLAS_SCORE_R2, 3, X, Y), 0.5, 1e-14);
    }
}
END_TEST

START_TEST(labels_that_are_all_the_same_have_an_r2) {
    const double X[] = {1.0, 1.0, 1.0, 2.0}, Y[] = {0.1, 0.1, 0.1, 0.2};
    ck_assert_double_eq(score_line(0.1, NNBLAS_SCORE_R2, 3, X, Y), 1.0);
    ck_assert_double_eq(score_line(0.2, NNBLAS_SCORE_R2, 3, X, Y), 0.0);
    ck_assert_double_eq(score_line(0.1, NNBLAS_SCORE_R2, 1, X, Y), 1.0);
    ck_assert_double_eq(score_line(0.1, NNBLAS_SCORE_R2, 4, X, Y), 1.0);
}
END_TEST

/* An output so near its label that the square of their difference is 0 is not equal to it. */
START_TEST(outputs_that_nearly_equal_the_same_labels_have_none) {
    const double X[] = {1.0, 1.0, 1.0}, Y[] = {0.0, 0.0, 0.0};
    ck_assert_double_eq(score_line(1e-170, NNBLAS_SCORE_R2, 3, X, Y), 0.0);
    ck_assert_double_eq(score_line(0.0, NNBLAS_SCORE_R2, 3, X, Y), 1.0);
}
END_TEST

/* Such as times in seconds: the labels are i/2^20 above 2^31, and the outputs are half as far
 * above it. */
START_TEST(labels_may_lie_close_together_and_far_from_0) {
    enum { LABELS = 100001 };
    static double X[LABELS], Y[LABELS];
    long double squares = 0.0L, errors = 0.0L;
    for (size_t i = 0; i < LABELS; i++) {
        long double deviation = ((long double)i - (LABELS - 1) / 2) / 0x1p20L;
        Y[i] = 0x1p31 + (double)i / 0x1p20;
        X[i] = 0x1p31 + (double)i / 0x1p21;
        squares += deviation * deviation;
        errors += ((long double)i / 0x1p21L) * ((long double)i / 0x1p21L);
    }
    ck_assert_double_eq_tol(score_line(1.0, NNBLAS_SCORE_R2, LABELS, X, Y),
                            (double)(1.0L - errors / squares), 1e-12);
}
END_TEST

START_TEST(an_r2_that_is_too_low_is_the_lowest_number) {
    const double X[] = {1.0, 2.0, 3.0}, Y[] = {1e-200, 2e-200, 3e-200};
    ck_assert_double_eq(score_line(1.0, NNBLAS_SCORE_R2, 3, X, Y), -DBL_MAX);
}
END_TEST

/* 1/2 is on the lower side. */
START_TEST(sides_are_those_of_one_half) {
    const double X[] = {0.4, 0.5, 0.6, 0.7}, Y[] = {0.0, 0.5, 1.0, 0.5};
    for (size_t i = 0; i < 2; i++)
        ck_assert_double_eq(score_line(1.0, SCORES[i], 4, X, Y), 0.75);
}
END_TEST

/* Of equal outputs, and of equal labels, the first one counts. */
START_TEST(of_equal_ones_the_first_is_the_largest) {
    const double X[] = {1.0, 2.0, 3.0, 4.0}, ZEROS[3] = {0.0};
    const double Y[4 * 3] = {1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 0};
    nnblas_net *net;
    nnblas_trainer *trainer;
    ck_assert_ok(nnblas_net_create((size_t[]){1, 3}, 2, 0, &net));
    ck_assert_ok(nnblas_net_set_output(net, NNBLAS_SOFTMAX, NNBLAS_CROSS_ENTROPY));
    fill(3, nnblas_net_parameters(net), 0.0);
    ck_assert_ok(nnblas_trainer_create(net, &trainer));
    ck_assert_ok(nnblas_trainer_set_epochs(trainer, 1));
    ck_assert_ok(nnblas_trainer_set_score(trainer, NNBLAS_SCORE_ACCURACY));
    ck_assert_ok(nnblas_trainer_set_validation_rows(trainer, 4, X, 1, Y, 3));
    ck_assert_ok(nnblas_trainer_fit(trainer, 1, ZEROS, 1, ZEROS, 3));
    ck_assert_double_eq(get_epoch(trainer, 0).score, 0.5);
    nnblas_trainer_destroy(trainer);
    nnblas_net_destroy(net);
}
END_TEST

/* ---- what goes by the score ------------------------------------------------------------------ */

enum { LEARNT = 60, VALIDATING = 23, MOST = 400 };

typedef struct watched {
    nnblas_net *net;
    nnblas_trainer *trainer;
    problem p;
    double *parameters[MOST]; /* after each epoch */
} watched;

static int keep_parameters(void *user, size_t epoch, double cost) {
    watched *w = user;
    (void)cost;
    ck_assert_uint_le(epoch, MOST);
    w->parameters[epoch - 1] = allocate_doubles(w->p.parameter_count);
    memcpy(w->parameters[epoch - 1], nnblas_net_parameters(w->net),
           w->p.parameter_count * sizeof(double));
    return 0;
}

static watched begin_watched(nnblas_score score, double rate) {
    static const size_t SIZES[] = {5, 7, 3};
    const kind k = {.hidden = NNBLAS_TANH, .output = NNBLAS_SOFTMAX, .cost = NNBLAS_CROSS_ENTROPY};
    dice d = {54};
    watched w = {.p = make_problem_of(&d, k, LEARNT + VALIDATING, SIZES, 3, 0)};
    w.net = make_net(&w.p);
    ck_assert_ok(nnblas_trainer_create(w.net, &w.trainer));
    ck_assert_ok(nnblas_trainer_set_optimizer(w.trainer, NNBLAS_ADAM));
    ck_assert_ok(nnblas_trainer_set_learning_rate(w.trainer, rate));
    ck_assert_ok(nnblas_trainer_set_batch_size(w.trainer, 10));
    ck_assert_ok(nnblas_trainer_set_epochs(w.trainer, MOST));
    ck_assert_ok(nnblas_trainer_set_score(w.trainer, score));
    ck_assert_ok(nnblas_trainer_set_validation_rows(w.trainer, VALIDATING, w.p.X + LEARNT * w.p.ldx,
                                                    w.p.ldx, w.p.Y + LEARNT * w.p.ldy, w.p.ldy));
    return w;
}

static nnblas_status fit(watched *w) {
    ck_assert_ok(nnblas_trainer_set_callback(w->trainer, keep_parameters, w));
    return nnblas_trainer_fit(w->trainer, LEARNT, w->p.X, w->p.ldx, w->p.Y, w->p.ldy);
}

static void end_watched(watched *w) {
    for (size_t e = 0; e < MOST; e++)
        free(w->parameters[e]);
    nnblas_trainer_destroy(w->trainer);
    nnblas_net_destroy(w->net);
    free_problem(&w->p);
}

/* Counts as the header says it. Returns the first epoch of the highest score, from 0. */
static size_t check_patience(const watched *w, size_t patience, double tolerance) {
    size_t count = nnblas_trainer_history_count(w->trainer), in_a_row = 0, best = 0;
    for (size_t e = 1; e < count; e++) {
        ck_assert_uint_lt(in_a_row, patience);
        double score = get_epoch(w->trainer, e).score, highest = get_epoch(w->trainer, best).score;
        in_a_row = score > highest + tolerance ? 0 : in_a_row + 1;
        best = score > highest ? e : best;
    }
    ck_assert_uint_eq(in_a_row, patience);
    return best;
}

static size_t find_lowest_cost(const watched *w) {
    size_t lowest = 0;
    for (size_t e = 1; e < nnblas_trainer_history_count(w->trainer); e++)
        if (get_epoch(w->trainer, e).validation_cost <
            get_epoch(w->trainer, lowest).validation_cost)
            lowest = e;
    return lowest;
}

/* Labels that have nothing to do with the rows: cost and score are best in different epochs. */
START_TEST(patience_and_the_best_parameters_go_by_the_score) {
    enum { PATIENCE = 12 };
    size_t other_epochs = 0;
    for (size_t i = 0; i < N_SCORES; i++)
        for (size_t tolerates = 0; tolerates < 2; tolerates++) {
            watched w = begin_watched(SCORES[i], 0.01);
            double tolerance = tolerates ? 0.05 : 0.0;
            ck_assert_ok(nnblas_trainer_set_patience(w.trainer, PATIENCE));
            ck_assert_ok(nnblas_trainer_set_tolerance(w.trainer, tolerance));
            ck_assert_int_eq(fit(&w), NNBLAS_STOPPED_PATIENCE);
            size_t best = check_patience(&w, PATIENCE, tolerance);
            ck_assert(memcmp(w.parameters[best], nnblas_net_parameters(w.net),
                             w.p.parameter_count * sizeof(double)) == 0);
            other_epochs += best != find_lowest_cost(&w);
            end_watched(&w);
        }
    ck_assert_uint_gt(other_epochs, 0);
}
END_TEST

START_TEST(plateaus_go_by_the_score) {
    enum { EPOCHS = 60, PLATEAU = 4 };
    watched w = begin_watched(NNBLAS_SCORE_R2, 0.02);
    ck_assert_ok(nnblas_trainer_set_epochs(w.trainer, EPOCHS));
    ck_assert_ok(nnblas_trainer_set_plateau_schedule(w.trainer, PLATEAU, 0.5));
    ck_assert_ok(fit(&w));
    double highest = -(double)INFINITY, rate = 0.02;
    size_t in_a_row = 0, falls = 0;
    for (size_t e = 0; e < EPOCHS; e++) {
        nnblas_epoch epoch = get_epoch(w.trainer, e);
        ck_assert_double_eq_tol(epoch.learning_rate, rate, 1e-15);
        in_a_row = epoch.score > highest ? 0 : in_a_row + 1;
        highest = fmax(highest, epoch.score);
        if (in_a_row == PLATEAU) {
            rate *= 0.5;
            in_a_row = 0;
            falls++;
        }
    }
    ck_assert_uint_gt(falls, 2);
    end_watched(&w);
}
END_TEST

/* A score that is set changes nothing but what goes by it. */
START_TEST(the_validation_cost_stays) {
    watched with = begin_watched(NNBLAS_SCORE_LABELS, 0.01),
            without = begin_watched(NNBLAS_SCORE_NONE, 0.01);
    ck_assert_ok(fit(&with));
    ck_assert_ok(fit(&without));
    for (size_t e = 0; e < MOST; e++) {
        nnblas_epoch a = get_epoch(with.trainer, e), b = get_epoch(without.trainer, e);
        ck_assert(a.cost == b.cost && a.validation_cost == b.validation_cost);
        ck_assert(isfinite(a.score) && isnan(b.score));
    }
    end_watched(&with);
    end_watched(&without);
}
END_TEST

START_TEST(lbfgs_goes_by_the_score) {
    watched w = begin_watched(NNBLAS_SCORE_R2, 1.0);
    if (nnblas_trainer_set_optimizer(w.trainer, NNBLAS_LBFGS) == NNBLAS_OK) {
        ck_assert_ok(nnblas_trainer_set_patience(w.trainer, 6));
        ck_assert_int_eq(fit(&w), NNBLAS_STOPPED_PATIENCE);
        size_t best = check_patience(&w, 6, 0.0);
        ck_assert(memcmp(w.parameters[best], nnblas_net_parameters(w.net),
                         w.p.parameter_count * sizeof(double)) == 0);
    }
    end_watched(&w);
}
END_TEST

/* ---- threads --------------------------------------------------------------------------------- */

START_TEST(any_number_of_threads_gives_the_same_score) {
    enum { ROWS = 3000 };
    static const size_t SIZES[] = {20, 90, 130};
    const kind k = {.output = NNBLAS_IDENTITY};
    double first = 0.0;
    for (int threads = 1; threads <= 4; threads++) {
        dice d = {55};
        problem p = make_problem_of(&d, k, ROWS, SIZES, 3, 0);
        scored s = begin_scored(&p, NNBLAS_SCORE_R2);
        ck_assert_ok(nnblas_set_threads(threads));
        ck_assert_ok(nnblas_trainer_set_epochs(s.trainer, 2));
        ck_assert_ok(nnblas_trainer_set_validation_rows(s.trainer, ROWS, p.X, p.ldx, p.Y, p.ldy));
        ck_assert_ok(nnblas_trainer_fit(s.trainer, 50, p.X, p.ldx, p.Y, p.ldy));
        double found = get_epoch(s.trainer, 1).score;
        if (threads == 1)
            first = found;
        ck_assert(memcmp(&first, &found, sizeof found) == 0);
        end_scored(&s);
        free_problem(&p);
    }
    ck_assert_ok(nnblas_set_threads(0));
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        each_score_is_that_of_the_validation_rows,
        blocks_of_rows_are_added_up,
        a_fraction_has_a_score,
        r2_has_no_unit,
        labels_that_are_all_the_same_have_an_r2,
        outputs_that_nearly_equal_the_same_labels_have_none,
        labels_may_lie_close_together_and_far_from_0,
        an_r2_that_is_too_low_is_the_lowest_number,
        sides_are_those_of_one_half,
        of_equal_ones_the_first_is_the_largest,
        patience_and_the_best_parameters_go_by_the_score,
        plateaus_go_by_the_score,
        the_validation_cost_stays,
        lbfgs_goes_by_the_score,
        any_number_of_threads_gives_the_same_score,
    };
    return run_tests("scores", tests, sizeof tests / sizeof *tests);
}
