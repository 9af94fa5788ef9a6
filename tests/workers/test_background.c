/* SPDX-License-Identifier: BSD-3-Clause */
/* The thread beside the caller, in which sources are read. */
#include "support/row_source.h"
#include "workers/background.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*function)(void *), void *argument);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*function)(void *), void *argument);

static bool can_create = true;

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*function)(void *), void *argument) {
    return can_create ? __real_pthread_create(thread, attributes, function, argument) : EAGAIN;
}

typedef struct seen {
    pthread_t thread;
    sigset_t blocked;
    size_t runs;
} seen;

static void look(void *context) {
    seen *s = context;
    s->thread = pthread_self();
    pthread_sigmask(SIG_SETMASK, NULL, &s->blocked);
    usleep(1000);
    s->runs++;
}

START_TEST(tasks_run_one_after_the_other) {
    seen s = {.runs = 0};
    nn_background *b = nn_background_open();
    ck_assert_ptr_nonnull(b);
    nn_background_wait(b); /* for none */
    for (size_t i = 1; i <= 20; i++) {
        nn_background_begin(b, look, &s);
        nn_background_wait(b);
        ck_assert_uint_eq(s.runs, i);
        ck_assert(!pthread_equal(s.thread, pthread_self()));
    }
    nn_background_begin(b, look, &s);
    nn_background_close(b); /* waits */
    ck_assert_uint_eq(s.runs, 21);
    nn_background_close(NULL);
}
END_TEST

START_TEST(signals_are_those_of_the_host) {
    seen s = {.runs = 0};
    sigset_t before, after;
    sigemptyset(&before);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    nn_background *b = nn_background_open();
    nn_background_begin(b, look, &s);
    nn_background_close(b);
    pthread_sigmask(SIG_SETMASK, NULL, &after);
    ck_assert(sigismember(&s.blocked, SIGINT) && sigismember(&s.blocked, SIGALRM));
    ck_assert(!sigismember(&s.blocked, SIGSEGV) && !sigismember(&s.blocked, SIGBUS));
    ck_assert(!sigismember(&after, SIGINT) && !sigismember(&after, SIGALRM));
}
END_TEST

/* Where there is no thread, a source is read by the caller, with the same bits. */
START_TEST(without_a_thread_the_caller_reads) {
    static const size_t SIZES[] = {4, 3, 2};
    dice d = {2};
    problem p = make_problem(&d, 50, SIZES, 3, 0);
    nnblas_net *net = make_net(&p);
    double costs[2];
    for (int i = 0; i < 2; i++) {
        row_source s;
        open_row_source(&s, &p, 8);
        can_create = i == 0;
        ck_assert(can_create || !nn_background_open());
        ck_assert_ok(nnblas_net_evaluate_source(net, s.source, &costs[i]));
        close_row_source(&s);
    }
    can_create = true;
    ck_assert(memcmp(&costs[0], &costs[1], sizeof costs[0]) == 0);
    nnblas_net_destroy(net);
    free_problem(&p);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        tasks_run_one_after_the_other,
        signals_are_those_of_the_host,
        without_a_thread_the_caller_reads,
    };
    return run_tests("background", tests, sizeof tests / sizeof *tests);
}
