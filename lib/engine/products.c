/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine/products.h"
#include "core/sizes.h"

#include <cblas.h>

/* How BLAS is to read a panel where the product wants it as rows x width, or as its transpose. */
static CBLAS_TRANSPOSE read_as_is(nn_panel panel) {
    return panel.transposed ? CblasTrans : CblasNoTrans;
}

static CBLAS_TRANSPOSE read_turned(nn_panel panel) {
    return panel.transposed ? CblasNoTrans : CblasTrans;
}

/* From unit j on. */
static double *get_column(nn_panel panel, size_t j) {
    return panel.data + (panel.transposed ? j * panel.ld : j);
}

void nn_product_forward(size_t rows, const nn_layer *layer, nn_panel A, nn_panel A_out) {
    int m = (int)rows, n = (int)layer->outputs, ldw = (int)layer->outputs;
    for (size_t first = 0; first < layer->inputs; first += layer->block) {
        int k = (int)nn_min(layer->block, layer->inputs - first);
        const double *A_block = get_column(A, first), *W_block = layer->W + first * layer->outputs;
        double beta = first == 0 && !layer->has_bias ? 0.0 : 1.0;
        if (A_out.transposed) /* A_out^T = W^T A^T */
            cblas_dgemm(CblasRowMajor, CblasTrans, read_turned(A), n, m, k, 1.0, W_block, ldw,
                        A_block, (int)A.ld, beta, A_out.data, (int)A_out.ld);
        else
            cblas_dgemm(CblasRowMajor, read_as_is(A), CblasNoTrans, m, n, k, 1.0, A_block,
                        (int)A.ld, W_block, ldw, beta, A_out.data, (int)A_out.ld);
    }
}

void nn_product_error(size_t rows, const nn_layer *layer, nn_panel delta, nn_panel error) {
    int m = (int)rows, k = (int)layer->outputs, ldw = (int)layer->outputs;
    for (size_t first = 0; first < layer->inputs; first += layer->block) {
        int n = (int)nn_min(layer->block, layer->inputs - first);
        const double *W_block = layer->W + first * layer->outputs;
        double *error_block = get_column(error, first);
        if (error.transposed) /* error^T = W delta^T */
            cblas_dgemm(CblasRowMajor, CblasNoTrans, read_turned(delta), n, m, k, 1.0, W_block, ldw,
                        delta.data, (int)delta.ld, 0.0, error_block, (int)error.ld);
        else
            cblas_dgemm(CblasRowMajor, read_as_is(delta), CblasTrans, m, n, k, 1.0, delta.data,
                        (int)delta.ld, W_block, ldw, 0.0, error_block, (int)error.ld);
    }
}

void nn_product_update(size_t rows, const nn_layer *layer, size_t first, size_t count, double alpha,
                       nn_panel A, nn_panel delta, double beta, double *W_update) {
    int n = (int)layer->outputs, k = (int)rows;
    size_t end = first + count;
    for (; first < end; first += layer->block) {
        int m = (int)nn_min(layer->block, end - first);
        cblas_dgemm(CblasRowMajor, read_turned(A), read_as_is(delta), m, n, k, alpha,
                    get_column(A, first), (int)A.ld, delta.data, (int)delta.ld, beta,
                    W_update + first * layer->outputs, n);
    }
}
