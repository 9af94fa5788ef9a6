/* SPDX-License-Identifier: BSD-3-Clause */
#include "subcommands/subcommand.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const shape SHAPES[] = {
    {1, 4, 2, 3},      {150, 4, 2, 3},       {1797, 64, 32, 10}, {128, 784, 128, 10},
    {1000, 17, 13, 7}, {60000, 784, 30, 10}, {100000, 8, 16, 1},
};
const shape_list DEFAULT_SHAPES = {SHAPES, sizeof SHAPES / sizeof *SHAPES};

shape_list choose_shapes(const options *o, shape_list own) {
    return o->given.count ? o->given : own;
}

int report_shapes(const options *o, shape_list shapes, const report_head *head,
                  time_shape_function *time_shape) {
    report r = open_report(head, o->json_path);
    bool ok = true;
    for (size_t i = 0; i < shapes.count; i++)
        ok = time_shape(&shapes.shapes[i], o, &r) && ok;
    return close_report(&r) && ok ? EXIT_SUCCESS : EXIT_FAILURE;
}

json_t *describe_shape(const shape *s) {
    char text[96];
    snprintf(text, sizeof text, "%zux%zux%zux%zu", s->N, s->inputs, s->hidden, s->outputs);
    return json_pack("{s:s s:I s:I s:I s:I}", "shape", text, "N", (json_int_t)s->N, "inputs",
                     (json_int_t)s->inputs, "hidden", (json_int_t)s->hidden, "outputs",
                     (json_int_t)s->outputs);
}

json_t *describe_difference(double difference) {
    return isnan(difference) ? json_null() : json_real(difference);
}

bool is_small(const shape *s, const char *name, double difference) {
    if (difference <= TOLERANCE)
        return true;
    fprintf(stderr, "nnblas-bench: %zu,%zu,%zu,%zu: %s of library and others differ by %g\n", s->N,
            s->inputs, s->hidden, s->outputs, name, difference);
    return false;
}
