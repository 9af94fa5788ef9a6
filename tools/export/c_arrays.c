/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/memory.h"
#include "export/c_parts.h"
#include "export/c_templates.h"
#include "export/c_text.h"

#include <stdlib.h>

/* ---- names ----------------------------------------------------------------------------------- */

static void write_strings(const c_source *c, const char *const *texts, size_t count) {
    for (size_t k = 0; k < count; k++) {
        fputs("    ", c->stream);
        write_c_string(c->stream, texts[k]);
        fputs(",\n", c->stream);
    }
    fputs("};\n", c->stream);
}

static void write_input_names(const c_source *c) {
    const column_list *features = &c->schema->features;
    const char **names = resize_array(NULL, features->count, sizeof *names);
    for (size_t i = 0; i < features->count; i++)
        names[i] = features->columns[i].name;
    write_part(c, "\nconst char *const NAME_input_names[NAME_INPUTS] = {\n");
    write_strings(c, names, features->count);
    free(names);
}

static void write_output_names(const c_source *c) {
    name_list names = {0};
    name_outputs(c->schema, &names);
    write_part(c, "const char *const NAME_output_names[NAME_OUTPUTS] = {\n");
    write_strings(c, names.names, names.count);
    free_names(&names);
}

static void write_class_names(const c_source *c) {
    const name_list *classes = &c->schema->targets.columns[0].categories;
    write_part(c, "const char *const NAME_class_names[NAME_OUTPUTS] = {\n");
    write_strings(c, classes->names, classes->count);
}

/* The categories of each input: an array of its own, and the list of these arrays. */
static void write_categories(const c_source *c) {
    const column_list *features = &c->schema->features;
    for (size_t i = 0; i < features->count; i++)
        if (features->columns[i].kind == COLUMN_CATEGORY) {
            const name_list *categories = &features->columns[i].categories;
            fprintf(c->stream, "static const char *const %s_categories_%zu[%zu] = {\n", c->name, i,
                    categories->count);
            write_strings(c, categories->names, categories->count);
        }
    write_part(c, "const char *const *const NAME_categories[NAME_INPUTS] = {\n");
    for (size_t i = 0; i < features->count; i++)
        if (features->columns[i].kind == COLUMN_CATEGORY)
            fprintf(c->stream, "    %s_categories_%zu,\n", c->name, i);
        else
            fputs("    0,\n", c->stream);
    fputs("};\n", c->stream);
}

static void write_category_counts(const c_source *c) {
    const column_list *features = &c->schema->features;
    write_part(c, "const int NAME_category_counts[NAME_INPUTS] = {");
    for (size_t i = 0; i < features->count; i++)
        fprintf(c->stream, "%s%zu,", i % 16 == 0 ? "\n    " : " ",
                features->columns[i].categories.count);
    fputs("\n};\n", c->stream);
}

static void write_names(const c_source *c) {
    write_input_names(c);
    write_output_names(c);
    if (has_classes(c->schema))
        write_class_names(c);
    if (c->has_categories) {
        write_category_counts(c);
        write_categories(c);
    }
}

/* ---- numbers --------------------------------------------------------------------------------- */

/* How many inputs of the network each input becomes, and what is special about some. */
static void write_layout(const c_source *c) {
    const column_list *features = &c->schema->features;
    size_t *numbers = resize_array(NULL, features->count, sizeof *numbers);
    fputs("\n/* How many inputs of the network each input becomes. */\n", c->stream);
    for (size_t i = 0; i < features->count; i++)
        numbers[i] = get_width(&features->columns[i]);
    write_integers(c->stream, c->name, "widths", numbers, features->count);
    for (size_t i = 0; i < features->count; i++)
        numbers[i] = features->columns[i].expects_gaps;
    if (c->has_gaps) {
        fputs("/* Whether the last of them says that the input is missing. */\n", c->stream);
        write_integers(c->stream, c->name, "gaps", numbers, features->count);
    }
    for (size_t i = 0; i < features->count; i++)
        numbers[i] = features->columns[i].parts;
    if (c->has_dates) {
        fputs("/* Of dates, as bits: 1 the year, 2 the week, 4 the day. */\n", c->stream);
        write_integers(c->stream, c->name, "date_parts", numbers, features->count);
    }
    free(numbers);
}

/* 0 and 0 for a column of texts. */
static void write_scaling(const c_source *c) {
    const column_list *features = &c->schema->features;
    double *values = resize_array(NULL, features->count, sizeof *values);
    for (size_t i = 0; i < features->count; i++)
        values[i] = is_scaled(&features->columns[i]) ? features->columns[i].mean : 0.0;
    write_reals(c->stream, c->name, "means", values, features->count);
    for (size_t i = 0; i < features->count; i++)
        values[i] = is_scaled(&features->columns[i]) ? features->columns[i].deviation : 0.0;
    write_reals(c->stream, c->name, "deviations", values, features->count);
    free(values);
}

/* "W1", or of a member of an ensemble "W1_2". */
typedef struct {
    char text[64];
} array_name;

static array_name name_array(const c_source *c, char letter, size_t l, size_t m) {
    array_name name;
    int length = snprintf(name.text, sizeof name.text, "%c%zu", letter, l);
    if (c->n_members > 1)
        snprintf(name.text + length, sizeof name.text - (size_t)length, "_%zu", m + 1);
    return name;
}

static bool has_bias(const c_source *c) {
    return (nnblas_net_flags(c->net) & NNBLAS_BIAS) != 0;
}

static void write_parameters(const c_source *c, size_t l, size_t m) {
    const nnblas_net *net = get_member(c->exported, m);
    size_t inputs = nnblas_net_layer_size(net, l - 1), outputs = nnblas_net_layer_size(net, l);
    if (c->has_skip && l + 1 == nnblas_net_layer_count(net))
        inputs += nnblas_net_layer_size(net, 0);
    write_reals(c->stream, c->name, name_array(c, 'W', l, m).text, nnblas_net_const_weights(net, l),
                inputs * outputs);
    if (has_bias(c))
        write_reals(c->stream, c->name, name_array(c, 'b', l, m).text,
                    nnblas_net_const_bias(net, l), outputs);
}

static void write_layer(const c_source *c, size_t l, size_t m) {
    fprintf(c->stream, "    {%zu, %zu, %s_%s, ", nnblas_net_layer_size(c->net, l - 1),
            nnblas_net_layer_size(c->net, l), c->name, name_array(c, 'W', l, m).text);
    if (has_bias(c))
        fprintf(c->stream, "%s_%s},\n", c->name, name_array(c, 'b', l, m).text);
    else
        fputs("0},\n", c->stream);
}

static void write_members(const c_source *c, size_t n_layers) {
    write_part(c, "static const NAME_layer NAME_members[NAME_MEMBERS][NAME_LAYERS] = {\n");
    for (size_t m = 0; m < c->n_members; m++) {
        fputs("    {\n", c->stream);
        for (size_t l = 1; l <= n_layers; l++)
            write_layer(c, l, m);
        fputs("    },\n", c->stream);
    }
    fputs("};\n", c->stream);
}

static void write_layers(const c_source *c) {
    size_t n_layers = nnblas_net_layer_count(c->net) - 1;
    for (size_t m = 0; m < c->n_members; m++)
        for (size_t l = 1; l <= n_layers; l++)
            write_parameters(c, l, m);
    write_part(c, LAYER_TYPE);
    if (c->n_members > 1) {
        write_members(c, n_layers);
        return;
    }
    write_part(c, "static const NAME_layer NAME_layers[NAME_LAYERS] = {\n");
    for (size_t l = 1; l <= n_layers; l++)
        write_layer(c, l, 0);
    fputs("};\n", c->stream);
}

void write_c_arrays(const c_source *c, const output_scaling *scaling) {
    write_names(c);
    if (c->has_table)
        write_layout(c);
    if (c->has_table && c->has_scaled)
        write_scaling(c);
    if (c->has_scaling) {
        write_reals(c->stream, c->name, "output_means", scaling->means, scaling->count);
        write_reals(c->stream, c->name, "output_deviations", scaling->deviations, scaling->count);
    }
    write_layers(c);
}
