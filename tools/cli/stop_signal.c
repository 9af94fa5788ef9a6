/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/stop_signal.h"

#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t stop_requested;

static void note_request(int signal_number) {
    (void)signal_number;
    stop_requested = 1;
}

void catch_stop_signals(void) {
    const struct sigaction action = {.sa_handler = note_request, .sa_flags = (int)SA_RESETHAND};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

void release_stop_signals(void) {
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
}

bool is_stop_requested(void) {
    return stop_requested;
}
