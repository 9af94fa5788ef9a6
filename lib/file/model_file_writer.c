/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/arguments.h"
#include "core/memory.h"
#include "core/replacement.h"
#include "engine/finite.h"
#include "file/file.h"
#include "file/model_file.h"
#include "file/model_file_contents.h"
#include "network/cost_rules.h"

#include <stdlib.h>

/* The arguments of nn_encode_safetensors, and what they point to. */
typedef struct contents {
    nn_tensor *tensors;
    nn_tensor_name *names;
    size_t n_tensors;
    nn_pair *texts;
    size_t n_texts;
    char *layer_sizes, *hidden;
} contents;

static void free_contents(contents *c) {
    free(c->tensors);
    free(c->names);
    free(c->texts);
    free(c->layer_sizes);
    free(c->hidden);
}

/* The most bytes of a size and its comma, and of the name of an activation and its comma. */
enum { SIZE_LENGTH = 12, NAME_LENGTH = 16 };

static nnblas_status allocate_contents(contents *c, const nnblas_net *net,
                                       const nn_extras *extras) {
    size_t n_texts = NN_OWN_TEXTS + extras->n_texts;
    for (const nn_text *text = net->metadata; text; text = text->next)
        n_texts++;
    size_t n_own = 2 * net->n_layers;
    *c = (contents){
        .tensors =
            nn_allocate(n_own + 1 + NN_POSTERIOR_TENSORS + extras->n_tensors, sizeof *c->tensors),
        .names = nn_allocate(n_own, sizeof *c->names),
        .texts = nn_allocate(n_texts, sizeof *c->texts),
        .layer_sizes = nn_allocate(net->n_layers + 1, SIZE_LENGTH),
        .hidden = nn_allocate(net->n_layers, NAME_LENGTH),
    };
    if (c->tensors && c->names && c->texts && c->layer_sizes && c->hidden)
        return NNBLAS_OK;
    free_contents(c);
    return NNBLAS_ERROR_MEMORY;
}

static nnblas_status add_parameters(contents *c, char kind, size_t layer, size_t n_dimensions,
                                    size_t rows, size_t columns, const double *values) {
    nn_tensor_name *name = &c->names[c->n_tensors];
    *name = nn_name_tensor(kind, layer);
    c->tensors[c->n_tensors++] = (nn_tensor){.name = name->text,
                                             .n_dimensions = n_dimensions,
                                             .rows = rows,
                                             .columns = columns,
                                             .values = values};
    return nn_check_finite(name->text, rows, columns, values, columns);
}

static nnblas_status add_layers(contents *c, const nnblas_net *net) {
    nnblas_status status = NNBLAS_OK;
    for (size_t l = 0; l < net->n_layers && !status; l++) {
        const nn_layer *layer = &net->layers[l];
        const double *W = net->W[l], *b = W + nn_count_weights(layer);
        status = add_parameters(c, 'W', l + 1, 2, nn_get_fan_in(layer), layer->outputs, W);
        if (!status && layer->has_bias)
            status = add_parameters(c, 'b', l + 1, 1, 1, layer->outputs, b);
    }
    return status;
}

static void add_cost_parameter(contents *c, const nnblas_net *net) {
    if (nn_get_default_cost_parameter(net->cost) != 0.0)
        c->tensors[c->n_tensors++] = (nn_tensor){.name = NN_COST_PARAMETER,
                                                 .n_dimensions = 1,
                                                 .rows = 1,
                                                 .columns = 1,
                                                 .values = &net->cost_parameter};
}

/* Of parameters that have changed since, it is left out. */
static void add_posterior(contents *c, const nnblas_net *net) {
    const nn_posterior *p = &net->posterior;
    size_t count = net->parameter_count;
    if (!nn_has_posterior(net))
        return;
    c->tensors[c->n_tensors++] = (nn_tensor){.name = NN_POSTERIOR_NOISE,
                                             .n_dimensions = 1,
                                             .rows = 1,
                                             .columns = 1,
                                             .values = &p->noise};
    c->tensors[c->n_tensors++] = (nn_tensor){.name = NN_POSTERIOR_FACTOR,
                                             .n_dimensions = 2,
                                             .rows = count,
                                             .columns = count,
                                             .values = p->factor};
}

static void write_layer_sizes(const nnblas_net *net, char *text) {
    text += snprintf(text, SIZE_LENGTH, "%zu", net->layers[0].inputs);
    for (size_t l = 0; l < net->n_layers; l++)
        text += snprintf(text, SIZE_LENGTH, ",%zu", net->layers[l].outputs);
}

/* One name where all hidden layers have the same, as every library reads it; else one a layer. */
static void write_hidden(const nnblas_net *net, char *text) {
    bool differ = false;
    for (size_t l = 1; l + 1 < net->n_layers; l++)
        differ |= net->layers[l].activation != net->layers[0].activation;
    text += snprintf(text, NAME_LENGTH, "%s", NN_ACTIVATIONS[nnblas_net_hidden_activation(net)]);
    for (size_t l = 1; l + 1 < net->n_layers && differ; l++)
        text += snprintf(text, NAME_LENGTH, ",%s", NN_ACTIVATIONS[net->layers[l].activation]);
}

static void add_text(contents *c, const char *key, const char *text) {
    c->texts[c->n_texts++] = (nn_pair){key, text};
}

static void add_texts(contents *c, const nnblas_net *net) {
    write_layer_sizes(net, c->layer_sizes);
    write_hidden(net, c->hidden);
    add_text(c, NN_FORMAT, NN_FORMAT_VERSION);
    add_text(c, NN_LAYER_SIZES, c->layer_sizes);
    add_text(c, NN_HIDDEN, c->hidden);
    add_text(c, NN_OUTPUT, NN_ACTIVATIONS[nnblas_net_output_activation(net)]);
    add_text(c, NN_COST, NN_COSTS[nnblas_net_cost(net)]);
    if (nnblas_net_flags(net) & NNBLAS_SKIP)
        add_text(c, NN_SKIP, NN_INPUTS_TO_OUTPUTS);
    for (const nn_text *text = net->metadata; text; text = text->next)
        add_text(c, text->key, text->value);
}

static void add_extras(contents *c, const nn_extras *extras) {
    for (size_t i = 0; i < extras->n_tensors; i++)
        c->tensors[c->n_tensors++] = extras->tensors[i];
    for (size_t i = 0; i < extras->n_texts; i++)
        c->texts[c->n_texts++] = extras->texts[i];
}

static nnblas_status encode_net(const nnblas_net *net, const nn_extras *extras,
                                unsigned char **bytes, size_t *size) {
    const nn_extras none = {0};
    if (!extras)
        extras = &none;
    contents c;
    nnblas_status status = allocate_contents(&c, net, extras);
    if (status)
        return status;
    status = add_layers(&c, net);
    if (!status) {
        add_cost_parameter(&c, net);
        add_posterior(&c, net);
        add_texts(&c, net);
        add_extras(&c, extras);
        status = nn_encode_safetensors(c.tensors, c.n_tensors, c.texts, c.n_texts, bytes, size);
    }
    free_contents(&c);
    return status;
}

nnblas_status nn_model_file_save(const nnblas_net *net, const nn_extras *extras, const char *path) {
    unsigned char *bytes;
    size_t size;
    nnblas_status status = encode_net(net, extras, &bytes, &size);
    if (status)
        return status;
    status = nn_file_replace(path, bytes, size);
    free(bytes);
    return status;
}

/* ---- the public functions -------------------------------------------------------------------- */

nnblas_status nnblas_net_save(const nnblas_net *net, const char *path) {
    if (nn_check_pointer("net", net) || nn_check_pointer("path", path))
        return NNBLAS_ERROR_NULL;
    nn_replacement_clear(path);
    return nn_model_file_save(net, NULL, path);
}

nnblas_status nnblas_net_save_to_memory(const nnblas_net *net, void **bytes, size_t *size) {
    if (nn_check_pointer("net", net) || nn_check_pointer("bytes", bytes) ||
        nn_check_pointer("size", size))
        return NNBLAS_ERROR_NULL;
    unsigned char *encoded;
    nnblas_status status = encode_net(net, NULL, &encoded, size);
    if (!status)
        *bytes = encoded;
    return status;
}

void nnblas_free(void *bytes) {
    free(bytes);
}
