/* SPDX-License-Identifier: BSD-3-Clause */
/* The algorithm against first principles and against itself in long double. */
#include "engine/engine.h"
#include "network/network.h"
#include "support/support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- first principles ------------------------------------------------------------------------ */

/*
 * d mse / d w1[i][j] = 1/N sum_e sum_k o_delta[e][k] w2[j][k] h[e][j] (1 - h[e][j]) x[e][i]: the
 * sum over every path from the weight to the cost, over every example.
 */
static double sum_paths(const problem *p, size_t i, size_t j) {
    size_t inputs = p->sizes[0], hidden = p->sizes[1], outputs = p->sizes[2];
    const double *W1 = p->parameters, *W2 = W1 + inputs * hidden;
    double sum = 0.0;
    for (size_t e = 0; e < p->N; e++) {
        const double *x = p->X + e * p->ldx, *y = p->Y + e * p->ldy;
        for (size_t k = 0; k < outputs; k++) {
            double o_in = 0.0, h_of_path = 0.0;
            for (size_t unit = 0; unit < hidden; unit++) {
                double h_in = 0.0;
                for (size_t n = 0; n < inputs; n++)
                    h_in += x[n] * W1[n * hidden + unit];
                double h = 1.0 / (1.0 + exp(-h_in));
                o_in += h * W2[unit * outputs + k];
                if (unit == j)
                    h_of_path = h;
            }
            double o = 1.0 / (1.0 + exp(-o_in)), o_delta = (o - y[k]) * o * (1.0 - o);
            sum += o_delta * W2[j * outputs + k] * h_of_path * (1.0 - h_of_path) * x[i];
        }
    }
    return sum / (double)p->N;
}

START_TEST(path_sum_gives_every_gradient_of_W1) {
    static const size_t SHAPES[][4] = {
        {1, 4, 2, 3}, {9, 4, 2, 3}, {5, 1, 1, 1}, {3, 7, 5, 2}, {16, 2, 9, 4}};
    dice d = {1};
    for (size_t s = 0; s < sizeof SHAPES / sizeof *SHAPES; s++) {
        problem p = make_problem(&d, SHAPES[s][0], SHAPES[s] + 1, 3, s);
        nnblas_net *net = make_net(&p);
        size_t inputs = p.sizes[0], hidden = p.sizes[1];
        double *gradient = allocate_doubles(p.parameter_count);
        double *paths = allocate_doubles(inputs * hidden);
        ck_assert_ok(nnblas_net_gradient(net, p.N, p.X, p.ldx, p.Y, p.ldy, gradient, NULL));
        for (size_t i = 0; i < inputs; i++)
            for (size_t j = 0; j < hidden; j++)
                paths[i * hidden + j] = sum_paths(&p, i, j);
        ck_assert_close(inputs * hidden, paths, gradient);
        free(paths);
        free(gradient);
        nnblas_net_destroy(net);
        free_problem(&p);
    }
}
END_TEST

/* Central differences of the cost that nnblas_net_evaluate gives, for each parameter. */
static void compute_differences(const problem *p, nnblas_net *net, double *differences) {
    const double STEP = 1e-5; /* truncation 1e-10, rounding 1e-11 */
    double *W = nnblas_net_parameters(net);
    for (size_t i = 0; i < p->parameter_count; i++) {
        double kept = W[i], above, below;
        W[i] = kept + STEP;
        ck_assert_ok(nnblas_net_evaluate(net, p->N, p->X, p->ldx, p->Y, p->ldy, &above));
        W[i] = kept - STEP;
        ck_assert_ok(nnblas_net_evaluate(net, p->N, p->X, p->ldx, p->Y, p->ldy, &below));
        W[i] = kept;
        differences[i] = (above - below) / (2.0 * STEP);
    }
}

static void check_finite_differences(const problem *p) {
    nnblas_net *net = make_net(p);
    double *gradient = allocate_doubles(p->parameter_count);
    double *differences = allocate_doubles(p->parameter_count);
    ck_assert_ok(nnblas_net_gradient(net, p->N, p->X, p->ldx, p->Y, p->ldy, gradient, NULL));
    compute_differences(p, net, differences);
    double difference = get_difference(p->parameter_count, gradient, differences);
    ck_assert_msg(difference <= 1e-7, "off by %g: %zu sizes, %s", difference, p->n_sizes,
                  describe_kind(p->kind));
    free(gradient);
    free(differences);
    nnblas_net_destroy(net);
}

/* No relu may come to its kink, where there is no derivative, in a step of the differences. */
static problem make_smooth_problem(dice *d, kind k, size_t N, const size_t *sizes, size_t n_sizes) {
    for (;;) {
        problem p = make_problem_of(d, k, N, sizes, n_sizes, 0);
        if (k.hidden != NNBLAS_RELU || measure_kinks(&p) > 3e-4)
            return p;
        free_problem(&p);
    }
}

START_TEST(finite_differences_give_every_gradient) {
    static const size_t SHAPES[][MAX_SIZES] = {
        /* N, sizes, 0 */
        {1, 4, 2, 3},     {20, 4, 2, 3},       {7, 1, 1, 1},
        {60, 5, 9, 1},    {33, 9, 8, 7},       {1, 1, 1, 1},
        {10, 4, 5, 3, 2}, {15, 6, 8, 8, 8, 3}, {9, 2, 1, 4, 1},
        {8, 3, 4, 1, 5},  {12, 3, 2},          {3, 1, 7},
        {1, 5, 1},        {11, 1, 6, 6, 2},    {40, 2, 3, 3, 3, 3, 4},
    };
    dice d = {2};
    for (size_t i = 0; i < N_KINDS; i++)
        for (size_t s = 0; s < sizeof SHAPES / sizeof *SHAPES; s++) {
            size_t n_sizes = 0;
            while (SHAPES[s][n_sizes + 1])
                n_sizes++;
            problem p = make_smooth_problem(&d, get_kind(i), SHAPES[s][0], SHAPES[s] + 1, n_sizes);
            check_finite_differences(&p);
            free_problem(&p);
        }
}
END_TEST

/* ---- the calls on the caller's arrays -------------------------------------------------------- */

static void check_array_calls(const problem *p) {
    size_t N = p->N, inputs = p->sizes[0], hidden = p->sizes[1], outputs = p->sizes[2];
    size_t weights1 = inputs * hidden, weights2 = hidden * outputs;
    double *W1 = p->parameters, *W2 = W1 + weights1;
    double *expected = allocate_doubles(p->parameter_count),
           *O_expected = allocate_doubles(N * outputs);
    double expected_mse = compute_reference(p, expected, O_expected);

    double *H_out = allocate_doubles(N * hidden), *O_out = allocate_doubles(N * outputs);
    double *H_delta = allocate_doubles(N * hidden), *O_delta = allocate_doubles(N * outputs);
    double *update = allocate_doubles(p->parameter_count), mse = (double)NAN;
    /* What the outputs held before must not count. */
    fill(N * hidden, H_out, (double)NAN);
    fill(N * outputs, O_out, (double)NAN);
    fill(N * hidden, H_delta, (double)NAN);
    fill(p->parameter_count, update, (double)NAN);
    ck_assert_ok(nnblas_feedforward(N, inputs, hidden, outputs, p->X, W1, W2, H_out, O_out));
    ck_assert_close(N * outputs, O_expected, O_out);
    ck_assert_ok(nnblas_backpropagate(N, inputs, hidden, outputs, p->X, p->Y, W2, H_out, O_out,
                                      O_delta, H_delta, update, update + weights1, &mse));
    ck_assert_close(1, &expected_mse, &mse);
    ck_assert_close(weights1, expected, update);
    ck_assert_close(weights2, expected + weights1, update + weights1);

    const double RATE = 0.75;
    double step_mse = (double)NAN;
    for (size_t i = 0; i < p->parameter_count; i++)
        expected[i] = p->parameters[i] - RATE * expected[i];
    ck_assert_ok(
        nnblas_gradient_step(N, inputs, hidden, outputs, p->X, p->Y, RATE, W1, W2, &step_mse));
    ck_assert_close(1, &expected_mse, &step_mse);
    ck_assert_close(weights1, expected, W1);
    ck_assert_close(weights2, expected + weights1, W2);

    double *all[] = {expected, O_expected, H_out, O_out, H_delta, O_delta, update};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        free(all[i]);
}

START_TEST(array_calls_agree_with_long_double) {
    dice d = {3};
    for (int i = 0; i < 300; i++) {
        size_t N = roll_size(&d, 400);
        const size_t sizes[] = {roll_size(&d, 150), roll_size(&d, 100), roll_size(&d, 60)};
        problem p = make_problem(&d, N, sizes, 3, 0);
        check_array_calls(&p);
        free_problem(&p);
    }
}
END_TEST

/* With so many rows, weights are copied where their vectors do not lie in whole cache lines. */
START_TEST(weights_may_lie_anywhere) {
    enum { N = 700, LINE = 8 };
    dice d = {31};
    const size_t sizes[] = {12, 24, 8};
    problem p = make_problem(&d, N, sizes, 3, 0);
    double *given = p.parameters, *memory = allocate_doubles(p.parameter_count + LINE);
    for (size_t offset = 0; offset < LINE; offset++) {
        p.parameters = memory + offset;
        memcpy(p.parameters, given, p.parameter_count * sizeof *given);
        check_array_calls(&p);
    }
    p.parameters = given;
    free(memory);
    free_problem(&p);
}
END_TEST

/* ---- networks -------------------------------------------------------------------------------- */

static void check_layers(const problem *p, const double *expected, const double *found) {
    for (size_t l = 1, offset = 0; l < p->n_sizes; offset += count_layer_parameters(p, l), l++) {
        double difference =
            get_difference(count_layer_parameters(p, l), expected + offset, found + offset);
        if (!(difference <= 1e-12))
            ck_abort_msg("layer %zu of %zu is off by %g: %s", l, p->n_sizes - 1, difference,
                         describe_kind(p->kind));
    }
}

/* O_out is N x outputs in a table whose other columns have to stay as they are. */
static void check_predictions(const problem *p, const double *expected, const double *O_out,
                              size_t ldo, double other) {
    size_t outputs = get_outputs(p);
    double *found = allocate_doubles(p->N * outputs);
    for (size_t i = 0; i < p->N; i++) {
        memcpy(found + i * outputs, O_out + i * ldo, outputs * sizeof *found);
        ck_assert(holds_only(ldo - outputs, O_out + i * ldo + outputs, other));
    }
    ck_assert_close(p->N * outputs, expected, found);
    free(found);
}

static void check_net_calls(const problem *p) {
    nnblas_net *net = make_net(p);
    size_t ldo = p->ldy;
    double *expected = allocate_doubles(p->parameter_count);
    double *O_expected = allocate_doubles(p->N * get_outputs(p));
    double expected_cost = compute_reference(p, expected, O_expected);
    double *O_out = allocate_doubles(p->N * ldo), *gradient = allocate_doubles(p->parameter_count);
    double cost = (double)NAN, gradient_cost = (double)NAN;
    const double UNTOUCHED = -7.0;
    fill(p->N * ldo, O_out, UNTOUCHED);
    fill(p->parameter_count, gradient, (double)NAN);

    ck_assert_ok(nnblas_net_predict(net, p->N, p->X, p->ldx, O_out, ldo));
    check_predictions(p, O_expected, O_out, ldo, UNTOUCHED);
    ck_assert_ok(nnblas_net_evaluate(net, p->N, p->X, p->ldx, p->Y, p->ldy, &cost));
    ck_assert_close(1, &expected_cost, &cost);
    ck_assert_ok(
        nnblas_net_gradient(net, p->N, p->X, p->ldx, p->Y, p->ldy, gradient, &gradient_cost));
    ck_assert_close(1, &expected_cost, &gradient_cost);
    check_layers(p, expected, gradient);
    free(expected);
    free(O_expected);
    free(O_out);
    free(gradient);
    nnblas_net_destroy(net);
}

START_TEST(networks_agree_with_long_double) {
    dice d = {8};
    for (int i = 0; i < 600; i++) {
        size_t sizes[MAX_SIZES], n_sizes = roll_between(&d, 2, 5);
        for (size_t l = 0; l < n_sizes; l++)
            sizes[l] = roll_size(&d, 80);
        problem p = make_problem_of(&d, roll_kind(&d), roll_size(&d, 400), sizes, n_sizes,
                                    roll_between(&d, 0, 3));
        nnblas_set_threads((int)roll_between(&d, 0, 5));
        check_net_calls(&p);
        free_problem(&p);
    }
}
END_TEST

/* Features and labels side by side in one table, and predictions into a third range of it. */
START_TEST(column_ranges_of_one_table_are_used_in_place) {
    enum { N = 70, INPUTS = 5, OUTPUTS = 3, LD = INPUTS + 2 * OUTPUTS + 2 };
    dice d = {5};
    const size_t sizes[] = {INPUTS, 6, OUTPUTS};
    problem p = make_problem(&d, N, sizes, 3, 0);
    nnblas_net *net = make_net(&p);
    double *table = allocate_doubles(N * LD), *expected = allocate_doubles(N * OUTPUTS);
    fill(N * LD, table, (double)NAN);
    for (size_t i = 0; i < N; i++) {
        memcpy(table + i * LD, p.X + i * p.ldx, INPUTS * sizeof(double));
        memcpy(table + i * LD + INPUTS + 1, p.Y + i * p.ldy, OUTPUTS * sizeof(double));
    }
    double expected_mse = compute_reference(&p, NULL, expected), mse;
    ck_assert_ok(nnblas_net_evaluate(net, N, table, LD, table + INPUTS + 1, LD, &mse));
    ck_assert_close(1, &expected_mse, &mse);
    double *O_out = table + INPUTS + 1 + OUTPUTS;
    ck_assert_ok(nnblas_net_predict(net, N, table, LD, O_out, LD));
    for (size_t i = 0; i < N; i++) {
        ck_assert_close(OUTPUTS, expected + i * OUTPUTS, O_out + i * LD);
        ck_assert(isnan(table[i * LD + INPUTS]) && isnan(table[i * LD + LD - 1]));
    }
    free(table);
    free(expected);
    nnblas_net_destroy(net);
    free_problem(&p);
}
END_TEST

/* ---- every way to walk the rows -------------------------------------------------------------- */

static nn_plan roll_plan(dice *d, const problem *p, nn_way way) {
    size_t parts = roll_between(d, 1, 5);
    return (nn_plan){
        .way = way,
        .parts = parts,
        .tile_rows = roll_between(d, 1, p->N + 3),
        .transposed = way == NN_SPLIT ? 0 : roll(d),
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
                     .rows = {p->N, p->X, p->ldx, p->Y, p->ldy, p->weights, order},
                     .gradient = allocate_doubles(p->parameter_count),
                     .expected = allocate_doubles(p->parameter_count),
                     .O_expected = allocate_doubles(p->N * get_outputs(p))};
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
    double cost = nn_engine_gradient(&run->engine, &run->model, &run->rows, run->updates);
    ck_assert_close(1, &run->expected_cost, &cost);
    check_layers(run->p, run->expected, run->gradient);
}

/* The weights of the rows do not count in an evaluation. */
static void check_planned_cost(planned *run) {
    problem p = *run->p;
    p.weights = NULL;
    double expected_cost = compute_reference(&p, NULL, NULL);
    double cost = nn_engine_evaluate(&run->engine, &run->model, &run->rows);
    ck_assert_close(1, &expected_cost, &cost);
}

static void check_planned_predictions(planned *run) {
    problem p = *run->p;
    double *O_out = allocate_doubles(p.N * p.ldy);
    fill(p.N * p.ldy, O_out, -7.0);
    nn_engine_predict(&run->engine, &run->model, &run->rows, O_out, p.ldy);
    check_predictions(&p, run->O_expected, O_out, p.ldy, -7.0);
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
    if (plan->way == NN_ROWS)
        check_planned_cost(&run);
    if (plan->way == NN_ROWS && !order)
        check_planned_predictions(&run);
    check_planned_step(&run);
    close_planned(&run);
}

static uint32_t *roll_order(dice *d, size_t N) {
    uint32_t *order = malloc(N * sizeof *order);
    ck_assert_ptr_nonnull(order);
    for (size_t e = 0; e < N; e++) {
        size_t place = roll_between(d, 0, e);
        order[e] = order[place];
        order[place] = (uint32_t)e;
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
    for (int i = 0; i < 500; i++) {
        problem p = roll_problem(&d);
        for (nn_way way = NN_ROWS; way <= NN_SPLIT; way++) {
            nn_plan plan = roll_plan(&d, &p, way);
            uint32_t *order = roll_between(&d, 0, 2) == 0 ? roll_order(&d, p.N) : NULL;
            check_plan(&p, &plan, order);
            free(order);
        }
        free_problem(&p);
    }
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        path_sum_gives_every_gradient_of_W1, finite_differences_give_every_gradient,
        array_calls_agree_with_long_double,  weights_may_lie_anywhere,
        networks_agree_with_long_double,     column_ranges_of_one_table_are_used_in_place,
        every_plan_gives_the_same,
    };
    return run_tests("algorithm", tests, sizeof tests / sizeof *tests);
}
