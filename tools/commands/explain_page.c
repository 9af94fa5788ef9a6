/* SPDX-License-Identifier: BSD-3-Clause */
/* The data of the page, as JSON: the network, the rows, and what the library computes from them.
 * The page computes the same by itself and compares. */
#include "commands/explain_page.h"

#include "cli/memory.h"
#include "cli/number.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/text.h"
#include "commands/network_names.h"
#include "explain/page.h"

#include <math.h>
#include <stdlib.h>

/* The costs of so many steps of gradient descent are computed. */
enum { STEPS = 50 };

/* What the library computes: outputs, gradient, and the costs before the first step, after it, and
 * so on, until one is not finite. */
typedef struct {
    double *O_out, *gradient;
    double costs[STEPS + 1];
    size_t n_costs;
} library_numbers;

static size_t count_inputs(const explained *e) {
    return nnblas_net_layer_size(e->net, 0);
}

static size_t count_outputs(const explained *e) {
    return nnblas_net_layer_size(e->net, nnblas_net_layer_count(e->net) - 1);
}

static void free_texts(char **names, size_t count) {
    for (size_t i = 0; names && i < count; i++)
        free(names[i]);
    free(names);
}

void free_explained(explained *e) {
    if (e->net) {
        free_texts(e->input_names, count_inputs(e));
        free_texts(e->output_names, count_outputs(e));
    }
    nnblas_net_destroy(e->net);
    nnblas_net_destroy(e->whole);
    free(e->X);
    free(e->Y);
    free(e->weights);
    free(e->rows);
    free(e->model);
    free(e->table);
    *e = (explained){0};
}

/* ---- the numbers ----------------------------------------------------------------------------- */

static nnblas_status compute_gradient(const explained *e, const nnblas_net *net, double *gradient,
                                      double *cost) {
    size_t inputs = count_inputs(e), outputs = count_outputs(e);
    if (!e->weights)
        return nnblas_net_gradient(net, e->N, e->X, inputs, e->Y, outputs, gradient, cost);
    return nnblas_net_gradient_weighted(net, e->N, e->X, inputs, e->Y, outputs, e->weights,
                                        gradient, cost);
}

static nnblas_status descend(const explained *e, library_numbers *numbers) {
    nnblas_net *net;
    nnblas_status status = nnblas_net_clone(e->net, &net);
    if (status)
        return status;
    size_t parameters = nnblas_net_parameter_count(net);
    double *W = nnblas_net_parameters(net), cost;
    double *W_update = resize_array(NULL, parameters, sizeof *W_update);
    while (!status && numbers->n_costs <= STEPS) {
        status = compute_gradient(e, net, W_update, &cost);
        if (status || !isfinite(cost))
            break;
        numbers->costs[numbers->n_costs++] = cost;
        for (size_t p = 0; p < parameters; p++)
            W[p] -= e->learning_rate * W_update[p];
    }
    free(W_update);
    nnblas_net_destroy(net);
    return status;
}

static bool are_finite(const double *numbers, size_t count) {
    bool is_so = true;
    for (size_t i = 0; i < count; i++)
        is_so = is_so && isfinite(numbers[i]);
    return is_so;
}

static bool compute_numbers(const char *command, const explained *e, library_numbers *numbers) {
    size_t parameters = nnblas_net_parameter_count(e->net), outputs = count_outputs(e);
    double cost;
    *numbers = (library_numbers){
        .O_out = resize_array(NULL, e->N * outputs, sizeof *numbers->O_out),
        .gradient = resize_array(NULL, parameters, sizeof *numbers->gradient),
    };
    if (nnblas_net_predict(e->net, e->N, e->X, count_inputs(e), numbers->O_out, outputs) ||
        compute_gradient(e, e->net, numbers->gradient, &cost) || descend(e, numbers)) {
        report_failure(command);
        return false;
    }
    if (isfinite(cost) && are_finite(numbers->gradient, parameters) &&
        are_finite(numbers->O_out, e->N * outputs))
        return true;
    print_safely(
        stderr,
        "nnblas %s: %s: the cost or its gradient is not finite for these rows, so there is "
        "nothing to explain\n",
        command, e->model ? e->model : "iris");
    return false;
}

static void free_numbers(library_numbers *numbers) {
    free(numbers->O_out);
    free(numbers->gradient);
}

/* ---- JSON ------------------------------------------------------------------------------------ */

/* No text may end the script that holds it, so < > & are written as escapes too. */
static void write_text(FILE *stream, const char *text) {
    if (!text) {
        fputs("null", stream);
        return;
    }
    putc('"', stream);
    for (const unsigned char *c = (const unsigned char *)text; *c; c++)
        if (*c < ' ' || *c == '"' || *c == '\\' || *c == '<' || *c == '>' || *c == '&')
            fprintf(stream, "\\u%04x", *c);
        else
            putc(*c, stream);
    putc('"', stream);
}

static void write_key(FILE *stream, const char *key) {
    fprintf(stream, ",\n\"%s\": ", key);
}

static void write_texts(FILE *stream, const char *key, char *const *texts, size_t count) {
    write_key(stream, key);
    for (size_t i = 0; i < count; i++) {
        putc(i > 0 ? ',' : '[', stream);
        write_text(stream, texts[i]);
    }
    putc(']', stream);
}

static void write_numbers(FILE *stream, const char *key, const double *numbers, size_t count) {
    write_key(stream, key);
    for (size_t i = 0; i < count; i++)
        fprintf(stream, "%c%s", i > 0 ? ',' : '[', write_real(numbers[i]).text);
    putc(']', stream);
}

static void write_bool(FILE *stream, const char *key, bool is_so) {
    write_key(stream, key);
    fputs(is_so ? "true" : "false", stream);
}

static void write_size(FILE *stream, const char *key, size_t size) {
    write_key(stream, key);
    fprintf(stream, "%zu", size);
}

static void write_sizes(FILE *stream, const char *key, const nnblas_net *net) {
    write_key(stream, key);
    if (!net)
        fputs("null", stream);
    for (size_t l = 0; l < nnblas_net_layer_count(net); l++)
        fprintf(stream, "%c%zu", l > 0 ? ',' : '[', nnblas_net_layer_size(net, l));
    if (net)
        putc(']', stream);
}

static void write_activations(FILE *stream, const nnblas_net *net) {
    write_key(stream, "activations");
    for (size_t l = 1; l < nnblas_net_layer_count(net); l++)
        fprintf(stream, "%c\"%s\"", l > 1 ? ',' : '[', name_units(nnblas_net_activation(net, l)));
    putc(']', stream);
}

static void write_network(FILE *stream, const nnblas_net *net) {
    write_sizes(stream, "sizes", net);
    write_activations(stream, net);
    write_key(stream, "cost");
    write_text(stream, nnblas_net_cost(net) == NNBLAS_CROSS_ENTROPY
                           ? "cross-entropy"
                           : name_cost(nnblas_net_cost(net)));
    write_bool(stream, "biases", nnblas_net_flags(net) & NNBLAS_BIAS);
    write_numbers(stream, "parameters", nnblas_net_const_parameters(net),
                  nnblas_net_parameter_count(net));
}

static void write_data(FILE *stream, const explained *e, const library_numbers *numbers) {
    size_t inputs = count_inputs(e), outputs = count_outputs(e);
    fputs("{\"version\": ", stream);
    write_text(stream, nnblas_version());
    write_key(stream, "model");
    write_text(stream, e->model);
    write_key(stream, "table");
    write_text(stream, e->table);
    write_size(stream, "member", e->member);
    write_size(stream, "members", e->members);
    write_key(stream, "rows");
    for (size_t r = 0; r < e->N; r++)
        fprintf(stream, "%c%zu", r > 0 ? ',' : '[', e->rows[r]);
    putc(']', stream);
    write_size(stream, "n_read", e->n_read);
    write_bool(stream, "is_whole", e->is_whole);
    write_sizes(stream, "whole_sizes", e->whole);
    write_network(stream, e->net);
    write_texts(stream, "inputs", e->input_names, inputs);
    write_texts(stream, "outputs", e->output_names, outputs);
    write_size(stream, "N", e->N);
    write_numbers(stream, "X", e->X, e->N * inputs);
    write_numbers(stream, "Y", e->Y, e->N * outputs);
    if (e->weights)
        write_numbers(stream, "weights", e->weights, e->N);
    write_bool(stream, "lacks_weights", e->lacks_weights);
    write_numbers(stream, "learning_rate", &e->learning_rate, 1);
    write_numbers(stream, "library_outputs", numbers->O_out, e->N * outputs);
    write_numbers(stream, "library_gradient", numbers->gradient,
                  nnblas_net_parameter_count(e->net));
    write_numbers(stream, "library_costs", numbers->costs, numbers->n_costs);
    fputs("}\n", stream);
}

bool write_page(const char *command, const explained *e, const char *path) {
    library_numbers numbers;
    output_file output;
    bool is_good = compute_numbers(command, e, &numbers) && open_output(command, &output, path);
    if (is_good) {
        fwrite(page_head, 1, page_head_size, output.stream);
        write_data(output.stream, e, &numbers);
        fwrite(page_tail, 1, page_tail_size, output.stream);
        is_good = keep_output(command, &output);
    }
    free_numbers(&numbers);
    return is_good;
}
