/* SPDX-License-Identifier: BSD-3-Clause */
/* Threads that are moved between processors keep their affinity. */
#include "core/clock.h"
#include "core/processors.h"
#include "support/support.h"

#include <sched.h>
#include <stdatomic.h>

typedef struct processors {
    cpu_set_t sets[64];
} processors;

static processors get_affinity(pthread_t thread) {
    processors found;
    ck_assert_int_eq(pthread_getaffinity_np(thread, sizeof found, found.sets), 0);
    return found;
}

static void expect_affinity(pthread_t thread, const processors *expected) {
    processors found = get_affinity(thread);
    ck_assert(CPU_EQUAL_S(sizeof found, found.sets, expected->sets));
}

/* The scheduler may move a thread back at any time. */
enum { TRIES = 40 };

START_TEST(a_thread_leaves_its_processor) {
    processors before = get_affinity(pthread_self());
    int others = 0;
    for (int i = 0; i < TRIES; i++) {
        int processor = nn_get_processor();
        ck_assert(CPU_ISSET_S((size_t)processor, sizeof before, before.sets));
        nn_leave_processor(processor);
        others += nn_get_processor() != processor;
    }
    expect_affinity(pthread_self(), &before);
    if (CPU_COUNT_S(sizeof before, before.sets) > 1)
        ck_assert_int_gt(others, TRIES / 2);
    else
        ck_assert_int_eq(others, 0);
}
END_TEST

/* Leaves the calling thread the processor that runs it. */
static processors keep_one_processor(void) {
    processors one;
    CPU_ZERO_S(sizeof one, one.sets);
    CPU_SET_S((size_t)nn_get_processor(), sizeof one, one.sets);
    ck_assert_int_eq(pthread_setaffinity_np(pthread_self(), sizeof one, one.sets), 0);
    return one;
}

START_TEST(the_only_processor_is_not_left) {
    processors before = get_affinity(pthread_self()), one = keep_one_processor();
    int processor = nn_get_processor();
    nn_leave_processor(processor);
    ck_assert_int_eq(nn_get_processor(), processor);
    expect_affinity(pthread_self(), &one);
    ck_assert_int_eq(pthread_setaffinity_np(pthread_self(), sizeof before, before.sets), 0);
}
END_TEST

/* A thread that computes and says where, until it is told to end. */
typedef struct traveller {
    atomic_int processor;
    int home; /* if not -1, every other processor is a foreign one */
    atomic_bool is_abroad, is_over;
    pthread_t thread;
} traveller;

static void *travel(void *context) {
    traveller *t = context;
    while (!t->is_over) {
        t->processor = nn_get_processor();
        if (t->home != -1 && t->processor != t->home)
            t->is_abroad = true;
    }
    return NULL;
}

static void start_travelling(traveller *t, int home) {
    t->processor = -1;
    t->home = home;
    t->is_abroad = t->is_over = false;
    ck_assert_int_eq(pthread_create(&t->thread, NULL, travel, t), 0);
    while (t->processor == -1)
        sched_yield();
}

static void stop_travelling(traveller *t) {
    t->is_over = true;
    pthread_join(t->thread, NULL);
}

static bool arrives(const traveller *t, int processor) {
    double end = nn_read_clock() + 2.0;
    while (t->processor != processor && nn_read_clock() < end)
        sched_yield();
    return t->processor == processor;
}

START_TEST(a_thread_is_moved) {
    processors before = get_affinity(pthread_self());
    traveller t;
    start_travelling(&t, -1);
    for (int p = 0; p < (int)(8 * sizeof before); p++)
        if (CPU_ISSET_S((size_t)p, sizeof before, before.sets)) {
            nn_move_thread(t.thread, p);
            ck_assert(arrives(&t, p));
            expect_affinity(t.thread, &before);
        }
    stop_travelling(&t);
}
END_TEST

/* Of all processors that this thread may use, the other thread gets one. */
START_TEST(a_thread_is_not_moved_to_where_it_may_not_be) {
    processors before = get_affinity(pthread_self()), one = keep_one_processor();
    traveller t;
    start_travelling(&t, nn_get_processor());
    for (int i = 0; i < TRIES; i++)
        for (int p = 0; p < (int)(8 * sizeof before); p++)
            if (CPU_ISSET_S((size_t)p, sizeof before, before.sets))
                nn_move_thread(t.thread, p);
    expect_affinity(t.thread, &one);
    ck_assert(!t.is_abroad);
    stop_travelling(&t);
    ck_assert_int_eq(pthread_setaffinity_np(pthread_self(), sizeof before, before.sets), 0);
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        a_thread_leaves_its_processor,
        the_only_processor_is_not_left,
        a_thread_is_moved,
        a_thread_is_not_moved_to_where_it_may_not_be,
    };
    return run_tests("processors", tests, sizeof tests / sizeof *tests);
}
