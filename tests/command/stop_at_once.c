/* SPDX-License-Identifier: BSD-3-Clause */
/* Preloaded, it sends SIGINT as soon as a program has a handler for it: before it has done anything
 * that the handler is to stop. With KILL_SCORES in the environment it kills the program where that
 * begins to compute scores, as mpirun does with what Ctrl-C has not ended within a second. */
#include <dlfcn.h>
#include <nnblas.h>
#include <signal.h>
#include <stdlib.h>

typedef nnblas_status predict(const nnblas_net *, size_t, const double *, size_t, double *, size_t);

nnblas_status nnblas_net_predict(const nnblas_net *net, size_t N, const double *X, size_t ldx,
                                 double *O_out, size_t ldo) {
    predict *next;
    *(void **)&next = dlsym(RTLD_NEXT, "nnblas_net_predict"); /* ISO C has no cast for this */
    if (getenv("KILL_SCORES"))
        raise(SIGKILL);
    return next(net, N, X, ldx, O_out, ldo);
}

typedef int set_action(int, const struct sigaction *, struct sigaction *);

int sigaction(int signal_number, const struct sigaction *action, struct sigaction *before) {
    set_action *next;
    *(void **)&next = dlsym(RTLD_NEXT, "sigaction");
    int status = next(signal_number, action, before);
    if (status == 0 && signal_number == SIGINT && action && action->sa_handler != SIG_DFL)
        raise(SIGINT);
    return status;
}
