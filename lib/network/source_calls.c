/* SPDX-License-Identifier: BSD-3-Clause */
/* The cost over the rows of a source, and its gradient. */
#include "core/memory.h"
#include "network/block_means.h"

#include <stdlib.h>
#include <string.h>

/* With room for a gradient, or null where none is wanted. */
static nnblas_status run_blocks(const nnblas_net *net, nn_blocks *blocks, double *gradient,
                                double *cost) {
    const nn_model model = nn_net_model(net);
    const nn_rows rows = nn_blocks_describe(blocks, blocks->block_rows, false);
    const nn_problem problem = nn_make_problem(&model, &rows, gradient ? NN_TRAIN : NN_PREDICT);
    nn_engine engine;
    nnblas_status status = nn_engine_open(&engine, &problem, NULL, NULL);
    if (status)
        return status;
    status = nn_average_blocks(blocks, &engine, &model, net->parameter_count, gradient, cost, NULL);
    nn_engine_close(&engine);
    return status;
}

static nnblas_status run_source(const nnblas_net *net, nnblas_source *source, double *gradient,
                                double *mse) {
    nnblas_status status = nn_check_source("source", source, net);
    nn_blocks blocks = {.source = NULL};
    double cost, *mean = NULL;
    if (!status)
        status = nn_blocks_open(&blocks, source, "source");
    if (!status && gradient) {
        mean = nn_allocate(net->parameter_count, sizeof *mean);
        status = mean ? NNBLAS_OK : NNBLAS_ERROR_MEMORY;
    }
    if (!status)
        status = run_blocks(net, &blocks, mean, &cost);
    nn_blocks_close(&blocks);
    if (!status && gradient)
        memcpy(gradient, mean, net->parameter_count * sizeof *mean);
    if (!status && mse)
        *mse = cost;
    free(mean);
    return status;
}

nnblas_status nnblas_net_evaluate_source(const nnblas_net *net, nnblas_source *source,
                                         double *mse) {
    if (nn_check_pointer("net", net) || nn_check_pointer("mse", mse))
        return NNBLAS_ERROR_NULL;
    return run_source(net, source, NULL, mse);
}

/* Outputs that overlap are refused before anything is read. */
nnblas_status nnblas_net_gradient_source(const nnblas_net *net, nnblas_source *source,
                                         double *gradient, double *mse) {
    if (nn_check_pointer("net", net))
        return NNBLAS_ERROR_NULL;
    nn_argument arguments[3] = {
        nn_describe_vector("the network's parameters", net->parameters, net->parameter_count,
                           NN_READ),
        nn_describe_vector("gradient", gradient, net->parameter_count, NN_WRITE)};
    size_t count = 2;
    if (mse)
        arguments[count++] = nn_describe_vector("mse", mse, 1, NN_WRITE);
    nnblas_status status = nn_check_arguments(arguments, count);
    return status ? status : run_source(net, source, gradient, mse);
}
