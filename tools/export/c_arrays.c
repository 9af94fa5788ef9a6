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

static void write_parameters(const c_source *c, size_t l) {
    size_t inputs = nnblas_net_layer_size(c->net, l - 1);
    size_t outputs = nnblas_net_layer_size(c->net, l);
    char array[32];
    snprintf(array, sizeof array, "W%zu", l);
    write_reals(c->stream, c->name, array, nnblas_net_const_weights(c->net, l), inputs * outputs);
    snprintf(array, sizeof array, "b%zu", l);
    if (nnblas_net_flags(c->net) & NNBLAS_BIAS)
        write_reals(c->stream, c->name, array, nnblas_net_const_bias(c->net, l), outputs);
}

static void write_layer(const c_source *c, size_t l) {
    fprintf(c->stream, "    {%zu, %zu, %s_W%zu, ", nnblas_net_layer_size(c->net, l - 1),
            nnblas_net_layer_size(c->net, l), c->name, l);
    if (nnblas_net_flags(c->net) & NNBLAS_BIAS)
        fprintf(c->stream, "%s_b%zu},\n", c->name, l);
    else
        fputs("0},\n", c->stream);
}

static void write_layers(const c_source *c) {
    size_t last = nnblas_net_layer_count(c->net) - 1;
    for (size_t l = 1; l <= last; l++)
        write_parameters(c, l);
    write_part(c, LAYER_TYPE);
    write_part(c, "static const NAME_layer NAME_layers[NAME_LAYERS] = {\n");
    for (size_t l = 1; l <= last; l++)
        write_layer(c, l);
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
