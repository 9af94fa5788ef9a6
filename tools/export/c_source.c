/* SPDX-License-Identifier: BSD-3-Clause */
#include "export/c_source.h"

#include "export/c_parts.h"
#include "export/c_text.h"

#include <string.h>

void write_part(const c_source *c, const char *text) {
    write_template(c->stream, c->name, text);
}

size_t count_units(const nnblas_net *net) {
    size_t sum = 0;
    for (size_t l = 0; l < nnblas_net_layer_count(net); l++)
        sum += nnblas_net_layer_size(net, l);
    return sum;
}

void write_c_source(FILE *stream, const exported_model *exported, const char *name,
                    bool has_jacobian) {
    const schema *s = &exported->model.schema;
    output_scaling scaling = get_output_scaling(s);
    c_source c = {.stream = stream,
                  .name = name,
                  .exported = exported,
                  .net = exported->model.net,
                  .n_members = count_members(exported),
                  .schema = s,
                  .has_table = exported->has_table,
                  .has_scaled = count_scaled_features(s) > 0,
                  .has_dates = count_features_of_kind(s, COLUMN_DATE) > 0,
                  .has_categories = count_features_of_kind(s, COLUMN_CATEGORY) > 0,
                  .has_gaps = has_gaps(s),
                  .has_scaling = scaling.is_needed,
                  .has_jacobian = has_jacobian,
                  .has_skip = nnblas_net_flags(exported->model.net) & NNBLAS_SKIP};
    write_c_head(&c);
    write_c_arrays(&c, &scaling);
    write_c_functions(&c);
    write_part(&c, "\n#endif\n");
    free_output_scaling(&scaling);
}

/* ---- names that are too long ----------------------------------------------------------------- */

static bool is_long(const char *name) {
    return strlen(name) > MOST_STRING_BYTES;
}

static const char *find_long(const column_list *list) {
    for (size_t i = 0; i < list->count; i++) {
        const table_column *column = &list->columns[i];
        if (is_long(column->name))
            return column->name;
        for (size_t k = 0; k < column->categories.count; k++)
            if (is_long(column->categories.names[k]))
                return column->categories.names[k];
    }
    return NULL;
}

const char *find_long_name(const exported_model *exported) {
    const char *name = find_long(&exported->model.schema.features);
    return name ? name : find_long(&exported->model.schema.targets);
}
