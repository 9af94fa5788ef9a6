/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine/products.h"

#include <cblas.h>

/* The flag for BLAS where the product takes the matrix as rows x width, or transposed. */
static CBLAS_TRANSPOSE read_as_is(nn_matrix_view matrix) {
    return matrix.transposed ? CblasTrans : CblasNoTrans;
}

static CBLAS_TRANSPOSE read_turned(nn_matrix_view matrix) {
    return matrix.transposed ? CblasNoTrans : CblasTrans;
}

/* The matrix without its first j units. */
static double *get_column(nn_matrix_view matrix, size_t j) {
    return matrix.data + (matrix.transposed ? j * (size_t)matrix.ld : j);
}

static const double *get_W_skip(const nn_layout *layout) {
    return layout->W + layout->padded_inputs * layout->padded_outputs;
}

/* With W of count rows. Adds to A_out, or where it does not, overwrites it. */
static void multiply_forward(size_t rows, const nn_layout *layout, const double *W, size_t count,
                             nn_matrix_view A, bool adds, nn_matrix_view A_out) {
    int m = (int)rows, n = (int)layout->padded_outputs, ldw = n;
    for (size_t first = 0; first < count; first += layout->block) {
        int k = (int)nn_min(layout->block, count - first);
        const double *A_block = get_column(A, first);
        const double *W_block = W + first * layout->padded_outputs;
        double beta = first == 0 && !adds ? 0.0 : 1.0;
        if (A_out.transposed) /* A_out^T = W^T A^T */
            cblas_dgemm(CblasRowMajor, CblasTrans, read_turned(A), n, m, k, 1.0, W_block, ldw,
                        A_block, A.ld, beta, A_out.data, A_out.ld);
        else
            cblas_dgemm(CblasRowMajor, read_as_is(A), CblasNoTrans, m, n, k, 1.0, A_block, A.ld,
                        W_block, ldw, beta, A_out.data, A_out.ld);
    }
}

void nn_product_forward(size_t rows, const nn_layer *layer, const nn_layout *layout,
                        nn_matrix_view A, nn_matrix_view A_out) {
    multiply_forward(rows, layout, layout->W, layer->inputs, A, layer->has_bias, A_out);
}

void nn_add_product_forward(size_t rows, const nn_layer *layer, const nn_layout *layout,
                            nn_matrix_view A, nn_matrix_view A_out) {
    multiply_forward(rows, layout, layout->W, layer->inputs, A, true, A_out);
}

void nn_add_product_skip(size_t rows, const nn_layer *layer, const nn_layout *layout,
                         nn_matrix_view X, nn_matrix_view A_out) {
    multiply_forward(rows, layout, get_W_skip(layout), layer->skips, X, true, A_out);
}

/* With W of count rows and layer->outputs columns. */
static void multiply_error(size_t rows, const nn_layer *layer, const nn_layout *layout,
                           const double *W, size_t count, nn_matrix_view delta, double beta,
                           nn_matrix_view error) {
    int m = (int)rows, k = (int)layer->outputs, ldw = (int)layout->padded_outputs;
    for (size_t first = 0; first < count; first += layout->block) {
        int n = (int)nn_min(layout->block, count - first);
        const double *W_block = W + first * layout->padded_outputs;
        double *error_block = get_column(error, first);
        if (error.transposed) /* error^T = W delta^T */
            cblas_dgemm(CblasRowMajor, CblasNoTrans, read_turned(delta), n, m, k, 1.0, W_block, ldw,
                        delta.data, delta.ld, beta, error_block, error.ld);
        else
            cblas_dgemm(CblasRowMajor, read_as_is(delta), CblasTrans, m, n, k, 1.0, delta.data,
                        delta.ld, W_block, ldw, beta, error_block, error.ld);
    }
}

void nn_product_error(size_t rows, const nn_layer *layer, const nn_layout *layout,
                      nn_matrix_view delta, nn_matrix_view error) {
    multiply_error(rows, layer, layout, layout->W, layout->padded_inputs, delta, 0.0, error);
}

void nn_add_product_error(size_t rows, const nn_layer *layer, const nn_layout *layout,
                          nn_matrix_view delta, nn_matrix_view error) {
    multiply_error(rows, layer, layout, layout->W, layout->padded_inputs, delta, 1.0, error);
}

void nn_add_product_skip_error(size_t rows, const nn_layer *layer, const nn_layout *layout,
                               nn_matrix_view delta, nn_matrix_view X_error) {
    multiply_error(rows, layer, layout, get_W_skip(layout), layer->skips, delta, 1.0, X_error);
}

void nn_product_update(size_t rows, const nn_layer *layer, const nn_layout *layout, size_t first,
                       size_t count, double alpha, nn_matrix_view A, nn_matrix_view delta,
                       double beta, double *W_update) {
    int n = (int)layout->padded_outputs, k = (int)rows;
    size_t end = first + count, first_column = first < layer->inputs ? 0 : layer->inputs;
    for (; first < end; first += layout->block) {
        int m = (int)nn_min(layout->block, end - first);
        const double *A_block = get_column(A, first - first_column);
        if (layout->transposed_update) /* W_update^T = delta^T A */
            cblas_dgemm(CblasRowMajor, read_turned(delta), read_as_is(A), n, m, k, alpha,
                        delta.data, delta.ld, A_block, A.ld, beta, W_update + first,
                        (int)nn_get_fan_in(layer));
        else
            cblas_dgemm(CblasRowMajor, read_turned(A), read_as_is(delta), m, n, k, alpha, A_block,
                        A.ld, delta.data, delta.ld, beta, W_update + first * layout->padded_outputs,
                        n);
    }
}

void nn_product_normal(size_t rows, size_t width, size_t columns, double alpha, nn_matrix_view A,
                       nn_matrix_view B, double beta, double *C, size_t ldc) {
    cblas_dgemm(CblasRowMajor, read_turned(A), read_as_is(B), (int)width, (int)columns, (int)rows,
                alpha, A.data, A.ld, B.data, B.ld, beta, C, (int)ldc);
}
