/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/stop_signal.h"

#include <signal.h>
#include <stddef.h>

/* A terminal that is closed sends SIGHUP twice: from the shell, and when the shell has ended. */
static const struct {
    int number, flags;
} STOP_SIGNALS[] = {{SIGHUP, 0}, {SIGINT, (int)SA_RESETHAND}, {SIGTERM, (int)SA_RESETHAND}};
enum { N_STOP_SIGNALS = sizeof STOP_SIGNALS / sizeof STOP_SIGNALS[0] };

static volatile sig_atomic_t stop_requested;
static struct sigaction earlier_actions[N_STOP_SIGNALS];

static void note_request(int signal_number) {
    (void)signal_number;
    stop_requested = 1;
}

/* A job that a script starts with & ignores SIGINT, and one of nohup SIGHUP. A write to a pipe goes
 * on after a signal. */
void catch_stop_signals(void) {
    for (size_t s = 0; s < N_STOP_SIGNALS; s++) {
        const struct sigaction action = {.sa_handler = note_request,
                                         .sa_flags = STOP_SIGNALS[s].flags | SA_RESTART};
        sigaction(STOP_SIGNALS[s].number, NULL, &earlier_actions[s]);
        if (earlier_actions[s].sa_handler != SIG_IGN)
            sigaction(STOP_SIGNALS[s].number, &action, NULL);
    }
}

void release_stop_signals(void) {
    for (size_t s = 0; s < N_STOP_SIGNALS; s++)
        sigaction(STOP_SIGNALS[s].number, &earlier_actions[s], NULL);
}

void request_stop(void) {
    stop_requested = 1;
}

bool is_stop_requested(void) {
    return stop_requested;
}
