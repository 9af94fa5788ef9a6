/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Random calls in random order, checked one by one.
 * usage: random_calls [--calls N] [--seed S]
 */
#include "random/world.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- what failed ----------------------------------------------------------------------------- */

enum { MOST_NAMES = 48 };

static struct {
    uint64_t seed;
    size_t number; /* of the call */
    const char *name;
    struct count {
        const char *name;
        size_t calls;
    } counts[MOST_NAMES];
} run;

void begin_call(const char *name) {
    run.name = name;
    size_t i = 0;
    while (run.counts[i].name && strcmp(run.counts[i].name, name) != 0)
        i++;
    run.counts[i].name = name;
    run.counts[i].calls++;
}

void expect(bool holds, const char *format, ...) {
    if (holds)
        return;
    va_list arguments;
    va_start(arguments, format);
    printf("not ok %s, call %zu of seed %llu: ", run.name, run.number,
           (unsigned long long)run.seed);
    vprintf(format, arguments);
    printf("\n");
    va_end(arguments);
    exit(1);
}

void expect_status(nnblas_status found, nnblas_status expected) {
    expect(found == expected, "%s instead of %s (%s)", nnblas_status_string(found),
           nnblas_status_string(expected), nnblas_error_message());
}

/* ---- the calls ------------------------------------------------------------------------------- */

typedef void any_call(world *w);

static void call_set_threads(world *w) {
    begin_call("nnblas_set_threads");
    int threads = (int)roll_between(&w->d, 0, 6) - 2;
    expect_status(nnblas_set_threads(threads), threads < 0 ? NNBLAS_ERROR_VALUE : NNBLAS_OK);
}

static any_call *roll_call(world *w) {
    static any_call *const CALLS[] = {call_create,        call_clone,        call_step,
                                      call_set_kind,      call_init,         call_accessors,
                                      call_metadata,      call_predict,      call_evaluate,
                                      call_gradient,      call_gradient,     call_array_functions,
                                      call_save_and_load, call_load_damaged, call_fit,
                                      call_fit,           call_fit_refused,  call_resume,
                                      call_setters,       call_set_threads,  call_derivatives};
    return CALLS[roll_between(&w->d, 0, sizeof CALLS / sizeof *CALLS - 1)];
}

static void run_calls(size_t calls) {
    static world w;
    w.d.state = run.seed;
    begin_call("nnblas_net_create");
    for (size_t i = 0; i < SLOTS; i++)
        fill_slot(&w, &w.slots[i]);
    for (run.number = 1; run.number <= calls; run.number++)
        roll_call (&w)(&w);
    for (size_t i = 0; i < SLOTS; i++)
        empty_slot(&w.slots[i]);
}

int main(int argc, char **argv) {
    size_t calls = 5000;
    run.seed = 1;
    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--calls") == 0)
            calls = (size_t)strtoull(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--seed") == 0)
            run.seed = strtoull(argv[i + 1], NULL, 10);
        else
            return 2;
    }
    run_calls(count_trials(calls));
    for (size_t i = 0; i < MOST_NAMES && run.counts[i].name; i++)
        printf("ok %zu calls of %s\n", run.counts[i].calls, run.counts[i].name);
    return 0;
}
