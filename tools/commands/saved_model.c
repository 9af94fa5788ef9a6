/* SPDX-License-Identifier: BSD-3-Clause */
#include "commands/saved_model.h"

#include "cli/memory.h"
#include "cli/text.h"
#include "commands/network_names.h"
#include "commands/run_record.h"
#include "table/ensemble.h"
#include "table/json.h"

#include <stdlib.h>
#include <string.h>

/* ---- a checkpoint ---------------------------------------------------------------------------- */

/* Choices by their names, and whole numbers; all others are the bits of a double. */
typedef struct {
    const char *name;
    const char *choices[8];
} whole_word;

static const whole_word *find_whole(const char *name) {
    static const whole_word WORDS[] = {
        {"optimizer",
         {[NNBLAS_GRADIENT_DESCENT] = "gradient-descent",
          [NNBLAS_MOMENTUM] = "momentum",
          [NNBLAS_NESTEROV] = "nesterov",
          [NNBLAS_RPROP] = "rprop",
          [NNBLAS_ADAM] = "adam",
          [NNBLAS_LBFGS] = "lbfgs",
          [NNBLAS_LEVENBERG_MARQUARDT] = "levenberg-marquardt",
          [NNBLAS_SCALED_CONJUGATE_GRADIENT] = "scg"}},
        {"schedule",
         {[NNBLAS_SCHEDULE_CONSTANT] = "constant",
          [NNBLAS_SCHEDULE_STEP] = "step",
          [NNBLAS_SCHEDULE_COSINE] = "cosine",
          [NNBLAS_SCHEDULE_PLATEAU] = "plateau",
          [NNBLAS_SCHEDULE_INVERSE] = "inverse",
          [NNBLAS_SCHEDULE_ADAPTIVE] = "adaptive"}},
        {"score",
         {[NNBLAS_SCORE_NONE] = "none",
          [NNBLAS_SCORE_ACCURACY] = "accuracy",
          [NNBLAS_SCORE_LABELS] = "labels",
          [NNBLAS_SCORE_R2] = "r2"}},
        {"schedule_epochs", {0}},
        {"epochs_of_schedule", {0}},
        {"batch_size", {0}},
        {"shuffle", {0}},
        {"seed", {0}},
        {"has_sample_weights", {0}},
        {"has_validation_weights", {0}},
        {"rows_to_learn_from", {0}},
        {"rows_to_validate_with", {0}},
        {"epoch", {0}},
        {"steps", {0}},
        {"unimproved", {0}},
        {"on_plateau", {0}},
        {"conjugate", {0}},
        {"stalled", {0}},
    };
    for (size_t i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++)
        if (strcmp(WORDS[i].name, name) == 0)
            return &WORDS[i];
    return NULL;
}

/* 64 bits in hexadecimal (doc/file_format.md). */
static json_t *unpack_word(const char *name, const char *word) {
    char *end;
    const uint64_t bits = strtoull(word, &end, 16);
    const whole_word *whole = find_whole(name);
    double value;
    memcpy(&value, &bits, sizeof value);
    if (!*word || *end)
        return json_string(word);
    if (!whole)
        return pack_real(value);
    if (bits < sizeof whole->choices / sizeof whole->choices[0] && whole->choices[bits])
        return json_string(whole->choices[bits]);
    return pack_whole(bits);
}

/* "name=word name=word"; what is of use to the library only is left out. */
static json_t *unpack_words(const char *text) {
    json_t *unpacked = check_json(json_object());
    char *copy = copy_text(text), *rest = copy, *pair;
    while ((pair = strsep(&rest, " ")) != NULL) {
        char *word = strchr(pair, '=');
        if (!word || strncmp(pair, "random", 6) == 0 || strncmp(pair, "file_", 5) == 0)
            continue;
        *word++ = '\0';
        set_member(unpacked, pair, unpack_word(pair, word));
    }
    free(copy);
    return unpacked;
}

/* The library keeps its own metadata for itself: they are read in the head of the file, behind 8
 * bytes that have its length. */
static json_t *read_head(const char *bytes, size_t size) {
    uint64_t length = 0;
    for (size_t i = 8; i-- > 0 && size > 8;)
        length = length << 8 | (unsigned char)bytes[i];
    return length < size ? json_loadb(bytes + 8, (size_t)length, 0, NULL) : NULL;
}

static json_t *read_checkpoint(const char *bytes, size_t size) {
    json_t *head = read_head(bytes, size), *checkpoint = NULL;
    const json_t *metadata = json_object_get(head, "__metadata__");
    const char *settings =
        json_string_value(json_object_get(metadata, "nnblas.checkpoint.settings"));
    const char *state = json_string_value(json_object_get(metadata, "nnblas.checkpoint.progress"));
    if (settings && state) {
        checkpoint = check_json(json_object());
        set_member(checkpoint, "settings", unpack_words(settings));
        set_member(checkpoint, "progress", unpack_words(state));
    }
    json_decref(head);
    return checkpoint;
}

/* ---- reading --------------------------------------------------------------------------------- */

static bool report(const char *command, const char *path, const char *problem) {
    print_safely(stderr, "nnblas %s: %s: %s\n", command, path, problem);
    return false;
}

bool read_saved_model(const char *command, const char *path, saved_model *saved) {
    *saved = (saved_model){0};
    table_model *model = &saved->model;
    size_t size;
    char *bytes = load_net_bytes(command, path, &model->net, &size);
    if (!bytes)
        return false;
    saved->has_schema = unpack_model(model);
    bool is_good = !saved->has_schema || unpack_members(model) ||
                   report(command, path, "is an ensemble with a damaged network");
    const char *training = nnblas_net_metadata(model->net, TRAINING_KEY);
    saved->training = training ? json_loads(training, 0, NULL) : NULL;
    saved->checkpoint = read_checkpoint(bytes, size);
    free(bytes);
    return is_good;
}

void free_saved_model(saved_model *saved) {
    free_model(&saved->model);
    json_decref(saved->training);
    json_decref(saved->checkpoint);
    *saved = (saved_model){0};
}

/* ---- as JSON --------------------------------------------------------------------------------- */

static json_t *pack_network(const nnblas_net *net) {
    json_t *packed = check_json(json_object()), *layers;
    set_member(packed, "layers", layers = check_json(json_array()));
    for (size_t l = 0; l < nnblas_net_layer_count(net); l++)
        append_element(layers, pack_size(nnblas_net_layer_size(net, l)));
    char *hidden = name_hidden(net);
    set_member(packed, "hidden_activation", json_string(hidden));
    free(hidden);
    set_member(packed, "output_activation",
               json_string(name_units(nnblas_net_output_activation(net))));
    set_member(packed, "cost", json_string(name_cost(nnblas_net_cost(net))));
    if (nnblas_net_cost_parameter(net) != 0.0)
        set_member(packed, "cost_parameter", pack_real(nnblas_net_cost_parameter(net)));
    set_member(packed, "has_biases", json_boolean(nnblas_net_flags(net) & NNBLAS_BIAS));
    set_member(packed, "has_skip_connections", json_boolean(nnblas_net_flags(net) & NNBLAS_SKIP));
    set_member(packed, "parameters", pack_size(nnblas_net_parameter_count(net)));
    return packed;
}

/* As in the file. */
static json_t *pack_table(const saved_model *saved) {
    if (!saved->has_schema)
        return json_null();
    return json_loads(nnblas_net_metadata(saved->model.net, SCHEMA_KEY), 0, NULL);
}

static json_t *pack_metadata(const nnblas_net *net) {
    json_t *packed = check_json(json_object());
    for (size_t i = 0; i < nnblas_net_metadata_count(net); i++) {
        const char *key = nnblas_net_metadata_key(net, i);
        if (strcmp(key, SCHEMA_KEY) != 0 && strcmp(key, TRAINING_KEY) != 0 && !is_member_key(key))
            set_member(packed, key, json_string(nnblas_net_metadata(net, key)));
    }
    return packed;
}

static json_t *share(json_t *value) {
    return value ? json_incref(value) : json_null();
}

json_t *pack_saved_model(const saved_model *saved) {
    json_t *packed = check_json(json_object());
    set_member(packed, "network", pack_network(saved->model.net));
    set_member(packed, "networks", pack_size(saved->model.n_others + 1));
    set_member(packed, "table", pack_table(saved));
    set_member(packed, "training", share(saved->training));
    set_member(packed, "checkpoint", share(saved->checkpoint));
    set_member(packed, "metadata", pack_metadata(saved->model.net));
    return packed;
}
