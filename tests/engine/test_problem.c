/* SPDX-License-Identifier: BSD-3-Clause */
/* The problem that is planned for is the plan cache's key: every field of it counts. */
#include "engine/engine.h"
#include "engine/plan_cache.h"
#include "engine/plan_search.h"
#include "engine/problem.h"
#include "support/support.h"

#include <stdlib.h>
#include <string.h>

static const size_t SIZES[] = {30, 9, 7, 2}, OTHER_INPUTS[] = {31, 9, 7, 2},
                    OTHER_HIDDEN[] = {30, 8, 7, 2}, OTHER_OUTPUTS[] = {30, 9, 7, 3};

/* All fields in their order: a new one makes the compiler miss its value here. It then belongs into
 * the tables below as well. */
static const nn_problem PROBLEM = {SIZES, 3,     4000,  NN_GRADIENT, false, false,
                                   false, false, false, false,       false};

typedef struct change {
    const char *field;
    nn_problem changed;
} change;

static const change CHANGES[] = {
    {"the inputs",
     {OTHER_INPUTS, 3, 4000, NN_GRADIENT, false, false, false, false, false, false, false}},
    {"a hidden size",
     {OTHER_HIDDEN, 3, 4000, NN_GRADIENT, false, false, false, false, false, false, false}},
    {"the outputs",
     {OTHER_OUTPUTS, 3, 4000, NN_GRADIENT, false, false, false, false, false, false, false}},
    {"n_layers", {SIZES, 2, 4000, NN_GRADIENT, false, false, false, false, false, false, false}},
    {"N", {SIZES, 3, 4001, NN_GRADIENT, false, false, false, false, false, false, false}},
    {"purpose, predict",
     {SIZES, 3, 4000, NN_PREDICT, false, false, false, false, false, false, false}},
    {"purpose, train", {SIZES, 3, 4000, NN_TRAIN, false, false, false, false, false, false, false}},
    {"has_bias", {SIZES, 3, 4000, NN_GRADIENT, true, false, false, false, false, false, false}},
    {"has_skip", {SIZES, 3, 4000, NN_GRADIENT, false, true, false, false, false, false, false}},
    {"row_major_outputs",
     {SIZES, 3, 4000, NN_GRADIENT, false, false, true, false, false, false, false}},
    {"gathers_rows", {SIZES, 3, 4000, NN_GRADIENT, false, false, false, true, false, false, false}},
    {"has_row_weights",
     {SIZES, 3, 4000, NN_GRADIENT, false, false, false, false, true, false, false}},
    {"has_cross_entropy",
     {SIZES, 3, 4000, NN_GRADIENT, false, false, false, false, false, true, false}},
    {"keeps_inputs", {SIZES, 3, 4000, NN_GRADIENT, false, false, false, false, false, false, true}},
};
enum { N_CHANGES = sizeof CHANGES / sizeof *CHANGES };

START_TEST(every_field_is_part_of_the_key) {
    for (size_t i = 0; i < N_CHANGES; i++) {
        const nn_problem *changed = &CHANGES[i].changed;
        ck_assert_msg(!nn_is_same_problem(&PROBLEM, changed), "%s does not count",
                      CHANGES[i].field);
        ck_assert_msg(!nn_is_same_problem(changed, &PROBLEM), "%s does not count",
                      CHANGES[i].field);
        ck_assert_msg(nn_is_same_problem(changed, changed), "%s is not itself", CHANGES[i].field);
    }
}
END_TEST

/* The sizes are compared by value: a caller may keep them anywhere. */
START_TEST(equal_sizes_are_the_same_problem) {
    size_t sizes[4];
    memcpy(sizes, SIZES, sizeof sizes);
    nn_problem copy = PROBLEM;
    copy.sizes = sizes;
    ck_assert(nn_is_same_problem(&PROBLEM, &copy));
}
END_TEST

static void check_chosen_plan(const nn_problem *p) {
    nn_plan made = nn_make_plan(p), chosen = nn_get_plan(p);
    char texts[2][160];
    nn_describe_plan(&made, SIZE_MAX, texts[0], sizeof texts[0]);
    nn_describe_plan(&chosen, SIZE_MAX, texts[1], sizeof texts[1]);
    ck_assert_str_eq(texts[1], texts[0]);
    ck_assert(made.holds_blas == chosen.holds_blas);
}

/* Each problem between two calls for the first, so that it is asked for when it was cached last. */
START_TEST(the_cache_gives_each_problem_its_own_plan) {
    for (size_t i = 0; i < N_CHANGES; i++) {
        check_chosen_plan(&PROBLEM);
        check_chosen_plan(&CHANGES[i].changed);
    }
}
END_TEST

/* The cache keeps sizes of its own. */
START_TEST(the_cache_does_not_point_to_the_callers_sizes) {
    size_t sizes[] = {200, 40, 4};
    nn_problem p = {.sizes = sizes, .n_layers = 2, .N = 5000, .purpose = NN_GRADIENT};
    check_chosen_plan(&p);
    sizes[0] = 3;
    check_chosen_plan(&p);
    sizes[0] = 200;
    check_chosen_plan(&p);
}
END_TEST

/* More layers than the cache has room for, and than a plan has bits for. */
START_TEST(deep_networks_are_planned_anew) {
    enum { MOST = 70 };
    size_t sizes[MOST + 1];
    for (size_t l = 0; l <= MOST; l++)
        sizes[l] = 3 + l % 5;
    for (size_t n_layers = 1; n_layers <= MOST; n_layers += 3) {
        nn_problem p = {.sizes = sizes,
                        .n_layers = n_layers,
                        .N = 300,
                        .purpose = NN_GRADIENT,
                        .has_bias = true};
        check_chosen_plan(&p);
        check_chosen_plan(&p);
    }
}
END_TEST

/* Where rows of outputs have to be contiguous, no plan transposes the last layer. */
START_TEST(row_major_outputs_are_planned_for) {
    static nn_plan plans[NN_MOST_PLANS];
    nn_problem p = PROBLEM;
    uint64_t last = (uint64_t)1 << (p.n_layers - 1);
    bool is_transposed = false;
    for (size_t i = 0, count = nn_list_plans(&p, plans); i < count; i++)
        is_transposed |= plans[i].transposed & last;
    ck_assert(is_transposed);
    p.row_major_outputs = true;
    for (size_t i = 0, count = nn_list_plans(&p, plans); i < count; i++)
        ck_assert(!(plans[i].transposed & last));
}
END_TEST

/* A prediction has the activation of the outputs, whatever the cost is. */
START_TEST(the_cross_entropy_takes_the_place_of_the_last_activation) {
    const size_t sizes[] = {4, 3, 2};
    const nn_layer layers[] = {{.inputs = 4, .outputs = 3}, {.inputs = 3, .outputs = 2}};
    const double rows[12] = {0.0};
    nn_model model = {.layers = layers, .sizes = sizes, .n_layers = 2};
    nn_rows labelled = {.N = 3, .X = rows, .ldx = 4, .Y = rows, .ldy = 2}, unlabelled = labelled;
    unlabelled.Y = NULL;
    for (nn_purpose purpose = NN_PREDICT; purpose <= NN_TRAIN; purpose++) {
        model.cost = NNBLAS_MSE;
        ck_assert(!nn_make_problem(&model, &labelled, purpose).has_cross_entropy);
        model.cost = NNBLAS_CROSS_ENTROPY;
        ck_assert(nn_make_problem(&model, &labelled, purpose).has_cross_entropy);
        ck_assert(!nn_make_problem(&model, &unlabelled, purpose).has_cross_entropy);
    }
}
END_TEST

/* What has no derivative keeps nothing. */
START_TEST(inputs_are_kept_for_derivatives_of_them) {
    static const struct {
        nnblas_activation hidden, output;
        bool keeps;
    } CASES[] = {{NNBLAS_TANH, NNBLAS_SOFTPLUS, false},
                 {NNBLAS_GELU, NNBLAS_IDENTITY, true},
                 {NNBLAS_SILU, NNBLAS_SIGMOID, true},
                 {NNBLAS_ELU, NNBLAS_SINE, true},
                 {NNBLAS_SOFTSIGN, NNBLAS_SOFTMAX, false}};
    const size_t sizes[] = {4, 3, 2};
    const double rows[12] = {0.0};
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        const nn_layer layers[] = {{.inputs = 4, .outputs = 3, .activation = CASES[i].hidden},
                                   {.inputs = 3, .outputs = 2, .activation = CASES[i].output}};
        const nn_model model = {.layers = layers, .sizes = sizes, .n_layers = 2};
        const nn_rows labelled = {.N = 3, .X = rows, .ldx = 4, .Y = rows, .ldy = 2};
        ck_assert(!nn_make_problem(&model, &labelled, NN_PREDICT).keeps_inputs);
        ck_assert(nn_make_problem(&model, &labelled, NN_GRADIENT).keeps_inputs == CASES[i].keeps);
        ck_assert(nn_make_problem(&model, &labelled, NN_TRAIN).keeps_inputs == CASES[i].keeps);
    }
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        inputs_are_kept_for_derivatives_of_them,
        every_field_is_part_of_the_key,
        equal_sizes_are_the_same_problem,
        the_cache_gives_each_problem_its_own_plan,
        the_cache_does_not_point_to_the_callers_sizes,
        deep_networks_are_planned_anew,
        row_major_outputs_are_planned_for,
        the_cross_entropy_takes_the_place_of_the_last_activation,
    };
    return run_tests("problem", tests, sizeof tests / sizeof *tests);
}
