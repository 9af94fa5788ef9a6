/* SPDX-License-Identifier: BSD-3-Clause */
/* Every allocation fails once: an error, nothing written, nothing leaked. */
#include "support/counting_allocator.h"
#include "support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Too large for the scratch on the stack, so that each call allocates. */
enum { N = 300 };
static const size_t SIZES[] = {40, 50, 30, 6};
static const size_t N_SIZES = 4;

static const char LONG_TEXT[] = "a text that is longer than any buffer that begins small";

/* A file that is there for the time of its test. */
static char path[] = "/tmp/nnblas-test-memory-XXXXXX";

typedef struct setting {
    problem p;
    nnblas_net *net;
    double *O_out, *gradient, *H_out, mse;
    void *saved; /* the network */
    size_t saved_size;
} setting;

/* A call to try, and what it may write. */
typedef nnblas_status any_call(setting *s);

static nnblas_status create_net(setting *s) {
    (void)s;
    nnblas_net *net = NULL;
    nnblas_status status = nnblas_net_create(SIZES, N_SIZES, 0, &net);
    ck_assert((net == NULL) == (status != NNBLAS_OK));
    nnblas_net_destroy(net);
    return status;
}

static nnblas_status clone_net(setting *s) {
    nnblas_net *clone = NULL;
    nnblas_status status = nnblas_net_clone(s->net, &clone);
    ck_assert((clone == NULL) == (status != NNBLAS_OK));
    nnblas_net_destroy(clone);
    return status;
}

static nnblas_status train(setting *s) {
    nnblas_trainer *trainer = NULL;
    nnblas_status status = nnblas_trainer_create(s->net, &trainer);
    ck_assert((trainer == NULL) == (status != NNBLAS_OK));
    if (!status)
        status = nnblas_trainer_set_epochs(trainer, 2);
    if (!status)
        status = nnblas_trainer_fit(trainer, N, s->p.X, s->p.ldx, s->p.Y, s->p.ldy);
    nnblas_trainer_destroy(trainer);
    return status;
}

/* With all that a training may hold: batches, validation, moments, checkpoints. */
static nnblas_status train_batches(setting *s) {
    const char PATH[] = "memory.safetensors";
    nnblas_trainer *trainer = NULL;
    nnblas_status status = nnblas_trainer_create(s->net, &trainer);
    if (!status)
        status = nnblas_trainer_set_checkpoint(trainer, PATH, 1);
    if (!status) {
        ck_assert_ok(nnblas_trainer_set_epochs(trainer, 1));
        ck_assert_ok(nnblas_trainer_set_optimizer(trainer, NNBLAS_ADAM));
        ck_assert_ok(nnblas_trainer_set_learning_rate(trainer, 0.01));
        ck_assert_ok(nnblas_trainer_set_batch_size(trainer, 128));
        ck_assert_ok(nnblas_trainer_set_validation_fraction(trainer, 0.25));
        ck_assert_ok(nnblas_trainer_set_score(trainer, NNBLAS_SCORE_R2));
        status = nnblas_trainer_fit(trainer, N, s->p.X, s->p.ldx, s->p.Y, s->p.ldy);
    }
    /* A checkpoint without memory does not end the training. */
    if (!status)
        status = nnblas_trainer_checkpoint_status(trainer);
    /* The epochs that were done stay where a checkpoint gets no memory. */
    if (trainer && nnblas_trainer_history_count(trainer) > 0)
        memcpy(nnblas_net_parameters(s->net), s->p.parameters,
               s->p.parameter_count * sizeof(double));
    nnblas_trainer_destroy(trainer);
    remove(PATH);
    return status;
}

/* Gradient descent where the library has no such optimizer. */
static nnblas_status train_by(setting *s, nnblas_optimizer optimizer) {
    nnblas_trainer *trainer = NULL;
    nnblas_status status = nnblas_trainer_create(s->net, &trainer);
    if (!status) {
        ck_assert_ok(nnblas_trainer_set_epochs(trainer, 2));
        nnblas_trainer_set_optimizer(trainer, optimizer);
        status = nnblas_trainer_fit(trainer, N, s->p.X, s->p.ldx, s->p.Y, s->p.ldy);
    }
    nnblas_trainer_destroy(trainer);
    return status;
}

/* The memory that liblbfgs takes is its own. */
static nnblas_status train_lbfgs(setting *s) {
    return train_by(s, NNBLAS_LBFGS);
}

static nnblas_status train_squares(setting *s) {
    return train_by(s, NNBLAS_LEVENBERG_MARQUARDT);
}

static nnblas_status predict(setting *s) {
    return nnblas_net_predict(s->net, N, s->p.X, s->p.ldx, s->O_out, s->p.ldy);
}

static nnblas_status evaluate(setting *s) {
    return nnblas_net_evaluate(s->net, N, s->p.X, s->p.ldx, s->p.Y, s->p.ldy, &s->mse);
}

static nnblas_status compute_gradient(setting *s) {
    return nnblas_net_gradient(s->net, N, s->p.X, s->p.ldx, s->p.Y, s->p.ldy, s->gradient, &s->mse);
}

/* Rows without weight are left out, which takes a list of the others. */
static void make_weights(double *weights) {
    for (size_t e = 0; e < N; e++)
        weights[e] = (double)(e % 2);
}

static nnblas_status compute_weighted_gradient(setting *s) {
    double weights[N];
    make_weights(weights);
    return nnblas_net_gradient_weighted(s->net, N, s->p.X, s->p.ldx, s->p.Y, s->p.ldy, weights,
                                        s->gradient, &s->mse);
}

static nnblas_status train_weighted(setting *s) {
    double weights[N];
    nnblas_trainer *trainer = NULL;
    nnblas_status status = nnblas_trainer_create(s->net, &trainer);
    make_weights(weights);
    if (!status) {
        ck_assert_ok(nnblas_trainer_set_epochs(trainer, 2));
        ck_assert_ok(nnblas_trainer_set_sample_weights(trainer, weights));
        ck_assert_ok(
            nnblas_trainer_set_validation_rows(trainer, N, s->p.X, s->p.ldx, s->p.Y, s->p.ldy));
        ck_assert_ok(nnblas_trainer_set_validation_weights(trainer, weights));
        status = nnblas_trainer_fit(trainer, N, s->p.X, s->p.ldx, s->p.Y, s->p.ldy);
    }
    nnblas_trainer_destroy(trainer);
    return status;
}

/* The first two layers of weights are those of a network with one hidden layer. */
static nnblas_status take_step(setting *s) {
    double *W1 = nnblas_net_weights(s->net, 1), *W2 = nnblas_net_weights(s->net, 2);
    return nnblas_gradient_step(N, SIZES[0], SIZES[1], SIZES[2], s->p.X, s->H_out, 0.1, W1, W2,
                                &s->mse);
}

/* So short that only the planner's own plan is timed. */
static nnblas_status measure(setting *s) {
    nnblas_plans_forget();
    nnblas_status status = nnblas_net_measure_plans(s->net, N, NNBLAS_PLAN_GRADIENT, 1e-12);
    const char *info = nnblas_net_plan_info(s->net, N, NNBLAS_PLAN_GRADIENT);
    ck_assert_ptr_nonnull(strstr(info, status ? "; estimated" : "; measured"));
    nnblas_plans_forget();
    return status;
}

static nnblas_status save_and_load_plans(setting *s) {
    nnblas_status status = nnblas_net_measure_plans(s->net, N, NNBLAS_PLAN_TRAIN, 1e-12);
    if (!status)
        status = nnblas_plans_save(path);
    nnblas_plans_forget();
    if (!status)
        status = nnblas_plans_load(path);
    const char *info = nnblas_net_plan_info(s->net, N, NNBLAS_PLAN_TRAIN);
    ck_assert_ptr_nonnull(strstr(info, status ? "; estimated" : "; measured"));
    nnblas_plans_forget();
    return status;
}

static nnblas_status set_text(setting *s) {
    nnblas_status status = nnblas_net_set_metadata(s->net, "text", "new");
    ck_assert_str_eq(nnblas_net_metadata(s->net, "text"), status ? "old" : "new");
    return status;
}

static nnblas_status save_to_memory(setting *s) {
    void *bytes = NULL;
    size_t size = 0;
    nnblas_status status = nnblas_net_save_to_memory(s->net, &bytes, &size);
    ck_assert((bytes == NULL) == (status != NNBLAS_OK));
    ck_assert_uint_eq(size, status ? 0 : s->saved_size);
    nnblas_free(bytes);
    return status;
}

/* What comes without an error is the network with its texts, to the last byte. */
static void check_loaded(const setting *s, nnblas_status status, nnblas_net *loaded) {
    ck_assert((loaded == NULL) == (status != NNBLAS_OK));
    if (!loaded)
        return;
    ck_assert_str_eq(nnblas_net_metadata(loaded, "a longer key for a text"), LONG_TEXT);
    ck_assert(memcmp(nnblas_net_parameters(loaded), s->p.parameters,
                     s->p.parameter_count * sizeof(double)) == 0);
    nnblas_net_destroy(loaded);
}

static nnblas_status load_from_memory(setting *s) {
    nnblas_net *loaded = NULL;
    nnblas_status status = nnblas_net_load_from_memory(s->saved, s->saved_size, &loaded);
    check_loaded(s, status, loaded);
    return status;
}

static nnblas_status save_and_load(setting *s) {
    nnblas_net *loaded = NULL;
    nnblas_status status = nnblas_net_save(s->net, path);
    if (!status)
        status = nnblas_net_load(path, &loaded);
    check_loaded(s, status, loaded);
    return status;
}

static setting make_setting(void) {
    dice d = {31};
    setting s = {.p = make_problem(&d, N, SIZES, N_SIZES, 0), .mse = -1.0};
    s.net = make_net(&s.p);
    ck_assert_ok(nnblas_net_set_metadata(s.net, "text", "old"));
    ck_assert_ok(nnblas_net_set_metadata(s.net, "a longer key for a text", LONG_TEXT));
    ck_assert_ok(nnblas_net_save_to_memory(s.net, &s.saved, &s.saved_size));
    s.O_out = allocate_doubles(N * s.p.ldy);
    s.gradient = allocate_doubles(s.p.parameter_count);
    s.H_out = allocate_doubles(N * SIZES[2]);
    fill(N * s.p.ldy, s.O_out, -1.0);
    fill(s.p.parameter_count, s.gradient, -1.0);
    fill(N * SIZES[2], s.H_out, 0.5);
    return s;
}

static void free_setting(setting *s) {
    free(s->O_out);
    free(s->gradient);
    free(s->H_out);
    nnblas_free(s->saved);
    nnblas_net_destroy(s->net);
    free_problem(&s->p);
}

static void check_untouched(const setting *s) {
    ck_assert(memcmp(nnblas_net_parameters(s->net), s->p.parameters,
                     s->p.parameter_count * sizeof(double)) == 0);
    ck_assert(holds_only(N * s->p.ldy, s->O_out, -1.0));
    ck_assert(holds_only(s->p.parameter_count, s->gradient, -1.0));
    ck_assert(holds_only(1, &s->mse, -1.0));
}

static void check_each_failure(any_call *call) {
    for (size_t fail_at = 1;; fail_at++) {
        setting s = make_setting();
        size_t live = get_heap_count().live;
        start_counting(fail_at);
        nnblas_status status = call(&s);
        bool failed = get_heap_count().allocations >= fail_at;
        start_counting(0);
        ck_assert_int_eq(status, failed ? NNBLAS_ERROR_MEMORY : NNBLAS_OK);
        ck_assert_uint_eq(get_heap_count().live, live);
        if (failed) {
            ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "out of memory"));
            check_untouched(&s);
        }
        free_setting(&s);
        if (!failed) {
            ck_assert_uint_gt(fail_at, 1); /* the call does allocate */
            return;
        }
    }
}

START_TEST(every_failed_allocation_is_an_error_that_leaves_no_trace) {
    any_call *const calls[] = {
        create_net,       clone_net,      train,
        train_batches,    train_lbfgs,    train_squares,
        train_weighted,   predict,        evaluate,
        compute_gradient, take_step,      compute_weighted_gradient,
        set_text,         save_to_memory, load_from_memory,
        save_and_load,    measure,        save_and_load_plans,
    };
    int descriptor = mkstemp(path);
    ck_assert_int_ge(descriptor, 0);
    close(descriptor);
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        check_each_failure(calls[i]);
    ck_assert_uint_eq(get_heap_count().live, 0);
    ck_assert_int_eq(unlink(path), 0);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        every_failed_allocation_is_an_error_that_leaves_no_trace,
    };
    return run_tests("failed_allocations", tests, sizeof tests / sizeof *tests);
}
