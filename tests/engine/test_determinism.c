/* SPDX-License-Identifier: BSD-3-Clause */
/* The bits of a result depend on the arguments, and not on what the thread computed before. */
#include "support/support.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* ---- a new thread, which remembers no plan ----------------------------------------------------
 */

/* Computes into results, which has room for the parameters of the problem. */
typedef void computation(const problem *p, double *results);

/* One computation, after another one on the same thread where there is such. */
typedef struct task {
    computation *before, *compute;
    const problem *p;
    double *results, *unused;
} task;

static void *run_task(void *context) {
    task *t = context;
    if (t->before)
        t->before(t->p, t->unused);
    t->compute(t->p, t->results);
    return NULL;
}

static double *compute_in_new_thread(const problem *p, computation *before, computation *compute) {
    task t = {before, compute, p, allocate_doubles(p->parameter_count),
              allocate_doubles(p->parameter_count)};
    pthread_t thread;
    ck_assert_int_eq(pthread_create(&thread, NULL, run_task, &t), 0);
    pthread_join(thread, NULL);
    free(t.unused);
    return t.results;
}

/* ---- computations ---------------------------------------------------------------------------- */

static void compute_gradient(const problem *p, double *results) {
    nnblas_net *net = make_net(p);
    nnblas_net_gradient(net, p->N, p->X, p->ldx, p->Y, p->ldy, results, NULL);
    nnblas_net_destroy(net);
}

/* Of a network of the same sizes, whose rows of outputs have to be contiguous. */
static void compute_softmax_gradient(const problem *p, double *results) {
    problem other = *p;
    other.kind.output = NNBLAS_SOFTMAX;
    compute_gradient(&other, results);
}

static nnblas_trainer *make_trainer(nnblas_net *net) {
    nnblas_trainer *trainer = NULL;
    nnblas_trainer_create(net, &trainer);
    nnblas_trainer_set_learning_rate(trainer, 0.5);
    nnblas_trainer_set_epochs(trainer, 2);
    return trainer;
}

static void train(const problem *p, const double *weights, size_t N, size_t batch_size,
                  double *results) {
    nnblas_net *net = make_net(p);
    nnblas_trainer *trainer = make_trainer(net);
    nnblas_trainer_set_sample_weights(trainer, weights);
    nnblas_trainer_set_batch_size(trainer, batch_size);
    nnblas_trainer_fit(trainer, N, p->X, p->ldx, p->Y, p->ldy);
    memcpy(results, nnblas_net_parameters(net), p->parameter_count * sizeof *results);
    nnblas_trainer_destroy(trainer);
    nnblas_net_destroy(net);
}

/* Over all but the last row in each step. */
static void train_on_most(const problem *p, double *results) {
    train(p, NULL, p->N - 1, 0, results);
}

/* As many rows a step, but each has a weight. */
static void train_weighted(const problem *p, double *results) {
    train(p, p->weights, p->N - 1, 0, results);
}

/* As many rows a step, but gathered from here and there. */
static void train_shuffled(const problem *p, double *results) {
    train(p, NULL, p->N, p->N - 1, results);
}

static void train_softmax(const problem *p, double *results) {
    problem other = *p;
    other.kind.output = NNBLAS_SOFTMAX;
    train_on_most(&other, results);
}

/* ---- what went before ------------------------------------------------------------------------ */

static void check_history(const problem *p, computation *before, computation *compute) {
    double *alone = compute_in_new_thread(p, NULL, compute);
    double *after = compute_in_new_thread(p, before, compute);
    if (memcmp(alone, after, p->parameter_count * sizeof *alone) != 0)
        ck_abort_msg("another problem changed the bits: %zu rows, %zu sizes, %zu to %zu", p->N,
                     p->n_sizes, get_inputs(p), get_outputs(p));
    free(alone);
    free(after);
}

static problem roll_problem(dice *d) {
    size_t sizes[MAX_SIZES], n_sizes = roll_between(d, 2, 4);
    for (size_t l = 0; l < n_sizes; l++)
        sizes[l] = roll_size(d, 40);
    problem p = make_problem(d, roll_between(d, 2, 3000), sizes, n_sizes, 0);
    weigh_rows(d, &p);
    return p;
}

START_TEST(gradients_do_not_depend_on_the_calls_before) {
    dice d = {41};
    nnblas_set_threads(2);
    for (size_t i = 0; i < count_trials(200); i++) {
        problem p = roll_problem(&d);
        check_history(&p, compute_softmax_gradient, compute_gradient);
        free_problem(&p);
    }
}
END_TEST

START_TEST(trainings_do_not_depend_on_the_calls_before) {
    computation *const others[] = {train_weighted, train_shuffled, train_softmax};
    dice d = {42};
    nnblas_set_threads(2);
    for (size_t i = 0; i < count_trials(100); i++) {
        problem p = roll_problem(&d);
        for (size_t other = 0; other < sizeof others / sizeof *others; other++) {
            check_history(&p, others[other], train_on_most);
            check_history(&p, train_on_most, others[other]);
        }
        free_problem(&p);
    }
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        gradients_do_not_depend_on_the_calls_before,
        trainings_do_not_depend_on_the_calls_before,
    };
    return run_tests("determinism", tests, sizeof tests / sizeof *tests);
}
