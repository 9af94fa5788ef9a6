/* SPDX-License-Identifier: BSD-3-Clause */
/* The one way in which this harness takes times. */
#ifndef TIMING_H
#define TIMING_H

#include <stddef.h>

/* Something to be timed: run(context) is one repetition. */
typedef struct candidate {
    void (*run)(void *context);
    void *context;
    double median; /* result: seconds of one repetition */
} candidate;

/*
 * Times the candidates in turns, so that what disturbs the machine for a while disturbs them all,
 * and sets each one's median. Every candidate runs at least once and, but for that, gets an equal
 * share of budget seconds.
 */
void measure_medians(candidate *candidates, size_t count, double budget);

#endif
