/* SPDX-License-Identifier: BSD-3-Clause */
/* Parts that run on threads of the host, as nnblas_set_parallel_for gives them. */
#include "support/host_threads.h"
#include "support/shared_work.h"
#include "support/support.h"
#include "workers/workers.h"

#include <dirent.h>
#include <fenv.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* And rounds in a way of its own between the tasks. */
static void run_backwards(void *user, size_t count, nnblas_task *task, void *context) {
    record_call(user, count);
    int found = fegetround();
    fesetround(FE_DOWNWARD);
    for (size_t i = count; i-- > 0;) {
        task(context, i);
        ck_assert_int_eq(fegetround(), FE_DOWNWARD);
    }
    fesetround(found);
}

static nnblas_parallel_for *const HOSTS[] = {run_in_order, run_backwards, run_on_threads};
enum { N_HOSTS = sizeof HOSTS / sizeof *HOSTS };

/* ---- bits ------------------------------------------------------------------------------------ */

static void compute(const problem *p, double *results) {
    nnblas_net *net = make_net(p);
    nnblas_trainer *trainer = NULL;
    ck_assert_ok(nnblas_trainer_create(net, &trainer));
    ck_assert_ok(nnblas_trainer_set_epochs(trainer, 3));
    ck_assert_ok(nnblas_trainer_set_optimizer(trainer, NNBLAS_ADAM));
    ck_assert_ok(nnblas_trainer_fit(trainer, p->N, p->X, p->ldx, p->Y, p->ldy));
    ck_assert_ok(nnblas_net_gradient(net, p->N, p->X, p->ldx, p->Y, p->ldy, results, NULL));
    nnblas_trainer_destroy(trainer);
    nnblas_net_destroy(net);
}

START_TEST(the_hosts_threads_give_the_same_bits) {
    const size_t sizes[] = {60, 40, 3};
    dice d = {97};
    problem p = make_problem(&d, 3000, sizes, 3, 0);
    double *own = allocate_doubles(p.parameter_count), *hosts = allocate_doubles(p.parameter_count);
    for (int threads = 2; threads <= 5; threads++) {
        ck_assert_ok(nnblas_set_threads(threads));
        compute(&p, own);
        for (size_t h = 0; h < N_HOSTS; h++) {
            host_log log = {0};
            ck_assert_ok(nnblas_set_parallel_for(HOSTS[h], &log));
            compute(&p, hosts);
            ck_assert_ok(nnblas_set_parallel_for(NULL, NULL));
            ck_assert(memcmp(own, hosts, p.parameter_count * sizeof *own) == 0);
            ck_assert_int_ge(log.calls, 4);
            ck_assert_uint_eq(log.most, (size_t)threads);
        }
    }
    free(own);
    free(hosts);
    free_problem(&p);
}
END_TEST

/* ---- parts ----------------------------------------------------------------------------------- */

enum { PARTS = 100 };

typedef struct tally {
    atomic_int runs[PARTS];
    atomic_bool at_work[PARTS];
    atomic_int errors, rounding;
} tally;

static void count_run(void *context, size_t part, size_t runner) {
    tally *t = context;
    t->errors += atomic_exchange(&t->at_work[runner], true);
    t->runs[part]++;
    t->rounding += fegetround() == FE_UPWARD;
    t->at_work[runner] = false;
}

static void check_parts(size_t threads) {
    tally *t = calloc(1, sizeof *t);
    ck_assert_ptr_nonnull(t);
    fesetround(FE_UPWARD);
    nn_run_parts(threads, PARTS, count_run, t);
    ck_assert_int_eq(fegetround(), FE_UPWARD);
    fesetround(FE_TONEAREST);
    for (size_t part = 0; part < PARTS; part++)
        ck_assert_int_eq(t->runs[part], 1);
    ck_assert_int_eq(t->errors, 0);
    ck_assert_int_eq(t->rounding, PARTS);
    free(t);
}

START_TEST(each_part_runs_once_and_rounds_as_the_caller) {
    for (size_t h = 0; h < N_HOSTS; h++)
        for (size_t threads = 1; threads <= 80; threads += 13) {
            host_log log = {0};
            ck_assert_ok(nnblas_set_parallel_for(HOSTS[h], &log));
            check_parts(threads);
            ck_assert_int_eq(log.calls, threads > 1);
        }
    ck_assert_ok(nnblas_set_parallel_for(NULL, NULL));
}
END_TEST

static int count_own_threads(void) {
    DIR *folder = opendir("/proc/self/task");
    int count = 0;
    while (folder && readdir(folder))
        count++;
    if (folder)
        closedir(folder);
    return count;
}

START_TEST(the_library_creates_no_thread_beside) {
    host_log log = {0};
    ck_assert_ok(nnblas_set_parallel_for(run_in_order, &log));
    int before = count_own_threads();
    check_parts(6);
    ck_assert_int_eq(count_own_threads(), before);
    ck_assert_ok(nnblas_set_parallel_for(NULL, NULL));
    check_parts(6);
    ck_assert_int_eq(log.calls, 1);
}
END_TEST

START_TEST(callers_share_the_host) {
    host_log log = {0};
    shared_work w = make_work(4000);
    ck_assert_ok(nnblas_set_threads(3));
    ck_assert_ok(nnblas_set_parallel_for(run_on_threads, &log));
    run_callers(CALLERS, call_many_times, &w);
    ck_assert_ok(nnblas_set_parallel_for(NULL, NULL));
    ck_assert_int_eq(w.differences, 0);
    ck_assert_int_gt(log.calls, 0);
    free_work(&w);
}
END_TEST

/* ---- the limits of threads --------------------------------------------------------------------
 */

/* The most tasks that a gradient gives to the host. */
static size_t count_tasks(const problem *p) {
    host_log log = {.calls = 0};
    double *gradient = malloc(p->parameter_count * sizeof *gradient);
    nnblas_net *net = make_net(p);
    ck_assert_ptr_nonnull(gradient);
    ck_assert_ok(nnblas_set_parallel_for(run_in_order, &log));
    ck_assert_ok(nnblas_net_gradient(net, p->N, p->X, p->ldx, p->Y, p->ldy, gradient, NULL));
    ck_assert_ok(nnblas_set_parallel_for(NULL, NULL));
    nnblas_net_destroy(net);
    free(gradient);
    return log.most;
}

/* A thread that has set nothing of its own, while another has. */
static void *count_as_the_process(void *argument) {
    const problem *p = argument;
    ck_assert_int_eq(nnblas_local_threads(), 0);
    ck_assert_uint_eq(count_tasks(p), 3);
    ck_assert_ok(nnblas_set_local_threads(2));
    ck_assert_uint_eq(count_tasks(p), 2);
    return NULL;
}

START_TEST(a_thread_may_have_a_limit_of_its_own) {
    pthread_t other;
    dice d = {1};
    problem p = make_problem(&d, 100000, (const size_t[]){60, 40, 3}, 3, 0);
    ck_assert_ok(nnblas_set_threads(3));
    ck_assert_ok(nnblas_set_local_threads(1));
    ck_assert_uint_eq(count_tasks(&p), 0);
    ck_assert_int_eq(pthread_create(&other, NULL, count_as_the_process, &p), 0);
    ck_assert_int_eq(pthread_join(other, NULL), 0);
    ck_assert_int_eq(nnblas_local_threads(), 1);
    ck_assert_int_eq(nnblas_threads(), 3);
    ck_assert_int_eq(nnblas_set_local_threads(-1), NNBLAS_ERROR_VALUE);
    ck_assert_str_eq(nnblas_error_message(),
                     "threads is -1; it must be 0 (as for all threads) or above");
    ck_assert_int_eq(nnblas_local_threads(), 1);
    ck_assert_ok(nnblas_set_local_threads(4));
    ck_assert_uint_eq(count_tasks(&p), 4);
    ck_assert_ok(nnblas_set_local_threads(0));
    ck_assert_uint_eq(count_tasks(&p), 3);
    ck_assert_ok(nnblas_set_threads(0));
    free_problem(&p);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        the_hosts_threads_give_the_same_bits, each_part_runs_once_and_rounds_as_the_caller,
        the_library_creates_no_thread_beside, callers_share_the_host,
        a_thread_may_have_a_limit_of_its_own,
    };
    return run_tests("host_threads", tests, sizeof tests / sizeof *tests);
}
