/* SPDX-License-Identifier: BSD-3-Clause */
#include "training/schedule.h"

#include <math.h>

static const double PI = 3.14159265358979323846;

double nn_get_rate(const nn_fit *fit) {
    const nn_settings *s = fit->settings;
    double epoch = (double)fit->progress.epoch, rate = s->learning_rate;
    switch (s->schedule) {
    case NN_CONSTANT:
        break;
    case NN_STEP:
        return rate * pow(s->schedule_factor, floor(epoch / (double)s->schedule_epochs));
    case NN_COSINE:
        if (s->epochs > 1)
            return s->schedule_factor +
                   (rate - s->schedule_factor) *
                       (0.5 + 0.5 * cos(PI * epoch / ((double)s->epochs - 1.0)));
        break;
    case NN_PLATEAU:
        return rate * fit->progress.rate_factor;
    }
    return rate;
}
