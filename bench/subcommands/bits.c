/* SPDX-License-Identifier: BSD-3-Clause */
/* Hashes of results with 1, 2, 3, 4 and 8 threads. They have to be equal; and the tables of two
 * builds, machines or core types can be compared line by line. */
#include "harness/runs.h"
#include "subcommands/subcommand.h"

#include "core/hash.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const column COLUMNS[] = {
    SHAPE_COLUMN,
    {"result", "result", 20, 1.0, NULL},
    {"hash", "hash", 18, 1.0, NULL},
    {"differs", "other bits with", 17, 1.0, NULL},
    {0},
};

static const char NOTE[] =
    "FNV-1a of a gradient, of predictions, and of the parameters and costs of trainings of three\n"
    "epochs, with one thread; and the numbers of threads out of 2, 3, 4 and 8 that had another.";

static const int THREADS[] = {1, 2, 3, 4, 8};
enum { N_THREADS = sizeof THREADS / sizeof *THREADS };

/* What is hashed: a result of the library for a problem; 0 where this build has none. */
typedef struct recipe {
    const char *name;
    uint64_t (*hash)(const problem *p, const struct recipe *recipe);
    nnblas_optimizer optimizer;
    size_t batch;
    double learning_rate;
} recipe;

static uint64_t hash_doubles(uint64_t hash, const double *numbers, size_t count) {
    return nn_hash_bytes(hash, numbers, count * sizeof *numbers);
}

static uint64_t hash_gradient(const problem *p, const recipe *r) {
    (void)r;
    library_run run = make_library_run(p);
    run_library_gradient(&run);
    uint64_t hash = hash_doubles(NN_HASH_START, run.gradient, nnblas_net_parameter_count(run.net));
    hash = hash_doubles(hash, &run.mse, 1);
    free_library_run(&run);
    return hash;
}

static uint64_t hash_predictions(const problem *p, const recipe *r) {
    (void)r;
    library_run run = make_library_run(p);
    run_library_predict(&run);
    uint64_t hash = hash_doubles(NN_HASH_START, run.O_out, p->shape.N * p->shape.outputs);
    free_library_run(&run);
    return hash;
}

static nnblas_trainer *make_trainer(nnblas_net *net, const recipe *r) {
    nnblas_trainer *trainer;
    require_ok(nnblas_trainer_create(net, &trainer));
    require_ok(nnblas_trainer_set_optimizer(trainer, r->optimizer));
    require_ok(nnblas_trainer_set_batch_size(trainer, r->batch));
    require_ok(nnblas_trainer_set_learning_rate(trainer, r->learning_rate));
    require_ok(nnblas_trainer_set_epochs(trainer, 3));
    return trainer;
}

static uint64_t hash_history(uint64_t hash, const nnblas_trainer *trainer) {
    for (size_t i = 0; i < nnblas_trainer_history_count(trainer); i++) {
        nnblas_epoch epoch = {.epoch = 0};
        require_ok(nnblas_trainer_history_epoch(trainer, i, &epoch, sizeof epoch));
        hash = hash_doubles(hash, &epoch.cost, 1);
    }
    return hash;
}

static uint64_t hash_training(const problem *p, const recipe *r) {
    const shape *s = &p->shape;
    library_run run = make_network_run(p, NNBLAS_BIAS);
    nnblas_trainer *trainer = make_trainer(run.net, r);
    nnblas_status status = nnblas_trainer_fit(trainer, s->N, p->X, s->inputs, p->Y, s->outputs);
    uint64_t hash = 0;
    if (status != NNBLAS_ERROR_MISSING) {
        require_ok(status > NNBLAS_OK ? NNBLAS_OK : status);
        hash = hash_doubles(NN_HASH_START, nnblas_net_parameters(run.net),
                            nnblas_net_parameter_count(run.net));
        hash = hash_history(hash, trainer);
    }
    nnblas_trainer_destroy(trainer);
    free_library_run(&run);
    return hash;
}

static const recipe RECIPES[] = {
    {.name = "gradient", .hash = hash_gradient},
    {.name = "predictions", .hash = hash_predictions},
    {"descent, all rows", hash_training, NNBLAS_GRADIENT_DESCENT, 0, 0.5},
    {"descent, 1000 rows", hash_training, NNBLAS_GRADIENT_DESCENT, 1000, 0.5},
    {"momentum, 128 rows", hash_training, NNBLAS_MOMENTUM, 128, 0.1},
    {"adam, 32 rows", hash_training, NNBLAS_ADAM, 32, 0.001},
    {"rprop", hash_training, NNBLAS_RPROP, 0, 0.01},
    {"lbfgs", hash_training, NNBLAS_LBFGS, 0, 1.0},
    {"scg", hash_training, NNBLAS_SCALED_CONJUGATE_GRADIENT, 0, 1.0},
};

/* The numbers of threads whose hash is another than with one: " 2 8", or "none". */
static void list_differing(const uint64_t hashes[N_THREADS], char *text, size_t size) {
    size_t length = 0;
    for (size_t i = 1; i < N_THREADS; i++)
        if (hashes[i] != hashes[0])
            length += (size_t)snprintf(text + length, size - length, " %d", THREADS[i]);
    if (length == 0)
        snprintf(text, size, "none");
}

static bool hash_result(const problem *p, const recipe *one, report *r) {
    uint64_t hashes[N_THREADS];
    char hash[32], differing[64];
    for (size_t i = 0; i < N_THREADS; i++) {
        require_ok(nnblas_set_threads(THREADS[i]));
        hashes[i] = one->hash(p, one);
    }
    if (hashes[0] == 0)
        return true;
    snprintf(hash, sizeof hash, "%016" PRIx64, hashes[0]);
    list_differing(hashes, differing, sizeof differing);
    json_t *result = describe_shape(&p->shape);
    json_object_set_new(result, "result", json_string(one->name));
    json_object_set_new(result, "hash", json_string(hash));
    json_object_set_new(result, "differs", json_string(differing));
    add_result(r, result);
    bool is_same = strcmp(differing, "none") == 0;
    if (!is_same)
        fprintf(stderr, "nnblas-bench: %zu,%zu,%zu,%zu: %s: other bits with%s threads\n",
                p->shape.N, p->shape.inputs, p->shape.hidden, p->shape.outputs, one->name,
                differing);
    return is_same;
}

static bool hash_shape(const shape *s, const options *o, report *r) {
    (void)o;
    problem p = make_problem(s, 1);
    bool is_same = true;
    for (size_t i = 0; i < sizeof RECIPES / sizeof *RECIPES; i++)
        is_same = hash_result(&p, &RECIPES[i], r) && is_same;
    free_problem(&p);
    return is_same;
}

int run_bits(const options *o) {
    static const shape OWN[] = {
        {1, 4, 2, 3},         {150, 4, 2, 3},       {1000, 17, 13, 7},
        {1797, 64, 32, 10},   {128, 784, 128, 10},  {7001, 200, 128, 2},
        {10000, 784, 30, 10}, {2048, 512, 256, 64}, {100000, 8, 16, 1},
    };
    const report_head head = {"bits", COLUMNS, NOTE};
    return report_shapes(o, choose_shapes(o, (shape_list){OWN, sizeof OWN / sizeof *OWN}), &head,
                         hash_shape);
}
