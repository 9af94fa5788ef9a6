/* SPDX-License-Identifier: BSD-3-Clause */
/* Preloaded, it sends SIGINT as soon as a program has a handler for it: before it has done anything
 * that the handler is to stop. */
#include <dlfcn.h>
#include <signal.h>
#include <stddef.h>

typedef int set_action(int, const struct sigaction *, struct sigaction *);

int sigaction(int signal_number, const struct sigaction *action, struct sigaction *before) {
    set_action *next;
    *(void **)&next = dlsym(RTLD_NEXT, "sigaction"); /* ISO C has no cast for this */
    int status = next(signal_number, action, before);
    if (status == 0 && signal_number == SIGINT && action && action->sa_handler != SIG_DFL)
        raise(SIGINT);
    return status;
}
