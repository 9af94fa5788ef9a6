/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/arguments.h"
#include "core/memory.h"
#include "engine/finite.h"
#include "file/file.h"
#include "file/model_file.h"
#include "file/model_file_contents.h"
#include "network/cost_rules.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char CHECKPOINT_TEXTS[] = "nnblas.checkpoint", CHECKPOINT_TENSORS[] = "checkpoint.";

static bool begins_with(const char *text, const char *prefix) {
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool nn_is_extra_tensor(const char *name) {
    return begins_with(name, CHECKPOINT_TENSORS);
}

bool nn_is_extra_text(const char *key) {
    return begins_with(key, CHECKPOINT_TEXTS);
}

/* ---- what the header says of the network ----------------------------------------------------- */

static nnblas_status find_own_text(const nn_model_file *file, const char *key, const char **text) {
    *text = nn_find_text(&file->header, key);
    if (*text)
        return NNBLAS_OK;
    return nn_fail(NNBLAS_ERROR_FORMAT, "there is no text '%s', which every network has", key);
}

static nnblas_status refuse_word(const char *key, const char *text) {
    return nn_fail(NNBLAS_ERROR_FORMAT, "the text '%s' is '%s', which this library does not know",
                   key, nn_quote_name(text).text);
}

/* *place := the index among the words of the first length characters of text. */
static bool find_place(const char *text, size_t length, const char *const *words, size_t count,
                       size_t *place) {
    for (*place = 0; *place < count; ++*place)
        if (words[*place] && strlen(words[*place]) == length &&
            memcmp(text, words[*place], length) == 0)
            return true;
    return false;
}

/* *place := the index of the text among the words. */
static nnblas_status find_word(const nn_model_file *file, const char *key, const char *const *words,
                               size_t count, size_t *place) {
    const char *text;
    nnblas_status status = find_own_text(file, key, &text);
    if (status)
        return status;
    return find_place(text, strlen(text), words, count, place) ? NNBLAS_OK : refuse_word(key, text);
}

static nnblas_status check_texts(const nn_model_file *file) {
    const char *const known[] = {NN_FORMAT, NN_LAYER_SIZES, NN_HIDDEN, NN_OUTPUT, NN_COST, NN_SKIP};
    for (size_t i = 0; i < file->header.n_texts; i++) {
        const char *key = file->header.texts[i].key;
        bool is_known = !begins_with(key, NN_OWN_PREFIX) || nn_is_extra_text(key);
        for (size_t k = 0; k < NN_OWN_TEXTS; k++)
            is_known |= strcmp(key, known[k]) == 0;
        if (!is_known)
            return nn_fail(NNBLAS_ERROR_FORMAT, "there is an unknown text '%s'",
                           nn_quote_name(key).text);
    }
    return NNBLAS_OK;
}

/* Of a list with commas. */
static size_t count_items(const char *text) {
    size_t count = 1;
    for (; *text; text++)
        count += *text == ',';
    return count;
}

/* Reads a size at the beginning of text. Returns its end, or null where there is none. */
static const char *read_layer_size(const char *text, size_t *size) {
    const char *first = text;
    for (*size = 0; *text >= '0' && *text <= '9' && *size <= INT_MAX; text++)
        *size = 10 * *size + (size_t)(*text - '0');
    return *first == '0' || *size == 0 || *size > INT_MAX ? NULL : text;
}

static nnblas_status read_layer_sizes(nn_model_file *file) {
    const char *text;
    nnblas_status status = find_own_text(file, NN_LAYER_SIZES, &text);
    if (status)
        return status;
    size_t count = count_items(text);
    file->layer_sizes = nn_allocate(count, sizeof *file->layer_sizes);
    if (!file->layer_sizes)
        return NNBLAS_ERROR_MEMORY;
    const char *rest = text;
    while (file->n_layer_sizes < count) {
        rest = read_layer_size(rest, &file->layer_sizes[file->n_layer_sizes++]);
        if (!rest || *rest != (file->n_layer_sizes < count ? ',' : '\0'))
            break;
        rest++;
    }
    if (rest && rest[-1] == '\0' && count >= 2)
        return NNBLAS_OK;
    return nn_fail(NNBLAS_ERROR_FORMAT,
                   "the text '%s' is '%s'; it must be sizes of 1 to %d like '4,2,3'",
                   NN_LAYER_SIZES, nn_quote_name(text).text, INT_MAX);
}

/* Skip connections go past a hidden layer. */
static nnblas_status read_skip(nn_model_file *file) {
    const char *text = nn_find_text(&file->header, NN_SKIP);
    file->has_skip = text;
    if (!text || (strcmp(text, NN_INPUTS_TO_OUTPUTS) == 0 && file->n_layer_sizes > 2))
        return NNBLAS_OK;
    return nn_fail(NNBLAS_ERROR_FORMAT,
                   "the text '%s' is '%s'; it must be '%s', and the network have a hidden layer",
                   NN_SKIP, nn_quote_name(text).text, NN_INPUTS_TO_OUTPUTS);
}

/* The rows of W of a layer, from 1. */
static size_t get_fan_in(const nn_model_file *file, size_t layer) {
    size_t skips = file->has_skip && layer + 1 == file->n_layer_sizes ? file->layer_sizes[0] : 0;
    return file->layer_sizes[layer - 1] + skips;
}

static nnblas_status check_parameters(const nn_model_file *file, char kind, size_t layer,
                                      size_t n_dimensions, size_t rows, size_t columns) {
    nn_tensor_name name = nn_name_tensor(kind, layer);
    const nn_tensor *tensor = nn_find_tensor(&file->header, name.text);
    if (!tensor)
        return nn_fail(NNBLAS_ERROR_FORMAT, "there is no tensor '%s'", name.text);
    if (tensor->n_dimensions == n_dimensions && tensor->rows == rows && tensor->columns == columns)
        return NNBLAS_OK;
    return nn_fail(NNBLAS_ERROR_FORMAT,
                   "tensor '%s' is %zu x %zu of %zu dimensions; the layer sizes make it %zu x %zu "
                   "of %zu",
                   name.text, tensor->rows, tensor->columns, tensor->n_dimensions, rows, columns,
                   n_dimensions);
}

static bool is_expected(const nn_model_file *file, const char *name) {
    if (strcmp(name, NN_COST_PARAMETER) == 0)
        return true;
    size_t layer = *name ? strtoul(name + 1, NULL, 10) : 0;
    if (layer >= 1 && layer < file->n_layer_sizes && (*name == 'W' || *name == 'b'))
        return strcmp(name, nn_name_tensor(*name, layer).text) == 0 &&
               (*name == 'W' || file->has_bias);
    return nn_is_extra_tensor(name) || strcmp(name, NN_POSTERIOR_NOISE) == 0 ||
           strcmp(name, NN_POSTERIOR_FACTOR) == 0;
}

static nnblas_status check_tensors(nn_model_file *file) {
    file->has_bias = nn_find_tensor(&file->header, "b1");
    for (size_t l = 1; l < file->n_layer_sizes; l++) {
        size_t columns = file->layer_sizes[l];
        nnblas_status status = check_parameters(file, 'W', l, 2, get_fan_in(file, l), columns);
        if (!status && file->has_bias)
            status = check_parameters(file, 'b', l, 1, 1, columns);
        if (status)
            return status;
    }
    for (size_t i = 0; i < file->header.n_tensors; i++)
        if (!is_expected(file, file->header.tensors[i].name))
            return nn_fail(NNBLAS_ERROR_FORMAT, "there is an unknown tensor '%s'",
                           nn_quote_name(file->header.tensors[i].name).text);
    return NNBLAS_OK;
}

static nnblas_status check_version(const nn_model_file *file) {
    const char *version = nn_find_text(&file->header, NN_FORMAT);
    if (!version)
        return nn_fail(NNBLAS_ERROR_FORMAT,
                       "there is no text '%s': it is not a network of this library", NN_FORMAT);
    if (strcmp(version, NN_FORMAT_VERSION) != 0)
        return nn_fail(NNBLAS_ERROR_FORMAT, "the text '%s' is '%s'; this library reads '%s'",
                       NN_FORMAT, nn_quote_name(version).text, NN_FORMAT_VERSION);
    return NNBLAS_OK;
}

/* ---- reading --------------------------------------------------------------------------------- */

/* Parses and checks the header of a network. It owns bytes from then on. */
static nnblas_status read_header(nn_model_file *file, char *bytes, size_t header_size,
                                 size_t data_size) {
    bytes[header_size] = '\0';
    nnblas_status status = nn_parse_header(bytes, header_size, data_size, &file->header);
    if (!status)
        status = check_version(file);
    if (!status)
        status = check_texts(file);
    if (!status)
        status = read_layer_sizes(file);
    if (!status)
        status = read_skip(file);
    if (!status)
        status = check_tensors(file);
    return status;
}

/*
 * The header says how much data there is. Memory for it is allocated only when the header is valid.
 */
static nnblas_status read_file(nn_model_file *file, nn_file *f) {
    unsigned char prefix[NN_PREFIX_SIZE];
    size_t header_size;
    nnblas_status status = nn_file_read(f, prefix, f->size < sizeof prefix ? 0 : sizeof prefix);
    if (!status)
        status = nn_measure_header(prefix, f->size, &header_size);
    if (status)
        return status;
    char *bytes = nn_allocate(header_size + 1, 1);
    if (!bytes)
        return NNBLAS_ERROR_MEMORY;
    size_t data_size = f->size - NN_PREFIX_SIZE - header_size;
    status = nn_file_read(f, bytes, header_size);
    if (status) {
        free(bytes);
        return status;
    }
    status = read_header(file, bytes, header_size, data_size);
    if (status)
        return status;
    file->data = file->owned = nn_allocate(data_size, 1);
    return file->owned ? nn_file_read(f, file->owned, data_size) : NNBLAS_ERROR_MEMORY;
}

static nnblas_status read_memory(nn_model_file *file, const unsigned char *bytes, size_t size) {
    size_t header_size;
    nnblas_status status = nn_measure_header(bytes, size, &header_size);
    if (status)
        return status;
    char *header = nn_allocate(header_size + 1, 1);
    if (!header)
        return NNBLAS_ERROR_MEMORY;
    memcpy(header, bytes + NN_PREFIX_SIZE, header_size);
    file->data = bytes + NN_PREFIX_SIZE + header_size;
    return read_header(file, header, header_size, size - NN_PREFIX_SIZE - header_size);
}

nnblas_status nn_model_file_open(nn_model_file *file, const char *path) {
    *file = (nn_model_file){0};
    nn_file f;
    nnblas_status status = nn_file_open(&f, path);
    if (status)
        return status;
    status = read_file(file, &f);
    nn_file_close(&f);
    if (status)
        nn_model_file_close(file);
    return status == NNBLAS_ERROR_FORMAT ? nn_name_file(status, path) : status;
}

nnblas_status nn_model_file_open_memory(nn_model_file *file, const void *bytes, size_t size) {
    *file = (nn_model_file){0};
    nnblas_status status = read_memory(file, bytes, size);
    if (status)
        nn_model_file_close(file);
    return status;
}

void nn_model_file_close(nn_model_file *file) {
    nn_free_header(&file->header);
    free(file->layer_sizes);
    free(file->owned);
    *file = (nn_model_file){0};
}

nnblas_status nn_model_file_check_shape(const nn_model_file *file, const char *name, size_t rows,
                                        size_t columns) {
    const nn_tensor *tensor = nn_find_tensor(&file->header, name);
    if (!tensor)
        return nn_fail(NNBLAS_ERROR_FORMAT, "there is no tensor '%s'", name);
    if (tensor->rows != rows || tensor->columns != columns)
        return nn_fail(NNBLAS_ERROR_FORMAT, "tensor '%s' is %zu x %zu; it must be %zu x %zu", name,
                       tensor->rows, tensor->columns, rows, columns);
    return NNBLAS_OK;
}

nnblas_status nn_model_file_read(const nn_model_file *file, const char *name, size_t rows,
                                 size_t columns, double *values) {
    nnblas_status status = nn_model_file_check_shape(file, name, rows, columns);
    if (!status)
        nn_decode_tensor(nn_find_tensor(&file->header, name), file->data, values);
    return status;
}

/* ---- from the file to the network ------------------------------------------------------------ */

enum { N_ACTIVATIONS = sizeof NN_ACTIVATIONS / sizeof *NN_ACTIVATIONS };

/* One name for all hidden layers, or one for each, separated by commas. */
static nnblas_status set_hidden(const nn_model_file *file, nnblas_net *net) {
    const char *text;
    nnblas_status status = find_own_text(file, NN_HIDDEN, &text);
    if (status)
        return status;
    const char *name = text;
    size_t count = count_items(text), place;
    if (count > 1 && count != net->n_layers - 1)
        return nn_fail(NNBLAS_ERROR_FORMAT,
                       "the text '%s' is '%s'; it must be one activation, or "
                       "one for each of the %zu hidden layers",
                       NN_HIDDEN, nn_quote_name(text).text, net->n_layers - 1);
    for (size_t layer = 1; layer <= count && !status; layer++) {
        size_t length = strcspn(name, ",");
        if (!find_place(name, length, NN_ACTIVATIONS, N_ACTIVATIONS, &place))
            return refuse_word(NN_HIDDEN, text);
        status = count == 1 ? nnblas_net_set_hidden(net, (nnblas_activation)place)
                            : nnblas_net_set_activation(net, layer, (nnblas_activation)place);
        name += length + 1;
    }
    return status;
}

/* The setter refuses the parameter of a cost that has none. */
static nnblas_status set_cost_parameter(const nn_model_file *file, nnblas_net *net) {
    double parameter = net->cost_parameter;
    bool has_parameter = nn_get_default_cost_parameter(net->cost) != 0.0;
    if (!has_parameter && !nn_find_tensor(&file->header, NN_COST_PARAMETER))
        return NNBLAS_OK;
    nnblas_status status = nn_model_file_read(file, NN_COST_PARAMETER, 1, 1, &parameter);
    return status ? status : nnblas_net_set_cost_parameter(net, parameter);
}

/* The message of the setter that refuses stays: it names the value and what is allowed. */
static nnblas_status set_activations(const nn_model_file *file, nnblas_net *net) {
    size_t output, cost;
    nnblas_status status = find_word(file, NN_OUTPUT, NN_ACTIVATIONS, N_ACTIVATIONS, &output);
    if (!status)
        status = find_word(file, NN_COST, NN_COSTS, sizeof NN_COSTS / sizeof *NN_COSTS, &cost);
    if (!status)
        status = set_hidden(file, net);
    if (!status)
        status = nnblas_net_set_output(net, (nnblas_activation)output, (nnblas_cost)cost);
    if (!status)
        status = set_cost_parameter(file, net);
    return status ? NNBLAS_ERROR_FORMAT : NNBLAS_OK;
}

static nnblas_status read_parameters(const nn_model_file *file, char kind, size_t layer,
                                     size_t rows, size_t columns, double *values) {
    nn_tensor_name name = nn_name_tensor(kind, layer);
    nnblas_status status = nn_model_file_read(file, name.text, rows, columns, values);
    if (!status)
        status = nn_check_finite(name.text, rows, columns, values, columns);
    return status ? NNBLAS_ERROR_FORMAT : NNBLAS_OK;
}

static nnblas_status read_layers(const nn_model_file *file, nnblas_net *net) {
    nnblas_status status = NNBLAS_OK;
    for (size_t l = 0; l < net->n_layers && !status; l++) {
        const nn_layer *layer = &net->layers[l];
        size_t outputs = layer->outputs;
        double *W = net->W[l];
        status = read_parameters(file, 'W', l + 1, nn_get_fan_in(layer), outputs, W);
        if (!status && file->has_bias)
            status = read_parameters(file, 'b', l + 1, 1, outputs, W + nn_count_weights(layer));
    }
    return status;
}

/* A factor has positive numbers on its diagonal, and zeros above it. */
static nnblas_status check_posterior(double noise, size_t count, const double *factor) {
    if (!(noise > 0.0 && isfinite(noise)))
        return nn_fail(NNBLAS_ERROR_FORMAT, "%s is %g; it must be finite and above 0",
                       NN_POSTERIOR_NOISE, noise);
    if (nn_check_finite(NN_POSTERIOR_FACTOR, count, count, factor, count))
        return NNBLAS_ERROR_FORMAT;
    for (size_t i = 0; i < count; i++)
        for (size_t j = i; j < count; j++)
            if (j == i ? !(factor[i * count + i] > 0.0) : factor[i * count + j] != 0.0)
                return nn_fail(
                    NNBLAS_ERROR_FORMAT, "%s holds %g at row %zu, column %zu; it must be %s",
                    NN_POSTERIOR_FACTOR, factor[i * count + j], i, j, j == i ? "above 0" : "0");
    return NNBLAS_OK;
}

static nnblas_status read_posterior(const nn_model_file *file, nnblas_net *net) {
    size_t count = net->parameter_count;
    double noise;
    if (!nn_find_tensor(&file->header, NN_POSTERIOR_NOISE) &&
        !nn_find_tensor(&file->header, NN_POSTERIOR_FACTOR))
        return NNBLAS_OK;
    nnblas_status status = nn_model_file_read(file, NN_POSTERIOR_NOISE, 1, 1, &noise);
    if (!status)
        status = nn_model_file_check_shape(file, NN_POSTERIOR_FACTOR, count, count);
    if (status)
        return status;
    double *factor = nn_allocate(count, nn_multiply_sizes(count, sizeof *factor));
    if (!factor)
        return NNBLAS_ERROR_MEMORY;
    status = nn_model_file_read(file, NN_POSTERIOR_FACTOR, count, count, factor);
    if (!status)
        status = check_posterior(noise, count, factor);
    if (status)
        free(factor);
    else
        nn_take_posterior(net, noise, factor);
    return status;
}

/*
 * The keys are known to be unique, so they are appended without a search: a file may have millions.
 */
static nnblas_status read_texts(const nn_model_file *file, nnblas_net *net) {
    nn_text **end = &net->metadata;
    for (size_t i = 0; i < file->header.n_texts; i++) {
        const nn_pair *pair = &file->header.texts[i];
        if (begins_with(pair->key, NN_OWN_PREFIX))
            continue;
        if (nn_check_key(pair->key))
            return NNBLAS_ERROR_FORMAT;
        *end = nn_create_text(pair->key, pair->text);
        if (!*end)
            return NNBLAS_ERROR_MEMORY;
        end = &(*end)->next;
    }
    return NNBLAS_OK;
}

nnblas_status nn_model_file_make_net(const nn_model_file *file, nnblas_net **net) {
    nnblas_net *made = NULL;
    unsigned flags =
        NNBLAS_ZERO | (file->has_bias ? NNBLAS_BIAS : 0) | (file->has_skip ? NNBLAS_SKIP : 0);
    nnblas_status status = nnblas_net_create(file->layer_sizes, file->n_layer_sizes, flags, &made);
    if (!status)
        status = set_activations(file, made);
    if (!status)
        status = read_layers(file, made);
    if (!status)
        status = read_posterior(file, made);
    if (!status)
        status = read_texts(file, made);
    if (status)
        nnblas_net_destroy(made);
    else
        *net = made;
    return status;
}

/* ---- the public functions -------------------------------------------------------------------- */

nnblas_status nnblas_net_load(const char *path, nnblas_net **net) {
    if (nn_check_pointer("path", path) || nn_check_pointer("net", net))
        return NNBLAS_ERROR_NULL;
    nn_model_file file;
    nnblas_status status = nn_model_file_open(&file, path);
    if (status)
        return status;
    status = nn_model_file_make_net(&file, net);
    nn_model_file_close(&file);
    return status == NNBLAS_ERROR_FORMAT ? nn_name_file(status, path) : status;
}

nnblas_status nnblas_net_load_from_memory(const void *bytes, size_t size, nnblas_net **net) {
    if (nn_check_pointer("bytes", bytes) || nn_check_pointer("net", net))
        return NNBLAS_ERROR_NULL;
    nn_model_file file;
    nnblas_status status = nn_model_file_open_memory(&file, bytes, size);
    if (status)
        return status;
    status = nn_model_file_make_net(&file, net);
    nn_model_file_close(&file);
    return status;
}
