/* SPDX-License-Identifier: BSD-3-Clause */
#include "commands/plans.h"

#include "cli/text.h"
#include "core/sizes.h"

/* How many rows the calls of a training have. */
typedef struct {
    size_t step, cost; /* 0 = there is none */
} call_rows;

/* As create_trainer has it. */
static call_rows count_call_rows(const training_settings *s, const training_rows *rows) {
    size_t learnt = rows->learnt.N, cost = get_deciding_rows(rows)->N;
    if (count_held_out(rows) == 0 && !has_rate(s))
        cost = 0;
    return (call_rows){s->batch > 0 ? nn_min(s->batch, learnt) : learnt, cost};
}

bool load_plans(const char *command, const char *path) {
    if (!path || nnblas_plans_load(path) == NNBLAS_OK)
        return true;
    report_failure(command);
    return false;
}

/* An epoch has one call for its cost, and steps that take longer in all. */
nnblas_status measure_plans(const training_settings *s, const training_rows *rows,
                            const nnblas_net *net, double seconds) {
    static const double STEPS = 0.75;
    call_rows calls = count_call_rows(s, rows);
    double of_steps = calls.cost > 0 ? STEPS * seconds : seconds;
    nnblas_status status = nnblas_net_measure_plans(net, calls.step, NNBLAS_PLAN_TRAIN, of_steps);
    if (!status && calls.cost > 0)
        status = nnblas_net_measure_plans(net, calls.cost, NNBLAS_PLAN_PREDICT, seconds - of_steps);
    return status;
}

static void print_plan(FILE *stream, const char *what, size_t rows, const nnblas_net *net,
                       nnblas_plan_purpose purpose) {
    fprintf(stream, "%s of %zu row%s: %s\n", what, rows, end_plural(rows),
            nnblas_net_plan_info(net, rows, purpose));
}

void print_plans(FILE *stream, const training_settings *s, const training_rows *rows,
                 const nnblas_net *net) {
    call_rows calls = count_call_rows(s, rows);
    print_plan(stream, "steps", calls.step, net, NNBLAS_PLAN_TRAIN);
    if (calls.cost > 0)
        print_plan(stream, count_held_out(rows) > 0 ? "validation" : "cost after an epoch",
                   calls.cost, net, NNBLAS_PLAN_PREDICT);
}
