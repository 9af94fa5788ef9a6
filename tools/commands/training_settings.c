/* SPDX-License-Identifier: BSD-3-Clause */
#include "commands/training_settings.h"

#include "cli/text.h"

#include <inttypes.h>
#include <string.h>

typedef struct {
    const char *name;
    int value;
} named_value;

static const named_value ACTIVATIONS[] = {{"sigmoid", NNBLAS_SIGMOID},
                                          {"tanh", NNBLAS_TANH},
                                          {"relu", NNBLAS_RELU},
                                          {"identity", NNBLAS_IDENTITY},
                                          {NULL, 0}};
static const named_value OPTIMIZERS[] = {{"gradient-descent", NNBLAS_GRADIENT_DESCENT},
                                         {"momentum", NNBLAS_MOMENTUM},
                                         {"nesterov", NNBLAS_NESTEROV},
                                         {"rprop", NNBLAS_RPROP},
                                         {"adam", NNBLAS_ADAM},
                                         {"lbfgs", NNBLAS_LBFGS},
                                         {"scg", NNBLAS_SCALED_CONJUGATE_GRADIENT},
                                         {NULL, 0}};

static bool read_name(const char *text, const named_value *names, int *value) {
    for (; names->name; names++)
        if (strcmp(text, names->name) == 0) {
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

bool find_activation(const char *name, nnblas_activation *activation) {
    int value;
    if (!read_name(name, ACTIVATIONS, &value))
        return false;
    *activation = (nnblas_activation)value;
    return true;
}

bool find_optimizer(const char *name, nnblas_optimizer *optimizer) {
    int value;
    if (!read_name(name, OPTIMIZERS, &value))
        return false;
    *optimizer = (nnblas_optimizer)value;
    return true;
}

bool has_rate(const training_settings *s) {
    return s->optimizer != NNBLAS_LBFGS && s->optimizer != NNBLAS_SCALED_CONJUGATE_GRADIENT;
}

const char *name_activation(const training_settings *s) {
    return get_name((int)s->activation, ACTIVATIONS);
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
        fprintf(stream, " %s", name_activation(s));
    fprintf(stream, "; %s", name_optimizer(s));
    if (has_rate(s))
        fprintf(stream, ", learning rate %g", s->learning_rate);
    if (s->batch > 0)
        fprintf(stream, ", %zu row%s a step", s->batch, end_plural(s->batch));
    else
        fputs(", all rows a step", stream);
    fprintf(stream, "; seed %" PRIu64 "\n", s->seed);
}
