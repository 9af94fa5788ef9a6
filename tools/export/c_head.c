/* SPDX-License-Identifier: BSD-3-Clause */
#include "export/c_parts.h"
#include "export/c_text.h"

#include <string.h>

enum { MOST_COLUMNS = 90 };

/* ---- what the inputs and outputs are --------------------------------------------------------- */

/* Goes on in a new line where the line is full. */
static void wrap(const c_source *c, size_t *column) {
    if (*column < MOST_COLUMNS - 20)
        return;
    fputs("\n *           ", c->stream);
    *column = 12;
}

static void list_categories(const c_source *c, const table_column *column) {
    size_t place = 12;
    for (size_t k = 0; k < column->categories.count; k++) {
        wrap(c, &place);
        place += (size_t)fprintf(c->stream, " %zu ", k);
        place += write_in_comment(c->stream, column->categories.names[k]);
        place += (size_t)fprintf(c->stream, k + 1 < column->categories.count ? "," : ";");
    }
    wrap(c, &place);
    fputs(" -1 for any other", c->stream);
}

static void write_name(const c_source *c, const table_column *column) {
    if (*column->name != '\0')
        write_in_comment(c->stream, column->name);
    else
        fprintf(c->stream, "column %zu", column->place + 1);
}

static void describe_input(const c_source *c, const table_column *column) {
    switch (column->kind) {
    case COLUMN_NUMBER:
        fputs(", a number", c->stream);
        if (column->format.unit[0]) {
            fputs(" of ", c->stream);
            write_in_comment(c->stream, column->format.unit);
        }
        break;
    case COLUMN_DATE:
        fputs(", a date: seconds since 1970-01-01 00:00:00", c->stream);
        break;
    case COLUMN_CATEGORY:
        fputs(", a text:", c->stream);
        list_categories(c, column);
        break;
    case COLUMN_LABEL:
        break;
    }
}

static void describe_output(const c_source *c, const table_column *target, size_t category) {
    bool is_class = target->kind == COLUMN_CATEGORY || target->kind == COLUMN_LABEL;
    bool is_mixed = get_output_kind(c->schema) == OUTPUTS_MIXED;
    if (is_class && !is_mixed)
        fputs("the probability that ", c->stream);
    write_name(c, target);
    if (!is_class)
        return;
    fputs(" is ", c->stream);
    write_in_comment(c->stream, target->categories.names[category]);
    if (is_mixed)
        fputs(": near 1 where it is, else near 0", c->stream);
}

static void list_inputs(const c_source *c) {
    const column_list *features = &c->schema->features;
    for (size_t i = 0; i < features->count; i++) {
        fprintf(c->stream, " *   x[%zu]  ", i);
        write_name(c, &features->columns[i]);
        describe_input(c, &features->columns[i]);
        fputc('\n', c->stream);
    }
}

static void list_outputs(const c_source *c) {
    const column_list *targets = &c->schema->targets;
    size_t k = 0;
    for (size_t t = 0; t < targets->count; t++) {
        const table_column *target = &targets->columns[t];
        for (size_t j = 0; j < get_width(target); j++, k++) {
            fprintf(c->stream, " *   y[%zu]  ", k);
            describe_output(c, target, target->kind == COLUMN_LABEL ? 1 : j);
            fputc('\n', c->stream);
        }
    }
}

/* ---- the head -------------------------------------------------------------------------------- */

/* "x[0] to x[3]:" */
static void write_range(const c_source *c, char array, size_t count) {
    fprintf(c->stream, "%c[0]", array);
    if (count > 1)
        fprintf(c->stream, " to %c[%zu]", array, count - 1);
    fputs(":\n *\n", c->stream);
}

static void write_columns(const c_source *c) {
    write_part(c, " *\n * NAME_predict(x, y) reads ");
    write_range(c, 'x', c->schema->features.count);
    list_inputs(c);
    write_part(c, " *\n * and writes ");
    write_range(c, 'y', count_numbers(&c->schema->targets));
    list_outputs(c);
}

static void write_rules(const c_source *c) {
    if (c->has_table)
        write_part(c, " * NAN is a missing input. A number or date that is missing counts as the "
                      "mean.\n");
    if (c->has_dates)
        write_part(c, " * The year, week and day of a date are those of its seconds: leave out an "
                      "offset of UTC.\n");
    if (c->has_categories)
        write_part(c, " * NAME_find_category(i, text) is the number for x[i], or -1.\n");
    if (c->has_jacobian)
        write_part(c, " * NAME_jacobian(x, J) writes J[k * NAME_INPUTS + i] = d y[k] / d x[i], "
                      "which is 0 for\n"
                      " * texts and for missing inputs.\n");
}

/* The arrays of the functions that are generated. */
static void write_stack_use(const c_source *c) {
    size_t inputs = c->schema->features.count, outputs = count_numbers(&c->schema->targets);
    size_t units = count_units(c->net), extra = c->n_members > 1 ? outputs : 0;
    fprintf(c->stream, " * Its arrays on the stack take %zu bytes",
            (units + extra) * sizeof(double));
    if (c->has_jacobian)
        fprintf(c->stream, ", those of the Jacobian %zu",
                (2 * units + inputs * extra) * sizeof(double));
    fputs(".\n", c->stream);
}

static void write_comment(const c_source *c) {
    fprintf(c->stream, "/*\n * %s: ", c->name);
    if (c->n_members > 1)
        fprintf(c->stream, "the mean of %zu neural networks", c->n_members);
    else
        fputs("a neural network", c->stream);
    fprintf(c->stream, ", written by nnblas export (libnnblas %s).\n", nnblas_version());
    write_columns(c);
    fputs(" *\n", c->stream);
    write_rules(c);
    fputs(
        " *\n"
        " * C99 or C++, with no library but math.h; not with -ffast-math, which has no NAN. It\n"
        " * allocates nothing, has no state, and may be called by any number of threads at once.\n",
        c->stream);
    write_stack_use(c);
    write_part(c, " *\n"
                  " * A file that only calls it defines NAME_DECLARATIONS and includes this one.\n"
                  " */\n");
}

static void write_declarations(const c_source *c) {
    const schema *s = c->schema;
    fprintf(c->stream, "#ifndef %s_H\n#define %s_H\n\n", c->name, c->name);
    write_part(c, "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n");
    fprintf(c->stream, "#define %s_INPUTS %zu\n#define %s_OUTPUTS %zu\n\n", c->name,
            s->features.count, c->name, count_numbers(&s->targets));
    write_part(c, "extern const char *const NAME_input_names[NAME_INPUTS];\n"
                  "extern const char *const NAME_output_names[NAME_OUTPUTS];\n");
    if (has_classes(s))
        write_part(c, "extern const char *const NAME_class_names[NAME_OUTPUTS];\n");
    if (c->has_categories)
        write_part(c, "/* Of each input; 0 for a number. */\n"
                      "extern const int NAME_category_counts[NAME_INPUTS];\n"
                      "extern const char *const *const NAME_categories[NAME_INPUTS];\n");
    write_part(c, "\nvoid NAME_predict(const double *x, double *y);\n");
    if (c->has_categories)
        write_part(c, "int NAME_find_category(int input, const char *text);\n");
    if (c->has_jacobian)
        write_part(c, "void NAME_jacobian(const double *x, double *J);\n");
    write_part(c, "\n#ifdef __cplusplus\n}\n#endif\n\n#endif\n");
}

/* What follows is ended by write_c_source. */
void write_c_head(const c_source *c) {
    size_t n_layers = nnblas_net_layer_count(c->net) - 1;
    write_comment(c);
    write_declarations(c);
    write_part(c, "\n#ifndef NAME_DECLARATIONS\n\n#include <math.h>\n\n");
    fprintf(c->stream, "#define %s_UNITS %zu\n#define %s_LAYERS %zu\n", c->name,
            count_units(c->net), c->name, n_layers);
    if (c->n_members > 1)
        fprintf(c->stream, "#define %s_MEMBERS %zu\n", c->name, c->n_members);
}
