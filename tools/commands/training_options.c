/* SPDX-License-Identifier: BSD-3-Clause */
#include "commands/training_options.h"

#include "cli/number.h"
#include "cli/text.h"
#include "commands/training_defaults.h"

#include <float.h>
#include <string.h>

void list_training_options(training_settings *s, training_texts *texts, command_option *options) {
    static const char ABOVE_0[] = "a number above 0", NOT_BELOW_0[] = "a number not below 0",
                      FRACTION[] = "a number from 0 to below 1";
    const double below_1 = 1.0 - DBL_EPSILON / 2.0;
    const command_option all[N_TRAINING_OPTIONS] = {
        {"hidden", .text = &texts->hidden},
        {"activation", .text = &texts->activation},
        {"batch", .text = &texts->batch},
        {"optimizer", .text = &texts->optimizer},
        {"schedule", .text = &texts->schedule},
        {"epochs", .value = &s->epochs, .minimum = 1, .maximum = 1000000000},
        {"patience", .value = &s->patience, .minimum = 0, .maximum = 1000000000},
        {"seed", .value = &s->seed, .minimum = 0, .maximum = UINT64_MAX},
        {"threads", .value = &s->threads, .minimum = 0, .maximum = 100000},
        {"checkpoint-every", .value = &s->checkpoint_epochs, .minimum = 1, .maximum = 1000000000},
        {"learning-rate", .real = &s->learning_rate, .least = DBL_MIN, .most = DBL_MAX, ABOVE_0},
        {"momentum", .real = &s->momentum, .least = 0.0, .most = below_1, FRACTION},
        {"lbfgs-memory", .value = &s->lbfgs_memory, .minimum = 1, .maximum = 1000},
        {"lbfgs-tolerance", .real = &s->lbfgs_tolerance, .least = 0.0, .most = below_1, FRACTION},
        {"scg-tolerance", .real = &s->scg_tolerance, .least = 0.0, .most = below_1, FRACTION},
        {"cost", .text = &texts->cost},
        {"l1", .real = &s->l1, .least = 0.0, .most = DBL_MAX, NOT_BELOW_0},
        {"damping", .real = &s->damping, .least = DBL_MIN, .most = DBL_MAX, ABOVE_0},
        {"damping-tolerance", .real = &s->damping_tolerance, .least = 0.0, .most = below_1,
         FRACTION},
        {"weight-decay", .real = &s->weight_decay, .least = 0.0, .most = DBL_MAX, NOT_BELOW_0},
        {"validation", .real = &s->validation, .least = 0.0, .most = below_1, FRACTION},
        {"time-limit", .real = &s->time_limit, .least = DBL_MIN, .most = DBL_MAX, ABOVE_0},
        {"checkpoint", .text = &s->checkpoint},
        {"resume", .flag = &s->is_resumed},
        {"score", .flag = &s->has_score},
        {"skip", .flag = &s->has_skip},
        {"bayesian", .flag = &s->is_bayesian},
    };
    memcpy(options, all, sizeof all);
}

static bool read_hidden(const char *text, training_settings *s) {
    s->n_hidden = read_sizes(text, MOST_HIDDEN_LAYERS, s->hidden);
    return s->n_hidden > 0 || strcmp(text, "0") == 0;
}

static bool read_activation_list(const char *text, training_settings *s) {
    s->n_activations = read_activations(text, MOST_HIDDEN_LAYERS, s->activations);
    return s->n_activations > 0;
}

static bool read_batch(const char *text, size_t *batch) {
    *batch = 0;
    return strcmp(text, "all") == 0 || read_sizes(text, 1, batch) == 1;
}

static bool takes_all_rows(const training_settings *s) {
    return s->optimizer == NNBLAS_RPROP || !has_rate(s);
}

static int take_names(const char *command, const training_texts *texts, training_settings *s) {
    if (texts->activation && !read_activation_list(texts->activation, s))
        return refuse_usage(command, "--activation takes sigmoid, tanh, relu, identity, softsign, "
                                     "softplus, elu, leaky-relu, gelu, silu or sine");
    if (texts->cost && !read_cost(texts->cost, s))
        return refuse_usage(command,
                            "--cost takes mse, huber, huber:DELTA, quantile, quantile:TAU, "
                            "poisson, gamma or gaussian: DELTA above 0, TAU between 0 and 1");
    if (texts->optimizer && !find_optimizer(texts->optimizer, &s->optimizer))
        return refuse_usage(command, "--optimizer takes gradient-descent, momentum, nesterov, "
                                     "rprop, adam, lbfgs, levenberg-marquardt or scg");
    return CARRY_ON;
}

static int take_lists(const char *command, const training_texts *texts, training_settings *s) {
    if (texts->hidden && !read_hidden(texts->hidden, s))
        return refuse_usage(command,
                            "--hidden takes 0, or up to %d whole numbers separated by commas",
                            MOST_HIDDEN_LAYERS);
    if (s->n_activations > 1 && s->n_activations != s->n_hidden)
        return refuse_usage(command,
                            "--activation has %zu activations, and there %s %zu hidden layer%s: "
                            "give one for each, or one for all",
                            s->n_activations, s->n_hidden == 1 ? "is" : "are", s->n_hidden,
                            end_plural(s->n_hidden));
    if (s->has_skip && s->n_hidden == 0)
        return refuse_usage(command, "--skip goes past hidden layers, and without any the outputs "
                                     "take the features anyway: leave it out");
    if (texts->batch && !read_batch(texts->batch, &s->batch))
        return refuse_usage(command, "--batch takes a whole number above 0, or all");
    if (texts->schedule && !read_schedule(texts->schedule, &s->schedule))
        return refuse_usage(command, "--schedule takes constant, step:EPOCHS:FACTOR, cosine, "
                                     "cosine:LAST, plateau:EPOCHS:FACTOR, "
                                     "adaptive:EPOCHS:FACTOR:LAST, inverse or inverse:SCALE:POWER");
    return CARRY_ON;
}

static int take_checkpoint(const char *command, training_settings *s) {
    if (!s->checkpoint && (s->is_resumed || s->checkpoint_epochs > 0))
        return refuse_usage(command, "--%s needs --checkpoint FILE",
                            s->is_resumed ? "resume" : "checkpoint-every");
    if (s->checkpoint && s->optimizer == NNBLAS_LBFGS)
        return refuse_usage(command,
                            "--optimizer lbfgs has no checkpoints: leave out --checkpoint");
    return CARRY_ON;
}

/* The options that not every optimizer has an effect for. */
static const char *const OF_OPTIMIZERS[] = {
    "momentum", "lbfgs-memory", "lbfgs-tolerance", "scg-tolerance", "learning-rate",
    "schedule", "l1",           "bayesian",        "damping",       "damping-tolerance"};
enum { N_OF_OPTIMIZERS = sizeof OF_OPTIMIZERS / sizeof OF_OPTIMIZERS[0] };

unsigned find_without_effect(const training_texts *texts, const training_settings *s) {
    bool is_lbfgs = s->optimizer == NNBLAS_LBFGS,
         is_scg = s->optimizer == NNBLAS_SCALED_CONJUGATE_GRADIENT;
    bool is_damped = s->optimizer == NNBLAS_LEVENBERG_MARQUARDT;
    bool has_momentum = s->optimizer == NNBLAS_MOMENTUM || s->optimizer == NNBLAS_NESTEROV;
    const bool has_none[N_OF_OPTIMIZERS] = {
        is_given(s->momentum) && !has_momentum,
        s->lbfgs_memory > 0 && !is_lbfgs,
        is_given(s->lbfgs_tolerance) && !is_lbfgs,
        is_given(s->scg_tolerance) && !is_scg,
        s->learning_rate > 0.0 && !has_rate(s),
        texts->schedule && !has_rate(s),
        s->l1 > 0.0 && !has_rate(s),
        s->is_bayesian && !is_damped,
        is_given(s->damping) && !is_damped,
        is_given(s->damping_tolerance) && !is_damped,
    };
    unsigned found = 0;
    for (size_t i = 0; i < N_OF_OPTIMIZERS; i++)
        found |= (unsigned)has_none[i] << i;
    return found;
}

bool is_without_effect(const char *option, unsigned found) {
    for (size_t i = 0; i < N_OF_OPTIMIZERS; i++)
        if (found >> i & 1 && strcmp(option, OF_OPTIMIZERS[i]) == 0)
            return true;
    return false;
}

int refuse_without_effect(const char *command, unsigned found, const char *optimizer) {
    for (size_t i = 0; i < N_OF_OPTIMIZERS; i++)
        if (found >> i & 1)
            return refuse_usage(command, "--%s has no effect with --optimizer %s: leave it out",
                                OF_OPTIMIZERS[i], optimizer);
    return CARRY_ON;
}

void leave_out_without_effect(training_settings *s) {
    if (s->optimizer != NNBLAS_MOMENTUM && s->optimizer != NNBLAS_NESTEROV)
        s->momentum = -1.0;
    if (s->optimizer != NNBLAS_LBFGS) {
        s->lbfgs_memory = 0;
        s->lbfgs_tolerance = -1.0;
    }
    if (s->optimizer != NNBLAS_SCALED_CONJUGATE_GRADIENT)
        s->scg_tolerance = -1.0;
    if (s->optimizer != NNBLAS_LEVENBERG_MARQUARDT)
        s->damping = s->damping_tolerance = -1.0;
    if (!has_rate(s))
        s->l1 = 0.0;
}

int take_training_texts(const char *command, const training_texts *texts, training_settings *s) {
    int status = take_names(command, texts, s);
    if (status == CARRY_ON)
        status = take_lists(command, texts, s);
    if (status == CARRY_ON && !s->is_searched)
        status = refuse_without_effect(command, find_without_effect(texts, s), name_optimizer(s));
    if (status != CARRY_ON)
        return status;
    if (!texts->batch && takes_all_rows(s))
        s->batch = 0;
    if (s->batch > 0 && takes_all_rows(s))
        return refuse_usage(command, "--optimizer %s needs --batch all", texts->optimizer);
    if (s->is_bayesian && is_given(s->weight_decay))
        return refuse_usage(command, "--bayesian estimates the weight decay: leave out "
                                     "--weight-decay");
    if (s->optimizer == NNBLAS_LEVENBERG_MARQUARDT && s->cost != NNBLAS_MSE)
        return refuse_usage(command, "--optimizer levenberg-marquardt lowers only squared errors: "
                                     "leave out --cost, or take another optimizer");
    if (s->has_score && s->validation == 0.0)
        return refuse_usage(command, "--score needs --validation F");
    if (s->learning_rate == 0.0)
        s->learning_rate = get_default_rate(s->optimizer);
    return take_checkpoint(command, s);
}
