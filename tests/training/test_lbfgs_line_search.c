/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Line searches that fail, overflow, or find a lower point that liblbfgs would drop. Each test may
 * put a script in the place of liblbfgs (--wrap=lbfgs).
 */
#include "support/lbfgs_training.h"

#include <lbfgs.h>
#include <math.h>
#include <string.h>

int __real_lbfgs(int n, lbfgsfloatval_t *x, lbfgsfloatval_t *cost, lbfgs_evaluate_t evaluate,
                 lbfgs_progress_t progress, void *instance, lbfgs_parameter_t *parameters);
int __wrap_lbfgs(int n, lbfgsfloatval_t *x, lbfgsfloatval_t *cost, lbfgs_evaluate_t evaluate,
                 lbfgs_progress_t progress, void *instance, lbfgs_parameter_t *parameters);

/* What the script does in each call: takes so many steps, tries a point that is lower or higher,
 * and returns a code. */
static struct {
    bool is_on;
    int steps, code,
        codes_after; /* the calls after the first take no step and return codes_after */
    double trial;    /* the last try goes so far along the gradient; 0: none */
    int calls;
    lbfgs_parameter_t parameters;
} script;

enum { MAX_VARIABLES = 64 };

/* What liblbfgs gets when no script is in its place. */
static lbfgs_evaluate_t evaluate_unseen;

/* Its interpolation makes NaN from an infinity. Each element of the gradient is written, those
 * behind the parameters too. */
static lbfgsfloatval_t evaluate_seen(void *instance, const lbfgsfloatval_t *x,
                                     lbfgsfloatval_t *gradient, int n, lbfgsfloatval_t step) {
    fill((size_t)n, gradient, (double)NAN);
    lbfgsfloatval_t cost = evaluate_unseen(instance, x, gradient, n, step);
    ck_assert(isfinite(cost));
    ck_assert(are_finite((size_t)n, gradient));
    return cost;
}

int __wrap_lbfgs(int n, lbfgsfloatval_t *x, lbfgsfloatval_t *cost, lbfgs_evaluate_t evaluate,
                 lbfgs_progress_t progress, void *instance, lbfgs_parameter_t *parameters) {
    if (!script.is_on) {
        evaluate_unseen = evaluate;
        return __real_lbfgs(n, x, cost, evaluate_seen, progress, instance, parameters);
    }
    double gradient[MAX_VARIABLES], trial[MAX_VARIABLES], value;
    ck_assert_int_le(n, MAX_VARIABLES);
    script.parameters = *parameters;
    value = evaluate(instance, x, gradient, n, 0.0);
    bool is_first = script.calls++ == 0;
    for (int step = 1; is_first && step <= script.steps; step++) {
        for (int i = 0; i < n; i++)
            x[i] -= 1e-3 * gradient[i];
        value = evaluate(instance, x, gradient, n, 1e-3);
        int ended = progress(instance, x, gradient, value, 1.0, 1.0, 1e-3, n, step, 1);
        if (ended)
            return ended;
    }
    for (int i = 0; i < n; i++)
        trial[i] = x[i] - script.trial * gradient[i];
    if (script.trial < 0.0 || (is_first && script.trial > 0.0))
        evaluate(instance, trial, gradient, n, fabs(script.trial));
    return is_first ? script.code : script.codes_after;
}

static lbfgs_training make_noise(nnblas_activation hidden) {
    static const size_t SIZES[] = {2, 6, 1};
    const kind k = {.hidden = hidden, .output = NNBLAS_IDENTITY};
    lbfgs_training t = make_lbfgs_training(SIZES, 3, k, 60);
    dice d = {11};
    for (size_t e = 0; e < t.N; e++) {
        t.X[2 * e] = roll_uniform(&d, -1.0, 1.0);
        t.X[2 * e + 1] = roll_uniform(&d, -1.0, 1.0);
        t.Y[e] = roll_uniform(&d, -1.0, 1.0);
    }
    return t;
}

/* A script that takes steps, tries, and returns code, and then codes_after. */
static lbfgs_training make_scripted(int steps, double trial, int code, int codes_after) {
    memset(&script, 0, sizeof script);
    script.is_on = true;
    script.steps = steps;
    script.trial = trial;
    script.code = code;
    script.codes_after = codes_after;
    return make_noise(NNBLAS_TANH);
}

static void check_script(int code, nnblas_status expected) {
    lbfgs_training t = make_scripted(0, 0.0, code, code);
    ck_assert_int_eq(fit_lbfgs(&t), expected);
    ck_assert_int_eq(script.calls, 1);
    ck_assert_uint_eq(nnblas_trainer_history_count(t.trainer), 0);
    free_lbfgs_training(&t);
}

START_TEST(each_code_of_liblbfgs_has_its_status) {
    static const int FAILED_SEARCHES[] = {
        LBFGSERR_OUTOFINTERVAL, LBFGSERR_INCORRECT_TMINMAX, LBFGSERR_ROUNDING_ERROR,
        LBFGSERR_MINIMUMSTEP,   LBFGSERR_MAXIMUMSTEP,       LBFGSERR_MAXIMUMLINESEARCH,
        LBFGSERR_WIDTHTOOSMALL, LBFGSERR_INVALIDPARAMETERS, LBFGSERR_INCREASEGRADIENT};
    for (size_t i = 0; i < sizeof FAILED_SEARCHES / sizeof *FAILED_SEARCHES; i++)
        check_script(FAILED_SEARCHES[i], NNBLAS_STOPPED_LINE_SEARCH);
    check_script(LBFGS_SUCCESS, NNBLAS_STOPPED_CONVERGED);
    check_script(LBFGS_ALREADY_MINIMIZED, NNBLAS_STOPPED_CONVERGED);
    check_script(LBFGSERR_OUTOFMEMORY, NNBLAS_ERROR_MEMORY);
    ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "out of memory"));
    check_script(LBFGSERR_INVALID_N, NNBLAS_ERROR_VALUE);
    check_script(LBFGSERR_UNKNOWNERROR, NNBLAS_ERROR_VALUE);
    ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "-1024"));
}
END_TEST

START_TEST(liblbfgs_gets_the_settings) {
    lbfgs_training t = make_scripted(0, 0.0, LBFGSERR_ROUNDING_ERROR, LBFGSERR_ROUNDING_ERROR);
    ck_assert_ok(nnblas_trainer_set_lbfgs(t.trainer, 7, 1e-3));
    ck_assert_int_eq(fit_lbfgs(&t), NNBLAS_STOPPED_LINE_SEARCH);
    ck_assert_int_eq(script.parameters.m, 7);
    ck_assert_int_eq(script.parameters.linesearch, LBFGS_LINESEARCH_MORETHUENTE);
    ck_assert_double_eq(script.parameters.epsilon, 0.0);
    ck_assert_double_le(script.parameters.ftol, 1e-7); /* without it, i386 alone fails */
    ck_assert_int_eq(script.parameters.past, 0);
    ck_assert_int_eq(script.parameters.max_iterations, 0);
    /* It takes no more memory than the epochs can fill. */
    ck_assert_ok(nnblas_trainer_set_epochs(t.trainer, 3));
    ck_assert_int_eq(fit_lbfgs(&t), NNBLAS_STOPPED_LINE_SEARCH);
    ck_assert_int_eq(script.parameters.m, 3);
    free_lbfgs_training(&t);
}
END_TEST

static double get_last_cost(const lbfgs_training *t) {
    size_t count = nnblas_trainer_history_count(t->trainer);
    return get_epoch(t->trainer, count - 1).cost;
}

/* A search that fails after steps is begun anew once, and the parameters are those of the last
 * epoch, not those of the last try. */
START_TEST(a_failed_search_is_begun_anew) {
    lbfgs_training t = make_scripted(2, -0.1, LBFGSERR_ROUNDING_ERROR, LBFGSERR_MINIMUMSTEP);
    ck_assert_int_eq(fit_lbfgs(&t), NNBLAS_STOPPED_LINE_SEARCH);
    ck_assert_int_eq(script.calls, 2);
    ck_assert_uint_eq(nnblas_trainer_history_count(t.trainer), 2);
    ck_assert_double_eq_tol(get_cost(&t), get_last_cost(&t), 1e-15);
    free_lbfgs_training(&t);
}
END_TEST

/* The lower point of a search that failed is an epoch. */
START_TEST(a_lower_point_is_taken) {
    lbfgs_training t = make_scripted(0, 1e-2, LBFGSERR_MAXIMUMLINESEARCH, LBFGSERR_MINIMUMSTEP);
    double first = get_cost(&t);
    ck_assert_int_eq(fit_lbfgs(&t), NNBLAS_STOPPED_LINE_SEARCH);
    ck_assert_int_eq(script.calls, 2);
    ck_assert_uint_eq(nnblas_trainer_history_count(t.trainer), 1);
    ck_assert_double_lt(get_last_cost(&t), first);
    ck_assert_double_eq_tol(get_cost(&t), get_last_cost(&t), 1e-15);
    ck_assert_double_eq(get_epoch(t.trainer, 0).learning_rate, 1e-2);
    /* It may be the last one. */
    script.calls = 0;
    ck_assert_ok(nnblas_trainer_set_epochs(t.trainer, 1));
    ck_assert_ok(fit_lbfgs(&t));
    ck_assert_int_eq(script.calls, 1);
    ck_assert_double_eq_tol(get_cost(&t), get_last_cost(&t), 1e-15);
    free_lbfgs_training(&t);
}
END_TEST

/* At a kink of relu units: the gradient is far from 0, and no step along it lowers the cost. */
START_TEST(a_kink_is_no_convergence) {
    script.is_on = false;
    lbfgs_training t = make_noise(NNBLAS_RELU);
    ck_assert_ok(nnblas_trainer_set_epochs(t.trainer, 100000));
    double first = get_gradient_norm(&t, NULL), gradient[MAX_VARIABLES], W[MAX_VARIABLES];
    ck_assert_int_eq(fit_lbfgs(&t), NNBLAS_STOPPED_LINE_SEARCH);
    ck_assert_double_gt(get_gradient_norm(&t, gradient), 1e-6 * first);
    double cost = get_cost(&t);
    ck_assert_double_eq_tol(cost, get_last_cost(&t), 1e-15);
    memcpy(W, t.parameters, t.parameter_count * sizeof *W);
    for (double step = 1.0; step > 1e-14; step *= 0.5) {
        for (size_t i = 0; i < t.parameter_count; i++)
            t.parameters[i] = W[i] - step * gradient[i];
        ck_assert_double_ge(get_cost(&t), cost * (1.0 - 1e-13));
    }
    free_lbfgs_training(&t);
}
END_TEST

/* The first step has length 1 and leads from weights of 0.1 to -0.6, where the cost is infinite. */
START_TEST(a_step_may_overflow) {
    script.is_on = false;
    static const size_t SIZES[] = {2, 1};
    lbfgs_training t = make_lbfgs_training(SIZES, 2, (kind){.output = NNBLAS_IDENTITY}, 3);
    fill(2 * t.N, t.X, 1.2e154);
    fill(t.N, t.Y, 1.0);
    fill(2, t.parameters, -0.6);
    ck_assert(isinf(get_cost(&t)));
    fill(2, t.parameters, 0.1);
    double first = get_cost(&t);
    ck_assert(isfinite(first));
    ck_assert_int_ge(fit_lbfgs(&t), 0);
    ck_assert_double_lt(get_cost(&t), 1e-3 * first);
    ck_assert(are_finite(t.parameter_count, t.parameters));
    free_lbfgs_training(&t);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        each_code_of_liblbfgs_has_its_status,
        liblbfgs_gets_the_settings,
        a_failed_search_is_begun_anew,
        a_lower_point_is_taken,
        a_kink_is_no_convergence,
        a_step_may_overflow,
    };
    return run_tests("lbfgs_line_search", tests, sizeof tests / sizeof *tests);
}
