/* SPDX-License-Identifier: BSD-3-Clause */
#include "training/weight_decay.h"
#include "kernels/kernels.h"

double nn_measure_decay(const nn_fit *fit) {
    double decay = fit->settings->weight_decay, sum = 0.0;
    for (size_t l = 0; decay > 0.0 && l < fit->model.n_layers; l++) {
        const nn_layer *layer = &fit->model.layers[l];
        size_t weights = nn_count_weights(layer);
        for (size_t i = 0; i < weights; i++)
            sum += layer->W[i] * layer->W[i];
    }
    return 0.5 * decay * sum;
}

void nn_add_decay(const nn_fit *fit) {
    double decay = fit->settings->weight_decay;
    for (size_t l = 0; decay > 0.0 && l < fit->model.n_layers; l++) {
        const nn_layer *layer = &fit->model.layers[l];
        nn_get_kernels()->descend(nn_count_weights(layer), -decay, layer->W,
                                  fit->engine.updates[l]);
    }
}
