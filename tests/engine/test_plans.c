/* SPDX-License-Identifier: BSD-3-Clause */
/* Every plan gives the results of long double. */
#include "engine/engine.h"
#include "engine/row_weights.h"
#include "network/network.h"
#include "support/support.h"

#include <math.h>
#include <stdlib.h>

static nn_plan roll_plan(dice *d, const problem *p, nn_strategy strategy) {
    size_t parts = roll_between(d, 1, 5);
    return (nn_plan){
        .strategy = strategy,
        .parts = parts,
        .threads = roll_between(d, 1, parts),
        .tile_rows = roll_between(d, 1, p->N + 3),
        .transposed = strategy == NN_SHARED_TILES ? 0 : roll(d),
        .transposed_updates = roll_between(d, 0, 1) ? roll(d) : 0,
        .padding = (size_t[]){1, 8, 3}[roll_between(d, 0, 2)],
        .product_limit = roll_between(d, 0, 1) ? roll_between(d, 1, 20000) : 0,
        .holds_blas = true,
    };
}

/* A problem, and the engine of one plan for it. */
typedef struct planned {
    const problem *p;
    nnblas_net *net;
    nn_model model;
    nn_rows rows;
    nn_engine engine;
    double *W[MAX_SIZES];
    double *gradient, *updates[MAX_SIZES];
    double *expected, *O_expected, expected_cost;
} planned;

/* order: of the rows, null for their own; sums over all rows do not depend on it. */
static void open_planned(planned *run, const problem *p, const nn_plan *plan,
                         const uint32_t *order) {
    *run = (planned){.p = p,
                     .net = make_net(p),
                     .rows = {.N = p->N,
                              .X = p->X,
                              .ldx = p->ldx,
                              .Y = p->Y,
                              .ldy = p->ldy,
                              .weights = p->weights,
                              .order = order},
                     .gradient = allocate_doubles(p->parameter_count),
                     .expected = allocate_doubles(p->parameter_count),
                     .O_expected = allocate_doubles(p->N * get_outputs(p))};
    nn_weigh_rows(&run->rows);
    run->model = nn_net_model(run->net);
    nn_problem planned_problem = nn_make_problem(&run->model, &run->rows, NN_TRAIN);
    for (size_t l = 1, offset = 0; l < p->n_sizes; offset += count_layer_parameters(p, l), l++) {
        run->W[l - 1] = nnblas_net_weights(run->net, l);
        run->updates[l - 1] = run->gradient + offset;
    }
    run->expected_cost = compute_reference(p, run->expected, run->O_expected);
    ck_assert_ok(nn_engine_open(&run->engine, &planned_problem, plan, NULL));
}

static void close_planned(planned *run) {
    nn_engine_close(&run->engine);
    free(run->gradient);
    free(run->expected);
    free(run->O_expected);
    nnblas_net_destroy(run->net);
}

static void check_planned_gradient(planned *run) {
    fill(run->p->parameter_count, run->gradient, (double)NAN);
    double cost = nn_engine_run(
        &run->engine,
        &(nn_call){.model = &run->model, .rows = &run->rows, .updates = run->updates});
    ck_assert_close(1, &run->expected_cost, &cost);
    check_layers(run->p, run->expected, run->gradient);
}

static void check_planned_cost(planned *run) {
    double cost = nn_engine_run(&run->engine, &(nn_call){.model = &run->model, .rows = &run->rows});
    ck_assert_close(1, &run->expected_cost, &cost);
}

static void check_planned_predictions(planned *run) {
    problem p = *run->p;
    size_t ldo = get_ldo(&p);
    double *O_out = allocate_doubles(p.N * ldo);
    fill(p.N * ldo, O_out, -7.0);
    nn_engine_run(&run->engine,
                  &(nn_call){.model = &run->model, .rows = &run->rows, .O_out = O_out, .ldo = ldo});
    check_predictions(&p, run->O_expected, O_out, ldo, -7.0);
    free(O_out);
}

/* The last: the parameters are then others. */
static void check_planned_step(planned *run) {
    const double RATE = 0.75;
    const problem *p = run->p;
    for (size_t i = 0; i < p->parameter_count; i++)
        run->expected[i] = p->parameters[i] - RATE * run->expected[i];
    double cost = nn_engine_descend(&run->engine, &run->model, &run->rows, RATE, run->W);
    ck_assert_close(1, &run->expected_cost, &cost);
    check_layers(p, run->expected, nnblas_net_parameters(run->net));
}

static void check_plan(const problem *p, const nn_plan *plan, const uint32_t *order) {
    planned run;
    open_planned(&run, p, plan, order);
    /* Twice: what the first call leaves in the buffers must not count in the second. */
    check_planned_gradient(&run);
    check_planned_gradient(&run);
    check_planned_cost(&run);
    if (!order)
        check_planned_predictions(&run);
    check_planned_step(&run);
    close_planned(&run);
}

/* Two runs of rows that lie together, and perhaps two rows that have changed places; or no runs. */
static uint32_t *roll_order(dice *d, size_t N) {
    uint32_t *order = malloc(N * sizeof *order);
    ck_assert_ptr_nonnull(order);
    size_t begin = roll_between(d, 0, N - 1), swaps = roll_between(d, 0, 2);
    for (size_t e = 0; e < N; e++)
        order[e] = (uint32_t)((begin + e) % N);
    for (size_t i = 0; i < (swaps == 2 ? N : swaps); i++) {
        size_t a = roll_between(d, 0, N - 1), b = roll_between(d, 0, N - 1);
        uint32_t swap = order[a];
        order[a] = order[b];
        order[b] = swap;
    }
    return order;
}

/* Now and then few rows and a matrix so large that threads share it when updates are added up. */
static problem roll_problem(dice *d) {
    size_t sizes[MAX_SIZES], n_sizes = roll_between(d, 2, 5), N = roll_size(d, 150);
    for (size_t l = 0; l < n_sizes; l++)
        sizes[l] = roll_size(d, roll_between(d, 0, 5) == 0 ? 100 : 30);
    if (roll_between(d, 0, 9) == 0) {
        N = roll_between(d, 1, 20);
        sizes[0] = sizes[1] = roll_between(d, 129, 150);
    }
    problem p = make_problem_of(d, roll_kind(d), N, sizes, n_sizes, roll_between(d, 0, 2));
    if (roll_between(d, 0, 1))
        weigh_rows(d, &p);
    return p;
}

START_TEST(every_plan_gives_the_same) {
    dice d = {6};
    ck_assert_ok(nnblas_set_threads(5));
    for (size_t i = 0; i < count_trials(500); i++) {
        problem p = roll_problem(&d);
        for (nn_strategy strategy = NN_OWN_ROWS; strategy <= NN_SHARED_TILES; strategy++) {
            nn_plan plan = roll_plan(&d, &p, strategy);
            uint32_t *order = roll_between(&d, 0, 2) == 0 ? roll_order(&d, p.N) : NULL;
            check_plan(&p, &plan, order);
            free(order);
        }
        free_problem(&p);
    }
}
END_TEST

/* An order that takes rows one after the other needs no copies of them. */
START_TEST(rows_that_lie_together_are_not_copied) {
    enum { N = 24, INPUTS = 5, OUTPUTS = 2 };
    static const size_t SIZES[] = {INPUTS, 3, OUTPUTS};
    static const double GUARD = -12345.0;
    uint32_t order[N];
    for (uint32_t e = 0; e < N; e++)
        order[e] = e;
    dice d = {7};
    for (nn_strategy strategy = NN_OWN_ROWS; strategy <= NN_SHARED_TILES; strategy++) {
        problem p = make_problem(&d, N, SIZES, 3, 0);
        const nn_plan plan = {
            .strategy = strategy, .parts = 2, .threads = 1, .tile_rows = 8, .padding = 1};
        planned run;
        open_planned(&run, &p, &plan, order);
        const nn_buffers *b = run.engine.buffers;
        fill(4 * INPUTS, b->X, GUARD);
        fill(4 * OUTPUTS, b->Y, GUARD);
        check_planned_gradient(&run);
        ck_assert(holds_only(4 * INPUTS, b->X, GUARD) && holds_only(4 * OUTPUTS, b->Y, GUARD));
        close_planned(&run);
        free_problem(&p);
    }
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        rows_that_lie_together_are_not_copied,
        every_plan_gives_the_same,
    };
    return run_tests("plans", tests, sizeof tests / sizeof *tests);
}
