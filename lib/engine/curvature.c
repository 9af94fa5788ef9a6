/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine/curvature.h"
#include "kernels/kernels.h"

#include <math.h>
#include <string.h>

/* ---- activations ----------------------------------------------------------------------------- */

void nn_multiply_by_curvature(const nn_model *model, const nn_tile *tile, size_t l, double *a) {
    const nn_kernels *kernels = nn_get_kernels();
    size_t n = tile->rows * tile->layouts[l].padded_outputs;
    const double *H_out = tile->activations[l], *H_in = tile->inputs[l];
    switch (model->layers[l].activation) {
    case NNBLAS_SIGMOID:
        kernels->sigmoid_curvature(n, H_out, a);
        break;
    case NNBLAS_TANH:
        kernels->tanh_curvature(n, H_out, a);
        break;
    case NNBLAS_EXPONENTIAL: /* which is its own derivative */
        kernels->exponential_delta(n, H_out, a);
        break;
    case NNBLAS_SOFTSIGN:
        kernels->softsign_curvature(n, H_out, a);
        break;
    case NNBLAS_SOFTPLUS:
        kernels->softplus_curvature(n, H_out, a);
        break;
    case NNBLAS_ELU:
        kernels->elu_curvature(n, H_out, a);
        break;
    case NNBLAS_GELU:
        kernels->gelu_curvature(n, H_in, a);
        break;
    case NNBLAS_SILU:
        kernels->silu_curvature(n, H_in, a);
        break;
    case NNBLAS_SINE:
        kernels->sine_curvature(n, H_out, a);
        break;
    case NNBLAS_RELU:
    case NNBLAS_LEAKY_RELU:
    case NNBLAS_IDENTITY: /* whose second derivatives are 0 */
    case NNBLAS_SOFTMAX:
        memset(a, 0, n * sizeof *a);
        break;
    }
}

/* ---- costs ----------------------------------------------------------------------------------- */

/* The outputs of a tile. */
typedef struct nn_outputs {
    size_t l, n;
    const double *O, *Y; /* O_out, or O_in where the cost takes that */
} nn_outputs;

static nn_outputs get_outputs(const nn_model *model, const nn_tile *tile) {
    size_t l = model->n_layers - 1;
    return (nn_outputs){l, tile->rows * model->layers[l].outputs, tile->activations[l], tile->Y};
}

static bool is_softmax(const nn_model *model) {
    return model->layers[model->n_layers - 1].activation == NNBLAS_SOFTMAX;
}

static void set_ones(size_t n, double *a) {
    for (size_t i = 0; i < n; i++)
        a[i] = 1.0;
}

/* The first and the second derivative of a cost by O_out. */
static void differentiate_by_outputs(const nn_model *model, const nn_outputs *o, double *first,
                                     double *second) {
    const nn_kernels *kernels = nn_get_kernels();
    if (model->cost == NNBLAS_QUANTILE) {
        kernels->quantile_cost(o->n, model->cost_parameter, o->O, o->Y, NULL, first);
        memset(second, 0, o->n * sizeof *second);
        return;
    }
    if (model->cost == NNBLAS_HUBER)
        kernels->huber_cost(o->n, model->cost_parameter, o->O, o->Y, NULL, first);
    else
        kernels->identity_squared_error(o->n, o->O, o->Y, NULL, first);
    for (size_t i = 0; i < o->n; i++) /* an error that Huber's cost has clipped has no second one */
        second[i] = first[i] == o->O[i] - o->Y[i] ? 1.0 : 0.0 * first[i];
}

/* Of a cost c of O_out = f(O_in): c'' f'^2 + c' f''. */
static void apply_chain_rule(const nn_model *model, const nn_tile *tile, const nn_outputs *o,
                             double *curvature, double *spare) {
    differentiate_by_outputs(model, o, curvature, spare);
    nn_multiply_by_curvature(model, tile, o->l, curvature);
    nn_multiply_by_derivative(model, tile, o->l, spare);
    nn_multiply_by_derivative(model, tile, o->l, spare);
    nn_get_kernels()->add(o->n, spare, curvature);
}

/* Of the deviances, from O_in: exp(O_in) of Poisson, Y exp(-O_in) of gamma. */
static void differentiate_deviance(const nn_model *model, const nn_outputs *o, double *curvature) {
    bool is_gamma = model->cost == NNBLAS_GAMMA;
    for (size_t i = 0; i < o->n; i++)
        curvature[i] = is_gamma ? -o->O[i] : o->O[i];
    nn_get_kernels()->exponential(o->n, curvature);
    if (is_gamma)
        nn_get_kernels()->multiply(o->n, o->Y, curvature);
}

/* The cross-entropy was computed from O_in, and its second derivative of softmax outputs is made of
 * O_out. */
static void prepare_softmax(const nn_model *model, const nn_tile *tile) {
    size_t last = model->n_layers - 1;
    if (model->cost == NNBLAS_CROSS_ENTROPY)
        nn_get_kernels()->softmax(tile->rows, model->layers[last].outputs, tile->activations[last]);
}

void nn_prepare_cost_curvature(const nn_model *model, const nn_tile *tile, double *curvature,
                               double *spare) {
    const nn_outputs o = get_outputs(model, tile);
    if (is_softmax(model)) {
        prepare_softmax(model, tile);
        return;
    }
    const nn_gaussian gaussian = nn_view_gaussian(model, tile);
    switch (model->cost) {
    case NNBLAS_MSE:
    case NNBLAS_HUBER:
    case NNBLAS_QUANTILE:
        apply_chain_rule(model, tile, &o, curvature, spare);
        break;
    case NNBLAS_CROSS_ENTROPY:
        set_ones(o.n, curvature);
        nn_get_kernels()->sigmoid_cross_entropy_curvature(o.n, o.O, curvature);
        break;
    case NNBLAS_POISSON:
    case NNBLAS_GAMMA:
        differentiate_deviance(model, &o, curvature);
        break;
    case NNBLAS_HINGE: /* whose second derivative is 0, or NaN where an output is */
        for (size_t i = 0; i < o.n; i++)
            curvature[i] = 0.0 * o.O[i];
        break;
    case NNBLAS_GAUSSIAN:
        nn_prepare_gaussian_curvature(&gaussian, curvature);
        break;
    }
}

void nn_multiply_by_cost_curvature(const nn_model *model, const nn_tile *tile,
                                   const double *curvature, double *R) {
    const nn_outputs o = get_outputs(model, tile);
    size_t columns = model->layers[o.l].outputs;
    const nn_gaussian gaussian = nn_view_gaussian(model, tile);
    if (model->cost == NNBLAS_GAUSSIAN)
        nn_multiply_by_gaussian_curvature(&gaussian, curvature, R);
    else if (!is_softmax(model))
        nn_get_kernels()->multiply(o.n, curvature, R);
    else if (model->cost == NNBLAS_CROSS_ENTROPY)
        nn_get_kernels()->softmax_cross_entropy_curvature(tile->rows, columns, o.O, o.Y, R);
    else
        nn_get_kernels()->softmax_squared_error_curvature(tile->rows, columns, o.O, o.Y, R);
}
