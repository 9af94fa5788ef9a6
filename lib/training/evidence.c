/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * D. J. C. MacKay, "Bayesian interpolation", Neural Computation 4 (1992), for networks as F. D.
 * Foresee, M. T. Hagan, "Gauss-Newton approximation to Bayesian learning", ICNN 1997, have it.
 *
 * Labels have Gaussian noise of the variance 1 / beta, and parameters a Gaussian prior of the
 * variance 1 / alpha. With E_D = N cost, half the sum of the squared errors, and E_W, half the sum
 * of the squared parameters, the most probable parameters have the lowest beta E_D + alpha E_W,
 * which is beta N times the cost with the weight decay alpha / (beta N). With the Gauss-Newton
 * Hessian H of the cost and A = H + decay, the Hessian of that sum is beta N A, and
 *
 *   gamma = P - decay tr(A^-1)          the effective number of the P parameters
 *   alpha = gamma / (2 E_W), beta = (N K - gamma) / (2 E_D)
 *   ln p(Y) = - beta E_D - alpha E_W - ln det(beta N A) / 2 + P ln(alpha) / 2
 *             + N K ln(beta / (2 pi)) / 2.
 */
#include "training/evidence.h"
#include "training/masked_equations.h"

#include <math.h>

/*
 * Before the rows are learnt, all of them look like noise, for which the most probable weights are
 * 0: so training begins with a decay far below the estimate, and lets it grow slowly. Without this,
 * 30 tanh units on 120 noisy rows of a sine ended as a constant.
 */
static const double FIRST_SHARE = 1e-6, MOST_GROWTH = 3.0;

static const double PI = 3.14159265358979323846;

static double count_labels(const nn_fit *fit) {
    return (double)fit->N * (double)fit->model.layers[fit->model.n_layers - 1].outputs;
}

/* E_W. What the mask keeps is no parameter here. */
static double measure_parameters(const nn_fit *fit) {
    const double *W = nn_get_parameters(fit);
    double squares = 0.0;
    for (size_t i = 0; i < nn_count_all_parameters(fit); i++)
        squares += nn_is_trained(fit->settings, i) ? W[i] * W[i] : 0.0;
    return 0.5 * squares;
}

/* alpha / (beta N); 0 where that is no number. */
static double find_decay(const nn_fit *fit, double gamma, double cost) {
    double free = fmax(count_labels(fit) - gamma, 1.0);
    double decay = gamma / measure_parameters(fit) * cost / free;
    return isfinite(decay) ? decay : 0.0;
}

double nn_begin_decay(const nn_fit *fit, double cost) {
    double parameters = (double)nn_count_trained_parameters(fit);
    return FIRST_SHARE * find_decay(fit, 0.5 * fmin(parameters, count_labels(fit)), cost);
}

/* By the decay that A has. */
static double measure_log_evidence(const nn_fit *fit, double decay, double noise, double cost,
                                   double log_determinant) {
    double N = (double)fit->N, P = (double)nn_count_trained_parameters(fit), beta = 1.0 / noise;
    double alpha = decay * beta * N;
    return -beta * N * cost - alpha * measure_parameters(fit) -
           0.5 * (P * log(beta * N) + log_determinant) + 0.5 * P * log(alpha) +
           0.5 * count_labels(fit) * log(beta / (2.0 * PI));
}

void nn_estimate_evidence(nn_fit *fit, nn_normal_equations *e, double *added, double cost,
                          double least) {
    nn_evidence *known = &fit->progress.evidence;
    double P = (double)nn_count_trained_parameters(fit), labels = count_labels(fit);
    double kept, log_determinant, decay = known->decay; /* kept: decay tr(A^-1) */
    for (size_t i = 0; i < e->count; i++)
        added[i] = decay;
    nn_mask_added(fit->settings, e->count, added);
    *known = (nn_evidence){.decay = decay}; /* no estimates, where there is no noise to estimate */
    if (!nn_normal_equations_factor(e, added))
        return;
    nn_normal_equations_invert(e, added, &kept, &log_determinant);
    kept -= (double)e->count - P;
    double gamma = fmin(fmax(P - kept, 0.0), fmin(P, labels));
    double noise = 2.0 * (double)fit->N * cost / fmax(labels - gamma, 1.0);
    nn_evidence found = {
        .decay = fmin(fmax(find_decay(fit, gamma, cost), least), MOST_GROWTH * fmax(decay, least)),
        .noise = noise,
        .effective = gamma,
        .log_evidence = measure_log_evidence(fit, decay, noise, cost, log_determinant)};
    /* Where the cost is 0, the labels have no noise. */
    if (isfinite(found.log_evidence) && isfinite(found.decay))
        *known = found;
}
