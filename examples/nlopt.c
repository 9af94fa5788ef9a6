/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Parameters and gradient are flat vectors, so any optimiser can train a network: here NLopt's
 * low-storage BFGS learns exclusive or.
 *
 *   cc -o nlopt examples/nlopt.c $(pkg-config --cflags --libs nnblas nlopt) && ./nlopt
 */
#include <nlopt.h>
#include <nnblas.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

static const double X[] = {0, 0, 0, 1, 1, 0, 1, 1}, Y[] = {0, 1, 1, 0};

/* The cost at the parameters x and, where NLopt asks for it, its gradient. */
static double compute_cost(unsigned n, const double *x, double *gradient, void *data) {
    nnblas_net *net = data;
    double mse = HUGE_VAL;
    memcpy(nnblas_net_parameters(net), x, n * sizeof *x);
    if (gradient)
        nnblas_net_gradient(net, 4, X, 2, Y, 1, gradient, &mse);
    else
        nnblas_net_evaluate(net, 4, X, 2, Y, 1, &mse);
    return mse;
}

static nlopt_result train(nnblas_net *net, double *mse) {
    enum { MOST = 64 };
    double x[MOST];
    size_t n = nnblas_net_parameter_count(net);
    nlopt_opt optimizer = nlopt_create(NLOPT_LD_LBFGS, (unsigned)n);
    memcpy(x, nnblas_net_parameters(net), n * sizeof *x);
    nlopt_set_min_objective(optimizer, compute_cost, net);
    nlopt_set_stopval(optimizer, 1e-6);
    nlopt_set_maxeval(optimizer, 10000);
    nlopt_result result = nlopt_optimize(optimizer, x, mse);
    memcpy(nnblas_net_parameters(net), x, n * sizeof *x);
    nlopt_destroy(optimizer);
    return result;
}

int main(void) {
    nnblas_net *net = NULL;
    nnblas_status status = nnblas_net_create((const size_t[]){2, 6, 1}, 3, NNBLAS_BIAS, &net);
    if (!status)
        status = nnblas_net_init(net, 1);
    if (status) {
        fprintf(stderr, "%s: %s\n", nnblas_status_string(status), nnblas_error_message());
        return 1;
    }
    double mse = 1.0, O_out[4];
    nlopt_result result = train(net, &mse);
    nnblas_net_predict(net, 4, X, 2, O_out, 1);
    printf("NLopt ends with %s, mse %.1e: %.3f %.3f %.3f %.3f\n", nlopt_result_to_string(result),
           mse, O_out[0], O_out[1], O_out[2], O_out[3]);
    nnblas_net_destroy(net);
    return mse < 1e-4 ? 0 : 1;
}
