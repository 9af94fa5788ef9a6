/* SPDX-License-Identifier: BSD-3-Clause */
#include "workers/wait_word.h"
#include "core/clock.h"

#ifdef NN_FUTEX
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

/* Spinning longer than that would cost a busy neighbour more than waking up costs us. */
static const double SPIN_SECONDS = 10e-6;

/* Tells the processor that this is a loop that waits. */
static void pause_processor(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ __volatile__("yield");
#endif
}

unsigned nn_spin_while(nn_wait_word *word, unsigned value) {
    enum { LOOKS = 16 }; /* between two readings of the clock */
    double end = nn_read_clock() + SPIN_SECONDS;
    do {
        for (int look = 0; look < LOOKS; look++) {
            unsigned found = atomic_load_explicit(&word->value, memory_order_acquire);
            if (found != value)
                return found;
            pause_processor();
        }
    } while (nn_read_clock() < end);
    return value;
}

#ifdef NN_FUTEX

void nn_init_wait_word(nn_wait_word *word, unsigned value) {
    atomic_store(&word->value, value);
}

void nn_sleep_while(nn_wait_word *word, unsigned value) {
    while (atomic_load(&word->value) == value)
        syscall(SYS_futex, &word->value, FUTEX_WAIT_PRIVATE, value, NULL);
}

void nn_wake_sleeper(nn_wait_word *word) {
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

/* The mutex, so that the sleeper is either asleep or has yet to look at the word. */
void nn_wake_sleeper(nn_wait_word *word) {
    pthread_mutex_lock(&word->mutex);
    pthread_cond_signal(&word->changed);
    pthread_mutex_unlock(&word->mutex);
}

#endif
