/* SPDX-License-Identifier: BSD-3-Clause */
#include "workers/workers.h"
#include "blas/blas.h"
#include "core/clock.h"
#include "core/processors.h"
#include "core/public.h"
#include "core/sizes.h"
#include "workers/signals.h"
#include "workers/wait_word.h"
#include "workers/waits.h"

#include <fenv.h>
#include <limits.h>
#include <math.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/* The most workers. OpenBLAS ends the process when more threads call it at once than it has buffers
 * for: twice this number in a build for 64 processors, more in Debian's build for 128. A set of
 * workers is one word with a bit for each. */
enum { MOST_WORKERS = sizeof(size_t) * CHAR_BIT };

/* One call of nn_run_parts. Part i belongs to runner i modulo runners, so that the data of a part
 * stays in the cache of one processor from call to call. A runner whose own parts are all taken
 * goes on with parts of others. Runner 0 is the caller. */
typedef struct region {
    nn_task *task;
    void *context;
    size_t count, runners;
    bool is_long;                         /* of nn_run_long_parts */
    fenv_t environment;                   /* of the caller */
    atomic_size_t asleep;                 /* the workers that have yet to be woken up */
    atomic_size_t next[1 + MOST_WORKERS]; /* the first part of a runner that is not taken */
} region;

/* The state of a worker. The caller that holds the worker sets CALLED; the worker sets the rest. */
enum {
    IDLE,    /* spins, waiting for a call */
    ASLEEP,  /* waits for a call */
    CALLED,  /* has a region that it has not begun */
    WORKING, /* in a region */
    AWAITED, /* in a region, and the caller sleeps until it is done */
    STOPPED  /* to end */
};

/* Each has two cache lines of its own, because processors fetch lines in pairs. */
typedef struct worker {
    _Alignas(128) nn_wait_word state;
    region *region;
    size_t runner;                /* its number in the region */
    atomic_int callers_processor; /* of the caller, when it called */
    atomic_int processor;         /* of the worker, when it began */
    bool has_thread;
    double failed_at; /* when its thread could not be created */
    pthread_t thread;
} worker;

static worker workers[MOST_WORKERS];
static atomic_size_t free_workers = SIZE_MAX; /* those that no call holds */

static size_t get_bit(const worker *w) {
    return (size_t)1 << (w - workers);
}

static worker *get_first(size_t set) {
    return &workers[__builtin_ctzll(set)];
}

/* Spinning on the processor that the other thread needs would only delay it. */
static unsigned spin_beside(int processor, nn_wait_word *word, unsigned value) {
    if (processor >= 0 && processor == nn_get_processor())
        return atomic_load(&word->value);
    return nn_spin_while(word, value);
}

/* ---- running parts --------------------------------------------------------------------------- */

static bool take_part(region *r, size_t runner, size_t *part) {
    for (size_t tried = 0; tried < r->runners; tried++) {
        atomic_size_t *next = &r->next[(runner + tried) % r->runners];
        if (atomic_load_explicit(next, memory_order_relaxed) >= r->count)
            continue;
        *part = atomic_fetch_add(next, r->runners);
        if (*part < r->count)
            return true;
    }
    return false;
}

/*
 * Each wake-up takes the caller a microsecond, so the workers that are awake help to wake others.
 */
static void wake_two(region *r) {
    for (int i = 0; i < 2; i++) {
        size_t asleep = atomic_load(&r->asleep);
        while (asleep && !atomic_compare_exchange_weak(&r->asleep, &asleep, asleep & (asleep - 1)))
            ;
        if (asleep)
            nn_wake_sleeper(&get_first(asleep)->state);
    }
}

/* Returns how many parts it ran. */
static size_t run_region(region *r, size_t runner) {
    size_t part, count = 0;
    for (; take_part(r, runner, &part); count++) {
        wake_two(r);
        r->task(r->context, part, runner);
    }
    return count;
}

/* ---- a worker's thread ----------------------------------------------------------------------- */

static unsigned wait_for_call(worker *w) {
    int processor = atomic_load_explicit(&w->callers_processor, memory_order_relaxed);
    unsigned state = spin_beside(processor, &w->state, IDLE);
    if (state == IDLE)
        atomic_compare_exchange_strong(&w->state.value, &state, ASLEEP);
    nn_sleep_while(&w->state, ASLEEP);
    return atomic_load(&w->state.value);
}

/* Where no processor is idle, the scheduler may wake a worker on that of its caller and leave it
 * there for good: both together would then take as long as the caller alone. */
static void leave_caller(const worker *w) {
    int processor = atomic_load_explicit(&w->callers_processor, memory_order_relaxed);
    if (processor >= 0 && processor == nn_get_processor())
        nn_leave_processor(processor);
}

static void *serve(void *argument) {
    worker *w = argument;
    nn_blas_begin_worker();
    for (;;) {
        unsigned state = wait_for_call(w);
        if (state == STOPPED)
            return NULL;
        if (state == CALLED)
            leave_caller(w);
        if (state != CALLED || !atomic_compare_exchange_strong(&w->state.value, &state, WORKING))
            continue; /* the caller took the call back */
        atomic_store_explicit(&w->processor, nn_get_processor(), memory_order_relaxed);
        fesetenv(&w->region->environment);
        run_region(w->region, w->runner);
        if (atomic_exchange(&w->state.value, IDLE) == AWAITED)
            nn_wake_sleeper(&w->state);
    }
}

/* BLAS allocates its buffers elsewhere; what it and the tasks keep on the stack is far less. */
enum { STACK_BYTES = 512 * 1024 };

static bool create_thread(worker *w) {
    pthread_attr_t attributes;
    if (pthread_attr_init(&attributes) != 0)
        return false;
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    sigset_t found;
    nn_block_signals(&found);
    w->has_thread = pthread_create(&w->thread, &attributes, serve, w) == 0;
    nn_restore_signals(&found);
    pthread_attr_destroy(&attributes);
#ifdef __linux__
    if (w->has_thread)
        pthread_setname_np(w->thread, "nnblas");
#endif
    return w->has_thread;
}

/* After a failure to create a thread, the next attempt comes later: it takes longer than a small
 * gradient. */
static bool begin_worker(worker *w) {
    static const double RETRY_SECONDS = 1.0;
    if (w->has_thread)
        return true;
    double now = nn_read_clock();
    if (w->failed_at > 0.0 && now < w->failed_at + RETRY_SECONDS)
        return false;
    nn_init_wait_word(&w->state, IDLE);
    if (create_thread(w))
        return true;
    w->failed_at = now;
    return false;
}

/* ---- a caller -------------------------------------------------------------------------------- */

/* Holds up to wanted free workers out of the first most. */
static size_t hold_workers(size_t wanted, size_t most) {
    size_t reach = most < MOST_WORKERS ? ((size_t)1 << most) - 1 : SIZE_MAX;
    size_t found = atomic_load(&free_workers), held;
    do {
        held = 0;
        for (size_t left = found & reach, i = 0; left && i < wanted; i++, left &= left - 1)
            held |= left & -left;
    } while (!atomic_compare_exchange_weak(&free_workers, &found, found & ~held));
    return held;
}

static void free_held(size_t held) {
    if (held)
        atomic_fetch_or(&free_workers, held);
}

/* Returns the held workers that have a thread, and frees the others. */
static size_t keep_running(size_t held) {
    size_t running = 0;
    for (size_t left = held; left; left &= left - 1) {
        worker *w = get_first(left);
        if (!begin_worker(w))
            break;
        running |= get_bit(w);
    }
    free_held(held & ~running);
    return running;
}

static void call_worker(region *r, worker *w, size_t runner) {
    atomic_store_explicit(&w->callers_processor, nn_get_processor(), memory_order_relaxed);
    w->region = r;
    w->runner = runner;
    if (atomic_exchange(&w->state.value, CALLED) == ASLEEP)
        atomic_fetch_or(&r->asleep, get_bit(w));
}

/* A worker that has not ended its part by the time that a part takes has lost its processor to
 * another thread, for some milliseconds. It gets that of the caller, which is about to sleep. */
static unsigned wait_for_part(worker *w, double part_seconds) {
    static const double MOST_SECONDS = 2e-3; /* a worker that computes for longer is left alone */
    unsigned state = nn_yield_while(&w->state, WORKING, fmin(part_seconds, MOST_SECONDS));
    int own = nn_get_processor(), other = atomic_load_explicit(&w->processor, memory_order_relaxed);
    if (state == WORKING && part_seconds < MOST_SECONDS && own >= 0 && own != other)
        nn_move_thread(w->thread, own);
    return state;
}

/* Called when no part is left: takes the call back from a worker that has not begun, and waits for
 * one that has. part_seconds: what the caller took for a part, 0 where it ran none. */
static void release_worker(worker *w, double part_seconds) {
    unsigned state = CALLED;
    if (atomic_compare_exchange_strong(&w->state.value, &state, IDLE))
        return;
    int processor = atomic_load_explicit(&w->processor, memory_order_relaxed);
    state = spin_beside(processor, &w->state, WORKING);
    if (state == WORKING && part_seconds > 0.0)
        state = wait_for_part(w, part_seconds);
    if (state == WORKING && atomic_compare_exchange_strong(&w->state.value, &state, AWAITED))
        nn_sleep_while(&w->state, AWAITED);
}

static size_t count_bits(size_t set) {
    return (size_t)__builtin_popcountll(set);
}

/* On the caller and the workers that it holds. */
static void run_with(size_t held, region *r) {
    size_t runner = 1;
    for (size_t left = held; left; left &= left - 1)
        call_worker(r, get_first(left), runner++);
    double start = nn_read_clock();
    size_t parts = run_region(r, 0);
    double end = nn_read_clock(), part_seconds = parts > 0 ? (end - start) / (double)parts : 0.0;
    while (atomic_load(&r->asleep)) /* if all parts were done before the last worker was called */
        wake_two(r);
    for (size_t left = held; left; left &= left - 1)
        release_worker(get_first(left), part_seconds);
    if (!r->is_long)
        nn_note_wait(nn_read_clock() - end, part_seconds);
}

/* ---- threads of the host --------------------------------------------------------------------- */

typedef struct host_threads {
    nnblas_parallel_for *run; /* null: there are none */
    void *user;
} host_threads;

static pthread_mutex_t host_mutex = PTHREAD_MUTEX_INITIALIZER;
static host_threads host;

nnblas_status nnblas_set_parallel_for(nnblas_parallel_for *run, void *user) {
    pthread_mutex_lock(&host_mutex);
    host = (host_threads){run, user};
    pthread_mutex_unlock(&host_mutex);
    return NNBLAS_OK;
}

static host_threads get_host_threads(void) {
    pthread_mutex_lock(&host_mutex);
    host_threads found = host;
    pthread_mutex_unlock(&host_mutex);
    return found;
}

/* Takes parts until none is left, as a worker does. A build of OpenBLAS on OpenMP has to be held in
 * each thread. */
static void run_on_host_thread(void *context, size_t runner) {
    region *r = context;
    fenv_t found;
    fegetenv(&found);
    fesetenv(&r->environment);
    nn_blas_hold();
    run_region(r, runner);
    nn_blas_release();
    fesetenv(&found);
}

/* ---- a call ---------------------------------------------------------------------------------- */

static void begin_region(region *r, size_t runners) {
    r->runners = runners;
    fegetenv(&r->environment);
    for (size_t i = 0; i < runners; i++)
        atomic_init(&r->next[i], i);
}

static void run_parts(size_t threads, size_t count, bool is_long, nn_task *task, void *context) {
    size_t runners = nn_min(nn_min(threads, count), 1 + MOST_WORKERS);
    host_threads of_host = runners > 1 ? get_host_threads() : (host_threads){NULL, NULL};
    size_t held = runners > 1 && !of_host.run && (is_long || !nn_runs_alone())
                      ? keep_running(hold_workers(runners - 1, threads - 1))
                      : 0;
    if (!held && !of_host.run) {
        for (size_t part = 0; part < count; part++)
            task(context, part, 0);
        return;
    }
    region r = {.task = task, .context = context, .count = count, .is_long = is_long};
    begin_region(&r, held ? 1 + count_bits(held) : runners);
    if (held)
        run_with(held, &r);
    else
        of_host.run(of_host.user, runners, run_on_host_thread, &r);
    free_held(held);
}

void nn_run_parts(size_t threads, size_t count, nn_task *task, void *context) {
    run_parts(threads, count, false, task, context);
}

void nn_run_long_parts(size_t threads, size_t count, nn_task *task, void *context) {
    run_parts(threads, count, true, task, context);
}

/* ---- forks and the end ----------------------------------------------------------------------- */

/* The forking thread holds the mutexes, so that no other thread holds one in the child. */
static void before_fork(void) {
    pthread_mutex_lock(&host_mutex);
    nn_blas_before_fork();
}

static void after_fork_in_parent(void) {
    nn_blas_after_fork(false);
    pthread_mutex_unlock(&host_mutex);
}

/* Of the parent's threads the child has only the one that forked, which holds no worker. */
static void after_fork_in_child(void) {
    for (size_t i = 0; i < MOST_WORKERS; i++)
        workers[i].has_thread = false;
    atomic_store(&free_workers, SIZE_MAX);
    nn_blas_after_fork(true);
    pthread_mutex_unlock(&host_mutex);
}

__attribute__((constructor)) static void watch_forks(void) {
    pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
}

/* Ends the workers before their code is unloaded, as in dlclose. When a process exits, other
 * threads may still be in calls: the workers that they hold are left alone. */
__attribute__((destructor)) static void stop_workers(void) {
    size_t held = atomic_exchange(&free_workers, 0);
    for (size_t left = held; left; left &= left - 1) {
        worker *w = get_first(left);
        if (w->has_thread && atomic_exchange(&w->state.value, STOPPED) == ASLEEP)
            nn_wake_sleeper(&w->state);
    }
    for (size_t left = held; left; left &= left - 1) {
        worker *w = get_first(left);
        if (w->has_thread)
            pthread_join(w->thread, NULL);
        w->has_thread = false;
    }
}
