/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Derivatives of the target: a network learns sin(2 u) cos(v) from 30 points, once from its values
 * alone and once from its values and slopes. The errors at 2500 other points are printed.
 *
 *   cc -o derivatives examples/derivatives.c $(pkg-config --cflags --libs nnblas) -lm
 *   ./derivatives
 */
#include <nnblas.h>

#include <math.h>
#include <stdio.h>

enum { N = 30, SIDE = 50, TESTS = SIDE * SIDE };

/* Points of a square, the target there, and its slopes along u and v. */
typedef struct points {
    double X[TESTS][2], Y[TESTS], slopes[TESTS][2];
} points;

static void place(points *p, size_t e, double u, double v) {
    p->X[e][0] = u;
    p->X[e][1] = v;
    p->Y[e] = sin(2.0 * u) * cos(v);
    p->slopes[e][0] = 2.0 * cos(2.0 * u) * cos(v);
    p->slopes[e][1] = -sin(2.0 * u) * sin(v);
}

/* Thirty that are spread evenly, by multiples of two numbers modulo 1 (R2 of M. Roberts). */
static void place_few(points *p) {
    for (size_t e = 0; e < N; e++)
        place(p, e, 4.0 * fmod(0.5 + 0.7548776662466927 * (double)(e + 1), 1.0) - 2.0,
              4.0 * fmod(0.5 + 0.5698402909980532 * (double)(e + 1), 1.0) - 2.0);
}

static void place_grid(points *p) {
    for (size_t e = 0; e < TESTS; e++)
        place(p, e, 4.0 * (double)(e / SIDE) / (SIDE - 1) - 2.0,
              4.0 * (double)(e % SIDE) / (SIDE - 1) - 2.0);
}

static int train(const points *few, double derivative_weight, nnblas_net **net) {
    nnblas_trainer *trainer = NULL;
    int failed = nnblas_net_create((const size_t[]){2, 20, 1}, 3, NNBLAS_BIAS, net) ||
                 nnblas_net_set_hidden(*net, NNBLAS_TANH) ||
                 nnblas_net_set_output(*net, NNBLAS_IDENTITY, NNBLAS_MSE) ||
                 nnblas_net_init(*net, 1) || nnblas_trainer_create(*net, &trainer) ||
                 nnblas_trainer_set_optimizer(trainer, NNBLAS_SCALED_CONJUGATE_GRADIENT) ||
                 nnblas_trainer_set_epochs(trainer, 2000) ||
                 (derivative_weight > 0.0 &&
                  nnblas_trainer_set_derivatives(trainer, derivative_weight, few->slopes[0], 2)) ||
                 nnblas_trainer_fit(trainer, N, few->X[0], 2, few->Y, 1) < 0;
    nnblas_trainer_destroy(trainer);
    return failed;
}

/* The roots of the mean squared errors at the grid. */
static int measure(const nnblas_net *net, const points *grid, double *of_values,
                   double *of_slopes) {
    static double O_out[TESTS], J[TESTS][2];
    double values = 0.0, slopes = 0.0;
    if (nnblas_net_predict(net, TESTS, grid->X[0], 2, O_out, 1) ||
        nnblas_net_input_jacobian(net, TESTS, grid->X[0], 2, J[0]))
        return 1;
    for (size_t e = 0; e < TESTS; e++) {
        values += pow(O_out[e] - grid->Y[e], 2.0);
        slopes += pow(J[e][0] - grid->slopes[e][0], 2.0) + pow(J[e][1] - grid->slopes[e][1], 2.0);
    }
    *of_values = sqrt(values / TESTS);
    *of_slopes = sqrt(slopes / (2.0 * TESTS));
    return 0;
}

int main(void) {
    static const double WEIGHTS[] = {0.0, 0.5}; /* one over the inputs lets both count alike */
    static points few, grid;
    double of_values[2] = {0.0}, of_slopes[2] = {0.0};
    int failed = 0;
    place_few(&few);
    place_grid(&grid);
    for (size_t i = 0; i < 2 && !failed; i++) {
        nnblas_net *net = NULL;
        failed = train(&few, WEIGHTS[i], &net) || measure(net, &grid, &of_values[i], &of_slopes[i]);
        if (failed)
            fprintf(stderr, "%s\n", nnblas_error_message());
        else
            printf("%s: error of the values %.4f, of the slopes %.4f\n",
                   i == 0 ? "values alone     " : "values and slopes", of_values[i], of_slopes[i]);
        nnblas_net_destroy(net);
    }
    return !failed && of_values[1] < of_values[0] / 2.0 && of_slopes[1] < of_slopes[0] / 2.0 ? 0
                                                                                             : 1;
}
