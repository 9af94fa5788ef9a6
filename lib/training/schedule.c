/* SPDX-License-Identifier: BSD-3-Clause */
#include "training/schedule.h"

#include <float.h>
#include <math.h>

static const double PI = 3.14159265358979323846;

static double get_rate(const nn_settings *settings, const nn_progress *progress) {
    const nn_schedule *s = &settings->schedule;
    double epoch = (double)progress->epoch, rate = settings->learning_rate;
    switch (s->kind) {
    case NNBLAS_SCHEDULE_CONSTANT:
        break;
    case NNBLAS_SCHEDULE_STEP:
        return rate * pow(s->factor, floor(epoch / (double)s->epochs));
    case NNBLAS_SCHEDULE_COSINE:
        if (settings->epochs > 1)
            return s->last + (rate - s->last) *
                                 (0.5 + 0.5 * cos(PI * epoch / ((double)settings->epochs - 1.0)));
        break;
    case NNBLAS_SCHEDULE_PLATEAU:
    case NNBLAS_SCHEDULE_ADAPTIVE:
        return rate * progress->rate_factor;
    case NNBLAS_SCHEDULE_INVERSE:
        /* Not as one power: scale times epoch may overflow where the rate does not. */
        if (s->scale * epoch > DBL_MAX)
            return rate / pow(s->scale, s->power) / pow(epoch, s->power);
        return rate / pow(1.0 + s->scale * epoch, s->power);
    }
    return rate;
}

double nn_get_rate(const nn_fit *fit) {
    return get_rate(fit->settings, &fit->progress);
}

/* ---- plateaus -------------------------------------------------------------------------------- */

bool nn_has_plateaus(const nn_schedule *schedule) {
    return schedule->kind == NNBLAS_SCHEDULE_PLATEAU || schedule->kind == NNBLAS_SCHEDULE_ADAPTIVE;
}

bool nn_has_used_up_rates(const nn_settings *settings, const nn_progress *progress) {
    const nn_schedule *s = &settings->schedule;
    return s->kind == NNBLAS_SCHEDULE_ADAPTIVE && nn_has_rate(settings->optimizer) &&
           progress->on_plateau == s->epochs && get_rate(settings, progress) <= s->last;
}

void nn_follow_plateau(nn_fit *fit) {
    const nn_schedule *s = &fit->settings->schedule;
    nn_progress *p = &fit->progress;
    if (!nn_has_plateaus(s) || p->on_plateau < s->epochs || nn_has_used_up_rates(fit->settings, p))
        return;
    p->rate_factor *= s->factor;
    p->on_plateau = 0;
}
