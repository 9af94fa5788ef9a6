/* SPDX-License-Identifier: BSD-3-Clause */
/* One iteration of the algorithm on two flowers, with every matrix of nnblas.h and its numbers. */
#include "commands/explain_text.h"

#include "cli/options.h"
#include "cli/text.h"
#include "iris/iris.h"

#include <nnblas.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const uint64_t EXPLAINED_SEED = 1;
const double EXPLAINED_RATE = 1.0;

enum { N = 2, INPUTS = IRIS_INPUTS, HIDDEN = 2, OUTPUTS = IRIS_SPECIES };

/* The weight whose gradient is written out: from the petal length to the first hidden unit. */
enum { WEIGHT_INPUT = 2, WEIGHT_HIDDEN = 0 };

/* The rounding error of a central difference grows as 1e-16 / step, its own error as step^2. */
static const double DIFFERENCE_STEP = 1e-5;
static const double TOLERANCE = 1e-9;

typedef struct {
    double X[N][INPUTS], Y[N][OUTPUTS];
    double W1[INPUTS][HIDDEN], W2[HIDDEN][OUTPUTS];
    double H_in[N][HIDDEN], H_out[N][HIDDEN];
    double O_in[N][OUTPUTS], O_out[N][OUTPUTS];
    double mse;
    double O_error[N][OUTPUTS], O_delta[N][OUTPUTS];
    double W2_update[HIDDEN][OUTPUTS];
    double H_error[N][HIDDEN], H_delta[N][HIDDEN];
    double W1_update[INPUTS][HIDDEN];
    double new_W1[INPUTS][HIDDEN], new_W2[HIDDEN][OUTPUTS];
    double new_mse;
} iteration;

/* ---- the numbers ----------------------------------------------------------------------------- */

static void take_examples(iteration *it) {
    for (size_t e = 0; e < N; e++) {
        memcpy(it->X[e], iris_rows[e * IRIS_ROWS_A_SPECIES], sizeof it->X[e]);
        for (size_t k = 0; k < OUTPUTS; k++)
            it->Y[e][k] = k == e ? 1.0 : 0.0;
    }
}

void shorten_weights(double *shortened, const double *weights, size_t count) {
    for (size_t w = 0; w < count; w++)
        shortened[w] = round(weights[w] * 10.0) / 100.0;
}

static nnblas_status draw_weights(iteration *it) {
    nnblas_net *net;
    nnblas_status status = nnblas_net_create((const size_t[]){INPUTS, HIDDEN, OUTPUTS}, 3, 0, &net);
    if (status)
        return status;
    status = nnblas_net_init(net, EXPLAINED_SEED);
    shorten_weights(it->W1[0], nnblas_net_weights(net, 1), INPUTS * HIDDEN);
    shorten_weights(it->W2[0], nnblas_net_weights(net, 2), HIDDEN * OUTPUTS);
    nnblas_net_destroy(net);
    return status;
}

/* The intermediate matrices that the library does not return. */
static void compute_sums(iteration *it) {
    for (size_t e = 0; e < N; e++) {
        for (size_t j = 0; j < HIDDEN; j++) {
            it->H_in[e][j] = it->H_error[e][j] = 0.0;
            for (size_t i = 0; i < INPUTS; i++)
                it->H_in[e][j] += it->X[e][i] * it->W1[i][j];
            for (size_t k = 0; k < OUTPUTS; k++)
                it->H_error[e][j] += it->O_delta[e][k] * it->W2[j][k];
        }
        for (size_t k = 0; k < OUTPUTS; k++) {
            it->O_in[e][k] = 0.0;
            for (size_t j = 0; j < HIDDEN; j++)
                it->O_in[e][k] += it->H_out[e][j] * it->W2[j][k];
            it->O_error[e][k] = it->O_out[e][k] - it->Y[e][k];
        }
    }
}

static nnblas_status compute_mse(const iteration *it, const double *W1, const double *W2,
                                 double *mse) {
    double H_out[N * HIDDEN], O_out[N * OUTPUTS];
    nnblas_status status =
        nnblas_feedforward(N, INPUTS, HIDDEN, OUTPUTS, it->X[0], W1, W2, H_out, O_out);
    double sum = 0.0;
    for (size_t e = 0; e < N && !status; e++)
        for (size_t k = 0; k < OUTPUTS; k++)
            sum += pow(O_out[e * OUTPUTS + k] - it->Y[e][k], 2.0);
    *mse = sum / (2.0 * N);
    return status;
}

static nnblas_status take_step(iteration *it) {
    memcpy(it->new_W1, it->W1, sizeof it->W1);
    memcpy(it->new_W2, it->W2, sizeof it->W2);
    nnblas_status status = nnblas_gradient_step(N, INPUTS, HIDDEN, OUTPUTS, it->X[0], it->Y[0],
                                                EXPLAINED_RATE, it->new_W1[0], it->new_W2[0], NULL);
    return status ? status : compute_mse(it, it->new_W1[0], it->new_W2[0], &it->new_mse);
}

static nnblas_status compute_iteration(iteration *it) {
    take_examples(it);
    nnblas_status status = draw_weights(it);
    if (!status)
        status = nnblas_feedforward(N, INPUTS, HIDDEN, OUTPUTS, it->X[0], it->W1[0], it->W2[0],
                                    it->H_out[0], it->O_out[0]);
    if (!status)
        status = nnblas_backpropagate(N, INPUTS, HIDDEN, OUTPUTS, it->X[0], it->Y[0], it->W2[0],
                                      it->H_out[0], it->O_out[0], it->O_delta[0], it->H_delta[0],
                                      it->W1_update[0], it->W2_update[0], &it->mse);
    if (status)
        return status;
    compute_sums(it);
    return take_step(it);
}

/* (mse(w + step) - mse(w - step)) / (2 step) */
static nnblas_status compute_difference(const iteration *it, double *difference) {
    double W1[INPUTS][HIDDEN], above, below;
    memcpy(W1, it->W1, sizeof W1);
    W1[WEIGHT_INPUT][WEIGHT_HIDDEN] = it->W1[WEIGHT_INPUT][WEIGHT_HIDDEN] + DIFFERENCE_STEP;
    nnblas_status status = compute_mse(it, W1[0], it->W2[0], &above);
    W1[WEIGHT_INPUT][WEIGHT_HIDDEN] = it->W1[WEIGHT_INPUT][WEIGHT_HIDDEN] - DIFFERENCE_STEP;
    if (!status)
        status = compute_mse(it, W1[0], it->W2[0], &below);
    if (!status)
        *difference = (above - below) / (2.0 * DIFFERENCE_STEP);
    return status;
}

/* ---- output ---------------------------------------------------------------------------------- */

/* Of computed numbers; given numbers have fewer. */
enum { DECIMALS = 8 };

/* The names of the rows or columns of a matrix. */
typedef struct {
    size_t size;
    const char *names[INPUTS];
} axis;

static const axis EXAMPLE_AXIS = {N, {"setosa", "versicolor"}};
static const axis INPUT_AXIS = {INPUTS,
                                {"sepal length", "sepal width", "petal length", "petal width"}};
static const axis HIDDEN_AXIS = {HIDDEN, {"hidden 0", "hidden 1"}};
static const axis OUTPUT_AXIS = {OUTPUTS, {"setosa", "versicolor", "virginica"}};

static void print_title(const char *name, const char *shape, const char *formula) {
    printf("\n%-10s  %-5s  %s\n", name, shape, formula);
}

static void print_matrix(const char *name, const char *formula, const axis *rows,
                         const axis *columns, int decimals, const double *numbers) {
    char shape[32];
    snprintf(shape, sizeof shape, "%zu x %zu", rows->size, columns->size);
    print_title(name, shape, formula);
    printf("%19s", "");
    for (size_t c = 0; c < columns->size; c++)
        printf("%15s", columns->names[c]);
    putchar('\n');
    for (size_t r = 0; r < rows->size; r++) {
        printf("%19s", rows->names[r]);
        for (size_t c = 0; c < columns->size; c++)
            printf("%15.*f", decimals, numbers[r * columns->size + c]);
        putchar('\n');
    }
}

static void print_cost(const char *name, const char *formula, double mse) {
    print_title(name, "", formula);
    printf("%19s%15.*f\n", "", DECIMALS, mse);
}

static void print_data(const iteration *it) {
    print_matrix("X", "two examples: the first setosa and the first versicolor, in cm",
                 &EXAMPLE_AXIS, &INPUT_AXIS, 1, it->X[0]);
    print_matrix("Y", "their labels: 1 for the species of the flower", &EXAMPLE_AXIS, &OUTPUT_AXIS,
                 0, it->Y[0]);
    print_matrix("W1", "weights drawn with seed 1, divided by 10, two decimals kept", &INPUT_AXIS,
                 &HIDDEN_AXIS, 2, it->W1[0]);
    print_matrix("W2", "drawn in the same way", &HIDDEN_AXIS, &OUTPUT_AXIS, 2, it->W2[0]);
}

static void print_forward(const iteration *it) {
    puts("\nForward, from the examples to the cost. sigmoid(a) = 1 / (1 + exp(-a))");
    print_matrix("H_in", "X W1", &EXAMPLE_AXIS, &HIDDEN_AXIS, DECIMALS, it->H_in[0]);
    print_matrix("H_out", "sigmoid(H_in)", &EXAMPLE_AXIS, &HIDDEN_AXIS, DECIMALS, it->H_out[0]);
    print_matrix("O_in", "H_out W2", &EXAMPLE_AXIS, &OUTPUT_AXIS, DECIMALS, it->O_in[0]);
    print_matrix("O_out", "sigmoid(O_in)", &EXAMPLE_AXIS, &OUTPUT_AXIS, DECIMALS, it->O_out[0]);
    print_cost("MSE", "1/(2N) sum (O_out - Y)^2, N = 2 examples", it->mse);
}

static void print_backward(const iteration *it) {
    puts("\nBackward, from the cost to the gradient. ^T transposes, and the products with\n"
         "(1 - H_out) and (1 - O_out) are element by element.");
    print_matrix("O_error", "O_out - Y", &EXAMPLE_AXIS, &OUTPUT_AXIS, DECIMALS, it->O_error[0]);
    print_matrix("O_delta", "O_error O_out (1 - O_out)", &EXAMPLE_AXIS, &OUTPUT_AXIS, DECIMALS,
                 it->O_delta[0]);
    print_matrix("W2_update", "H_out^T O_delta / N  =  d MSE / d W2", &HIDDEN_AXIS, &OUTPUT_AXIS,
                 DECIMALS, it->W2_update[0]);
    print_matrix("H_error", "O_delta W2^T", &EXAMPLE_AXIS, &HIDDEN_AXIS, DECIMALS, it->H_error[0]);
    print_matrix("H_delta", "H_error H_out (1 - H_out)", &EXAMPLE_AXIS, &HIDDEN_AXIS, DECIMALS,
                 it->H_delta[0]);
    print_matrix("W1_update", "X^T H_delta / N  =  d MSE / d W1", &INPUT_AXIS, &HIDDEN_AXIS,
                 DECIMALS, it->W1_update[0]);
}

static void print_step(const iteration *it) {
    printf("\nThe step, with learning_rate %g.\n", EXPLAINED_RATE);
    print_matrix("new W1", "W1 - learning_rate W1_update", &INPUT_AXIS, &HIDDEN_AXIS, DECIMALS,
                 it->new_W1[0]);
    print_matrix("new W2", "W2 - learning_rate W2_update", &HIDDEN_AXIS, &OUTPUT_AXIS, DECIMALS,
                 it->new_W2[0]);
    print_cost("new MSE", "of the same examples with the new weights", it->new_mse);
}

/* Prints the terms and returns their sum. */
static double print_paths(const iteration *it) {
    printf(
        "\nOne gradient, d MSE / d w1[%d][%d], without matrices. The weight changes the cost "
        "along\n"
        "the paths through hidden %d to the %d outputs k, for each of the %d examples e. By the\n"
        "chain rule each path adds the term\n"
        "\n"
        "    1/N  o_delta[e][k]  w2[%d][k]  h_out[e][%d] (1 - h_out[e][%d])  x[e][%d]\n"
        "\n",
        WEIGHT_INPUT, WEIGHT_HIDDEN, WEIGHT_HIDDEN, OUTPUTS, N, WEIGHT_HIDDEN, WEIGHT_HIDDEN,
        WEIGHT_HIDDEN, WEIGHT_INPUT);
    printf("  %-10s  %-10s  %3s   %11s   %5s   %10s   %3s   %14s\n", "example e", "output k", "1/N",
           "o_delta", "w2", "h (1 - h)", "x", "term");
    double sum = 0.0;
    for (size_t e = 0; e < N; e++)
        for (size_t k = 0; k < OUTPUTS; k++) {
            double h = it->H_out[e][WEIGHT_HIDDEN], w2 = it->W2[WEIGHT_HIDDEN][k];
            double x = it->X[e][WEIGHT_INPUT];
            double term = it->O_delta[e][k] * w2 * h * (1.0 - h) * x / N;
            printf("  %-10s  %-10s  1/%d * %11.8f * %5.2f * %10.8f * %3.1f = %14.11f\n",
                   EXAMPLE_AXIS.names[e], OUTPUT_AXIS.names[k], N, it->O_delta[e][k], w2,
                   h * (1.0 - h), x, term);
            sum += term;
        }
    return sum;
}

static int compare_gradients(const iteration *it) {
    double difference;
    if (compute_difference(it, &difference))
        return report_failure("explain");
    double sum = print_paths(it);
    double update = it->W1_update[WEIGHT_INPUT][WEIGHT_HIDDEN];
    printf("\n"
           "  sum over the %d paths    %.11f\n"
           "  W1_update[%d][%d]         %.11f\n"
           "  central difference     %.11f   (MSE(w + %g) - MSE(w - %g)) / %g\n",
           N * OUTPUTS, sum, WEIGHT_INPUT, WEIGHT_HIDDEN, update, difference, DIFFERENCE_STEP,
           DIFFERENCE_STEP, 2.0 * DIFFERENCE_STEP);
    if (fabs(sum - update) <= TOLERANCE && fabs(difference - update) <= TOLERANCE)
        return EXIT_SUCCESS;
    print_safely(stderr, "nnblas explain: the three gradients differ by more than %g\n", TOLERANCE);
    return EXIT_FAILURE;
}

int print_iteration(void) {
    iteration it;
    if (compute_iteration(&it))
        return report_failure("explain");
    puts("One iteration of backpropagation: 4 inputs, 2 hidden units, 3 outputs, 2 examples.");
    print_data(&it);
    print_forward(&it);
    print_backward(&it);
    print_step(&it);
    return compare_gradients(&it);
}
