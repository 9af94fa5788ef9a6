/* SPDX-License-Identifier: BSD-3-Clause */
/* Processes that end beside idle workers and running calls. */
#include "support/support.h"
#include "workers/waits.h"
#include "workers/workers.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void count_run(void *runs, size_t part, size_t runner) {
    (void)part, (void)runner;
    ++*(atomic_int *)runs;
}

static void *call_for_ever(void *unused) {
    atomic_int runs = 0;
    for (;;)
        nn_run_parts(4, 9, count_run, &runs);
    return unused;
}

static void run_and_exit(bool is_calling) {
    limit_child();
    atomic_int runs = 0;
    nn_run_parts(4, 9, count_run, &runs);
    pthread_t caller;
    if (is_calling && pthread_create(&caller, NULL, call_for_ever, NULL) != 0)
        _exit(1);
    usleep(1000);
    exit(runs == 9 ? 7 : 1);
}

/* Of the parent the child has no threads, for there are none. */
START_TEST(a_process_ends_beside_idle_workers_and_running_calls) {
    fflush(NULL);
    for (int i = 0; i < 40; i++) {
        pid_t child = fork();
        if (child == 0)
            run_and_exit(i % 2);
        int status = wait_for_child(child);
        ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 7);
    }
}
END_TEST

int main(void) {
    nn_avoid_waits(false); /* parts wait for one another */
    const TTest *const tests[] = {
        a_process_ends_beside_idle_workers_and_running_calls,
    };
    return run_tests("process_end", tests, sizeof tests / sizeof *tests);
}
