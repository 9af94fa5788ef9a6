/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/rank_pool.h"

#include "cli/memory.h"
#include "cli/ranks.h"
#include "cli/stop_signal.h"
#include "core/sizes.h"

#include <nnblas.h>

#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- a task on a thread of its own, so that this one can answer ------------------------------ */

typedef struct {
    const task_pool *pool;
    size_t task;
    bool is_busy, has_thread, has_ended, goes_on; /* the mutex is for has_ended */
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t ended;
} worker;

static void *work(void *argument) {
    worker *w = argument;
    nnblas_set_local_threads((int)nn_min(count_rank_threads(w->pool->threads), INT_MAX));
    w->goes_on = w->pool->run(w->pool->context, w->task);
    nnblas_set_local_threads(0);
    pthread_mutex_lock(&w->mutex);
    w->has_ended = true;
    pthread_cond_signal(&w->ended);
    pthread_mutex_unlock(&w->mutex);
    return NULL;
}

/* Where no thread can be created, the others wait for an answer until the task has ended. */
static void begin_task(worker *w, size_t task) {
    w->task = task;
    w->is_busy = true;
    w->has_ended = false;
    w->has_thread = pthread_create(&w->thread, NULL, work, w) == 0;
    if (!w->has_thread)
        work(w);
}

/* Returns early where a task ends. A look for messages costs a thousandth of a millisecond. */
static void wait_a_moment(worker *w) {
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += 1000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&w->mutex);
    if (!w->is_busy || !w->has_ended)
        pthread_cond_timedwait(&w->ended, &w->mutex, &until);
    pthread_mutex_unlock(&w->mutex);
}

/* True once for each task. */
static bool take_end(worker *w) {
    pthread_mutex_lock(&w->mutex);
    bool has_ended = w->is_busy && w->has_ended;
    pthread_mutex_unlock(&w->mutex);
    if (!has_ended)
        return false;
    if (w->has_thread)
        pthread_join(w->thread, NULL);
    w->is_busy = false;
    return true;
}

/* ---- messages -------------------------------------------------------------------------------- */

typedef enum { TASK, RESULT, STOP, END } message_kind;

/* Behind that of a result is what was packed. */
typedef struct {
    message_kind kind;
    bool goes_on;
    size_t task;
} message_head;

static void send_head(size_t to, message_head head) {
    get_rank_calls()->send(to, &head, sizeof head);
}

/* ---- rank 0 ---------------------------------------------------------------------------------- */

typedef struct {
    const task_pool *pool;
    worker *own;
    bool *is_busy;      /* of each rank */
    size_t begun, done; /* tasks */
    bool is_ended, has_told_stop;
} leader;

static void note_end(leader *l, bool goes_on) {
    l->is_ended = l->is_ended || !goes_on;
    l->done++;
    if (l->pool->finished)
        l->pool->finished(l->pool->context, l->done);
}

static void take_messages(leader *l) {
    rank_message message;
    while (get_rank_calls()->receive(&message)) {
        message_head head;
        memcpy(&head, message.data, sizeof head);
        if (head.kind == RESULT) {
            l->pool->unpack(l->pool->context, head.task, (char *)message.data + sizeof head,
                            message.bytes - sizeof head);
            l->is_busy[message.from] = false;
            note_end(l, head.goes_on);
        }
        free(message.data);
    }
    if (take_end(l->own)) {
        l->is_busy[0] = false;
        note_end(l, l->own->goes_on);
    }
}

static void tell_others(message_kind kind) {
    for (size_t rank = 1; rank < count_ranks(); rank++)
        send_head(rank, (message_head){.kind = kind});
}

static void pass_stop_on(leader *l) {
    if (l->has_told_stop || !is_stop_requested())
        return;
    l->has_told_stop = true;
    tell_others(STOP);
}

static void hand_out(leader *l) {
    for (size_t rank = 0; rank < count_ranks(); rank++) {
        if (l->is_ended || is_stop_requested() || l->begun == l->pool->count)
            return;
        if (l->is_busy[rank])
            continue;
        l->is_busy[rank] = true;
        size_t task = l->begun++;
        if (rank == 0)
            begin_task(l->own, task);
        else
            send_head(rank, (message_head){.kind = TASK, .task = task});
    }
}

static void lead(leader *l) {
    do {
        take_messages(l);
        pass_stop_on(l);
        hand_out(l);
        check_ranks();
        if (l->done < l->begun)
            wait_a_moment(l->own);
    } while (l->done < l->begun);
    tell_others(END);
}

static void run_as_leader(const task_pool *pool, worker *own) {
    leader l = {
        .pool = pool, .own = own, .is_busy = resize_array(NULL, count_ranks(), sizeof *l.is_busy)};
    memset(l.is_busy, 0, count_ranks() * sizeof *l.is_busy);
    lead(&l);
    free(l.is_busy);
}

/* ---- the other ranks ------------------------------------------------------------------------- */

static void send_result(worker *w) {
    size_t bytes;
    char *packed = w->pool->pack(w->pool->context, w->task, &bytes);
    const message_head head = {RESULT, w->goes_on && !is_stop_requested(), w->task};
    char *message = resize_array(NULL, sizeof head + bytes, 1);
    memcpy(message, &head, sizeof head);
    memcpy(message + sizeof head, packed, bytes);
    get_rank_calls()->send(0, message, sizeof head + bytes);
    free(message);
    free(packed);
}

/* False at the end of all. */
static bool take_orders(worker *w) {
    rank_message message;
    bool goes_on = true;
    while (goes_on && get_rank_calls()->receive(&message)) {
        message_head head;
        memcpy(&head, message.data, sizeof head);
        free(message.data);
        if (head.kind == TASK)
            begin_task(w, head.task);
        else if (head.kind == STOP)
            request_stop();
        goes_on = head.kind != END;
    }
    return goes_on;
}

static void follow(worker *w) {
    while (take_orders(w)) {
        if (take_end(w))
            send_result(w);
        check_ranks();
        wait_a_moment(w);
    }
}

/* ---- all of them ----------------------------------------------------------------------------- */

void run_tasks_over_ranks(const task_pool *pool) {
    worker own = {
        .pool = pool, .mutex = PTHREAD_MUTEX_INITIALIZER, .ended = PTHREAD_COND_INITIALIZER};
    if (is_first_rank())
        run_as_leader(pool, &own);
    else
        follow(&own);
}
