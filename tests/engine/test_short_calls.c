/* SPDX-License-Identifier: BSD-3-Clause */
/* An engine that was opened for many rows runs fewer, such as the last batch of an epoch. */
#include "engine/engine.h"
#include "network/network.h"
#include "support/support.h"

#include <math.h>
#include <stdlib.h>

static nn_rows get_rows(const problem *p) {
    return (nn_rows){.N = p->N, .X = p->X, .ldx = p->ldx, .Y = p->Y, .ldy = p->ldy};
}

static void check_call(const problem *p, nnblas_net *net, nn_engine *engine) {
    const nn_model model = nn_net_model(net);
    const nn_rows rows = get_rows(p);
    double *expected = allocate_doubles(p->parameter_count), *updates[MAX_SIZES];
    double *gradient = allocate_doubles(p->parameter_count);
    double *O_expected = allocate_doubles(p->N * get_outputs(p));
    double *O_out = allocate_doubles(p->N * get_outputs(p));
    double expected_cost = compute_reference(p, expected, O_expected);
    fill(p->parameter_count, gradient, (double)NAN);
    for (size_t l = 0; l < model.n_layers; l++)
        updates[l] = gradient + (net->W[l] - net->parameters);

    double cost =
        nn_engine_run(engine, &(nn_call){.model = &model, .rows = &rows, .updates = updates});
    ck_assert_close(1, &expected_cost, &cost);
    check_layers(p, expected, gradient);
    cost = nn_engine_run(engine, &(nn_call){.model = &model, .rows = &rows});
    ck_assert_close(1, &expected_cost, &cost);
    nn_engine_run(
        engine, &(nn_call){.model = &model, .rows = &rows, .O_out = O_out, .ldo = get_outputs(p)});
    ck_assert_close(p->N * get_outputs(p), O_expected, O_out);
    free(expected);
    free(gradient);
    free(O_expected);
    free(O_out);
}

/* All rows first, so that every part has updates of its own to leave behind. */
static void check_plan(dice *d, const problem *p, const nn_plan *plan) {
    nnblas_net *net = make_net(p);
    const nn_model model = nn_net_model(net);
    const nn_rows rows = get_rows(p);
    nn_problem planned_problem = nn_make_problem(&model, &rows, NN_GRADIENT);
    nn_engine engine;
    ck_assert_ok(nn_engine_open(&engine, &planned_problem, plan, NULL));
    problem fewer = *p;
    for (int call = 0; call < 3; call++) {
        check_call(p, net, &engine);
        fewer.N = roll_between(d, 1, p->N);
        check_call(&fewer, net, &engine);
    }
    nn_engine_close(&engine);
    nnblas_net_destroy(net);
}

START_TEST(an_engine_runs_fewer_rows_than_it_was_opened_for) {
    dice d = {71};
    ck_assert_ok(nnblas_set_threads(3));
    for (size_t i = 0; i < count_trials(200); i++) {
        size_t sizes[MAX_SIZES], n_sizes = roll_between(&d, 2, 4), N = roll_between(&d, 5, 60);
        for (size_t l = 0; l < n_sizes; l++)
            sizes[l] = roll_size(&d, 20);
        problem p = make_problem_of(&d, roll_kind(&d), N, sizes, n_sizes, 0);
        bool shares_tiles = roll_between(&d, 0, 1);
        const nn_plan plan = {
            .strategy = shares_tiles ? NN_SHARED_TILES : NN_OWN_ROWS,
            .parts = roll_between(&d, 2, 5),
            .threads = roll_between(&d, 1, 3),
            .tile_rows = roll_between(&d, 1, N),
            .transposed = shares_tiles ? 0 : roll(&d),
            .transposed_updates = roll_between(&d, 0, 1) ? roll(&d) : 0,
            .padding = roll_between(&d, 0, 1) ? 8 : 1,
            .holds_blas = true,
        };
        check_plan(&d, &p, &plan);
        free_problem(&p);
    }
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        an_engine_runs_fewer_rows_than_it_was_opened_for,
    };
    return run_tests("short_calls", tests, sizeof tests / sizeof *tests);
}
