/* SPDX-License-Identifier: BSD-3-Clause */
#include "workers/waits.h"
#include "core/clock.h"

#include <stdatomic.h>

static _Atomic double last_wait, alone_until; /* on the clock */
static atomic_bool is_off;

void nn_note_wait(double seconds, double part_seconds) {
    static const double LONG_SECONDS = 2e-3, PARTS = 2.0, MOMENT = 0.1, ALONE = 32.0;
    if (seconds <= LONG_SECONDS || seconds <= PARTS * part_seconds)
        return;
    double now = nn_read_clock(), last = atomic_exchange(&last_wait, now);
    if (last > 0.0 && now - last < MOMENT + seconds)
        atomic_store_explicit(&alone_until, now + ALONE * seconds, memory_order_relaxed);
}

bool nn_runs_alone(void) {
    double until = atomic_load_explicit(&alone_until, memory_order_relaxed);
    return until > 0.0 && nn_read_clock() < until &&
           !atomic_load_explicit(&is_off, memory_order_relaxed);
}

void nn_avoid_waits(bool avoids) {
    atomic_store(&is_off, !avoids);
}
