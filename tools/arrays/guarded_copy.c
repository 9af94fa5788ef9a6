/* SPDX-License-Identifier: BSD-3-Clause */
#include "arrays/guarded_copy.h"

#include <setjmp.h>
#include <signal.h>
#include <string.h>

/* Where a thread goes on if its copy fails; null outside of one. */
static _Thread_local sigjmp_buf *volatile escape;

/* A SIGBUS of another cause ends the process, when the instruction runs again. */
static void leave_copy(int number) {
    if (escape)
        siglongjmp(*escape, 1);
    signal(number, SIG_DFL);
}

bool guard_copies(void) {
    struct sigaction action = {.sa_handler = leave_copy};
    sigemptyset(&action.sa_mask);
    return sigaction(SIGBUS, &action, NULL) == 0;
}

bool copy_guarded(void *to, const void *from, size_t bytes) {
    sigjmp_buf place;
    if (sigsetjmp(place, 1) != 0) {
        escape = NULL;
        return false;
    }
    escape = &place;
    memcpy(to, from, bytes);
    escape = NULL;
    return true;
}
