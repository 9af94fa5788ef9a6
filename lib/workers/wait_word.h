/* SPDX-License-Identifier: BSD-3-Clause */
/* A word on which one thread waits until another changes it: spinning for a moment, then asleep. */
#ifndef NN_WAIT_WORD_H
#define NN_WAIT_WORD_H

#include <stdatomic.h>

#if defined(__linux__) && __has_include(<linux/futex.h>) && !defined(NN_NO_FUTEX)
#define NN_FUTEX
#else
#include <pthread.h>
#endif

typedef struct nn_wait_word {
    atomic_uint value;
#ifndef NN_FUTEX
    pthread_mutex_t mutex;
    pthread_cond_t changed;
#endif
} nn_wait_word;

/* Call this before any thread waits; and again in a child whose parent had waiting threads. */
void nn_init_wait_word(nn_wait_word *word, unsigned value);

/* Spins while the word holds value, for 10 to 50 us at most: about as long as a wake-up takes.
 * Returns the value of the word then. */
unsigned nn_spin_while(nn_wait_word *word, unsigned value);

/* Waits while the word holds value, for so many seconds at most, and lets other threads that are
 * ready have the processor. Returns the value of the word then. */
unsigned nn_yield_while(nn_wait_word *word, unsigned value, double seconds);

/* Sleeps while the word holds value. */
void nn_sleep_while(nn_wait_word *word, unsigned value);

/* Wakes the sleeping thread; call it after changing the word. */
void nn_wake_sleeper(nn_wait_word *word);

#endif
