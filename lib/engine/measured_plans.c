/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine/measured_plans.h"
#include "core/memory.h"
#include "core/sizes.h"
#include "engine/plan_search.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static nn_measured_plan *known;
static size_t room;
static atomic_size_t known_count; /* written under the mutex; 0 is seen without it */

atomic_uint nn_plan_generation;

/* The forking thread holds the mutex, so that no other thread holds it in the child. */
static void before_fork(void) {
    pthread_mutex_lock(&mutex);
}

static void after_fork(void) {
    pthread_mutex_unlock(&mutex);
}

__attribute__((constructor)) static void watch_forks(void) {
    pthread_atfork(before_fork, after_fork, after_fork);
}

/* ---- problems -------------------------------------------------------------------------------- */

nn_problem nn_get_measured_problem(const nn_problem *problem) {
    nn_problem key = *problem;
    key.gathers_rows = key.has_row_weights = key.keeps_inputs = false;
    if (key.purpose == NN_PREDICT)
        key.has_cross_entropy = false;
    return key;
}

void nn_set_measured_problem(nn_measured_plan *measured, const nn_problem *problem) {
    nn_problem key = nn_get_measured_problem(problem);
    memmove(measured->sizes, key.sizes, (key.n_layers + 1) * sizeof *key.sizes);
    measured->problem = key;
    measured->problem.sizes = measured->sizes;
}

/* The index of a problem; count where it is unknown. */
static size_t find_problem(const nn_measured_plan *plans, size_t count, const nn_problem *key) {
    size_t i = 0;
    while (i < count && !nn_is_same_problem(&plans[i].problem, key))
        i++;
    return i;
}

static void copy_plan(nn_measured_plan *to, const nn_measured_plan *from) {
    *to = *from;
    nn_set_measured_problem(to, &from->problem);
}

/* ---- the plans ------------------------------------------------------------------------------- */

bool nn_find_measured_plan(const nn_problem *problem, nn_measured_plan *found) {
    if (atomic_load_explicit(&known_count, memory_order_relaxed) == 0 ||
        problem->n_layers > NN_MOST_MEASURED_LAYERS)
        return false;
    nn_problem key = nn_get_measured_problem(problem);
    pthread_mutex_lock(&mutex);
    size_t count = atomic_load(&known_count), i = find_problem(known, count, &key);
    if (i < count)
        copy_plan(found, &known[i]);
    pthread_mutex_unlock(&mutex);
    if (i == count)
        return false;
    nn_derive_plan(&found->plan, problem);
    return true;
}

/* How many of the plans are of problems that are not known. */
static size_t count_new(const nn_measured_plan *plans, size_t count) {
    size_t used = atomic_load(&known_count), new = 0;
    for (size_t i = 0; i < count; i++) {
        const nn_problem *problem = &plans[i].problem;
        bool is_known = find_problem(known, used, problem) < used;
        bool is_repeated = find_problem(plans, i, problem) < i;
        new += !is_known && !is_repeated;
    }
    return new;
}

static nnblas_status make_room(size_t count) {
    if (count > NN_MOST_MEASURED_PLANS)
        return nn_fail(NNBLAS_ERROR_SIZE,
                       "there would be %zu measured plans, and there can be %d: "
                       "forget those that there are",
                       count, NN_MOST_MEASURED_PLANS);
    if (count <= room)
        return NNBLAS_OK;
    size_t more = nn_min(nn_max(count, 2 * room), NN_MOST_MEASURED_PLANS);
    nn_measured_plan *larger = nn_allocate(more, sizeof *larger);
    if (!larger)
        return NNBLAS_ERROR_MEMORY;
    for (size_t i = 0; i < atomic_load(&known_count); i++)
        copy_plan(&larger[i], &known[i]);
    free(known);
    known = larger;
    room = more;
    return NNBLAS_OK;
}

/* A thread that finds the new number finds the new plans too, behind the mutex. */
static void end_change(size_t count) {
    atomic_store(&known_count, count);
    atomic_fetch_add(&nn_plan_generation, 1);
}

nnblas_status nn_add_measured_plans(const nn_measured_plan *plans, size_t count) {
    pthread_mutex_lock(&mutex);
    size_t used = atomic_load(&known_count);
    nnblas_status status = make_room(used + count_new(plans, count));
    for (size_t i = 0; i < count && !status; i++) {
        size_t place = find_problem(known, used, &plans[i].problem);
        copy_plan(&known[place], &plans[i]);
        used = nn_max(used, place + 1);
    }
    if (!status)
        end_change(used);
    pthread_mutex_unlock(&mutex);
    return status;
}

nnblas_status nn_copy_measured_plans(nn_measured_plan **plans, size_t *count) {
    *plans = NULL;
    pthread_mutex_lock(&mutex);
    *count = atomic_load(&known_count);
    if (*count > 0)
        *plans = nn_allocate(*count, sizeof **plans);
    for (size_t i = 0; *plans && i < *count; i++)
        copy_plan(&(*plans)[i], &known[i]);
    pthread_mutex_unlock(&mutex);
    return *count > 0 && !*plans ? NNBLAS_ERROR_MEMORY : NNBLAS_OK;
}

void nnblas_plans_forget(void) {
    pthread_mutex_lock(&mutex);
    free(known);
    known = NULL;
    room = 0;
    end_change(0);
    pthread_mutex_unlock(&mutex);
}

/* A library that is unloaded leaves nothing. */
__attribute__((destructor)) static void end(void) {
    nnblas_plans_forget();
}
