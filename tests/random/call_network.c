/* SPDX-License-Identifier: BSD-3-Clause */
/* Networks: made, changed and asked. */
#include "random/world.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- creation -------------------------------------------------------------------------------- */

static void create_bad(world *w) {
    static nnblas_net *const UNTOUCHED = (nnblas_net *)KEY_NAMES;
    const size_t BAD[] = {0, (size_t)INT_MAX + 1, SIZE_MAX};
    size_t sizes[MAX_SIZES] = {3, 4, 2, 5}, n_sizes = 4;
    unsigned flags = 0;
    nnblas_net *net = UNTOUCHED;
    nnblas_status expected = NNBLAS_ERROR_SIZE;
    switch (roll_between(&w->d, 0, 4)) {
    case 0:
        sizes[roll_between(&w->d, 0, 3)] = BAD[roll_between(&w->d, 0, 2)];
        break;
    case 1:
        n_sizes = roll_between(&w->d, 0, 1);
        break;
    case 2:
        flags = 1U << roll_between(&w->d, 3, 31);
        expected = NNBLAS_ERROR_VALUE;
        break;
    case 3:
        n_sizes = 2;
        flags = NNBLAS_SKIP;
        expected = NNBLAS_ERROR_VALUE;
        break;
    default:
        expect_status(nnblas_net_create(sizes, n_sizes, flags, NULL), NNBLAS_ERROR_NULL);
        expect_status(nnblas_net_create(NULL, n_sizes, flags, &net), NNBLAS_ERROR_NULL);
        expect(net == UNTOUCHED, "the network was written");
        return;
    }
    expect_status(nnblas_net_create(sizes, n_sizes, flags, &net), expected);
    expect(net == UNTOUCHED, "the network was written");
}

void call_create(world *w) {
    begin_call("nnblas_net_create");
    if (roll_chance(w, 2)) {
        create_bad(w);
        return;
    }
    slot *s = roll_slot(w);
    empty_slot(s);
    fill_slot(w, s);
    check_slot(s);
}

/* The clone takes the place of its network. */
void call_clone(world *w) {
    begin_call("nnblas_net_clone");
    slot *s = roll_slot(w);
    nnblas_net *clone = NULL;
    expect_status(nnblas_net_clone(s->net, &clone), NNBLAS_OK);
    check_slot(s);
    nnblas_net_destroy(s->net);
    s->net = clone;
    check_slot(s);
}

/* ---- activations and cost -------------------------------------------------------------------- */

static bool is_hidden(nnblas_activation a) {
    return (int)a >= NNBLAS_SIGMOID && (int)a <= NNBLAS_SINE && a != NNBLAS_SOFTMAX;
}

static bool is_output(nnblas_activation a, nnblas_cost cost, size_t outputs) {
    bool is_elementwise = is_hidden(a) || a == NNBLAS_EXPONENTIAL;
    switch (cost) {
    case NNBLAS_MSE:
        return is_elementwise || a == NNBLAS_SOFTMAX;
    case NNBLAS_CROSS_ENTROPY:
        return a == NNBLAS_SIGMOID || a == NNBLAS_SOFTMAX;
    case NNBLAS_HUBER:
    case NNBLAS_QUANTILE:
        return is_elementwise;
    case NNBLAS_POISSON:
    case NNBLAS_GAMMA:
        return a == NNBLAS_EXPONENTIAL;
    case NNBLAS_HINGE:
        return a == NNBLAS_IDENTITY;
    case NNBLAS_GAUSSIAN:
        return a == NNBLAS_IDENTITY && outputs % 2 == 0;
    }
    return false;
}

/* One of the range, or not; now and then the parameter is of a cost that has none. */
static void set_parameter(world *w, nnblas_net *net, nnblas_cost cost) {
    const double BAD[] = {0.0, -1.0, (double)NAN, (double)INFINITY};
    double bad = BAD[roll_between(&w->d, 0, 3)];
    begin_call("nnblas_net_set_cost_parameter");
    expect_status(nnblas_net_set_cost_parameter(net, bad), NNBLAS_ERROR_VALUE);
    if (get_cost_parameter(cost) != 0.0)
        expect_status(nnblas_net_set_cost_parameter(net, get_cost_parameter(cost)), NNBLAS_OK);
    expect(nnblas_net_cost_parameter(net) == get_cost_parameter(cost), "the parameter is %g",
           nnblas_net_cost_parameter(net));
}

/* Of one layer, or of one that there is not. */
static void set_activation(world *w, slot *s, nnblas_activation activation) {
    begin_call("nnblas_net_set_activation");
    size_t l = roll_between(&w->d, 0, s->p.n_sizes), last = s->p.n_sizes - 1;
    nnblas_status expected = NNBLAS_ERROR_VALUE;
    if (l == last && is_output(activation, s->p.kind.cost, get_outputs(&s->p))) {
        s->p.kind.output = activation;
        expected = NNBLAS_OK;
    } else if (l > 0 && l < last && is_hidden(activation)) {
        s->p.hidden[l] = activation;
        expected = NNBLAS_OK;
    }
    expect_status(nnblas_net_set_activation(s->net, l, activation), expected);
}

/* From one too low to one too high. */
void call_set_kind(world *w) {
    slot *s = roll_slot(w);
    nnblas_activation activation =
        (nnblas_activation)((int)roll_between(&w->d, 0, NNBLAS_EXPONENTIAL + 2) - 1);
    nnblas_cost cost = (nnblas_cost)((int)roll_between(&w->d, 0, 9) - 1);
    nnblas_status expected = NNBLAS_ERROR_VALUE;
    if (roll_chance(w, 3)) {
        set_activation(w, s, activation);
    } else if (roll_chance(w, 2)) {
        begin_call("nnblas_net_set_hidden");
        if (is_hidden(activation)) {
            for (size_t l = 1; l + 1 < s->p.n_sizes; l++)
                s->p.hidden[l] = activation;
            expected = NNBLAS_OK;
        }
        expect_status(nnblas_net_set_hidden(s->net, activation), expected);
    } else {
        begin_call("nnblas_net_set_output");
        if (is_output(activation, cost, get_outputs(&s->p))) {
            s->p.kind.output = activation;
            s->p.kind.cost = cost;
            expected = NNBLAS_OK;
        }
        expect_status(nnblas_net_set_output(s->net, activation, cost), expected);
        if (expected == NNBLAS_OK)
            set_parameter(w, s->net, cost);
    }
    check_slot(s);
}

/* ---- initialization -------------------------------------------------------------------------- */

static double get_bound(const problem *p, size_t l, nnblas_initialization method) {
    double n = (double)get_fan_in(p, l), m = (double)p->sizes[l];
    nnblas_activation units = l + 1 < p->n_sizes ? p->hidden[l] : p->kind.output;
    bool is_wide = units == NNBLAS_SIGMOID && p->kind.cost == NNBLAS_MSE;
    switch (method) {
    case NNBLAS_UNIFORM:
        return 0.5;
    case NNBLAS_GLOROT:
        return (is_wide ? 4.0 : 1.0) * sqrt(6.0 / (n + m));
    default:
        return sqrt(6.0 / n);
    }
}

/* Sigmoid units anywhere lead to the mse when that is the cost. */
static void check_bounds(const slot *s, nnblas_initialization method) {
    for (size_t l = 1; l < s->p.n_sizes; l++) {
        const double *W = nnblas_net_weights(s->net, l), *b = nnblas_net_bias(s->net, l);
        double bound = get_bound(&s->p, l, method) * (1.0 + 1e-15);
        for (size_t i = 0; i < get_fan_in(&s->p, l) * s->p.sizes[l]; i++)
            expect(fabs(W[i]) <= bound, "a weight of layer %zu is %g, over %g", l, W[i], bound);
        expect(!b || holds_only(s->p.sizes[l], b, 0.0), "the biases of layer %zu are not 0", l);
    }
}

void call_init(world *w) {
    begin_call("nnblas_net_init_by");
    slot *s = roll_slot(w);
    uint64_t seed = roll(&w->d);
    int method = (int)roll_between(&w->d, 0, 4) - 1;
    bool is_method = method >= NNBLAS_UNIFORM && method <= NNBLAS_HE;
    nnblas_status status = nnblas_net_init_by(s->net, (nnblas_initialization)method, seed);
    expect_status(status, is_method ? NNBLAS_OK : NNBLAS_ERROR_VALUE);
    if (is_method) {
        size_t bytes = s->p.parameter_count * sizeof(double);
        double *drawn = allocate_doubles(s->p.parameter_count);
        check_bounds(s, (nnblas_initialization)method);
        memcpy(drawn, nnblas_net_parameters(s->net), bytes);
        draw_parameters(w, s);
        /* The same seed once more. */
        expect_status(nnblas_net_init_by(s->net, (nnblas_initialization)method, seed), NNBLAS_OK);
        memcpy(s->p.parameters, drawn, bytes);
        free(drawn);
    }
    check_slot(s);
}

/* ---- accessors ------------------------------------------------------------------------------- */

void call_accessors(world *w) {
    begin_call("nnblas_net_weights");
    slot *s = roll_slot(w);
    size_t l = roll_between(&w->d, 0, s->p.n_sizes + 1);
    bool is_layer = l >= 1 && l < s->p.n_sizes;
    double *next = nnblas_net_parameters(s->net);
    for (size_t k = 1; k < l && k < s->p.n_sizes; k++)
        next += count_layer_parameters(&s->p, k);
    expect(nnblas_net_weights(s->net, l) == (is_layer ? next : NULL), "layer %zu lies elsewhere",
           l);
    bool has_biases = is_layer && has_bias(&s->p);
    double *bias = has_biases ? next + get_fan_in(&s->p, l) * s->p.sizes[l] : NULL;
    expect(nnblas_net_bias(s->net, l) == bias, "the biases of layer %zu lie elsewhere", l);
    expect(nnblas_net_layer_size(s->net, l) == (l < s->p.n_sizes ? s->p.sizes[l] : 0),
           "the size of layer %zu", l);
    if (is_layer && roll_chance(w, 2))
        draw_parameters(w, s);
    check_slot(s);
}

/* ---- metadata -------------------------------------------------------------------------------- */

static void set_bad_metadata(world *w, slot *s) {
    static const char *const BAD_KEYS[] = {"", "nnblas.", "nnblas.x", "a\n", "\x7f", "\xc3\xa9"};
    static const char *const BAD_VALUES[] = {"\x80", "\xc3", "ok\xff", "\xed\xa0\x80"};
    if (roll_chance(w, 2)) {
        const char *key = BAD_KEYS[roll_between(&w->d, 0, 5)];
        expect_status(nnblas_net_set_metadata(s->net, key, "x"), NNBLAS_ERROR_VALUE);
    } else {
        const char *value = BAD_VALUES[roll_between(&w->d, 0, 3)];
        const char *key = KEY_NAMES[roll_between(&w->d, 0, KEYS - 1)];
        expect_status(nnblas_net_set_metadata(s->net, key, value), NNBLAS_ERROR_VALUE);
    }
}

static char *roll_text(world *w) {
    static const char *const PARTS[] = {"a", "\"", "\\", "\n", "\x01", "\xc3\xa9", "{}", " "};
    char *text = malloc(128);
    expect(text, "out of memory");
    *text = '\0';
    for (size_t parts = roll_between(&w->d, 0, 20); parts > 0; parts--)
        strcat(text, PARTS[roll_between(&w->d, 0, 7)]);
    return text;
}

void call_metadata(world *w) {
    begin_call("nnblas_net_set_metadata");
    slot *s = roll_slot(w);
    if (roll_chance(w, 3)) {
        set_bad_metadata(w, s);
    } else {
        size_t k = roll_between(&w->d, 0, KEYS - 1);
        free(s->texts[k]);
        s->texts[k] = roll_chance(w, 3) ? NULL : roll_text(w);
        expect_status(nnblas_net_set_metadata(s->net, KEY_NAMES[k], s->texts[k]), NNBLAS_OK);
    }
    check_slot(s);
}
