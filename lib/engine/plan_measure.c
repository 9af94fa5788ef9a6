/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine/plan_measure.h"
#include "core/clock.h"
#include "core/memory.h"
#include "core/sizes.h"
#include "engine/plan_cost.h"
#include "engine/plan_search.h"
#include "workers/threads.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FINALISTS = 12, MOST_TURNS = 60, MOST_SAMPLES = 256 };

typedef struct timed_plan {
    nn_plan plan;
    double estimate, seconds; /* of a call of all rows */
} timed_plan;

typedef struct measurement {
    nn_trial_rows rows;
    double begin, end; /* on the clock */
    nn_plan estimated; /* the planner's own */
    timed_plan *plans;
    size_t count;
} measurement;

static int compare_doubles(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Sorts them. */
static double get_median(double *numbers, size_t count) {
    qsort(numbers, count, sizeof *numbers, compare_doubles);
    return (numbers[(count - 1) / 2] + numbers[count / 2]) / 2.0;
}

static int compare_estimates(const void *a, const void *b) {
    return compare_doubles(&((const timed_plan *)a)->estimate, &((const timed_plan *)b)->estimate);
}

static int compare_times(const void *a, const void *b) {
    return compare_doubles(&((const timed_plan *)a)->seconds, &((const timed_plan *)b)->seconds);
}

/* How many rows of a problem take so many seconds; all of them, if that is not much less. */
static size_t choose_rows(const measurement *m, const timed_plan *timed, double seconds) {
    double N = (double)m->rows.problem.N, rows = N * seconds / timed->estimate;
    return rows < 0.5 * N ? nn_max((size_t)rows, 1) : m->rows.problem.N;
}

/* ---- all plans, once ------------------------------------------------------------------------- */

/* Puts the planner's plan first, and keeps the order of the others. */
static void put_estimated_first(measurement *m) {
    size_t i = 0;
    while (i + 1 < m->count && !nn_is_same_plan(&m->plans[i].plan, &m->estimated))
        i++;
    timed_plan estimated = m->plans[i];
    memmove(m->plans + 1, m->plans, i * sizeof *m->plans);
    m->plans[0] = estimated;
}

/* The most promising first. */
static nnblas_status list_plans(measurement *m) {
    const nn_problem *problem = &m->rows.problem;
    size_t threads = nn_count_threads();
    nn_plan *plans = nn_allocate(NN_MOST_PLANS, sizeof *plans);
    m->count = plans ? nn_list_plans(problem, plans) : 0;
    m->plans = plans ? nn_allocate(m->count, sizeof *m->plans) : NULL;
    for (size_t i = 0; m->plans && i < m->count; i++) {
        double ns = nn_estimate_plan(&plans[i], problem, nn_min(plans[i].threads, threads));
        m->plans[i] = (timed_plan){.plan = plans[i], .estimate = 1e-9 * ns};
    }
    free(plans);
    if (!m->plans)
        return NNBLAS_ERROR_MEMORY;
    qsort(m->plans, m->count, sizeof *m->plans, compare_estimates);
    m->estimated = nn_make_plan(problem);
    put_estimated_first(m);
    return NNBLAS_OK;
}

/* The shortest of a few runs; the very first, in memory that was not touched, counts only where
 * there is no time for another. */
static double time_shortly(nn_trial *trial, double fastest, double moment, double end) {
    static const double HOPELESS = 1.3, QUITE_HOPELESS = 2.0;
    double best = nn_trial_time(trial, 1), start = nn_read_clock();
    for (int i = 0; i < 3 || nn_read_clock() - start < moment; i++) {
        if (nn_read_clock() >= end)
            break;
        double seconds = nn_trial_time(trial, 1);
        best = i == 0 ? seconds : fmin(best, seconds);
        if (best > (i == 0 ? QUITE_HOPELESS : HOPELESS) * fastest)
            break;
    }
    return best;
}

/* In half of the time at most. What is not reached is no candidate: the model gives it a long time.
 */
static nnblas_status time_all(measurement *m) {
    static const double SHORTEST = 20e-6, LONGEST = 1e-3, SHORTEST_RUN = 200e-6;
    double half = m->begin + 0.5 * (m->end - m->begin), fastest = HUGE_VAL;
    double moment = (half - nn_read_clock()) / (double)m->count;
    double run = fmin(fmax(moment / 5.0, SHORTEST_RUN), LONGEST);
    moment = fmin(fmax(moment, SHORTEST), LONGEST);
    size_t timed = 0;
    while (timed < m->count && (timed == 0 || nn_read_clock() < half)) {
        timed_plan *of = &m->plans[timed];
        nn_trial trial;
        nnblas_status status = nn_trial_open(&trial, &m->rows, &of->plan, choose_rows(m, of, run));
        if (status)
            return status;
        of->seconds = time_shortly(&trial, fastest, moment, half);
        nn_trial_close(&trial);
        fastest = fmin(fastest, of->seconds);
        timed++;
    }
    m->count = timed;
    return NNBLAS_OK;
}

/* ---- the fastest ones, in turns -------------------------------------------------------------- */

typedef struct finalist {
    timed_plan timed;
    bool is_estimated, is_out;
    size_t turns;
    double seconds[MOST_TURNS]; /* sorted */
} finalist;

typedef struct final {
    finalist finalists[FINALISTS + 1];
    size_t count;
} final;

static void add_finalist(final *f, const measurement *m, size_t i) {
    f->finalists[f->count++] = (finalist){
        .timed = m->plans[i], .is_estimated = nn_is_same_plan(&m->plans[i].plan, &m->estimated)};
}

static void choose_finalists(final *f, const measurement *m) {
    static const double NEAR = 1.3;
    bool has_estimated = false;
    for (size_t i = 0; i < m->count; i++) {
        bool is_estimated = nn_is_same_plan(&m->plans[i].plan, &m->estimated);
        bool is_near = m->plans[i].seconds <= NEAR * m->plans[0].seconds;
        if ((f->count < FINALISTS && is_near) || (is_estimated && !has_estimated))
            add_finalist(f, m, i);
        has_estimated |= is_estimated;
    }
}

/* In a sample, which is longer than what reading the clock takes. */
static size_t count_runs(double seconds) {
    static const double SAMPLE = 20e-6;
    return seconds < SAMPLE ? (size_t)(SAMPLE / fmax(seconds, 1e-8)) : 1;
}

/* A finalist's workspace is new in each turn, as where it lies has an effect too. */
static nnblas_status take_turn(finalist *f, const measurement *m, double slice) {
    static const double LONGEST_RUN = 10e-3;
    size_t rows = choose_rows(m, &f->timed, LONGEST_RUN);
    nn_trial trial;
    nnblas_status status = nn_trial_open(&trial, &m->rows, &f->timed.plan, rows);
    if (status)
        return status;
    nn_trial_run(&trial);
    double samples[MOST_SAMPLES], end = nn_read_clock() + slice;
    size_t count = 0, runs = count_runs(nn_trial_time(&trial, 1));
    do
        samples[count++] = nn_trial_time(&trial, runs);
    while (count < MOST_SAMPLES && nn_read_clock() < end);
    nn_trial_close(&trial);
    f->seconds[f->turns++] = get_median(samples, count);
    f->timed.seconds = get_median(f->seconds, f->turns);
    return NNBLAS_OK;
}

static const finalist *find_fastest(const final *f) {
    const finalist *fastest = &f->finalists[0];
    for (size_t i = 1; i < f->count; i++)
        if (!f->finalists[i].is_out && f->finalists[i].timed.seconds < fastest->timed.seconds)
            fastest = &f->finalists[i];
    return fastest;
}

/* Returns how many are left. */
static size_t drop_slow(final *f, size_t turn) {
    static const double MARGINS[] = {1.2, 1.15, 1.1, 1.08, 1.06, 1.05, 1.04};
    enum { N_MARGINS = sizeof MARGINS / sizeof *MARGINS };
    double most = MARGINS[nn_min(turn, N_MARGINS - 1)] * find_fastest(f)->timed.seconds;
    size_t left = 0;
    for (size_t i = 0; i < f->count; i++) {
        finalist *of = &f->finalists[i];
        of->is_out |= !of->is_estimated && of->timed.seconds > most;
        left += !of->is_out;
    }
    return left;
}

static nnblas_status run_final(final *f, const measurement *m) {
    enum { EXPECTED_TURNS = 16, FEWEST_TURNS = 4 };
    size_t left = f->count;
    for (size_t turn = 0; turn < MOST_TURNS && left > 1 && nn_read_clock() < m->end; turn++) {
        size_t turns = nn_max(EXPECTED_TURNS - nn_min(turn, EXPECTED_TURNS), FEWEST_TURNS);
        double slice = (m->end - nn_read_clock()) / (double)(left * turns);
        for (size_t i = 0; i < f->count; i++) {
            finalist *of = &f->finalists[(turn + i) % f->count];
            if (of->is_out || (turn > 0 && nn_read_clock() >= m->end))
                continue;
            nnblas_status status = take_turn(of, m, slice);
            if (status)
                return status;
        }
        left = drop_slow(f, turn);
    }
    return NNBLAS_OK;
}

/* ---- the result ------------------------------------------------------------------------------ */

static uint64_t count_nanoseconds(double seconds) {
    return (uint64_t)fmax(1e9 * seconds + 0.5, 1.0);
}

static void take_winner(const final *f, nn_measured_plan *measured) {
    static const double WORTHY = 1.01;
    const finalist *estimated = f->finalists, *winner = find_fastest(f);
    while (!estimated->is_estimated)
        estimated++;
    if (estimated->timed.seconds <= WORTHY * winner->timed.seconds)
        winner = estimated;
    measured->plan = winner->timed.plan;
    measured->nanoseconds = count_nanoseconds(winner->timed.seconds);
    measured->with_estimated_plan = count_nanoseconds(estimated->timed.seconds);
}

static nnblas_status measure(measurement *m, nn_measured_plan *measured) {
    nnblas_status status = list_plans(m);
    if (!status)
        status = time_all(m);
    if (status)
        return status;
    qsort(m->plans, m->count, sizeof *m->plans, compare_times);
    final f = {.count = 0};
    choose_finalists(&f, m);
    status = run_final(&f, m);
    if (!status)
        take_winner(&f, measured);
    return status;
}

nnblas_status nn_measure_plan(const nn_model *model, size_t N, nn_purpose purpose, double seconds,
                              nn_measured_plan *measured) {
    measurement m = {.begin = nn_read_clock()};
    m.end = m.begin + seconds;
    nnblas_status status = nn_trial_rows_open(&m.rows, model, N, purpose, NN_TRIAL_BYTES);
    if (status)
        return status;
    status = measure(&m, measured);
    if (!status)
        nn_set_measured_problem(measured, &m.rows.problem);
    free(m.plans);
    nn_trial_rows_close(&m.rows);
    return status;
}
