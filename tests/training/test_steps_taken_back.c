/* SPDX-License-Identifier: BSD-3-Clause */
/* A step whose cost or update is not finite is an error, and the weights are as before it. */
#include "support/checkpoint_file.h"
#include "support/support.h"
#include "training/optimizer.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const nnblas_optimizer FIRST = NNBLAS_GRADIENT_DESCENT, LAST = NNBLAS_ADAM;

static void check_message(const char *part) {
    ck_assert_msg(strstr(nnblas_error_message(), part), "\"%s\" does not say \"%s\"",
                  nnblas_error_message(), part);
}

/* ---- the optimizer --------------------------------------------------------------------------- */

/* All that an optimizer keeps is as before. */
START_TEST(a_step_back_leaves_no_trace) {
    enum { COUNT = 3 };
    const double GOOD[COUNT] = {0.5, -2.0, 1.0}, BAD[COUNT] = {1.0, (double)INFINITY, -1.0};
    for (nnblas_optimizer optimizer = FIRST; optimizer <= LAST; optimizer++) {
        const nn_settings settings = {.optimizer = optimizer,
                                      .learning_rate = 0.1,
                                      .momentum = 0.9,
                                      .beta1 = 0.9,
                                      .beta2 = 0.999,
                                      .epsilon = 1e-8};
        double W[COUNT] = {1.0, 2.0, 3.0}, W_before[COUNT], vectors[2 * COUNT];
        size_t bytes = nn_count_optimizer_vectors(optimizer) * sizeof W;
        const nn_layer layer = {.inputs = COUNT, .outputs = 1};
        nn_optimizer o;
        ck_assert_ok(nn_optimizer_open(&o, &settings, &layer, 1, 1));
        ck_assert(nn_optimizer_try_step(&o, 0.1, GOOD, W));
        memcpy(W_before, W, sizeof W);
        if (bytes > 0)
            memcpy(vectors, o.first, bytes);
        ck_assert(!nn_optimizer_try_step(&o, 0.1, BAD, W));
        ck_assert(memcmp(W, W_before, sizeof W) == 0);
        ck_assert(bytes == 0 || memcmp(o.first, vectors, bytes) == 0);
        ck_assert_uint_eq(o.steps, 1);
        nn_optimizer_close(&o);
    }
}
END_TEST

/* ---- a network whose numbers are known ------------------------------------------------------- */

/* One weight, o = w x; the gradient of a row is (w x - y) x. */
typedef struct line {
    nnblas_net *net;
    nnblas_trainer *trainer;
} line;

static line make_line(nnblas_optimizer optimizer, double rate, double w) {
    line l;
    ck_assert_ok(nnblas_net_create((size_t[]){1, 1}, 2, 0, &l.net));
    ck_assert_ok(nnblas_net_set_output(l.net, NNBLAS_IDENTITY, NNBLAS_MSE));
    *nnblas_net_parameters(l.net) = w;
    ck_assert_ok(nnblas_trainer_create(l.net, &l.trainer));
    ck_assert_ok(nnblas_trainer_set_optimizer(l.trainer, optimizer));
    ck_assert_ok(nnblas_trainer_set_learning_rate(l.trainer, rate));
    ck_assert_ok(nnblas_trainer_set_epochs(l.trainer, 3));
    return l;
}

static double get_weight(const line *l) {
    return *nnblas_net_parameters(l->net);
}

static void free_line(line *l) {
    nnblas_trainer_destroy(l->trainer);
    nnblas_net_destroy(l->net);
}

/* ---- one step -------------------------------------------------------------------------------- */

static void check_taken_back(nnblas_optimizer optimizer, double rate, double w, double x, double y,
                             const char *words) {
    for (size_t batch = 0; batch <= 1; batch++) {
        line l = make_line(optimizer, rate, w);
        ck_assert_ok(nnblas_trainer_set_batch_size(l.trainer, batch));
        ck_assert_int_eq(nnblas_trainer_fit(l.trainer, 1, &x, 1, &y, 1), NNBLAS_ERROR_NOT_FINITE);
        check_message(words);
        ck_assert_double_eq(get_weight(&l), w);
        ck_assert_uint_eq(nnblas_trainer_history_count(l.trainer), 0);
        free_line(&l);
    }
}

/* The gradient is 1e200 and the step 1: only the cost does not fit. */
START_TEST(a_cost_that_overflows_takes_the_step_back) {
    for (nnblas_optimizer optimizer = FIRST; optimizer <= LAST; optimizer++)
        check_taken_back(optimizer, 1e-200, 0.5, 1.0, 1e200, "the cost overflows");
}
END_TEST

/* The cost is 5e299, and the gradient 1e310. */
START_TEST(a_gradient_that_overflows_takes_the_step_back) {
    for (nnblas_optimizer optimizer = FIRST; optimizer <= LAST; optimizer++)
        check_taken_back(optimizer, 1e-200, 0.0, 1e160, 1e150,
                         "W1_update holds an infinity at row 0, column 0");
}
END_TEST

/* The gradient is -1e150. Adam's first step is near the rate, whatever the gradient is. */
START_TEST(an_update_that_overflows_is_taken_back) {
    for (nnblas_optimizer optimizer = FIRST; optimizer <= NNBLAS_NESTEROV; optimizer++)
        check_taken_back(optimizer, 1e200, 0.5, 1.0, 1e150, "the step overflows");
    check_taken_back(NNBLAS_ADAM, DBL_MAX, DBL_MAX, 1e-160, 1e152, "the step overflows");
}
END_TEST

/* ---- the steps before ------------------------------------------------------------------------ */

/* One row is good and one is bad: where the good one comes first, its step stays. */
START_TEST(the_steps_before_stay) {
    const double X[2] = {1.0, 1.0}, Y[2] = {2.0, 1e200};
    size_t stayed = 0;
    for (uint64_t seed = 0; seed < 32; seed++) {
        line l = make_line(NNBLAS_GRADIENT_DESCENT, 0.5, 1.0);
        ck_assert_ok(nnblas_trainer_set_batch_size(l.trainer, 1));
        ck_assert_ok(nnblas_trainer_set_seed(l.trainer, seed));
        ck_assert_int_eq(nnblas_trainer_fit(l.trainer, 2, X, 1, Y, 1), NNBLAS_ERROR_NOT_FINITE);
        ck_assert(get_weight(&l) == 1.0 || get_weight(&l) == 1.5);
        stayed += get_weight(&l) == 1.5;
        free_line(&l);
    }
    ck_assert_uint_gt(stayed, 4);
    ck_assert_uint_lt(stayed, 28);
}
END_TEST

typedef struct record {
    const line *l;
    double weight; /* after the last epoch */
} record;

static int keep_weight(void *user, size_t epoch, double cost) {
    record *r = user;
    (void)epoch, (void)cost;
    r->weight = get_weight(r->l);
    return 0;
}

/* Each epoch multiplies the weight by -1e50, until the cost overflows. */
START_TEST(the_epochs_before_stay) {
    const double x = 1.0, y = 0.0;
    line l = make_line(NNBLAS_GRADIENT_DESCENT, 1e50, 1.0);
    record r = {.l = &l};
    ck_assert_ok(nnblas_trainer_set_callback(l.trainer, keep_weight, &r));
    ck_assert_ok(nnblas_trainer_set_epochs(l.trainer, 100));
    ck_assert_int_eq(nnblas_trainer_fit(l.trainer, 1, &x, 1, &y, 1), NNBLAS_ERROR_NOT_FINITE);
    check_message("the cost overflows in epoch 5: the learning rate 1e+50 may be too large");
    ck_assert_uint_eq(nnblas_trainer_history_count(l.trainer), 4);
    ck_assert_double_eq(get_weight(&l), r.weight);
    ck_assert_double_eq_tol(get_weight(&l) / 1e200, 1.0, 1e-10);
    free_line(&l);
}
END_TEST

/* The weight is 1e100 after an epoch, and its step would be 1e400: only the step does not fit. */
START_TEST(the_rate_of_a_step_that_overflows_is_named) {
    const double x = 1e-50, y = -1.0;
    for (size_t batch = 0; batch <= 1; batch++) {
        line l = make_line(NNBLAS_GRADIENT_DESCENT, 1e250, 0.0);
        ck_assert_ok(nnblas_trainer_set_batch_size(l.trainer, batch));
        ck_assert_int_eq(nnblas_trainer_fit(l.trainer, 1, &x, 1, &y, 1), NNBLAS_ERROR_NOT_FINITE);
        check_message("the step overflows in epoch 2: the learning rate 1e+250 may be too large");
        free_line(&l);
    }
}
END_TEST

/* ---- a velocity from before ------------------------------------------------------------------ */

/* A checkpoint brings a velocity that no step of this training made: with it, the next weight is
 * over what a double can hold. */
START_TEST(the_velocity_of_a_checkpoint_counts) {
    const double x = 1.0, y = 1.0;
    char path[64];
    snprintf(path, sizeof path, "back.%ld.safetensors", (long)getpid());
    for (nnblas_optimizer optimizer = NNBLAS_MOMENTUM; optimizer <= NNBLAS_NESTEROV; optimizer++) {
        line l = make_line(optimizer, 0.5, 1e99);
        ck_assert_ok(nnblas_trainer_set_checkpoint(l.trainer, path, 1));
        ck_assert_ok(nnblas_trainer_fit(l.trainer, 1, &x, 1, &y, 1));
        set_saved_element(path, "checkpoint.first", 0, DBL_MAX);
        set_saved_element(path, "W1", 0, 0.5);
        ck_assert_ok(nnblas_trainer_set_epochs(l.trainer, 20));
        ck_assert_ok(nnblas_trainer_resume(l.trainer, path));
        ck_assert_int_eq(nnblas_trainer_fit(l.trainer, 1, &x, 1, &y, 1), NNBLAS_ERROR_NOT_FINITE);
        ck_assert(isfinite(get_weight(&l)));
        free_line(&l);
    }
    ck_assert_int_eq(unlink(path), 0);
}
END_TEST

/* ---- a mean of costs ------------------------------------------------------------------------- */

/* Costs that are finite, of batches of one row each: the largest double, and before it a number
 * whose weight is next to nothing and that is half a place off. Their mean rounds up twice. */
START_TEST(a_mean_that_rounds_up_to_infinity_is_an_error) {
    enum { INPUTS = 2 };
    const double X[2 * INPUTS] = {0.0, 1.0, 1.0, 0.0}, Y[2] = {0.0, 0.0}, weights[2] = {1e-30, 1.0};
    const double START[INPUTS] = {DBL_MAX, 0x1.8p971};
    size_t overflows = 0;
    for (uint64_t seed = 0; seed < 16; seed++) {
        nnblas_net *net;
        nnblas_trainer *trainer;
        ck_assert_ok(nnblas_net_create((size_t[]){INPUTS, 1}, 2, 0, &net));
        ck_assert_ok(nnblas_net_set_output(net, NNBLAS_SIGMOID, NNBLAS_CROSS_ENTROPY));
        ck_assert_ok(nnblas_trainer_create(net, &trainer));
        ck_assert_ok(nnblas_trainer_set_learning_rate(trainer, 0.5));
        ck_assert_ok(nnblas_trainer_set_batch_size(trainer, 1));
        ck_assert_ok(nnblas_trainer_set_epochs(trainer, 1));
        ck_assert_ok(nnblas_trainer_set_sample_weights(trainer, weights));
        ck_assert_ok(nnblas_trainer_set_seed(trainer, seed));
        memcpy(nnblas_net_parameters(net), START, sizeof START);
        nnblas_status status = nnblas_trainer_fit(trainer, 2, X, INPUTS, Y, 1);
        if (status) {
            ck_assert_int_eq(status, NNBLAS_ERROR_NOT_FINITE);
            check_message("the cost of epoch 1 overflows");
            ck_assert_uint_eq(nnblas_trainer_history_count(trainer), 0);
            overflows++;
        } else {
            ck_assert_double_eq(get_epoch(trainer, 0).cost, DBL_MAX);
        }
        ck_assert(are_finite(INPUTS, nnblas_net_parameters(net)));
        nnblas_trainer_destroy(trainer);
        nnblas_net_destroy(net);
    }
    ck_assert_uint_gt(overflows, 0);
    ck_assert_uint_lt(overflows, 16);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        a_step_back_leaves_no_trace,
        a_cost_that_overflows_takes_the_step_back,
        a_gradient_that_overflows_takes_the_step_back,
        an_update_that_overflows_is_taken_back,
        the_steps_before_stay,
        the_epochs_before_stay,
        the_rate_of_a_step_that_overflows_is_named,
        the_velocity_of_a_checkpoint_counts,
        a_mean_that_rounds_up_to_infinity_is_an_error,
    };
    return run_tests("steps_taken_back", tests, sizeof tests / sizeof *tests);
}
