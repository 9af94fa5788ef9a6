/* SPDX-License-Identifier: BSD-3-Clause */
/* Parts on workers: each once, any number of callers, in any nesting. */
#include "support/support.h"
#include "workers/waits.h"
#include "workers/workers.h"

#include <fenv.h>
#include <limits.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static void sleep_microseconds(long microseconds) {
    struct timespec pause = {.tv_sec = microseconds / 1000000,
                             .tv_nsec = microseconds % 1000000 * 1000};
    nanosleep(&pause, NULL);
}

/* A caller and all workers. */
enum { MOST_THREADS = sizeof(size_t) * CHAR_BIT + 1 };

/* ---- each part once -------------------------------------------------------------------------- */

enum { MOST_PARTS = 2000 };

typedef struct tally {
    atomic_int runs[MOST_PARTS];
    atomic_int foreign; /* part numbers that there are not */
    atomic_bool at_work[MOST_THREADS];
    atomic_int shared; /* runners that were at work already */
    size_t count, threads;
} tally;

static void count_run(void *context, size_t part, size_t runner) {
    tally *t = context;
    t->shared += runner > 0 && runner >= t->threads;
    t->shared += atomic_exchange(&t->at_work[runner], true);
    if (part < t->count)
        t->runs[part]++;
    else
        t->foreign++;
    t->at_work[runner] = false;
}

/* Runs the parts and returns how many of them were not run exactly once, or with a runner that was
 * at work elsewhere. */
static size_t count_errors(tally *t, size_t threads, size_t count) {
    memset(t, 0, sizeof *t);
    t->count = count;
    t->threads = threads;
    nn_run_parts(threads, count, count_run, t);
    size_t errors = (size_t)(t->foreign + t->shared);
    for (size_t part = 0; part < count; part++)
        errors += t->runs[part] != 1;
    return errors;
}

static const size_t THREADS[] = {0, 1, 2, 3, 4, 8, 17, 31, 32, 33, 63, 64, 65, 66, 200};
static const size_t COUNTS[] = {0, 1, 2, 3, 5, 8, 32, 33, 64, 65, 66, 131, MOST_PARTS};
enum {
    N_THREADS = sizeof THREADS / sizeof *THREADS,
    N_COUNTS = sizeof COUNTS / sizeof *COUNTS,
};

START_TEST(each_part_runs_once) {
    static tally t;
    for (int round = 0; round < 20; round++)
        for (size_t i = 0; i < N_THREADS; i++)
            for (size_t j = 0; j < N_COUNTS; j++)
                ck_assert_uint_eq(count_errors(&t, THREADS[i], COUNTS[j]), 0);
}
END_TEST

/* The pauses are such that the workers are now spinning, now asleep, now between the two. */
START_TEST(each_part_runs_once_whatever_the_workers_are_doing) {
    static tally t;
    dice d = {1};
    for (int round = 0; round < 3000; round++) {
        size_t threads = roll_between(&d, 2, 5);
        ck_assert_uint_eq(count_errors(&t, threads, roll_between(&d, 1, 9)), 0);
        if (roll_between(&d, 0, 1))
            sleep_microseconds((long)roll_between(&d, 1, 150));
    }
}
END_TEST

enum { CALLERS = 12 };

/* No assertions: Check's are for its own thread. */
static void *call_again_and_again(void *errors) {
    tally *t = malloc(sizeof *t);
    dice d = {(uint64_t)(uintptr_t)t};
    for (int call = 0; call < 1000; call++)
        *(atomic_size_t *)errors +=
            count_errors(t, roll_between(&d, 1, 9), roll_between(&d, 0, 40));
    free(t);
    return NULL;
}

START_TEST(callers_do_not_disturb_each_other) {
    atomic_size_t errors = 0;
    pthread_t callers[CALLERS];
    for (size_t i = 0; i < CALLERS; i++)
        ck_assert_int_eq(pthread_create(&callers[i], NULL, call_again_and_again, &errors), 0);
    for (size_t i = 0; i < CALLERS; i++)
        pthread_join(callers[i], NULL);
    ck_assert_uint_eq(errors, 0);
}
END_TEST

/* ---- nested calls ---------------------------------------------------------------------------- */

typedef struct nest {
    int depth;
    atomic_size_t *leaves;
} nest;

enum { BRANCHES = 5, DEPTH = 4 };

static void branch(void *context, size_t part, size_t runner) {
    (void)part, (void)runner;
    const nest *n = context;
    nest inner = {n->depth - 1, n->leaves};
    if (inner.depth == 0)
        (*n->leaves)++;
    else
        nn_run_parts(4, BRANCHES, branch, &inner);
}

START_TEST(calls_nest) {
    for (int round = 0; round < 20; round++) {
        atomic_size_t leaves = 0;
        nest n = {DEPTH, &leaves};
        nn_run_parts(4, BRANCHES, branch, &n);
        ck_assert_uint_eq(leaves, (size_t)pow(BRANCHES, DEPTH));
    }
}
END_TEST

/* ---- who runs them --------------------------------------------------------------------------- */

/* Each part waits until all have begun, so that as many threads are needed as there are parts. */
typedef struct meeting {
    atomic_size_t present;
    size_t expected;
    atomic_bool failed;
} meeting;

static void meet(void *context, size_t part, size_t runner) {
    (void)part, (void)runner;
    meeting *m = context;
    m->present++;
    for (int tenths = 0; m->present < m->expected && !m->failed; tenths++) {
        sleep_microseconds(100);
        if (tenths == 200000)
            m->failed = true;
    }
}

static bool can_meet(size_t threads) {
    meeting m = {.expected = threads};
    nn_run_parts(threads, threads, meet, &m);
    return !m.failed;
}

START_TEST(workers_run_beside_the_caller) {
    for (size_t threads = 2; threads <= MOST_THREADS; threads += 9)
        ck_assert(can_meet(threads));
}
END_TEST

/* A worker that was called and not needed is there for the next call, be it that it slept and was
 * not woken: the one that is awake does all before. */
START_TEST(no_worker_is_lost) {
    enum { ALL = 30 };
    static tally t;
    dice d = {2};
    for (int round = 0; round < 100; round++) {
        for (int call = 0; call < 5; call++) {
            count_errors(&t, 2, 2);
            count_errors(&t, ALL, ALL);
            sleep_microseconds((long)roll_between(&d, 0, 60));
        }
        ck_assert(can_meet(ALL));
    }
}
END_TEST

typedef struct crew {
    pthread_mutex_t mutex;
    pthread_t members[200];
    size_t count;
} crew;

static void join_crew(void *context, size_t part, size_t runner) {
    (void)part, (void)runner;
    crew *c = context;
    sleep_microseconds(100);
    pthread_mutex_lock(&c->mutex);
    size_t i = 0;
    while (i < c->count && !pthread_equal(c->members[i], pthread_self()))
        i++;
    c->members[i] = pthread_self();
    c->count = i == c->count ? i + 1 : c->count;
    pthread_mutex_unlock(&c->mutex);
}

static size_t count_crew(size_t threads, size_t count) {
    static crew c = {.mutex = PTHREAD_MUTEX_INITIALIZER};
    c.count = 0;
    nn_run_parts(threads, count, join_crew, &c);
    return c.count;
}

START_TEST(no_more_threads_run_than_wanted) {
    ck_assert(can_meet(9));
    for (size_t threads = 1; threads <= 9; threads++)
        ck_assert_uint_le(count_crew(threads, 200), threads);
    ck_assert_uint_le(count_crew(1000, 200), MOST_THREADS);
}
END_TEST

/* Callers that may use three threads each use the same two workers, and no others. */
static void *hold_two_workers(void *context) {
    nn_run_parts(3, 3, meet, context);
    return NULL;
}

START_TEST(all_callers_together_keep_to_the_threads_wanted) {
    meeting m = {.expected = 4};
    pthread_t other;
    ck_assert(can_meet(9));
    ck_assert_int_eq(pthread_create(&other, NULL, hold_two_workers, &m), 0);
    while (m.present < 3)
        sleep_microseconds(100);
    ck_assert_uint_eq(count_crew(3, 200), 1);
    m.present++; /* the fourth */
    pthread_join(other, NULL);
}
END_TEST

/* What one caller holds, another has to do without, and does not wait for. */
static void *hold_workers(void *context) {
    nn_run_parts(MOST_THREADS, MOST_THREADS, meet, context);
    return NULL;
}

START_TEST(a_caller_does_not_wait_for_workers_of_another) {
    static tally t;
    meeting m = {.expected = MOST_THREADS + 1};
    pthread_t other;
    ck_assert_int_eq(pthread_create(&other, NULL, hold_workers, &m), 0);
    while (m.present < MOST_THREADS)
        sleep_microseconds(100);
    for (size_t i = 0; i < N_COUNTS; i++)
        ck_assert_uint_eq(count_errors(&t, MOST_THREADS, COUNTS[i]), 0);
    ck_assert_uint_eq(count_crew(MOST_THREADS, 200), 1);
    ck_assert(!m.failed);
    m.present++; /* one more */
    pthread_join(other, NULL);
    ck_assert(can_meet(MOST_THREADS));
}
END_TEST

/* ---- what a worker is ------------------------------------------------------------------------ */

static void count_roundings(void *context, size_t part, size_t runner) {
    (void)part, (void)runner;
    atomic_int *roundings = context;
    sleep_microseconds(200);
    roundings[fegetround() == FE_UPWARD ? 1 : 0]++;
}

START_TEST(parts_round_as_the_caller_does) {
    ck_assert(can_meet(4));
    for (int upward = 0; upward <= 1; upward++) {
        atomic_int roundings[2] = {0, 0};
        fesetround(upward ? FE_UPWARD : FE_TONEAREST);
        nn_run_parts(4, 40, count_roundings, roundings);
        fesetround(FE_TONEAREST);
        ck_assert_int_eq(roundings[upward], 40);
    }
}
END_TEST

static pthread_t main_thread;
static atomic_int unblocked, begun;

static void look_for_signals(void *context, size_t part, size_t runner) {
    static const int SIGNALS[] = {SIGINT, SIGTERM, SIGCHLD, SIGALRM, SIGUSR1, SIGPROF, SIGPIPE};
    meet(context, part, runner);
    sigset_t blocked;
    pthread_sigmask(SIG_SETMASK, NULL, &blocked);
    for (size_t i = 0; i < sizeof SIGNALS / sizeof *SIGNALS; i++)
        unblocked +=
            sigismember(&blocked, SIGNALS[i]) != !pthread_equal(pthread_self(), main_thread);
    begun++;
}

/* And the caller's are as they were. */
START_TEST(workers_take_no_signals) {
    main_thread = pthread_self();
    meeting m = {.expected = 4};
    nn_run_parts(4, 4, look_for_signals, &m);
    ck_assert_int_eq(begun, 4);
    ck_assert_int_eq(unblocked, 0);
}
END_TEST

static double get_processor_seconds(void) {
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return (double)used.ru_utime.tv_sec + 1e-6 * (double)used.ru_utime.tv_usec +
           (double)used.ru_stime.tv_sec + 1e-6 * (double)used.ru_stime.tv_usec;
}

START_TEST(idle_workers_use_no_processor) {
    ck_assert(can_meet(9));
    sleep_microseconds(20000);
    double before = get_processor_seconds();
    sleep_microseconds(300000);
    ck_assert_double_lt(get_processor_seconds() - before, 0.01);
}
END_TEST

int main(void) {
    nn_avoid_waits(false); /* parts wait for one another */
    const TTest *const tests[] = {
        each_part_runs_once,
        each_part_runs_once_whatever_the_workers_are_doing,
        callers_do_not_disturb_each_other,
        calls_nest,
        workers_run_beside_the_caller,
        no_worker_is_lost,
        no_more_threads_run_than_wanted,
        all_callers_together_keep_to_the_threads_wanted,
        a_caller_does_not_wait_for_workers_of_another,
        parts_round_as_the_caller_does,
        workers_take_no_signals,
        idle_workers_use_no_processor,
    };
    return run_tests("parts", tests, sizeof tests / sizeof *tests);
}
