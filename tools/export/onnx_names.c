/* SPDX-License-Identifier: BSD-3-Clause */
#include "export/onnx_names.h"

#include "cli/memory.h"
#include "table/json.h"

#include <stdlib.h>

static void append_name(json_t *names, const char *name) {
    if (json_array_append_new(names, json_string(name)) != 0)
        end_without_memory(1);
}

/* Releases names. */
static char *write_names(json_t *names) {
    char *text = dump_json(names, JSON_COMPACT);
    json_decref(names);
    return text;
}

char *list_feature_names(const schema *s, bool are_scaled) {
    json_t *names = json_array();
    for (size_t i = 0; i < s->features.count; i++)
        if (is_scaled(&s->features.columns[i]) == are_scaled)
            append_name(names, s->features.columns[i].name);
    return write_names(names);
}

char *list_output_names(const schema *s) {
    name_list outputs = {0};
    json_t *names = json_array();
    name_outputs(s, &outputs);
    for (size_t k = 0; k < outputs.count; k++)
        append_name(names, outputs.names[k]);
    free_names(&outputs);
    return write_names(names);
}
