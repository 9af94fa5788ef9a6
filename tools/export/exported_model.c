/* SPDX-License-Identifier: BSD-3-Clause */
#include "export/exported_model.h"

#include "cli/memory.h"
#include "cli/text.h"

#include <stdlib.h>

/* ---- members --------------------------------------------------------------------------------- */

size_t count_members(const exported_model *exported) {
    return 1 + exported->model.n_others;
}

const nnblas_net *get_member(const exported_model *exported, size_t m) {
    return m == 0 ? exported->model.net : exported->model.others[m - 1];
}

static bool is_like(const nnblas_net *net, const nnblas_net *first) {
    bool is_alike = nnblas_net_flags(net) == nnblas_net_flags(first) &&
                    nnblas_net_layer_count(net) == nnblas_net_layer_count(first) &&
                    nnblas_net_layer_size(net, 0) == nnblas_net_layer_size(first, 0);
    for (size_t l = 1; is_alike && l < nnblas_net_layer_count(net); l++)
        is_alike = nnblas_net_layer_size(net, l) == nnblas_net_layer_size(first, l) &&
                   nnblas_net_activation(net, l) == nnblas_net_activation(first, l);
    return is_alike;
}

/* Each has the arrays of the others' sizes in what is written. */
static bool check_members(const char *command, const char *path, const exported_model *exported) {
    for (size_t m = 1; m < count_members(exported); m++) {
        if (is_like(get_member(exported, m), exported->model.net))
            continue;
        print_safely(
            stderr,
            "nnblas %s: %s: is an ensemble of networks with different layers, which cannot be "
            "written\n",
            command, path);
        return false;
    }
    return true;
}

/* ---- loading --------------------------------------------------------------------------------- */

static void name_numbers(column_list *list, const char *word, size_t count) {
    for (size_t i = 0; i < count; i++) {
        char name[40];
        snprintf(name, sizeof name, "%s %zu", word, i + 1);
        add_column(list, name, i);
    }
}

static void describe_net(const nnblas_net *net, schema *s) {
    name_numbers(&s->features, "input", nnblas_net_layer_size(net, 0));
    name_numbers(&s->targets, "output",
                 nnblas_net_layer_size(net, nnblas_net_layer_count(net) - 1));
}

bool load_exported_model(const char *command, const char *path, exported_model *exported) {
    *exported = (exported_model){0};
    if (!load_model_or_net(command, path, &exported->model))
        return false;
    if (!check_members(command, path, exported)) {
        free_exported_model(exported);
        return false;
    }
    exported->has_table = exported->model.schema.features.count > 0;
    if (!exported->has_table)
        describe_net(exported->model.net, &exported->model.schema);
    return true;
}

void free_exported_model(exported_model *exported) {
    free_model(&exported->model);
}

/* ---- what a model has ------------------------------------------------------------------------ */

size_t count_features_of_kind(const schema *s, column_kind kind) {
    size_t count = 0;
    for (size_t i = 0; i < s->features.count; i++)
        count += s->features.columns[i].kind == kind;
    return count;
}

size_t count_scaled_features(const schema *s) {
    return count_features_of_kind(s, COLUMN_NUMBER) + count_features_of_kind(s, COLUMN_DATE);
}

bool has_gaps(const schema *s) {
    for (size_t i = 0; i < s->features.count; i++)
        if (s->features.columns[i].expects_gaps)
            return true;
    return false;
}

output_scaling get_output_scaling(const schema *s) {
    size_t count = count_numbers(&s->targets), k = 0;
    output_scaling scaling = {.means = resize_array(NULL, count, sizeof(double)),
                              .deviations = resize_array(NULL, count, sizeof(double)),
                              .count = count};
    for (size_t t = 0; t < s->targets.count; t++) {
        const table_column *target = &s->targets.columns[t];
        bool has_unit = is_scaled(target);
        for (size_t j = 0; j < get_width(target); j++, k++) {
            scaling.means[k] = has_unit ? target->mean : 0.0;
            scaling.deviations[k] = has_unit ? target->deviation : 1.0;
            scaling.is_needed |= scaling.means[k] != 0.0 || scaling.deviations[k] != 1.0;
        }
    }
    return scaling;
}

void free_output_scaling(output_scaling *scaling) {
    free(scaling->means);
    free(scaling->deviations);
    *scaling = (output_scaling){0};
}
