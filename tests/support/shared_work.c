/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/shared_work.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static const size_t SIZES[] = {30, 25, 8};
static const size_t N_SIZES = 3;

shared_work make_work(size_t N) {
    dice d = {21};
    shared_work w = {.p = make_problem(&d, N, SIZES, N_SIZES, 0)};
    w.net = make_net(&w.p);
    w.gradient = allocate_doubles(w.p.parameter_count);
    w.O_out = allocate_doubles(N * get_outputs(&w.p));
    ck_assert_ok(nnblas_net_gradient(w.net, N, w.p.X, w.p.ldx, w.p.Y, w.p.ldy, w.gradient, &w.mse));
    ck_assert_ok(nnblas_net_predict(w.net, N, w.p.X, w.p.ldx, w.O_out, w.p.ldy));
    return w;
}

void free_work(shared_work *w) {
    free(w->gradient);
    free(w->O_out);
    nnblas_net_destroy(w->net);
    free_problem(&w->p);
}

int repeat_work(shared_work *w, int calls) {
    const problem *p = &w->p;
    size_t outputs = p->N * get_outputs(p);
    double *gradient = malloc(p->parameter_count * sizeof *gradient);
    double *O_out = malloc(outputs * sizeof *O_out), mse = 0.0;
    int differences = 0;
    for (int call = 0; call < calls; call++) {
        differences +=
            nnblas_net_gradient(w->net, p->N, p->X, p->ldx, p->Y, p->ldy, gradient, &mse) != 0 ||
            memcmp(gradient, w->gradient, p->parameter_count * sizeof *gradient) != 0 ||
            memcmp(&mse, &w->mse, sizeof mse) != 0;
        differences += nnblas_net_predict(w->net, p->N, p->X, p->ldx, O_out, p->ldy) != 0 ||
                       memcmp(O_out, w->O_out, outputs * sizeof *O_out) != 0;
    }
    free(gradient);
    free(O_out);
    return differences;
}

void *call_many_times(void *work) {
    shared_work *w = work;
    w->differences += repeat_work(w, CALLS);
    return NULL;
}

void *call_once(void *work) {
    shared_work *w = work;
    w->differences += repeat_work(w, 1);
    return NULL;
}

void run_callers(size_t count, void *(*function)(void *), void *argument) {
    pthread_t callers[CALLERS];
    for (size_t i = 0; i < count; i++)
        ck_assert_int_eq(pthread_create(&callers[i], NULL, function, argument), 0);
    for (size_t i = 0; i < count; i++)
        pthread_join(callers[i], NULL);
}
