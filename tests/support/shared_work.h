/* SPDX-License-Identifier: BSD-3-Clause */
/* Calls on one network that many threads make at once, and the bits that each of them has to get.
 */
#ifndef SHARED_WORK_H
#define SHARED_WORK_H

#include "support/support.h"

#include <stdatomic.h>

enum { CALLERS = 12, CALLS = 40 };

typedef struct shared_work {
    problem p;
    nnblas_net *net;
    double *gradient, *O_out, mse;
    atomic_int differences;
} shared_work;

/* Of a network of 30-25-8. */
shared_work make_work(size_t N);
void free_work(shared_work *w);

/* No assertions: Check's are for its own thread. Returns how many results differ in a bit. */
int repeat_work(shared_work *w, int calls);

/* For run_callers: repeat_work with CALLS calls and with one. */
void *call_many_times(void *work);
void *call_once(void *work);

/* Runs the function in so many threads at once, at most CALLERS. */
void run_callers(size_t count, void *(*function)(void *), void *argument);

#endif
