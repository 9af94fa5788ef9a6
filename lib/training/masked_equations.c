/* SPDX-License-Identifier: BSD-3-Clause */
#include "training/masked_equations.h"

void nn_mask_equations(const nn_settings *settings, nn_normal_equations *e) {
    const uint8_t *mask = settings->mask;
    for (size_t i = 0; mask && i < e->count; i++) {
        for (size_t j = i; j < e->count; j++)
            if (!mask[i] || !mask[j])
                e->hessian[i * e->count + j] = 0.0;
        if (!mask[i])
            e->diagonal[i] = 0.0;
    }
}

void nn_mask_added(const nn_settings *settings, size_t count, double *added) {
    for (size_t i = 0; i < count; i++)
        added[i] = nn_is_trained(settings, i) ? added[i] : 1.0;
}

/* The square of what is divided by it is 0. */
static const double CERTAIN = 0x1p+900;

void nn_mask_factor(const nn_settings *settings, size_t count, double *L) {
    for (size_t i = 0; i < count; i++)
        if (!nn_is_trained(settings, i))
            L[i * count + i] = CERTAIN;
}
