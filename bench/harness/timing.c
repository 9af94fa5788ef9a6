/* SPDX-License-Identifier: BSD-3-Clause */
#include "harness/timing.h"
#include "core/clock.h"
#include "harness/allocate.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

enum { TURNS = 8, MAX_SAMPLES = 1024 };

/* So that reading the clock (about 30 ns) does not matter. */
const double SAMPLE_SECONDS = 50e-6;

/* A pause between candidates: threads of OpenMP and of OpenBLAS spin for some milliseconds after
 * their work, and would take processors from the next one. */
static const double CALM_SECONDS = 0.01;

/* After that pause two threads may be on one processor, and some 10 us take 10 ms until the
 * scheduler has moved one of them. So a turn begins with runs that are not counted, until several
 * in a row are near the fastest. */
static const double WARM_SECONDS = 0.3, NEAR = 1.5;
enum { WARM_RUNS = 3 };

typedef struct samples {
    size_t repetitions; /* in one sample */
    size_t count;
    double spent;
    double fewest;               /* seconds of one repetition, warming up included */
    double seconds[MAX_SAMPLES]; /* of one repetition each */
} samples;

double time_runs(void (*run)(void *context), void *context, size_t count) {
    double start = nn_read_clock();
    for (size_t i = 0; i < count; i++)
        run(context);
    return (nn_read_clock() - start) / (double)count;
}

size_t count_runs(void (*run)(void *context), void *context) {
    size_t count = 1;
    while (time_runs(run, context, count) * (double)count < SAMPLE_SECONDS)
        count *= 2;
    return count;
}

double estimate_clock_seconds(void) {
    enum { READINGS = 1000 };
    double start = nn_read_clock(), end = start;
    for (int i = 0; i < READINGS; i++)
        end = nn_read_clock();
    return (end - start) / READINGS;
}

static double time_repetition(const candidate *c, samples *s) {
    double seconds = time_runs(c->run, c->context, s->repetitions);
    s->fewest = seconds < s->fewest ? seconds : s->fewest;
    return seconds;
}

static void warm_up(const candidate *c, samples *s) {
    double end = nn_read_clock() + WARM_SECONDS;
    for (int quick = 0; quick < WARM_RUNS && nn_read_clock() < end;)
        quick = time_repetition(c, s) <= NEAR * s->fewest ? quick + 1 : 0;
}

static void take_sample(const candidate *c, samples *s) {
    double elapsed = time_repetition(c, s) * (double)s->repetitions;
    s->spent += elapsed;
    s->seconds[s->count++] = elapsed / (double)s->repetitions;
}

/* Finds how many repetitions make a sample, however small the share of the time. The very first run
 * is cold: it is a sample only where it took so long that there may be no other. */
static void calibrate(const candidate *c, samples *s, double share) {
    static const double LONG_RUN = 10e-3;
    s->repetitions = 1;
    s->count = 0;
    s->fewest = HUGE_VAL;
    s->spent = time_runs(c->run, c->context, 1);
    if (s->spent >= fmax(share / 4, LONG_RUN)) {
        s->seconds[s->count++] = s->spent;
        return;
    }
    double start = nn_read_clock();
    s->repetitions = count_runs(c->run, c->context);
    s->spent += nn_read_clock() - start;
}

static void wait_for_calm(void) {
    struct timespec pause = {.tv_nsec = (long)(CALM_SECONDS * 1e9)};
    nanosleep(&pause, NULL);
}

/* One turn: uncounted runs, then samples until the time or the room is used up. */
static void take_turn(const candidate *c, samples *s, double share, size_t turn) {
    double end = share * (double)(turn + 1) / TURNS;
    if (s->count > 0 && s->spent + s->seconds[s->count - 1] > end)
        return;
    wait_for_calm();
    double sample = s->count > 0 ? s->seconds[s->count - 1] * (double)s->repetitions : 0.0;
    if (sample < share / TURNS / 4 || sample * WARM_RUNS < WARM_SECONDS / 4)
        warm_up(c, s);
    size_t room = MAX_SAMPLES * (turn + 1) / TURNS;
    do
        take_sample(c, s);
    while (s->spent < end && s->count < room);
}

static int compare_doubles(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double get_median(samples *s) {
    qsort(s->seconds, s->count, sizeof *s->seconds, compare_doubles);
    return (s->seconds[(s->count - 1) / 2] + s->seconds[s->count / 2]) / 2;
}

void measure_medians(candidate *candidates, size_t count, double budget) {
    samples *all = allocate_array(count, sizeof *all);
    double share = budget / (double)count;
    for (size_t i = 0; i < count; i++)
        calibrate(&candidates[i], &all[i], share);
    for (size_t turn = 0; turn < TURNS; turn++)
        for (size_t i = 0; i < count; i++)
            take_turn(&candidates[i], &all[i], share, turn);
    for (size_t i = 0; i < count; i++)
        candidates[i].median = get_median(&all[i]);
    free(all);
}
