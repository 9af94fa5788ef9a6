/* SPDX-License-Identifier: BSD-3-Clause */
#include "workers/signals.h"

#include <pthread.h>
#include <stddef.h>

void nn_block_signals(sigset_t *found) {
    static const int OWN[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL};
    sigset_t blocked;
    sigfillset(&blocked);
    for (size_t i = 0; i < sizeof OWN / sizeof *OWN; i++)
        sigdelset(&blocked, OWN[i]);
    pthread_sigmask(SIG_SETMASK, &blocked, found);
}

void nn_restore_signals(const sigset_t *found) {
    pthread_sigmask(SIG_SETMASK, found, NULL);
}
