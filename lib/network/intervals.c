/* SPDX-License-Identifier: BSD-3-Clause */
/* Prediction intervals, and the posterior that they come from. */
#include "core/hash.h"
#include "core/memory.h"
#include "network/network.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- the posterior --------------------------------------------------------------------------- */

/* And of the activations, which the derivatives depend on too. */
static uint64_t hash_parameters(const nnblas_net *net) {
    uint64_t hash = nn_hash_bytes(NN_HASH_START, net->parameters,
                                  net->parameter_count * sizeof *net->parameters);
    for (size_t l = 0; l < net->n_layers; l++)
        hash = nn_hash_bytes(hash, &net->layers[l].activation, sizeof net->layers[l].activation);
    return hash;
}

void nn_take_posterior(nnblas_net *net, double noise, double *factor) {
    free(net->posterior.factor);
    net->posterior = (nn_posterior){.noise = noise, .factor = factor};
    net->posterior_hash = hash_parameters(net);
}

bool nn_copy_posterior(const nnblas_net *from, nnblas_net *to) {
    size_t count = from->parameter_count;
    if (!from->posterior.factor)
        return true;
    double *factor = nn_allocate(count, nn_multiply_sizes(count, sizeof *factor));
    if (!factor)
        return false;
    memcpy(factor, from->posterior.factor, count * count * sizeof *factor);
    to->posterior = (nn_posterior){.noise = from->posterior.noise, .factor = factor};
    to->posterior_hash = from->posterior_hash;
    return true;
}

bool nn_has_posterior(const nnblas_net *net) {
    return net->posterior.factor && net->posterior_hash == hash_parameters(net) &&
           net->cost == NNBLAS_MSE;
}

int nnblas_net_has_posterior(const nnblas_net *net) {
    return !nn_check_pointer("net", net) && nn_has_posterior(net);
}

/* ---- intervals ------------------------------------------------------------------------------- */

/*
 * The z that a standard normal number exceeds in magnitude with the probability 1 - level, by
 * Newton's method on ln erfc(z / sqrt(2)), which is concave and falls: after the first step all z
 * are at or above the solution, and come down to it.
 */
static double find_quantile(double level) {
    static const double ROOT_HALF = 0.70710678118654752, TWO_OVER_ROOT_PI = 1.1283791670955126;
    double tail = 1.0 - level, z = 0.0;
    for (int step = 0; step < 60; step++) {
        double rest = erfc(z * ROOT_HALF);
        double slope = -TWO_OVER_ROOT_PI * ROOT_HALF * exp(-0.5 * z * z) / rest;
        double next = z - (log(rest) - log(tail)) / slope;
        if (step > 0 && !(next < z))
            break;
        z = next;
    }
    return z;
}

static nnblas_status check_call(const nnblas_net *net, const nn_rows *rows, double level,
                                const nn_interval *to) {
    static const nn_range LEVEL = {"level", 0, 1, true, true, "above 0 and under 1"};
    if (nn_check_pointer("net", net))
        return NNBLAS_ERROR_NULL;
    nnblas_status status = nn_check_size("N", rows->N);
    if (status)
        return status;
    size_t N = rows->N, outputs = net->layers[net->n_layers - 1].outputs;
    const nn_argument arguments[] = {nn_describe_vector("the network's parameters", net->parameters,
                                                        net->parameter_count, NN_READ),
                                     {"X", rows->X, N, net->layers[0].inputs, rows->ldx, NN_READ},
                                     {"O_out", to->O_out, N, outputs, to->ldo, NN_WRITE},
                                     {"lower", to->lower, N, outputs, to->ldl, NN_WRITE},
                                     {"upper", to->upper, N, outputs, to->ldu, NN_WRITE}};
    status = nn_check_arguments(arguments, sizeof arguments / sizeof *arguments);
    if (!status)
        status = nn_check_range(&LEVEL, level);
    if (status)
        return status;
    if (!net->posterior.factor)
        return nn_fail(NNBLAS_ERROR_VALUE,
                       "the network has no posterior: Levenberg-Marquardt leaves one where the "
                       "trainer is set to keep it, unless the rows are met exactly or leave a "
                       "parameter open");
    return nn_has_posterior(net)
               ? NNBLAS_OK
               : nn_fail(NNBLAS_ERROR_VALUE,
                         "the parameters have changed since the fit that kept the posterior");
}

nnblas_status nnblas_net_predict_interval(const nnblas_net *net, size_t N, const double *X,
                                          size_t ldx, double level, double *O_out, size_t ldo,
                                          double *lower, size_t ldl, double *upper, size_t ldu) {
    const nn_rows rows = {.N = N, .X = X, .ldx = ldx};
    const nn_interval to = {O_out, ldo, lower, ldl, upper, ldu};
    nnblas_status status = check_call(net, &rows, level, &to);
    if (status)
        return status;
    const nn_model model = nn_net_model(net);
    return nn_predict_intervals(&model, &net->posterior, &rows, find_quantile(level), &to);
}
