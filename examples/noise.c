/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A sine with noise that grows from left to right: the network learns the mean and the deviation of
 * each place, and says in which interval nine of ten new values lie.
 *
 *   cc -o noise examples/noise.c $(pkg-config --cflags --libs nnblas) -lm
 *   ./noise
 */
#include <nnblas.h>

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { N = 2000, OUTPUTS = 2 };

/* Rows of one number each, uniform in -1 .. 1, and their labels. */
typedef struct {
    double X[N], Y[N];
} rows;

static double get_mean(double x) {
    return sin(4.0 * x);
}

static double get_deviation(double x) {
    return 0.05 + 0.2 * (x + 1.0);
}

/* splitmix64: the same numbers on every machine, in 0 .. 1 without the ends. */
static double draw(uint64_t *state) {
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return ((double)((z ^ z >> 31) >> 11) + 0.5) * 0x1p-53;
}

/* G. E. P. Box, M. E. Muller, Annals of Mathematical Statistics 29 (1958). */
static double draw_normal(uint64_t *state) {
    double length = sqrt(-2.0 * log(draw(state)));
    return length * cos(8.0 * atan(1.0) * draw(state));
}

static void make_rows(uint64_t seed, rows *r) {
    for (int i = 0; i < N; i++) {
        r->X[i] = 2.0 * draw(&seed) - 1.0;
        r->Y[i] = get_mean(r->X[i]) + get_deviation(r->X[i]) * draw_normal(&seed);
    }
}

/* Two outputs for the one label: its mean, and the logarithm of its variance. */
static bool train(const rows *r, nnblas_net **net) {
    nnblas_trainer *trainer = NULL;
    const size_t sizes[] = {1, 16, OUTPUTS};
    bool is_good = !nnblas_net_create(sizes, 3, NNBLAS_BIAS, net) &&
                   !nnblas_net_set_hidden(*net, NNBLAS_TANH) &&
                   !nnblas_net_set_output(*net, NNBLAS_IDENTITY, NNBLAS_GAUSSIAN) &&
                   !nnblas_net_init(*net, 1) && !nnblas_trainer_create(*net, &trainer) &&
                   !nnblas_trainer_set_optimizer(trainer, NNBLAS_SCALED_CONJUGATE_GRADIENT) &&
                   !nnblas_trainer_set_epochs(trainer, 300) &&
                   nnblas_trainer_fit(trainer, N, r->X, 1, r->Y, 1) >= 0;
    nnblas_trainer_destroy(trainer);
    return is_good;
}

static bool print_places(const nnblas_net *net) {
    puts("    x    mean  (true)   deviation  (true)");
    for (int i = -2; i <= 2; i++) {
        double x = 0.45 * i, O_out[OUTPUTS];
        if (nnblas_net_predict(net, 1, &x, 1, O_out, OUTPUTS))
            return false;
        printf("%5.2f  %6.2f  %6.2f  %10.2f  %6.2f\n", x, O_out[0], get_mean(x),
               exp(0.5 * O_out[1]), get_deviation(x));
    }
    return true;
}

/* The shares of the rows on the left and on the right that lie in their 90 % intervals: 1.6449
 * deviations to each side hold nine tenths of a normal distribution. */
static bool measure_coverage(const nnblas_net *net, const rows *r, double shares[2]) {
    static double O_out[N][OUTPUTS];
    int inside[2] = {0}, all[2] = {0};
    if (nnblas_net_predict(net, N, r->X, 1, O_out[0], OUTPUTS))
        return false;
    for (int i = 0; i < N; i++) {
        int half = r->X[i] > 0.0;
        all[half]++;
        inside[half] += fabs(r->Y[i] - O_out[i][0]) < 1.6449 * exp(0.5 * O_out[i][1]);
    }
    for (int half = 0; half < 2; half++)
        shares[half] = (double)inside[half] / all[half];
    return true;
}

int main(void) {
    static rows learnt, others;
    nnblas_net *net = NULL;
    make_rows(1, &learnt);
    make_rows(2, &others);
    double shares[2] = {0.0};
    bool is_good =
        train(&learnt, &net) && print_places(net) && measure_coverage(net, &others, shares);
    if (is_good)
        printf("of new values, the 90 %% intervals hold %.1f %% on the left, %.1f %% on the "
               "right\n",
               100.0 * shares[0], 100.0 * shares[1]);
    else
        fprintf(stderr, "%s\n", nnblas_error_message());
    nnblas_net_destroy(net);
    is_good = is_good && fabs(shares[0] - 0.9) < 0.03 && fabs(shares[1] - 0.9) < 0.03;
    return is_good ? EXIT_SUCCESS : EXIT_FAILURE;
}
