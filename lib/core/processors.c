/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/processors.h"
#include "core/cpu_quota.h"

#include <math.h>

#ifdef __linux__
#include <sched.h>
#endif
#include <unistd.h>

#ifdef __linux__

/* One set holds 1024 processors, which is too few for the largest machines. */
typedef struct affinity {
    cpu_set_t sets[64];
} affinity;

/* How many the scheduler may give to the calling thread; 0 where it is unknown. */
static int count_allowed_processors(void) {
    affinity found;
    if (sched_getaffinity(0, sizeof found, found.sets) == 0)
        return CPU_COUNT_S(sizeof found, found.sets);
    return 0;
}

int nn_get_processor(void) {
    return sched_getcpu();
}

void nn_leave_processor(int processor) {
    affinity found;
    if (pthread_getaffinity_np(pthread_self(), sizeof found, found.sets) != 0)
        return;
    affinity others = found;
    CPU_CLR_S((size_t)processor, sizeof others, others.sets);
    if (pthread_setaffinity_np(pthread_self(), sizeof others, others.sets) == 0)
        pthread_setaffinity_np(pthread_self(), sizeof found, found.sets);
}

void nn_move_thread(pthread_t thread, int processor) {
    affinity found, one;
    if (pthread_getaffinity_np(thread, sizeof found, found.sets) != 0 ||
        !CPU_ISSET_S((size_t)processor, sizeof found, found.sets))
        return;
    CPU_ZERO_S(sizeof one, one.sets);
    CPU_SET_S((size_t)processor, sizeof one, one.sets);
    if (pthread_setaffinity_np(thread, sizeof one, one.sets) == 0)
        pthread_setaffinity_np(thread, sizeof found, found.sets);
}

#else

static int count_allowed_processors(void) {
    return 0;
}

int nn_get_processor(void) {
    return -1;
}

void nn_leave_processor(int processor) {
    (void)processor;
}

void nn_move_thread(pthread_t thread, int processor) {
    (void)thread;
    (void)processor;
}

#endif

int nn_count_processors(void) {
    int allowed = count_allowed_processors();
    long online = allowed > 0 ? allowed : sysconf(_SC_NPROCESSORS_ONLN);
    double quota = nn_read_cpu_quota("");
    if (quota < (double)online)
        online = (long)ceil(quota);
    return online > 0 ? (int)online : 1;
}
