/* SPDX-License-Identifier: BSD-3-Clause */
/* Workers beside other threads that compute: on which processors they run. The scheduler may move a
 * thread at any time, so each test counts over many calls. */
#include "core/clock.h"
#include "core/processors.h"
#include "support/support.h"
#include "workers/waits.h"
#include "workers/workers.h"

#include <sched.h>
#include <stdatomic.h>

enum { CALLS = 60, MOST_PROCESSORS = 8 * sizeof(cpu_set_t) };

/* ---- two processors -------------------------------------------------------------------------- */

static int own, other; /* the processor of the caller, and another */

static cpu_set_t make_set(int a, int b) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET((size_t)a, &set);
    CPU_SET((size_t)b, &set);
    return set;
}

static bool set_affinity(pthread_t thread, cpu_set_t set) {
    return pthread_setaffinity_np(thread, sizeof set, &set) == 0;
}

static void ignore(void *context, size_t part, size_t runner) {
    (void)context, (void)part, (void)runner;
}

/* False where this thread has only one. The worker keeps the two processors that this thread may
 * use when it is created; this thread keeps one. */
static bool share_two_processors(void) {
    cpu_set_t allowed;
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0 || CPU_COUNT(&allowed) < 2)
        return false;
    own = sched_getcpu();
    for (other = 0; other == own || !CPU_ISSET((size_t)other, &allowed);)
        other++;
    if (!set_affinity(pthread_self(), make_set(own, other)))
        return false;
    nn_run_parts(2, 2, ignore, NULL);
    return set_affinity(pthread_self(), make_set(own, own));
}

static void compute_for(double seconds) {
    double end = nn_read_clock() + seconds;
    while (nn_read_clock() < end)
        ;
}

/* ---- a worker that is woken ------------------------------------------------------------------ */

static atomic_bool is_over;

static void *compute_until_over(void *unused) {
    (void)unused;
    while (!is_over)
        ;
    return NULL;
}

typedef struct places {
    double seconds[2]; /* that a part of the caller takes, and one of the worker */
    int moves_to;      /* where the worker goes to first, or -1 */
    int begins, ends;  /* where the worker began, and ended, its last part; or -1 */
} places;

static void note_places(void *context, size_t part, size_t runner) {
    (void)part;
    places *p = context;
    if (runner == 1)
        p->begins = nn_get_processor();
    compute_for(p->seconds[runner]);
    if (runner == 1)
        p->ends = nn_get_processor();
    if (runner == 1 && p->moves_to >= 0)
        nn_move_thread(pthread_self(), p->moves_to);
}

static places call(double own_seconds, double worker_seconds, int moves_to) {
    places p = {{own_seconds, worker_seconds}, moves_to, -1, -1};
    nn_run_parts(2, 2, note_places, &p);
    return p;
}

/* The worker falls asleep where the caller is, and no processor is idle. */
START_TEST(a_worker_does_not_stay_with_its_caller) {
    pthread_t neighbour;
    is_over = false;
    ck_assert_int_eq(pthread_create(&neighbour, NULL, compute_until_over, NULL), 0);
    ck_assert(set_affinity(neighbour, make_set(other, other)));
    int together = 0, apart = 0;
    for (int i = 0; i < CALLS; i++) {
        places p = call(2e-3, 2e-4, own);
        together += p.begins == own;
        apart += p.begins == other;
        compute_for(2e-4);
    }
    is_over = true;
    pthread_join(neighbour, NULL);
    ck_assert_int_gt(apart, together);
}
END_TEST

/* ---- a worker that is waited for ------------------------------------------------------------- */

/* How often in a hundred the worker, where it began in time, had the processor of the caller at its
 * end; -1 where that happened too seldom, because others use the processors. */
static int count_moved(double own_seconds, double worker_seconds) {
    enum { MOST_CALLS = 10 * CALLS };
    int begun = 0, moved = 0;
    for (int i = 0; i < MOST_CALLS && begun < CALLS; i++) {
        places p = call(own_seconds, worker_seconds, -1);
        begun += p.begins == other;
        moved += p.begins == other && p.ends == own;
    }
    return begun < CALLS / 4 ? -1 : 100 * moved / begun;
}

START_TEST(a_worker_that_is_late_gets_the_callers_processor) {
    int moved = count_moved(2e-4, 15e-3);
    ck_assert(moved == -1 || moved > 30);
}
END_TEST

START_TEST(a_worker_in_time_stays_where_it_is) {
    ck_assert_int_lt(count_moved(8e-4, 1e-3), 60);
}
END_TEST

START_TEST(a_worker_with_a_long_part_stays_where_it_is) {
    ck_assert_int_lt(count_moved(3e-3, 8e-3), 60);
}
END_TEST

int main(void) {
    nn_avoid_waits(false); /* each call counts */
    enum { SKIPPED = 77 };
    if (!share_two_processors())
        return SKIPPED;
    const TTest *const tests[] = {
        a_worker_does_not_stay_with_its_caller,
        a_worker_that_is_late_gets_the_callers_processor,
        a_worker_in_time_stays_where_it_is,
        a_worker_with_a_long_part_stays_where_it_is,
    };
    return run_tests("shared processors", tests, sizeof tests / sizeof *tests);
}
