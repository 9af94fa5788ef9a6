/* SPDX-License-Identifier: BSD-3-Clause */
/* Several trainings one after the other and side by side. */
#include "harness/allocate.h"
#include "harness/runs.h"
#include "harness/timing.h"
#include "subcommands/subcommand.h"

#include <stdlib.h>

static const column COLUMNS[] = {
    SHAPE_COLUMN,
    {"batch", "batch", 7, 1.0, NULL},
    {"networks", "networks", 10, 1.0, NULL},
    {"seconds", "in turn, ms", 13, 1e3, "%.2f"},
    {"divided", "divided", 9, 1.0, "%.2f"},
    {"side_by_side", "side by side", 14, 1.0, "%.2f"},
    {0},
};

static const char NOTE[] =
    "Fits of 20 epochs by Adam. In turn: one after the other, each in one thread. Over that: in "
    "turn, each divided among --threads as fit chooses; side by side by nnblas_fit_many.";

static const shape SHAPES[] = {
    {150, 4, 8, 3}, {1000, 10, 15, 1}, {2000, 20, 32, 2}, {10000, 50, 100, 10}};

enum { MOST_NETWORKS = 8 };

typedef struct fits {
    const problem *problem;
    size_t count;
    int threads; /* for the whole process */
    nnblas_net *nets[MOST_NETWORKS];
    nnblas_trainer *trainers[MOST_NETWORKS];
} fits;

static fits make_fits(const problem *p, size_t count, size_t batch) {
    const size_t sizes[] = {p->shape.inputs, p->shape.hidden, p->shape.outputs};
    fits f = {.problem = p, .count = count};
    for (size_t i = 0; i < count; i++) {
        require_ok(nnblas_net_create(sizes, 3, NNBLAS_BIAS, &f.nets[i]));
        require_ok(nnblas_net_init(f.nets[i], i));
        require_ok(nnblas_trainer_create(f.nets[i], &f.trainers[i]));
        require_ok(nnblas_trainer_set_optimizer(f.trainers[i], NNBLAS_ADAM));
        require_ok(nnblas_trainer_set_learning_rate(f.trainers[i], 1e-3));
        require_ok(nnblas_trainer_set_batch_size(f.trainers[i], batch));
        require_ok(nnblas_trainer_set_epochs(f.trainers[i], 20));
    }
    return f;
}

static void free_fits(fits *f) {
    for (size_t i = 0; i < f->count; i++) {
        nnblas_trainer_destroy(f->trainers[i]);
        nnblas_net_destroy(f->nets[i]);
    }
}

static void fit_in_turn(const fits *f, int threads) {
    const problem *p = f->problem;
    const shape *s = &p->shape;
    require_ok(nnblas_set_threads(threads));
    for (size_t i = 0; i < f->count; i++)
        require_ok(nnblas_trainer_fit(f->trainers[i], s->N, p->X, s->inputs, p->Y, s->outputs));
}

static void fit_in_one_thread(void *context) {
    fit_in_turn(context, 1);
}

static void fit_divided(void *context) {
    const fits *f = context;
    fit_in_turn(f, f->threads);
}

static void fit_side_by_side(void *context) {
    const fits *f = context;
    const problem *p = f->problem;
    const shape *s = &p->shape;
    require_ok(nnblas_set_threads(f->threads));
    require_ok(
        nnblas_fit_many(f->trainers, f->count, s->N, p->X, s->inputs, p->Y, s->outputs, NULL));
}

static void time_many(const problem *p, size_t count, size_t batch, const options *o, report *r) {
    fits f = make_fits(p, count, batch);
    f.threads = o->threads;
    candidate candidates[] = {
        {fit_in_one_thread, &f, 0.0}, {fit_divided, &f, 0.0}, {fit_side_by_side, &f, 0.0}};
    measure_medians(candidates, 3, o->seconds * 3.0);
    json_t *result = describe_shape(&p->shape);
    json_object_set_new(result, "batch", json_integer((json_int_t)batch));
    json_object_set_new(result, "networks", json_integer((json_int_t)count));
    json_object_set_new(result, "seconds", json_real(candidates[0].median));
    json_object_set_new(result, "divided", json_real(candidates[1].median / candidates[0].median));
    json_object_set_new(result, "side_by_side",
                        json_real(candidates[2].median / candidates[0].median));
    add_result(r, result);
    free_fits(&f);
}

/* Three networks on two threads show what the last one costs, which the other thread waits for. */
static bool time_shape(const shape *s, const options *o, report *r) {
    problem p = make_problem(s, 1);
    for (size_t batch = 0; batch <= 32; batch += 32) {
        time_many(&p, 3, batch, o, r);
        time_many(&p, MOST_NETWORKS, batch, o, r);
    }
    require_ok(nnblas_set_threads(o->threads));
    free_problem(&p);
    return true;
}

int run_many(const options *o) {
    const report_head head = {"many", COLUMNS, NOTE};
    const shape_list own = {SHAPES, sizeof SHAPES / sizeof *SHAPES};
    return report_shapes(o, choose_shapes(o, own), &head, time_shape);
}
