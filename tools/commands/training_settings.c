/* SPDX-License-Identifier: BSD-3-Clause */
#include "commands/training_settings.h"

#include "cli/number.h"
#include "cli/text.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

typedef struct {
    const char *name;
    int value;
} named_value;

static const named_value ACTIVATIONS[] = {
    {"sigmoid", NNBLAS_SIGMOID},   {"tanh", NNBLAS_TANH},
    {"relu", NNBLAS_RELU},         {"identity", NNBLAS_IDENTITY},
    {"softsign", NNBLAS_SOFTSIGN}, {"softplus", NNBLAS_SOFTPLUS},
    {"elu", NNBLAS_ELU},           {"leaky-relu", NNBLAS_LEAKY_RELU},
    {"gelu", NNBLAS_GELU},         {"silu", NNBLAS_SILU},
    {"sine", NNBLAS_SINE},         {NULL, 0}};
static const named_value OPTIMIZERS[] = {{"gradient-descent", NNBLAS_GRADIENT_DESCENT},
                                         {"momentum", NNBLAS_MOMENTUM},
                                         {"nesterov", NNBLAS_NESTEROV},
                                         {"rprop", NNBLAS_RPROP},
                                         {"adam", NNBLAS_ADAM},
                                         {"lbfgs", NNBLAS_LBFGS},
                                         {"scg", NNBLAS_SCALED_CONJUGATE_GRADIENT},
                                         {"levenberg-marquardt", NNBLAS_LEVENBERG_MARQUARDT},
                                         {NULL, 0}};

static const named_value COSTS[] = {{"mse", NNBLAS_MSE},
                                    {"huber", NNBLAS_HUBER},
                                    {"quantile", NNBLAS_QUANTILE},
                                    {"poisson", NNBLAS_POISSON},
                                    {"gamma", NNBLAS_GAMMA},
                                    {"gaussian", NNBLAS_GAUSSIAN},
                                    {NULL, 0}};

static bool read_name(const char *text, size_t length, const named_value *names, int *value) {
    for (; names->name; names++)
        if (strlen(names->name) == length && memcmp(text, names->name, length) == 0) {
            *value = names->value;
            return true;
        }
    return false;
}

static const char *get_name(int value, const named_value *names) {
    while (names->value != value)
        names++;
    return names->name;
}

size_t read_activations(const char *text, size_t most, nnblas_activation *activations) {
    for (size_t count = 0; count < most;) {
        size_t length = strcspn(text, ",");
        int value;
        if (!read_name(text, length, ACTIVATIONS, &value))
            return 0;
        activations[count++] = (nnblas_activation)value;
        if (text[length] == '\0')
            return count;
        text += length + 1;
    }
    return 0;
}

bool find_optimizer(const char *name, nnblas_optimizer *optimizer) {
    int value;
    if (!read_name(name, strlen(name), OPTIMIZERS, &value))
        return false;
    *optimizer = (nnblas_optimizer)value;
    return true;
}

bool has_rate(const training_settings *s) {
    return s->optimizer != NNBLAS_LBFGS && s->optimizer != NNBLAS_LEVENBERG_MARQUARDT &&
           s->optimizer != NNBLAS_SCALED_CONJUGATE_GRADIENT;
}

activation_names name_activations(const training_settings *s) {
    activation_names names = {{0}};
    char *end = names.text;
    for (size_t i = 0; i < s->n_activations; i++)
        end += snprintf(end, sizeof names.text - (size_t)(end - names.text), "%s%s",
                        i > 0 ? "," : "", get_name((int)s->activations[i], ACTIVATIONS));
    return names;
}

static bool read_cost_parameter(const char *text, training_settings *s) {
    double most = s->cost == NNBLAS_QUANTILE ? 1.0 : HUGE_VAL;
    return (s->cost == NNBLAS_HUBER || s->cost == NNBLAS_QUANTILE) &&
           read_real(text, &s->cost_parameter) && s->cost_parameter > 0.0 &&
           s->cost_parameter < most;
}

bool read_cost(const char *text, training_settings *s) {
    int cost;
    size_t length = strcspn(text, ":");
    if (!read_name(text, length, COSTS, &cost))
        return false;
    s->cost = (nnblas_cost)cost;
    s->cost_parameter = 0.0;
    return text[length] == '\0' || read_cost_parameter(text + length + 1, s);
}

const char *name_optimizer(const training_settings *s) {
    return get_name((int)s->optimizer, OPTIMIZERS);
}

const char *name_schedule(const training_settings *s) {
    if (s->schedule.text)
        return s->schedule.text;
    return s->optimizer == NNBLAS_ADAM ? INVERSE_BY_ROWS : "constant";
}

void print_settings(FILE *stream, const training_settings *s, const nnblas_net *net) {
    for (size_t l = 0; l < nnblas_net_layer_count(net); l++)
        fprintf(stream, "%s%zu", l > 0 ? "-" : "", nnblas_net_layer_size(net, l));
    if (s->n_hidden > 0)
        fprintf(stream, " %s", name_activations(s).text);
    if (s->has_skip)
        fputs(" with skip connections", stream);
    fprintf(stream, "; %s", name_optimizer(s));
    if (has_rate(s))
        fprintf(stream, ", learning rate %g", s->learning_rate);
    if (s->batch > 0)
        fprintf(stream, ", %zu row%s a step", s->batch, end_plural(s->batch));
    else
        fputs(", all rows a step", stream);
    fprintf(stream, "; seed %" PRIu64 "\n", s->seed);
}
