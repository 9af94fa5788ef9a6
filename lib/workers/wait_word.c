/* SPDX-License-Identifier: BSD-3-Clause */
#include "workers/wait_word.h"
#include "core/clock.h"

#include <sched.h>

#ifdef NN_FUTEX
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

/* How long a thread spins before it sleeps: about as long as it takes the other thread to wake it.
 * So it costs at most twice the better of spinning and sleeping. A wake-up takes 1 to 8 us mostly,
 * but 33 us where one virtual processor has to interrupt another on a virtual host. So the spin
 * time follows the median of measured wake-ups, which one interrupted call does not move far. */
enum { LEAST_SPIN = 10000, MOST_SPIN = 50000 }; /* nanoseconds */
static atomic_uint spin_nanoseconds = LEAST_SPIN;

static void learn_wake_time(double seconds) {
    unsigned spin = atomic_load_explicit(&spin_nanoseconds, memory_order_relaxed);
    unsigned step = LEAST_SPIN / 16;
    if (1e9 * seconds > spin)
        spin = spin < MOST_SPIN ? spin + step : spin;
    else
        spin = spin > LEAST_SPIN ? spin - step : spin;
    atomic_store_explicit(&spin_nanoseconds, spin, memory_order_relaxed);
}

/* A hint to the processor that this loop is waiting. */
static void pause_processor(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ __volatile__("yield");
#endif
}

/* A few looks, for about a microsecond at most. */
static unsigned look_while(nn_wait_word *word, unsigned value) {
    enum { LOOKS = 16 };
    for (int look = 0; look < LOOKS; look++) {
        unsigned found = atomic_load_explicit(&word->value, memory_order_acquire);
        if (found != value)
            return found;
        pause_processor();
    }
    return value;
}

unsigned nn_spin_while(nn_wait_word *word, unsigned value) {
    unsigned spin = atomic_load_explicit(&spin_nanoseconds, memory_order_relaxed);
    double end = nn_read_clock() + 1e-9 * spin;
    unsigned found;
    do
        found = look_while(word, value);
    while (found == value && nn_read_clock() < end);
    return found;
}

unsigned nn_yield_while(nn_wait_word *word, unsigned value, double seconds) {
    double end = nn_read_clock() + seconds;
    unsigned found = look_while(word, value);
    while (found == value && nn_read_clock() < end) {
        sched_yield();
        found = look_while(word, value);
    }
    return found;
}

#ifdef NN_FUTEX

void nn_init_wait_word(nn_wait_word *word, unsigned value) {
    atomic_store(&word->value, value);
}

void nn_sleep_while(nn_wait_word *word, unsigned value) {
    while (atomic_load(&word->value) == value)
        syscall(SYS_futex, &word->value, FUTEX_WAIT_PRIVATE, value, NULL);
}

static void wake(nn_wait_word *word) {
    syscall(SYS_futex, &word->value, FUTEX_WAKE_PRIVATE, 1);
}

#else

void nn_init_wait_word(nn_wait_word *word, unsigned value) {
    atomic_store(&word->value, value);
    pthread_mutex_init(&word->mutex, NULL);
    pthread_cond_init(&word->changed, NULL);
}

void nn_sleep_while(nn_wait_word *word, unsigned value) {
    pthread_mutex_lock(&word->mutex);
    while (atomic_load(&word->value) == value)
        pthread_cond_wait(&word->changed, &word->mutex);
    pthread_mutex_unlock(&word->mutex);
}

/* With the mutex held, the sleeper is either asleep or has not looked at the word yet. */
static void wake(nn_wait_word *word) {
    pthread_mutex_lock(&word->mutex);
    pthread_cond_signal(&word->changed);
    pthread_mutex_unlock(&word->mutex);
}

#endif

void nn_wake_sleeper(nn_wait_word *word) {
    double start = nn_read_clock();
    wake(word);
    learn_wake_time(nn_read_clock() - start);
}
