/* SPDX-License-Identifier: BSD-3-Clause */
#include "commands/plans.h"

#include "core/sizes.h"

#include <math.h>

/* How many rows the calls of a training have. */
typedef struct {
    size_t step, validation; /* 0 = there is none */
} call_rows;

/* As nnblas_trainer_set_validation_fraction and nnblas_trainer_set_batch_size have it. */
static call_rows count_call_rows(const training_settings *s, size_t rows) {
    size_t validating = 0;
    if (s->validation > 0.0 && rows > 1)
        validating = nn_min(nn_max((size_t)floor(s->validation * (double)rows + 0.5), 1), rows - 1);
    size_t training = rows - validating;
    return (call_rows){s->batch > 0 ? nn_min(s->batch, training) : training, validating};
}

bool load_plans(const char *command, const char *path) {
    if (!path || nnblas_plans_load(path) == NNBLAS_OK)
        return true;
    report_failure(command);
    return false;
}

/* An epoch has one validation, and steps that take longer in all. */
nnblas_status measure_plans(const training_settings *s, size_t rows, const nnblas_net *net,
                            double seconds) {
    static const double STEPS = 0.75;
    call_rows calls = count_call_rows(s, rows);
    double of_steps = calls.validation > 0 ? STEPS * seconds : seconds;
    nnblas_status status = nnblas_net_measure_plans(net, calls.step, NNBLAS_PLAN_TRAIN, of_steps);
    if (!status && calls.validation > 0)
        status = nnblas_net_measure_plans(net, calls.validation, NNBLAS_PLAN_PREDICT,
                                          seconds - of_steps);
    return status;
}

static void print_plan(FILE *stream, const char *what, size_t rows, const nnblas_net *net,
                       nnblas_plan_purpose purpose) {
    fprintf(stream, "%s of %zu row%s: %s\n", what, rows, rows > 1 ? "s" : "",
            nnblas_net_plan_info(net, rows, purpose));
}

void print_plans(FILE *stream, const training_settings *s, size_t rows, const nnblas_net *net) {
    call_rows calls = count_call_rows(s, rows);
    print_plan(stream, "steps", calls.step, net, NNBLAS_PLAN_TRAIN);
    if (calls.validation > 0)
        print_plan(stream, "validation", calls.validation, net, NNBLAS_PLAN_PREDICT);
}
