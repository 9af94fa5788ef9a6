/* SPDX-License-Identifier: BSD-3-Clause */
/* After long waits for workers calls run alone for a while, and then with workers again. */
#include "core/clock.h"
#include "support/support.h"
#include "workers/waits.h"
#include "workers/workers.h"

#include <sched.h>
#include <stdatomic.h>
#include <time.h>

static void sleep_for(double seconds) {
    struct timespec pause = {(time_t)seconds, (long)(1e9 * (seconds - (double)(time_t)seconds))};
    nanosleep(&pause, NULL);
}

/* Seconds: long enough for a worker to begin meanwhile. */
static const double CALLERS_PART = 0.03;

/* Of two parts. */
typedef struct call {
    double delay;           /* seconds that the worker sleeps */
    bool waits;             /* the caller's part ends once a worker has begun the other */
    atomic_bool has_worker; /* a worker has begun one */
} call;

static void run_part(void *context, size_t part, size_t runner) {
    (void)part;
    call *c = context;
    if (runner > 0) {
        c->has_worker = true;
        sleep_for(c->delay);
    } else if (!c->waits)
        sleep_for(CALLERS_PART);
    while (c->waits && !c->has_worker)
        sched_yield();
}

static bool has_worker(double delay, bool waits) {
    call c = {delay, waits, false};
    nn_run_parts(2, 2, run_part, &c);
    return c.has_worker;
}

/* Two such waits let calls run alone for 32 times as long. */
static const double DELAY = 0.05;

/* One wait is not enough. On a busy machine two may be too far apart, and longer than they should.
 */
START_TEST(calls_run_alone_after_long_waits) {
    enum { MOST_WAITS = 50 };
    double begin = 0.0;
    int waits = 0;
    do {
        begin = nn_read_clock();
        ck_assert(has_worker(DELAY, true));
        waits++;
        ck_assert(waits > 1 || !nn_runs_alone());
    } while (!nn_runs_alone() && waits < MOST_WAITS);
    double wait = nn_read_clock() - begin;
    ck_assert(nn_runs_alone());
    ck_assert(!has_worker(0.0, false));
    sleep_for(10.0 * DELAY);
    ck_assert(nn_runs_alone());
    sleep_for(32.0 * wait);
    ck_assert(!nn_runs_alone());
    ck_assert(has_worker(0.0, true));
}
END_TEST

static bool runs_alone_after(double seconds, double part_seconds) {
    sleep_for(0.2);
    nn_note_wait(seconds, part_seconds);
    nn_note_wait(seconds, part_seconds);
    return nn_runs_alone();
}

/* Of as long as a part takes, or hardly any time. */
START_TEST(usual_waits_change_nothing) {
    ck_assert(!runs_alone_after(0.02, 0.011));
    ck_assert(!runs_alone_after(1.9e-3, 1e-5));
    ck_assert(runs_alone_after(0.02, 0.009));
}
END_TEST

START_TEST(waits_far_apart_change_nothing) {
    sleep_for(1.0); /* for what the tests before have left */
    nn_note_wait(0.01, 0.0);
    sleep_for(0.2);
    nn_note_wait(0.01, 0.0);
    ck_assert(!nn_runs_alone());
}
END_TEST

START_TEST(waits_may_be_ignored) {
    nn_avoid_waits(false);
    ck_assert(!runs_alone_after(1.0, 0.0));
    nn_avoid_waits(true);
    ck_assert(nn_runs_alone());
}
END_TEST

int main(void) {
    const TTest *const tests[] = {calls_run_alone_after_long_waits, usual_waits_change_nothing,
                                  waits_far_apart_change_nothing, waits_may_be_ignored};
    return run_tests("waits", tests, sizeof tests / sizeof *tests);
}
