/* SPDX-License-Identifier: BSD-3-Clause */
/* The plans of calls with a network. */
#include "core/memory.h"
#include "engine/plan_cache.h"
#include "engine/plan_measure.h"
#include "network/network.h"
#include "workers/threads.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static nnblas_status check_purpose(nnblas_plan_purpose purpose) {
    if (purpose == NNBLAS_PLAN_PREDICT || purpose == NNBLAS_PLAN_GRADIENT ||
        purpose == NNBLAS_PLAN_TRAIN)
        return NNBLAS_OK;
    return nn_fail(NNBLAS_ERROR_VALUE,
                   "purpose is %d; it must be %d (predict), %d (gradient) or %d (train)",
                   (int)purpose, NNBLAS_PLAN_PREDICT, NNBLAS_PLAN_GRADIENT, NNBLAS_PLAN_TRAIN);
}

static nnblas_status check_planned_call(const nnblas_net *net, size_t N,
                                        nnblas_plan_purpose purpose) {
    nnblas_status status = nn_check_pointer("net", net);
    if (!status)
        status = nn_check_size("N", N);
    return status ? status : check_purpose(purpose);
}

static nn_purpose get_purpose(nnblas_plan_purpose purpose) {
    return purpose == NNBLAS_PLAN_PREDICT    ? NN_PREDICT
           : purpose == NNBLAS_PLAN_GRADIENT ? NN_GRADIENT
                                             : NN_TRAIN;
}

nnblas_status nnblas_net_measure_plans(const nnblas_net *net, size_t N, nnblas_plan_purpose purpose,
                                       double seconds) {
    static const nn_range SECONDS = {"seconds", 0.0, HUGE_VAL, true, false, "finite and above 0"};
    nnblas_status status = check_planned_call(net, N, purpose);
    if (!status)
        status = nn_check_range(&SECONDS, seconds);
    if (status)
        return status;
    if (net->n_layers > NN_MOST_MEASURED_LAYERS)
        return nn_fail(NNBLAS_ERROR_SIZE,
                       "the network has %zu layers of weights; plans are measured for up to %d",
                       net->n_layers, NN_MOST_MEASURED_LAYERS);
    nn_model model = nn_net_model(net);
    nn_measured_plan measured;
    status = nn_measure_plan(&model, N, get_purpose(purpose), seconds, &measured);
    return status ? status : nn_add_measured_plans(&measured, 1);
}

const char *nnblas_net_plan_info(const nnblas_net *net, size_t N, nnblas_plan_purpose purpose) {
    static _Thread_local char info[512];
    if (check_planned_call(net, N, purpose))
        return NULL;
    static const double NO_LABELS[1];
    nn_model model = nn_net_model(net);
    const nn_rows rows = {.N = N, .Y = purpose == NNBLAS_PLAN_PREDICT ? NULL : NO_LABELS};
    const nn_problem problem = nn_make_problem(&model, &rows, get_purpose(purpose));
    const nn_plan plan = nn_get_plan(&problem);
    nn_describe_plan(&plan, nn_count_threads(), info, sizeof info - 96);
    nn_measured_plan measured;
    size_t length = strlen(info);
    if (nn_find_measured_plan(&problem, &measured))
        snprintf(info + length, sizeof info - length,
                 "; measured: %.4g us, by the estimated plan %.4g us",
                 1e-3 * (double)measured.nanoseconds, 1e-3 * (double)measured.with_estimated_plan);
    else
        snprintf(info + length, sizeof info - length, "; estimated");
    return info;
}
