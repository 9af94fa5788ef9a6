/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/processors.h"
#include "core/cpu_quota.h"

#include <math.h>

#ifdef __linux__
#include <sched.h>
#endif
#include <unistd.h>

/* How many the scheduler may give to the calling thread; 0 where it is unknown. */
static int count_allowed_processors(void) {
#ifdef __linux__
    cpu_set_t sets[64]; /* one holds 1024, which is too few for the largest machines */
    if (sched_getaffinity(0, sizeof sets, sets) == 0)
        return CPU_COUNT_S(sizeof sets, sets);
#endif
    return 0;
}

int nn_count_processors(void) {
    int allowed = count_allowed_processors();
    long online = allowed > 0 ? allowed : sysconf(_SC_NPROCESSORS_ONLN);
    double quota = nn_read_cpu_quota("");
    if (quota < (double)online)
        online = (long)ceil(quota);
    return online > 0 ? (int)online : 1;
}
