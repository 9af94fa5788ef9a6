/* SPDX-License-Identifier: BSD-3-Clause */
/* What several subcommands do with the library. */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const shape DEFAULT_SHAPES[] = {
    {1, 4, 2, 3},      {150, 4, 2, 3},       {1797, 64, 32, 10}, {128, 784, 128, 10},
    {1000, 17, 13, 7}, {60000, 784, 30, 10}, {100000, 8, 16, 1},
};
const size_t N_DEFAULT_SHAPES = sizeof DEFAULT_SHAPES / sizeof *DEFAULT_SHAPES;

json_t *describe_shape(const shape *s) {
    return json_pack("{s:I s:I s:I s:I}", "N", (json_int_t)s->N, "inputs", (json_int_t)s->inputs,
                     "hidden", (json_int_t)s->hidden, "outputs", (json_int_t)s->outputs);
}

void require_ok(nnblas_status status) {
    if (status == NNBLAS_OK)
        return;
    fprintf(stderr, "nnblas-bench: %s: %s\n", nnblas_status_string(status), nnblas_error_message());
    exit(EXIT_FAILURE);
}

nnblas_net *make_net(const problem *p) {
    nnblas_net *net;
    size_t sizes[] = {p->shape.inputs, p->shape.hidden, p->shape.outputs};
    require_ok(nnblas_net_create(sizes, 3, 0, &net));
    memcpy(nnblas_net_parameters(net), p->parameters, count_parameters(&p->shape) * sizeof(double));
    return net;
}

library_gradient make_library_gradient(const problem *p) {
    return (library_gradient){p, make_net(p), allocate_doubles(count_parameters(&p->shape)), 0.0};
}

void free_library_gradient(library_gradient *g) {
    nnblas_net_destroy(g->net);
    free(g->gradient);
    *g = (library_gradient){0};
}

void run_library_gradient(void *context) {
    library_gradient *g = context;
    const shape *s = &g->problem->shape;
    require_ok(nnblas_net_gradient(g->net, s->N, g->problem->X, s->inputs, g->problem->Y,
                                   s->outputs, g->gradient, &g->mse));
}
