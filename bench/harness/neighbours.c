/* SPDX-License-Identifier: BSD-3-Clause */
#include "harness/neighbours.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST_NEIGHBOURS = 8 };

static pid_t neighbours[MOST_NEIGHBOURS];
static size_t count_running;

/* So long that the scheduler has spread the new processes over the processors. */
static const struct timespec SETTLE = {.tv_nsec = 10 * 1000 * 1000};

void keep_busy(void *unused) {
    (void)unused;
    volatile double x = 1.0;
    for (int i = 0; i < 10000; i++)
        x = x * 0.5 + 1.0;
}

void stop_neighbours(void) {
    for (; count_running > 0; count_running--) {
        pid_t pid = neighbours[count_running - 1];
        kill(pid, SIGKILL);
        while (waitpid(pid, NULL, 0) == -1 && errno == EINTR)
            ;
    }
}

/* A process that was killed stops no neighbours: they look whether they still have their parent. */
static pid_t start_neighbour(void (*run)(void *context), void *context) {
    pid_t parent = getpid(), pid = fork();
    if (pid != 0)
        return pid;
    while (getppid() == parent)
        run(context);
    _exit(EXIT_SUCCESS);
}

void start_neighbours(size_t count, void (*run)(void *context), void *context) {
    static int is_registered;
    if (!is_registered)
        is_registered = atexit(stop_neighbours) == 0;
    for (size_t i = 0; i < count && count_running < MOST_NEIGHBOURS; i++) {
        pid_t pid = start_neighbour(run, context);
        if (pid == -1) {
            fprintf(stderr, "nnblas-bench: no process could be started: %s\n", strerror(errno));
            exit(EXIT_FAILURE);
        }
        neighbours[count_running++] = pid;
    }
    nanosleep(&SETTLE, NULL);
}
