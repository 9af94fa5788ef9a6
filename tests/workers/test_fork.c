/* SPDX-License-Identifier: BSD-3-Clause */
/* A child has none of its parent's workers and makes its own. */
#include "support/shared_work.h"
#include "workers/waits.h"
#include "workers/workers.h"

#include <limits.h>
#include <pthread.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void sleep_microseconds(long microseconds) {
    struct timespec pause = {.tv_nsec = microseconds * 1000};
    nanosleep(&pause, NULL);
}

/* ---- work with a known result ---------------------------------------------------------------- */

/* Each part waits until all have begun: as many threads are needed as there are parts. */
static void meet(void *context, size_t part, size_t runner) {
    (void)part, (void)runner;
    atomic_size_t *present = context;
    (*present)++;
    while (*present < 4)
        sleep_microseconds(100);
}

/* Only returns where four threads run; a child that hangs is ended by its alarm. */
static void meet_on_four_threads(void) {
    atomic_size_t present = 0;
    nn_run_parts(4, 4, meet, &present);
}

/* Of a size that is worth several threads. */
static shared_work make_threaded_work(void) {
    ck_assert_ok(nnblas_set_threads(4));
    return make_work(20000);
}

/* ---- forks ----------------------------------------------------------------------------------- */

/* generations more, each the child of the one before. */
static bool fork_and_compute(shared_work *w, int generations) {
    pid_t child = fork();
    if (child == 0) {
        limit_child();
        meet_on_four_threads();
        bool works =
            repeat_work(w, 2) == 0 && (generations == 1 || fork_and_compute(w, generations - 1));
        _exit(works ? 0 : 1);
    }
    int status;
    return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) &&
           WEXITSTATUS(status) == 0;
}

/* With workers that spin, that sleep, and that were never there. */
START_TEST(a_child_computes_the_same_bits) {
    shared_work w = make_threaded_work();
    for (long pause = 0; pause <= 20000; pause = 2 * pause + 5) {
        meet_on_four_threads();
        sleep_microseconds(pause);
        ck_assert(fork_and_compute(&w, 1));
        ck_assert_int_eq(repeat_work(&w, 1), 0);
    }
    free_work(&w);
}
END_TEST

START_TEST(a_grandchild_computes_the_same_bits) {
    shared_work w = make_threaded_work();
    ck_assert(fork_and_compute(&w, 4));
    free_work(&w);
}
END_TEST

static atomic_bool is_over;

static void *compute_until_over(void *context) {
    shared_work *w = context;
    while (!is_over)
        w->differences += repeat_work(w, 1);
    return NULL;
}

/* The child computes nothing: BLAS and malloc may have left it a lock whose holder is gone. */
static bool fork_and_leave(void) {
    pid_t child = fork();
    if (child == 0) {
        limit_child();
        _exit(0);
    }
    return WIFEXITED(wait_for_child(child));
}

START_TEST(a_fork_beside_running_calls_leaves_them_alone) {
    shared_work w = make_threaded_work();
    pthread_t callers[3];
    for (size_t i = 0; i < 3; i++)
        ck_assert_int_eq(pthread_create(&callers[i], NULL, compute_until_over, &w), 0);
    bool works = true;
    for (int i = 0; i < 20; i++)
        works = fork_and_leave() && works;
    is_over = true;
    for (size_t i = 0; i < 3; i++)
        pthread_join(callers[i], NULL);
    ck_assert(works);
    ck_assert_int_eq(w.differences, 0);
    free_work(&w);
}
END_TEST

/* A caller and all workers. */
enum { MOST_THREADS = sizeof(size_t) * CHAR_BIT + 1 };

static atomic_size_t held;
static atomic_bool is_released;

static void hold(void *context, size_t part, size_t runner) {
    (void)context, (void)part, (void)runner;
    held++;
    while (!is_released)
        sleep_microseconds(100);
}

static void *hold_all_workers(void *context) {
    nn_run_parts(MOST_THREADS, MOST_THREADS, hold, context);
    return NULL;
}

START_TEST(a_child_holds_no_worker_of_other_calls) {
    pthread_t holder;
    ck_assert_int_eq(pthread_create(&holder, NULL, hold_all_workers, NULL), 0);
    while (held < MOST_THREADS)
        sleep_microseconds(100);
    pid_t child = fork();
    if (child == 0) {
        limit_child();
        meet_on_four_threads();
        _exit(0);
    }
    int status = wait_for_child(child);
    is_released = true;
    pthread_join(holder, NULL);
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}
END_TEST

static int fork_in_callback(void *context, size_t epoch, double mse) {
    (void)epoch;
    (void)mse;
    return !fork_and_compute(context, 1);
}

START_TEST(a_callback_may_fork) {
    shared_work w = make_threaded_work();
    nnblas_net *net = make_net(&w.p);
    nnblas_trainer *trainer;
    ck_assert_ok(nnblas_trainer_create(net, &trainer));
    ck_assert_ok(nnblas_trainer_set_epochs(trainer, 3));
    ck_assert_ok(nnblas_trainer_set_callback(trainer, fork_in_callback, &w));
    ck_assert_int_eq(nnblas_trainer_fit(trainer, w.p.N, w.p.X, w.p.ldx, w.p.Y, w.p.ldy), NNBLAS_OK);
    nnblas_trainer_destroy(trainer);
    nnblas_net_destroy(net);
    free_work(&w);
}
END_TEST

int main(void) {
    nn_avoid_waits(false); /* parts wait for one another */
    const TTest *const tests[] = {
        a_child_computes_the_same_bits,
        a_grandchild_computes_the_same_bits,
        a_fork_beside_running_calls_leaves_them_alone,
        a_child_holds_no_worker_of_other_calls,
        a_callback_may_fork,
    };
    return run_tests("fork", tests, sizeof tests / sizeof *tests);
}
