/* SPDX-License-Identifier: BSD-3-Clause */
/* A median is not that of a cold run, nor of a time that is mostly the clock's, however small the
 * budget. */
#include "harness/timing.h"

#include "core/clock.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static const double COLD = 2e-3;

/* Its first run is cold. */
typedef struct work {
    size_t runs;
} work;

static void run_work(void *context) {
    work *w = context;
    double end = nn_read_clock() + (w->runs++ == 0 ? COLD : 0.0);
    while (nn_read_clock() < end)
        ;
}

static bool is_warm(void) {
    work w = {0};
    candidate c = {run_work, &w, 0.0};
    measure_medians(&c, 1, 1e-9);
    return c.median < COLD / 10.0;
}

static bool is_long(void) {
    work w = {1};
    size_t count = count_runs(run_work, &w);
    return count > 1 && w.runs == 2 * count;
}

/* Another process may disturb a measurement, but not all of them. */
static bool holds(bool (*claim)(void), const char *words) {
    for (int i = 0; i < 100; i++)
        if (claim())
            return true;
    printf("never: %s\n", words);
    return false;
}

int main(void) {
    bool ok = holds(is_warm, "the median is that of warm runs");
    ok = holds(is_long, "a short run is repeated") && ok;
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
