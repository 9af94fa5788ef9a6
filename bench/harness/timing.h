/* SPDX-License-Identifier: BSD-3-Clause */
/* The timing of this harness. */
#ifndef TIMING_H
#define TIMING_H

#include <stddef.h>

/* Something to be timed: run(context) is one repetition. */
typedef struct candidate {
    void (*run)(void *context);
    void *context;
    double median; /* result: seconds of one repetition */
} candidate;

/* Times the candidates in turns, so that a disturbance of the machine affects them all, and sets
 * each one's median. Every candidate runs at least once, and otherwise gets an equal share of
 * budget seconds. */
void measure_medians(candidate *candidates, size_t count, double budget);

/* No shorter time between two readings of the clock is kept. */
extern const double SAMPLE_SECONDS;

/* How many runs one after the other take that long. Runs at least once. */
size_t count_runs(void (*run)(void *context), void *context);

/* Seconds of one of so many runs. */
double time_runs(void (*run)(void *context), void *context, size_t count);

/* What two readings of the clock add to the time between them, to be taken off where a run cannot
 * be repeated. */
double estimate_clock_seconds(void);

#endif
