/* SPDX-License-Identifier: BSD-3-Clause */
/* Derivatives beyond the gradient, beside a prediction and a gradient of the same network. */
#include "harness/allocate.h"
#include "harness/runs.h"
#include "harness/timing.h"
#include "subcommands/subcommand.h"

#include <stdlib.h>
#include <string.h>

static const column COLUMNS[] = {
    SHAPE_COLUMN,
    {"predict_seconds", "predict us", 11, 1e6, "%.1f"},
    {"gradient_seconds", "gradient us", 12, 1e6, "%.1f"},
    {"input_gradient", "dX", 7, 1.0, "%.2f"},
    {"input_jacobian", "dO/dX", 7, 1.0, "%.2f"},
    {"jacobian", "dO/dW", 7, 1.0, "%.2f"},
    {"hessian_vector", "Hv", 7, 1.0, "%.2f"},
    {"hessian_diagonal", "diag H", 8, 1.0, "%.2f"},
    {"given_derivatives", "given", 7, 1.0, "%.2f"},
    {0},
};

static const char NOTE[] = "Networks of two hidden layers of that width, with biases. dX: "
                           "nnblas_net_input_gradient, dO/dX: "
                           "_input_jacobian,\ndO/dW: _jacobian, each over the time of a "
                           "prediction, the two last over that "
                           "and the number of outputs. Hv:\n_hessian_vector, diag H: "
                           "_hessian_diagonal, given: "
                           "nnblas_net_gradient_derivatives, over the time of a gradient.";

/* Of the Jacobian by the parameters; its time is scaled where the rows are fewer. */
enum { MOST_NUMBERS = 4 << 20 };

typedef struct derivative_run {
    const problem *p;
    nnblas_net *net;
    size_t parameter_count;
    size_t jacobian_rows; /* those that J has room for */
    double *O_out, *gradient, *J, *v, *dYdX, mse;
} derivative_run;

static derivative_run make_run(const problem *p) {
    const shape *s = &p->shape;
    derivative_run r = {.p = p};
    require_ok(nnblas_net_create((size_t[]){s->inputs, s->hidden, s->hidden, s->outputs}, 4,
                                 NNBLAS_BIAS, &r.net));
    r.parameter_count = nnblas_net_parameter_count(r.net);
    size_t row = s->outputs * r.parameter_count, all = s->N * s->outputs * s->inputs;
    r.jacobian_rows = MOST_NUMBERS / row < s->N ? MOST_NUMBERS / row + 1 : s->N;
    size_t most = r.jacobian_rows * row;
    r.O_out = allocate_array(s->N * (s->outputs + s->inputs), sizeof(double));
    r.gradient = allocate_array(r.parameter_count, sizeof(double));
    r.J = allocate_array(most > all ? most : all, sizeof(double));
    /* New pages take longer than what is written to them. */
    memset(r.J, 0xff, (most > all ? most : all) * sizeof(double));
    r.v = allocate_array(r.parameter_count, sizeof(double));
    r.dYdX = allocate_array(all, sizeof(double));
    uint64_t state = 1;
    fill_uniform(&state, r.dYdX, all, -1.0, 1.0);
    fill_uniform(&state, r.v, r.parameter_count, -1.0, 1.0);
    return r;
}

static void free_run(derivative_run *r) {
    free(r->O_out);
    free(r->gradient);
    free(r->J);
    free(r->v);
    free(r->dYdX);
    nnblas_net_destroy(r->net);
}

/* ---- candidates ------------------------------------------------------------------------------ */

static void run_predict(void *context) {
    derivative_run *r = context;
    const shape *s = &r->p->shape;
    require_ok(nnblas_net_predict(r->net, s->N, r->p->X, s->inputs, r->O_out, s->outputs));
}

static void run_gradient(void *context) {
    derivative_run *r = context;
    const shape *s = &r->p->shape;
    require_ok(nnblas_net_gradient(r->net, s->N, r->p->X, s->inputs, r->p->Y, s->outputs,
                                   r->gradient, &r->mse));
}

static void run_input_gradient(void *context) {
    derivative_run *r = context;
    const shape *s = &r->p->shape;
    require_ok(nnblas_net_input_gradient(r->net, s->N, r->p->X, s->inputs, r->p->Y, s->outputs,
                                         r->O_out, s->inputs));
}

static void run_input_jacobian(void *context) {
    derivative_run *r = context;
    require_ok(nnblas_net_input_jacobian(r->net, r->p->shape.N, r->p->X, r->p->shape.inputs, r->J));
}

static void run_jacobian(void *context) {
    derivative_run *r = context;
    require_ok(nnblas_net_jacobian(r->net, r->jacobian_rows, r->p->X, r->p->shape.inputs, r->J,
                                   r->parameter_count));
}

static void run_hessian_vector(void *context) {
    derivative_run *r = context;
    const shape *s = &r->p->shape;
    require_ok(nnblas_net_hessian_vector(r->net, s->N, r->p->X, s->inputs, r->p->Y, s->outputs,
                                         r->v, r->gradient));
}

static void run_hessian_diagonal(void *context) {
    derivative_run *r = context;
    const shape *s = &r->p->shape;
    require_ok(nnblas_net_hessian_diagonal(r->net, s->N, r->p->X, s->inputs, r->p->Y, s->outputs,
                                           r->gradient));
}

static void run_given_derivatives(void *context) {
    derivative_run *r = context;
    const shape *s = &r->p->shape;
    require_ok(nnblas_net_gradient_derivatives(r->net, s->N, r->p->X, s->inputs, r->p->Y,
                                               s->outputs, NULL, 1.0, r->dYdX,
                                               s->outputs * s->inputs, r->gradient, &r->mse));
}

/* ---- the table ------------------------------------------------------------------------------- */

static void add_line(report *r, const derivative_run *run, const candidate *c) {
    const shape *s = &run->p->shape;
    double predict = c[0].median, gradient = c[1].median, outputs = (double)s->outputs;
    json_t *result = describe_shape(s);
    json_object_set_new(result, "predict_seconds", json_real(predict));
    json_object_set_new(result, "gradient_seconds", json_real(gradient));
    json_object_set_new(result, "input_gradient", json_real(c[2].median / predict));
    json_object_set_new(result, "input_jacobian", json_real(c[3].median / (predict * outputs)));
    double share = (double)run->jacobian_rows / (double)s->N;
    json_object_set_new(result, "jacobian", json_real(c[4].median / (share * predict * outputs)));
    json_object_set_new(result, "hessian_vector", json_real(c[5].median / gradient));
    json_object_set_new(result, "hessian_diagonal", json_real(c[6].median / gradient));
    json_object_set_new(result, "given_derivatives", json_real(c[7].median / gradient));
    add_result(r, result);
}

static bool time_derivatives(const shape *s, const options *o, report *r) {
    problem p = make_problem(s, 1);
    derivative_run run = make_run(&p);
    candidate candidates[] = {
        {run_predict, &run, 0.0},          {run_gradient, &run, 0.0},
        {run_input_gradient, &run, 0.0},   {run_input_jacobian, &run, 0.0},
        {run_jacobian, &run, 0.0},         {run_hessian_vector, &run, 0.0},
        {run_hessian_diagonal, &run, 0.0}, {run_given_derivatives, &run, 0.0},
    };
    measure_medians(candidates, sizeof candidates / sizeof *candidates, o->seconds);
    add_line(r, &run, candidates);
    free_run(&run);
    free_problem(&p);
    return true;
}

int run_derivatives(const options *o) {
    static const shape OWN[] = {{10000, 10, 64, 3}, {1, 10, 64, 3},    {100, 10, 20, 1},
                                {1000, 10, 20, 1},  {10000, 4, 10, 3}, {1000, 64, 32, 10},
                                {1000, 100, 128, 2}};
    const report_head head = {"derivatives", COLUMNS, NOTE};
    return report_shapes(o, choose_shapes(o, (shape_list){OWN, sizeof OWN / sizeof *OWN}), &head,
                         time_derivatives);
}
