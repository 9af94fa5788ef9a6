/* SPDX-License-Identifier: BSD-3-Clause */
/* Derivatives beyond the gradient: by the inputs, of every output, and second ones. */
#include "engine/hessian.h"
#include "engine/input_gradient.h"
#include "engine/jacobians.h"
#include "network/network.h"

#include <string.h>

static size_t count_inputs(const nnblas_net *net) {
    return net->layers[0].inputs;
}

static size_t count_outputs(const nnblas_net *net) {
    return net->layers[net->n_layers - 1].outputs;
}

/* The network's parameters and X, which every call here has, and count others, at most 3. */
static nnblas_status check_arguments(const nnblas_net *net, const nn_rows *rows,
                                     const nn_argument *others, size_t count) {
    nn_argument arguments[5] = {
        nn_describe_vector("the network's parameters", net->parameters, net->parameter_count,
                           NN_READ),
        {"X", rows->X, rows->N, count_inputs(net), rows->ldx, NN_READ},
    };
    memcpy(arguments + 2, others, count * sizeof *others);
    return nn_check_arguments(arguments, 2 + count);
}

/* What is checked before anything is described. */
static nnblas_status check_net_and_N(const nnblas_net *net, size_t N) {
    return nn_check_pointer("net", net) ? NNBLAS_ERROR_NULL : nn_check_size("N", N);
}

/* ---- by the inputs --------------------------------------------------------------------------- */

nnblas_status nnblas_net_input_gradient(const nnblas_net *net, size_t N, const double *X,
                                        size_t ldx, const double *V, size_t ldv, double *X_gradient,
                                        size_t ldg) {
    nnblas_status status = check_net_and_N(net, N);
    if (status)
        return status;
    const nn_rows rows = {.N = N, .X = X, .ldx = ldx};
    const nn_argument others[] = {{"V", V, N, count_outputs(net), ldv, NN_READ},
                                  {"X_gradient", X_gradient, N, count_inputs(net), ldg, NN_WRITE}};
    status = check_arguments(net, &rows, others, 2);
    if (status)
        return status;
    nn_model model = nn_net_model(net);
    return nn_compute_input_gradient(&model, &rows, V, ldv, X_gradient, ldg);
}

/* The rows of all outputs of one example are checked as one row of J. */
nnblas_status nnblas_net_input_jacobian(const nnblas_net *net, size_t N, const double *X,
                                        size_t ldx, double *J) {
    nnblas_status status = check_net_and_N(net, N);
    if (status)
        return status;
    size_t columns = nn_multiply_sizes(count_outputs(net), count_inputs(net));
    const nn_rows rows = {.N = N, .X = X, .ldx = ldx};
    const nn_argument others[] = {{"J", J, N, columns, columns, NN_WRITE}};
    status = check_arguments(net, &rows, others, 1);
    if (status)
        return status;
    nn_model model = nn_net_model(net);
    return nn_compute_input_jacobian(&model, &rows, J);
}

/* ---- by the parameters ----------------------------------------------------------------------- */

nnblas_status nnblas_net_jacobian(const nnblas_net *net, size_t N, const double *X, size_t ldx,
                                  double *J, size_t ldj) {
    nnblas_status status = check_net_and_N(net, N);
    if (status)
        return status;
    const nn_rows rows = {.N = N, .X = X, .ldx = ldx};
    const nn_argument others[] = {
        {"J", J, nn_multiply_sizes(N, count_outputs(net)), net->parameter_count, ldj, NN_WRITE}};
    status = check_arguments(net, &rows, others, 1);
    if (status)
        return status;
    nn_model model = nn_net_model(net);
    return nn_compute_jacobian(&model, &rows, J, ldj);
}

nnblas_status nnblas_net_hessian_vector(const nnblas_net *net, size_t N, const double *X,
                                        size_t ldx, const double *Y, size_t ldy, const double *v,
                                        double *Hv) {
    nnblas_status status = check_net_and_N(net, N);
    if (status)
        return status;
    const nn_rows rows = {.N = N, .X = X, .ldx = ldx, .Y = Y, .ldy = ldy};
    const nn_argument others[] = {{"Y", Y, N, nn_count_label_columns(net), ldy, NN_READ},
                                  nn_describe_vector("v", v, net->parameter_count, NN_READ),
                                  nn_describe_vector("Hv", Hv, net->parameter_count, NN_WRITE)};
    status = check_arguments(net, &rows, others, 3);
    if (status)
        return status;
    nn_model model = nn_net_model(net);
    return nn_compute_hessian_vector(&model, &rows, v, Hv);
}

nnblas_status nnblas_net_hessian_diagonal(const nnblas_net *net, size_t N, const double *X,
                                          size_t ldx, const double *Y, size_t ldy,
                                          double *diagonal) {
    nnblas_status status = check_net_and_N(net, N);
    if (status)
        return status;
    const nn_rows rows = {.N = N, .X = X, .ldx = ldx, .Y = Y, .ldy = ldy};
    const nn_argument others[] = {
        {"Y", Y, N, nn_count_label_columns(net), ldy, NN_READ},
        nn_describe_vector("diagonal", diagonal, net->parameter_count, NN_WRITE)};
    status = check_arguments(net, &rows, others, 2);
    if (status)
        return status;
    nn_model model = nn_net_model(net);
    return nn_compute_hessian_diagonal(&model, &rows, diagonal);
}
