/* SPDX-License-Identifier: BSD-3-Clause */
/* Every optimizer beside the formulas of the header. */
#include "support/small_training.h"

#include <math.h>

/* The formulas of the header, a parameter at a time. */
typedef struct state {
    double first[PARAMETERS], second[PARAMETERS];
    int steps;
} state;

static void step_plainly(nnblas_optimizer optimizer, double rate, const double *g, state *s,
                         double *W) {
    s->steps++;
    for (size_t i = 0; i < PARAMETERS; i++) {
        double *v = &s->first[i], *w = &s->second[i], old = *v, size;
        switch (optimizer) {
        case NNBLAS_GRADIENT_DESCENT:
            W[i] -= rate * g[i];
            break;
        case NNBLAS_MOMENTUM:
            *v = 0.9 * *v - rate * g[i];
            W[i] += *v;
            break;
        case NNBLAS_NESTEROV:
            *v = 0.9 * *v - rate * g[i];
            W[i] += 0.9 * *v - rate * g[i];
            break;
        case NNBLAS_RPROP:
            size = s->steps == 1 ? rate / 10.0 : *w;
            *v = g[i];
            if (old * g[i] > 0.0)
                size = fmin(1.2 * size, 50.0);
            if (old * g[i] < 0.0) {
                size = fmax(0.5 * size, 1e-6);
                *v = 0.0;
            }
            *w = size;
            W[i] -= *v > 0.0 ? size : *v < 0.0 ? -size : 0.0;
            break;
        case NNBLAS_ADAM:
            *v = 0.9 * *v + 0.1 * g[i];
            *w = 0.999 * *w + 0.001 * g[i] * g[i];
            W[i] -= rate * (*v / (1.0 - pow(0.9, s->steps))) /
                    (sqrt(*w / (1.0 - pow(0.999, s->steps))) + 1e-8);
            break;
        case NNBLAS_LBFGS:
        case NNBLAS_SCALED_CONJUGATE_GRADIENT:
        case NNBLAS_LEVENBERG_MARQUARDT:
            break;
        }
    }
}

static void check_optimizer(nnblas_optimizer optimizer, double rate, double decay) {
    enum { EPOCHS = 30 };
    training s = make_training(optimizer, rate, EPOCHS), plain = make_training(optimizer, rate, 1);
    ck_assert_ok(nnblas_trainer_set_weight_decay(s.trainer, decay));
    ck_assert_ok(fit(&s));
    double gradient[PARAMETERS], *W = get_parameters(&plain), cost;
    state memory = {.steps = 0};
    for (size_t epoch = 0; epoch < EPOCHS; epoch++) {
        ck_assert_ok(nnblas_net_gradient(plain.net, N, plain.p.X, plain.p.ldx, plain.p.Y,
                                         plain.p.ldy, gradient, &cost));
        for (size_t i = 0; i < PARAMETERS; i++)
            gradient[i] += is_weight(i) ? decay * W[i] : 0.0;
        step_plainly(optimizer, rate, gradient, &memory, W);
        const nnblas_epoch e = get_epoch(s.trainer, epoch);
        ck_assert_double_eq_tol(e.cost, cost, 1e-10);
        ck_assert_double_eq(e.learning_rate, rate);
        ck_assert(isnan(e.validation_cost));
    }
    ck_assert_double_le(get_difference(PARAMETERS, W, get_parameters(&s)), 1e-9);
    free_training(&s);
    free_training(&plain);
}

START_TEST(optimizers_follow_their_formulas) {
    static const double RATES[] = {0.8, 0.3, 0.3, 0.5, 0.01};
    for (int optimizer = NNBLAS_GRADIENT_DESCENT; optimizer <= NNBLAS_ADAM; optimizer++) {
        check_optimizer((nnblas_optimizer)optimizer, RATES[optimizer], 0.0);
        check_optimizer((nnblas_optimizer)optimizer, RATES[optimizer], 0.02);
    }
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        optimizers_follow_their_formulas,
    };
    return run_tests("optimizers", tests, sizeof tests / sizeof *tests);
}
