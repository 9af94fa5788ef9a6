/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * With H = J^T J / N and A = H + decays, the parameters have the covariance noise (N A)^-1, where
 * noise = sum e^2 / (N K - gamma) and gamma = P - sum_i decay_i (A^-1)_ii, the number of parameters
 * that the rows determine: as in evidence.c, and without a decay as in linear regression. Of P are
 * those that the mask trains; the others have no variance.
 */
#include "training/posterior.h"
#include "training/gradient.h"
#include "training/masked_equations.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* 2 N cost / (N K - gamma); 0 where no label is left to tell of the noise. */
static double estimate_noise(nn_fit *fit, nn_normal_equations *e, const double *added) {
    double kept, log_determinant, N = (double)fit->N;
    double labels = N * (double)fit->model.layers[fit->model.n_layers - 1].outputs;
    double cost = nn_compute_training_cost(fit);
    nn_normal_equations_invert(e, added, &kept, &log_determinant);
    double noise = 2.0 * N * cost / (labels - ((double)e->count - kept));
    return isfinite(noise) && noise > 0.0 ? noise : 0.0;
}

/* L := sqrt(N) L, with zeros above the diagonal. */
static void finish_factor(const nn_normal_equations *e, double N) {
    double *L = e->hessian, scale = sqrt(N);
    for (size_t i = 0; i < e->count; i++) {
        for (size_t j = 0; j <= i; j++)
            L[i * e->count + j] *= scale;
        memset(L + i * e->count + i + 1, 0, (e->count - i - 1) * sizeof *L);
    }
}

/* A decay draws units to 0, whose biases, which do not decay, then have no effect on any output:
 * they count as known. Without a decay the rows determine all parameters, or there is no posterior.
 */
static void hold_biases(const nn_normal_equations *e, const double *decays, double *added) {
    static const double LEAST = 64.0 * DBL_EPSILON; /* of the largest of the diagonal */
    double largest = 0.0, decay = 0.0;
    for (size_t i = 0; i < e->count; i++) {
        largest = fmax(largest, e->diagonal[i]);
        decay = fmax(decay, decays[i]);
    }
    for (size_t i = 0; i < e->count && decay > 0.0; i++)
        added[i] = added[i] > 0.0 ? added[i] : LEAST * largest;
}

void nn_keep_posterior(nn_fit *fit, nn_normal_equations *e, const double *decays, double *added) {
    double noise = 0.0;
    if (fit->best)
        memcpy(nn_get_parameters(fit), fit->best, e->count * sizeof *fit->best);
    nn_take_posterior(fit->trainer->net, 0.0, NULL);
    nn_compute_normal_equations(fit, e);
    nn_mask_equations(fit->settings, e);
    memcpy(added, decays, e->count * sizeof *added);
    nn_mask_added(fit->settings, e->count, added);
    hold_biases(e, decays, added);
    if (nn_normal_equations_factor(e, added))
        noise = estimate_noise(fit, e, added);
    if (noise == 0.0 || !nn_normal_equations_factor(e, added))
        return;
    finish_factor(e, (double)fit->N);
    nn_mask_factor(fit->settings, e->count, e->hessian);
    nn_take_posterior(fit->trainer->net, noise, e->hessian);
    e->hessian = NULL;
}
