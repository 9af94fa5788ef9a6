/* SPDX-License-Identifier: BSD-3-Clause */
/* After a long wait for a worker calls run alone for a while, and then with workers again. */
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

/* Its wait lets calls run alone for 16 times as long. */
static const double DELAY = 0.1;

START_TEST(calls_run_alone_after_a_long_wait) {
    ck_assert(!nn_runs_alone());
    ck_assert(has_worker(DELAY, true));
    ck_assert(nn_runs_alone());
    ck_assert(!has_worker(0.0, false));
    sleep_for(5.0 * DELAY);
    ck_assert(nn_runs_alone());
    sleep_for(12.0 * DELAY);
    ck_assert(!nn_runs_alone());
    ck_assert(has_worker(0.0, true));
}
END_TEST

/* Of as long as a part takes, or hardly any time. */
START_TEST(usual_waits_change_nothing) {
    nn_note_wait(0.02, 0.011);
    ck_assert(!nn_runs_alone());
    nn_note_wait(0.9e-3, 1e-5);
    ck_assert(!nn_runs_alone());
    nn_note_wait(0.02, 0.009);
    ck_assert(nn_runs_alone());
}
END_TEST

START_TEST(waits_may_be_ignored) {
    nn_avoid_waits(false);
    nn_note_wait(1.0, 0.0);
    ck_assert(!nn_runs_alone());
    nn_avoid_waits(true);
    ck_assert(nn_runs_alone());
}
END_TEST

int main(void) {
    const TTest *const tests[] = {calls_run_alone_after_a_long_wait, usual_waits_change_nothing,
                                  waits_may_be_ignored};
    return run_tests("waits", tests, sizeof tests / sizeof *tests);
}
