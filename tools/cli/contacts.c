/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/contacts.h"

#include "cli/memory.h"
#include "core/clock.h"

#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>

/* Of other processes, and times of nn_read_clock(). The mutex is for all but calls and place. */
static const rank_calls *calls;
static rank_place place;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static double limit = 15.0;
static double period =
    1.0 / 6.0;        /* between greetings: that of the least limit, until it is known */
static double *heard; /* each rank; infinity: it has left */
static double greeted, looked;
static bool is_paused, has_left;

static size_t get_first_peer(void) {
    return place.rank == 0;
}

static size_t get_end_of_peers(void) {
    return place.rank == 0 ? place.ranks : 1;
}

static void greet_peers(bool is_last) {
    for (size_t rank = get_first_peer(); rank < get_end_of_peers(); rank++)
        calls->greet(rank, is_last);
}

/* As if all that have not left had just been heard. */
static void forgive_silence(double now) {
    for (size_t rank = 0; rank < place.ranks; rank++)
        heard[rank] = fmax(heard[rank], now);
}

/* A process that was stopped itself, and goes on, has not looked for long: what the others sent may
 * not be there at the first look. */
static void look(void) {
    const double now = nn_read_clock();
    size_t rank;
    bool is_last;
    while (calls->hear(&rank, &is_last))
        heard[rank] = is_last ? HUGE_VAL : now;
    if (now - looked > limit / 3.0)
        forgive_silence(now);
    looked = now;
    if (has_left || now - greeted < 0.5 * period)
        return;
    greeted = now;
    greet_peers(false);
}

static void *keep_contact(void *unused) {
    (void)unused;
    for (;;) {
        pthread_mutex_lock(&mutex);
        if (!is_paused && !has_left)
            look();
        const long nanoseconds = (long)(1e9 * period);
        pthread_mutex_unlock(&mutex);
        nanosleep(&(struct timespec){nanoseconds / 1000000000, nanoseconds % 1000000000}, NULL);
    }
    return NULL;
}

/* Signals are for the thread of the command. */
static bool start_thread(void) {
    sigset_t all, before;
    pthread_t thread;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    bool is_started = pthread_create(&thread, NULL, keep_contact, NULL) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return is_started && pthread_detach(thread) == 0;
}

bool begin_contacts(const rank_calls *of_mpi, rank_place own) {
    calls = of_mpi;
    place = own;
    heard = resize_array(NULL, place.ranks, sizeof *heard);
    looked = nn_read_clock();
    for (size_t rank = 0; rank < place.ranks; rank++)
        heard[rank] = looked;
    return start_thread();
}

void limit_silence(double seconds) {
    pthread_mutex_lock(&mutex);
    limit = seconds;
    period = fmin(seconds / 6.0, 1.0);
    pthread_mutex_unlock(&mutex);
}

double get_silence_limit(void) {
    return limit;
}

void pause_contacts(void) {
    pthread_mutex_lock(&mutex);
    is_paused = true;
    pthread_mutex_unlock(&mutex);
}

void resume_contacts(void) {
    pthread_mutex_lock(&mutex);
    is_paused = false;
    forgive_silence(nn_read_clock());
    pthread_mutex_unlock(&mutex);
}

bool find_silent_rank(size_t *rank) {
    pthread_mutex_lock(&mutex);
    look();
    *rank = get_first_peer();
    while (*rank < get_end_of_peers() && looked - heard[*rank] <= limit)
        ++*rank;
    pthread_mutex_unlock(&mutex);
    return *rank < get_end_of_peers();
}

void leave_ranks(void) {
    pthread_mutex_lock(&mutex);
    if (!has_left)
        greet_peers(true);
    has_left = true;
    pthread_mutex_unlock(&mutex);
}

bool have_others_left(void) {
    pthread_mutex_lock(&mutex);
    size_t rank = get_first_peer();
    while (rank < get_end_of_peers() && isinf(heard[rank]))
        rank++;
    pthread_mutex_unlock(&mutex);
    return rank == get_end_of_peers();
}
