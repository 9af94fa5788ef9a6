/* SPDX-License-Identifier: BSD-3-Clause */
#include "harness/problem.h"
#include "cli/number.h"
#include "core/random.h"
#include "harness/allocate.h"

#include <math.h>
#include <stdlib.h>

const double TOLERANCE = 1e-10;

bool parse_shape(const char *text, shape *parsed) {
    size_t sizes[4];
    if (read_sizes(text, 4, sizes) != 4)
        return false;
    *parsed = (shape){sizes[0], sizes[1], sizes[2], sizes[3]};
    return true;
}

size_t count_parameters(const shape *s) {
    return (s->inputs + s->outputs) * s->hidden;
}

void fill_uniform(uint64_t *state, double *numbers, size_t count, double low, double high) {
    for (size_t i = 0; i < count; i++)
        numbers[i] = low + (high - low) * nn_unit_of_bits(nn_splitmix_bits(state));
}

shape draw_shape(uint64_t *state) {
    static const double MOST[] = {3e5, 1000.0, 600.0, 100.0}, MOST_MULTIPLICATIONS = 1e8;
    for (;;) {
        double logs[4], size[4];
        fill_uniform(state, logs, 4, 0.0, 1.0);
        for (int i = 0; i < 4; i++)
            size[i] = floor(pow(MOST[i], logs[i]));
        double data = size[0] * (size[1] + size[3]);
        if (size[0] * size[2] * (size[1] + size[3]) <= MOST_MULTIPLICATIONS && data < 2e7)
            return (shape){(size_t)size[0], (size_t)size[1], (size_t)size[2], (size_t)size[3]};
    }
}

problem make_problem(const shape *s, uint64_t seed) {
    size_t examples = s->N * s->inputs, labels = s->N * s->outputs, weights = count_parameters(s);
    double *memory = allocate_array(examples + labels + weights, sizeof *memory);
    problem p = {*s, memory, memory + examples, memory + examples + labels};
    uint64_t state = seed;
    fill_uniform(&state, p.X, examples, -1.0, 1.0);
    fill_uniform(&state, p.Y, labels, 0.0, 1.0);
    double range1 = 2.0 / sqrt((double)s->inputs), range2 = 2.0 / sqrt((double)s->hidden);
    size_t weights1 = s->inputs * s->hidden;
    fill_uniform(&state, p.parameters, weights1, -range1, range1);
    fill_uniform(&state, p.parameters + weights1, weights - weights1, -range2, range2);
    return p;
}

void free_problem(problem *p) {
    free(p->X);
    *p = (problem){0};
}

double get_difference(const double *a, const double *b, size_t count) {
    double difference = 0.0, magnitude = 0.0;
    for (size_t i = 0; i < count; i++) {
        if (isnan(a[i] - b[i]))
            return (double)NAN;
        difference = fmax(difference, fabs(a[i] - b[i]));
        magnitude = fmax(magnitude, fmax(fabs(a[i]), fabs(b[i])));
    }
    return difference > 0.0 ? difference / magnitude : 0.0;
}
