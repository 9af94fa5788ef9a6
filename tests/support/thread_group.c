/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/thread_group.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MAX_SUMS = 256, MOST_SECONDS = 60 };

typedef struct sum {
    double *values;
    size_t count;
} sum;

typedef struct shared {
    size_t ranks;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    size_t waiting, generation;
    const char *failure;
    const double *values[MAX_RANKS];
    size_t counts[MAX_RANKS]; /* with a bit for broadcasts: the ranks must make the same call */
} shared;

typedef struct member {
    shared *shared;
    size_t rank, calls, lost_call;
    bool has_failed;
    sum sums[MAX_SUMS];
    size_t n_sums;
    nnblas_group group;
    rank_body *body;
    void *context;
} member;

static size_t lost_rank = SIZE_MAX, lost_call;
static atomic_bool called_again;

bool called_after_failure(void) {
    return called_again;
}

void lose_rank(size_t rank, size_t call) {
    lost_rank = rank;
    lost_call = call;
}

static void fail(shared *s, const char *words) {
    if (!s->failure)
        s->failure = words;
    pthread_cond_broadcast(&s->changed);
}

/* Waits until all ranks are here. Where one never comes, the test fails instead of hanging. */
static bool meet(shared *s) {
    struct timespec limit;
    clock_gettime(CLOCK_REALTIME, &limit);
    limit.tv_sec += MOST_SECONDS;
    pthread_mutex_lock(&s->mutex);
    size_t generation = s->generation;
    if (++s->waiting == s->ranks) {
        s->waiting = 0;
        s->generation++;
        pthread_cond_broadcast(&s->changed);
    }
    while (generation == s->generation && !s->failure)
        if (pthread_cond_timedwait(&s->changed, &s->mutex, &limit) != 0)
            fail(s, "a rank has not come");
    bool met = generation != s->generation;
    pthread_mutex_unlock(&s->mutex);
    return met;
}

/* Shows the other ranks the values. False where these make another call. */
static bool show(member *m, const double *values, size_t count, bool is_broadcast) {
    shared *s = m->shared;
    s->values[m->rank] = values;
    s->counts[m->rank] = 2 * count + is_broadcast;
    if (!meet(s))
        return false;
    for (size_t r = 0; r < s->ranks; r++)
        if (s->counts[r] != s->counts[m->rank]) {
            pthread_mutex_lock(&s->mutex);
            fail(s, "the ranks make different calls");
            pthread_mutex_unlock(&s->mutex);
            return false;
        }
    return true;
}

static bool is_lost(member *m) {
    called_again |= m->has_failed;
    if (m->calls++ < m->lost_call)
        return false;
    pthread_mutex_lock(&m->shared->mutex);
    fail(m->shared, "a rank is lost");
    pthread_mutex_unlock(&m->shared->mutex);
    return true;
}

/* What a call returns. */
static int end_call(member *m, bool is_done) {
    m->has_failed = !is_done;
    return !is_done;
}

static int begin_sum(void *user, double *values, size_t count) {
    member *m = user;
    if (is_lost(m) || m->n_sums == MAX_SUMS)
        return end_call(m, false);
    m->sums[m->n_sums++] = (sum){values, count};
    return end_call(m, true);
}

/* In the order of the ranks. */
static bool add_up(member *m, const sum *own) {
    double *total = malloc((own->count + 1) * sizeof *total);
    bool shown = show(m, own->values, own->count, false);
    memset(total, 0, own->count * sizeof *total);
    for (size_t r = 0; shown && r < m->shared->ranks; r++)
        for (size_t i = 0; i < own->count; i++)
            total[i] += m->shared->values[r][i];
    bool met = shown && meet(m->shared);
    if (met)
        memcpy(own->values, total, own->count * sizeof *total);
    free(total);
    return met && meet(m->shared);
}

static int finish_sums(void *user) {
    member *m = user;
    bool is_done = !is_lost(m);
    for (size_t i = 0; i < m->n_sums && is_done; i++)
        is_done = add_up(m, &m->sums[i]);
    m->n_sums = 0;
    return end_call(m, is_done);
}

static int broadcast(void *user, double *values, size_t count, size_t from) {
    member *m = user;
    if (is_lost(m) || m->n_sums > 0 || !show(m, values, count, true))
        return end_call(m, false);
    if (m->rank != from)
        memcpy(values, m->shared->values[from], count * sizeof *values);
    return end_call(m, meet(m->shared));
}

static const char *describe_failure(void *user) {
    const member *m = user;
    return m->shared->failure ? m->shared->failure : "sums are at work";
}

static void *run_member(void *argument) {
    member *m = argument;
    m->body(m->context, &m->group);
    return NULL;
}

void run_ranks(size_t ranks, rank_body *body, void *context) {
    static shared s;
    static member members[MAX_RANKS];
    pthread_t threads[MAX_RANKS];
    s = (shared){.ranks = ranks};
    pthread_mutex_init(&s.mutex, NULL);
    pthread_cond_init(&s.changed, NULL);
    for (size_t r = 0; r < ranks; r++) {
        members[r] = (member){.shared = &s,
                              .rank = r,
                              .lost_call = r == lost_rank ? lost_call : SIZE_MAX,
                              .body = body,
                              .context = context};
        members[r].group = (nnblas_group){.rank = r,
                                          .ranks = ranks,
                                          .begin_sum = begin_sum,
                                          .finish_sums = finish_sums,
                                          .broadcast = broadcast,
                                          .describe_failure = describe_failure,
                                          .user = &members[r]};
        pthread_create(&threads[r], NULL, run_member, &members[r]);
    }
    for (size_t r = 0; r < ranks; r++)
        pthread_join(threads[r], NULL);
    lost_rank = SIZE_MAX;
}
