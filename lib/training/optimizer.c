/* SPDX-License-Identifier: BSD-3-Clause */
#include "training/optimizer.h"
#include "core/memory.h"
#include "core/sizes.h"
#include "kernels/kernels.h"
#include "kernels/rprop.h"
#include "workers/shares.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool nn_has_rate(nnblas_optimizer method) {
    return method != NNBLAS_LBFGS && method != NNBLAS_LEVENBERG_MARQUARDT &&
           method != NNBLAS_SCALED_CONJUGATE_GRADIENT;
}

size_t nn_count_optimizer_vectors(nnblas_optimizer method) {
    switch (method) {
    case NNBLAS_MOMENTUM:
    case NNBLAS_NESTEROV:
        return 1;
    case NNBLAS_RPROP:
    case NNBLAS_ADAM:
    case NNBLAS_SCALED_CONJUGATE_GRADIENT:
        return 2;
    case NNBLAS_GRADIENT_DESCENT:
    case NNBLAS_LBFGS:
    case NNBLAS_LEVENBERG_MARQUARDT:
        break;
    }
    return 0;
}

nnblas_status nn_optimizer_open(nn_optimizer *o, const nn_settings *settings,
                                const nn_layer *layers, size_t n_layers, size_t threads) {
    size_t vectors = nn_count_optimizer_vectors(settings->optimizer), count = 0;
    for (size_t l = 0; l < n_layers; l++)
        count += nn_count_parameters(&layers[l]);
    *o = (nn_optimizer){.settings = settings,
                        .layers = layers,
                        .n_layers = n_layers,
                        .threads = threads,
                        .count = count};
    /* The vectors, the frozen parameters, and the snapshot. */
    double *memory = nn_allocate(count, (2 * vectors + 2) * sizeof *memory);
    if (!memory)
        return NNBLAS_ERROR_MEMORY;
    memset(memory, 0, vectors * count * sizeof *memory);
    o->first = vectors > 0 ? memory : NULL;
    o->second = vectors > 1 ? memory + count : NULL;
    o->frozen = memory + vectors * count;
    o->snapshot = o->frozen + count;
    double step = fmin(fmax(0.1 * settings->learning_rate, NN_RPROP_SMALLEST), NN_RPROP_LARGEST);
    for (size_t i = 0; settings->optimizer == NNBLAS_RPROP && i < count; i++)
        o->second[i] = step;
    return NNBLAS_OK;
}

void nn_optimizer_close(nn_optimizer *o) {
    free(o->first ? o->first : o->frozen);
}

/* ---- the mask -------------------------------------------------------------------------------- */

void nn_mask_gradient(const nn_settings *settings, size_t count, double *gradient) {
    for (size_t i = 0; settings->mask && i < count; i++)
        gradient[i] = settings->mask[i] ? gradient[i] : 0.0;
}

void nn_optimizer_freeze(nn_optimizer *o, const double *parameters) {
    if (o->settings->mask)
        memcpy(o->frozen, parameters, o->count * sizeof *parameters);
}

/* The weight decay moves them, and a sum with 0 may lose the sign of a zero. */
void nn_optimizer_thaw(const nn_optimizer *o, double *parameters) {
    const uint8_t *mask = o->settings->mask;
    for (size_t i = 0; mask && i < o->count; i++)
        parameters[i] = mask[i] ? parameters[i] : o->frozen[i];
}

/* ---- steps ----------------------------------------------------------------------------------- */

/* Where squares of gradients underflow, their root is up to 1e-153 too small. An epsilon far above
 * that keeps the quotient of the moments bounded, and does not become 0 when the correction makes
 * it smaller. */
static const double LEAST_EPSILON = 1e-140;

/* The rate and epsilon of Adam with the corrections for moments that began at 0. */
static nn_adam correct_adam(const nn_optimizer *o, double rate) {
    const nn_settings *s = o->settings;
    double steps = (double)(o->steps + 1);
    double root = sqrt(1.0 - pow(s->beta2, steps));
    return (nn_adam){
        .rate = rate * root / (1.0 - pow(s->beta1, steps)),
        .beta1 = s->beta1,
        .beta2 = s->beta2,
        .epsilon = fmax(s->epsilon * root, LEAST_EPSILON),
    };
}

/* A step. */
typedef struct step {
    const nn_optimizer *optimizer;
    double rate;
    nn_adam adam;
    const double *gradient;
    double *parameters;
} step;

/* The parameters of a step that are treated alike. */
typedef struct range {
    size_t n;
    const double *gradient;
    double *W, *first, *second; /* of the optimizer's vectors, those that there are */
} range;

static void step_plainly(const step *s, const range *r, double decay) {
    const nn_settings *settings = s->optimizer->settings;
    const nn_kernels *kernels = nn_get_kernels();
    double rate = s->rate, m = settings->momentum;
    switch (settings->optimizer) {
    case NNBLAS_MOMENTUM:
        kernels->step_by_momentum(r->n, rate, m, decay, r->gradient, r->first, r->W);
        break;
    case NNBLAS_NESTEROV:
        kernels->step_by_nesterov(r->n, rate, m, decay, r->gradient, r->first, r->W);
        break;
    case NNBLAS_RPROP:
        kernels->step_by_rprop(r->n, decay, r->gradient, r->first, r->second, r->W);
        break;
    case NNBLAS_ADAM:
        kernels->step_by_adam(r->n, &s->adam, decay, r->gradient, r->first, r->second, r->W);
        break;
    case NNBLAS_GRADIENT_DESCENT:
    case NNBLAS_LBFGS:
    case NNBLAS_LEVENBERG_MARQUARDT:
    case NNBLAS_SCALED_CONJUGATE_GRADIENT:
        kernels->descend_with_decay(r->n, rate, decay, r->gradient, r->W);
        break;
    }
}

/* The step with l1 |W| in the cost: a plain one that is then shrunk, or one of its own. */
static void step_with_l1(const step *s, const range *r) {
    const nn_settings *settings = s->optimizer->settings;
    const nn_kernels *kernels = nn_get_kernels();
    double rate = s->rate, m = settings->momentum, decay = settings->weight_decay,
           l1 = settings->l1;
    switch (settings->optimizer) {
    case NNBLAS_MOMENTUM:
        step_plainly(s, r, decay);
        kernels->shrink_by_momentum(r->n, rate * l1, r->first, r->W);
        break;
    case NNBLAS_NESTEROV:
        kernels->step_by_nesterov_with_l1(r->n, rate, m, decay, l1, r->gradient, r->first, r->W);
        break;
    case NNBLAS_RPROP:
        kernels->step_by_rprop_with_l1(r->n, decay, l1, r->gradient, r->first, r->second, r->W);
        break;
    case NNBLAS_ADAM:
        step_plainly(s, r, decay);
        kernels->shrink_by_adam(r->n, &s->adam, l1, r->second, r->W);
        break;
    case NNBLAS_GRADIENT_DESCENT:
    case NNBLAS_LBFGS:
    case NNBLAS_LEVENBERG_MARQUARDT:
    case NNBLAS_SCALED_CONJUGATE_GRADIENT: /* the searches take no L1 */
        step_plainly(s, r, decay);
        kernels->shrink_weights(r->n, rate * l1, r->W);
        break;
    }
}

/* Parameters begin .. end: weights, which decay and shrink, or biases. */
static void step_range(const step *s, size_t begin, size_t end, bool are_weights) {
    const nn_optimizer *o = s->optimizer;
    const range r = {.n = end - begin,
                     .gradient = s->gradient + begin,
                     .W = s->parameters + begin,
                     .first = o->first ? o->first + begin : NULL,
                     .second = o->second ? o->second + begin : NULL};
    if (are_weights && o->settings->l1 > 0.0)
        step_with_l1(s, &r);
    else
        step_plainly(s, &r, are_weights ? o->settings->weight_decay : 0.0);
}

/* The part of count parameters from first on that is in begin .. end. */
static void step_overlap(const step *s, size_t first, size_t count, size_t begin, size_t end,
                         bool are_weights) {
    begin = nn_max(begin, first);
    end = nn_min(end, first + count);
    if (begin < end)
        step_range(s, begin, end, are_weights);
}

/* The weights of each layer decay and shrink, and the biases behind them do not. */
static void step_share(void *context, size_t begin, size_t end) {
    const step *s = context;
    const nn_optimizer *o = s->optimizer;
    size_t first = 0;
    if (o->settings->weight_decay == 0.0 && o->settings->l1 == 0.0) {
        step_range(s, begin, end, false);
        return;
    }
    for (size_t l = 0; l < o->n_layers && first < end; l++) {
        const nn_layer *layer = &o->layers[l];
        size_t weights = nn_count_weights(layer), all = nn_count_parameters(layer);
        step_overlap(s, first, weights, begin, end, true);
        step_overlap(s, first + weights, all - weights, begin, end, false);
        first += all;
    }
}

/* Nanoseconds of one parameter, in the second or third cache. */
static double price_step(nnblas_optimizer method) {
    switch (method) {
    case NNBLAS_MOMENTUM:
    case NNBLAS_NESTEROV:
        return 0.38;
    case NNBLAS_RPROP:
    case NNBLAS_ADAM:
        return 1.1;
    case NNBLAS_GRADIENT_DESCENT:
    case NNBLAS_LBFGS:
    case NNBLAS_SCALED_CONJUGATE_GRADIENT:
    case NNBLAS_LEVENBERG_MARQUARDT:
        break;
    }
    return NN_DESCENT_NANOSECONDS;
}

void nn_optimizer_step(nn_optimizer *o, double rate, const double *gradient, double *parameters) {
    step s = {.optimizer = o,
              .rate = rate,
              .adam = correct_adam(o, rate),
              .gradient = gradient,
              .parameters = parameters};
    nn_run_shares(o->threads, o->count, price_step(o->settings->optimizer), step_share, &s);
    nn_optimizer_thaw(o, parameters);
    o->steps++;
}

/* ---- steps that may be taken back ------------------------------------------------------------ */

bool nn_optimizer_try_step(nn_optimizer *o, double rate, const double *gradient,
                           double *parameters) {
    const nn_kernels *kernels = nn_get_kernels();
    size_t bytes = o->count * sizeof *parameters;
    size_t vectors = nn_count_optimizer_vectors(o->settings->optimizer);
    memcpy(o->snapshot, parameters, bytes);
    if (vectors > 0)
        memcpy(o->snapshot + o->count, o->first, vectors * bytes);
    nn_optimizer_step(o, rate, gradient, parameters);
    if (kernels->check_finite(o->count, parameters) == 0.0 &&
        kernels->check_finite(vectors * o->count, o->first) == 0.0)
        return true;
    memcpy(parameters, o->snapshot, bytes);
    if (vectors > 0)
        memcpy(o->first, o->snapshot + o->count, vectors * bytes);
    o->steps--;
    return false;
}

/* ---- how far a step can go ------------------------------------------------------------------- */

/*
 * Adam divides the first moment m by sqrt(v) + epsilon, and its corrections multiply the quotient
 * by at most 1 / (1 - beta1). m is at most the largest gradient. By Cauchy and Schwarz also m^2 <=
 * (1 - beta1)^2 / (1 - beta1^2 / beta2) v / (1 - beta2), where beta1^2 < beta2; twice that allows
 * for squares that underflow. A moment from before the start is not bounded by v, so it is added.
 */
static double bound_adam(const nn_settings *s, double rate, double gradient, double moment) {
    double epsilon = fmax(s->epsilon, LEAST_EPSILON), most = rate / (1.0 - s->beta1) / epsilon;
    double spread = (1.0 - s->beta1 * s->beta1 / s->beta2) * (1.0 - s->beta2);
    double plain = most * gradient;
    return most * moment + (spread > 0.0 ? fmin(plain, 2.0 * rate / sqrt(spread)) : plain);
}

double nn_optimizer_bound_step(const nn_optimizer *o, double rate, double gradient,
                               double *velocity) {
    const nn_settings *s = o->settings;
    switch (s->optimizer) {
    case NNBLAS_MOMENTUM:
    case NNBLAS_NESTEROV:
        *velocity = s->momentum * *velocity + rate * gradient;
        return *velocity + rate * gradient;
    case NNBLAS_RPROP:
        return NN_RPROP_LARGEST;
    case NNBLAS_ADAM:
        return bound_adam(s, rate, gradient, *velocity);
    case NNBLAS_GRADIENT_DESCENT:
    case NNBLAS_LBFGS:
    case NNBLAS_SCALED_CONJUGATE_GRADIENT:
    case NNBLAS_LEVENBERG_MARQUARDT:
        break;
    }
    return rate * gradient;
}
