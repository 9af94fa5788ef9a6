/* SPDX-License-Identifier: BSD-3-Clause */
#include "random/world.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const KEY_NAMES[KEYS] = {"a", "scaling", "two words", "nnblas"};

/* Where terms of size 1 cancel, their rounding errors stay. */
void expect_within(double tolerance, const char *what, size_t n, const double *expected,
                   const double *found) {
    double largest = 0.0, difference = 0.0;
    for (size_t i = 0; i < n; i++) {
        expect(isfinite(found[i]), "element %zu of %s is %g", i, what, found[i]);
        largest = fmax(largest, fabs(expected[i]));
        difference = fmax(difference, fabs(expected[i] - found[i]));
    }
    expect(difference <= tolerance * (largest + 0.01), "%s is off by %g of %g", what, difference,
           largest);
}

void expect_close(const char *what, size_t n, const double *expected, const double *found) {
    expect_within(1e-12, what, n, expected, found);
}

bool roll_chance(world *w, size_t one_in) {
    return roll_between(&w->d, 1, one_in) == 1;
}

slot *roll_slot(world *w) {
    return &w->slots[roll_between(&w->d, 0, SLOTS - 1)];
}

/* ---- slots ----------------------------------------------------------------------------------- */

void fill_slot(world *w, slot *s) {
    size_t sizes[MAX_SIZES], n_sizes = roll_between(&w->d, 2, 5);
    for (size_t l = 0; l < n_sizes; l++)
        sizes[l] = roll_size(&w->d, 14);
    unsigned flags = roll_chance(w, 2) ? NNBLAS_BIAS : 0;
    if (n_sizes > 2 && roll_chance(w, 3))
        flags |= NNBLAS_SKIP;
    expect_status(nnblas_net_create(sizes, n_sizes, flags, &s->net), NNBLAS_OK);
    s->p = (problem){.n_sizes = n_sizes, .kind.flags = flags};
    memcpy(s->p.sizes, sizes, n_sizes * sizeof *sizes);
    for (size_t l = 1; l < n_sizes; l++)
        s->p.parameter_count += count_layer_parameters(&s->p, l);
    s->p.parameters = allocate_doubles(s->p.parameter_count);
    memcpy(s->p.parameters, nnblas_net_parameters(s->net), s->p.parameter_count * sizeof(double));
}

void empty_slot(slot *s) {
    nnblas_net_destroy(s->net);
    free_problem(&s->p);
    for (size_t k = 0; k < KEYS; k++)
        free(s->texts[k]);
    *s = (slot){.net = NULL};
}

static void check_text(const char *found, const char *expected) {
    expect(expected ? found && strcmp(found, expected) == 0 : !found, "a text is '%s', not '%s'",
           found ? found : "(null)", expected ? expected : "(null)");
}

void check_slot(const slot *s) {
    const problem *p = &s->p;
    expect(nnblas_net_layer_count(s->net) == p->n_sizes, "the number of layers is another");
    for (size_t l = 0; l < p->n_sizes; l++)
        expect(nnblas_net_layer_size(s->net, l) == p->sizes[l], "the size of layer %zu is %zu", l,
               nnblas_net_layer_size(s->net, l));
    expect(nnblas_net_flags(s->net) == p->kind.flags, "the flags are others");
    expect(nnblas_net_output_activation(s->net) == p->kind.output, "the outputs are others");
    expect(nnblas_net_activation(s->net, p->n_sizes - 1) == p->kind.output, "the last layer is");
    for (size_t l = 1; l + 1 < p->n_sizes; l++)
        expect(nnblas_net_activation(s->net, l) == p->hidden[l],
               "the hidden units of layer %zu are others", l);
    expect(p->n_sizes == 2 || nnblas_net_hidden_activation(s->net) == p->hidden[1],
           "the hidden units are others");
    expect(nnblas_net_cost(s->net) == p->kind.cost, "the cost is another");
    expect(nnblas_net_parameter_count(s->net) == p->parameter_count, "the parameters are %zu",
           nnblas_net_parameter_count(s->net));
    expect(memcmp(nnblas_net_parameters(s->net), p->parameters,
                  p->parameter_count * sizeof(double)) == 0,
           "the parameters are others");
    for (size_t k = 0; k < KEYS; k++)
        check_text(nnblas_net_metadata(s->net, KEY_NAMES[k]), s->texts[k]);
}

void draw_parameters(world *w, slot *s) {
    double *W = s->p.parameters;
    for (size_t l = 1; l < s->p.n_sizes; l++)
        for (size_t i = 0; i < count_layer_parameters(&s->p, l); i++)
            *W++ = roll_uniform(&w->d, -1.0, 1.0);
    memcpy(nnblas_net_parameters(s->net), s->p.parameters, s->p.parameter_count * sizeof(double));
}

/* Mostly few; now and then so many that threads share them. */
static size_t roll_rows(world *w) {
    return roll_chance(w, 100) ? roll_between(&w->d, 1000, 4000) : roll_size(&w->d, 40);
}

problem draw_rows(world *w, const slot *s) {
    problem p = make_problem_of(&w->d, s->p.kind, roll_rows(w), s->p.sizes, s->p.n_sizes,
                                roll_between(&w->d, 0, 3));
    memcpy(p.hidden, s->p.hidden, sizeof p.hidden);
    memcpy(p.parameters, s->p.parameters, p.parameter_count * sizeof *p.parameters);
    if (roll_chance(w, 2))
        weigh_rows(&w->d, &p);
    return p;
}
