/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/json.h"

#include "cli/memory.h"

#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>

static void *allocate(size_t bytes) {
    return resize_array(NULL, bytes, 1);
}

void guard_json_memory(void) {
    json_set_alloc_funcs(allocate, free);
}

json_t *check_json(json_t *value) {
    if (!value)
        end_without_memory(1);
    return value;
}

json_t *pack_real(double value) {
    return check_json(isfinite(value) ? json_real(value) : json_null());
}

json_t *pack_size(size_t value) {
    return check_json(json_integer((json_int_t)value));
}

/* Jansson has no integers above its largest. */
json_t *pack_whole(uint64_t value) {
    char text[24];
    if (value <= LLONG_MAX)
        return check_json(json_integer((json_int_t)value));
    snprintf(text, sizeof text, "%" PRIu64, value);
    return check_json(json_string(text));
}

void set_member(json_t *object, const char *key, json_t *value) {
    if (json_object_set_new(object, key, check_json(value)) != 0)
        end_without_memory(1);
}

void append_element(json_t *array, json_t *value) {
    if (json_array_append_new(array, check_json(value)) != 0)
        end_without_memory(1);
}

/* json_dumps() of Jansson 2.14 leaves out the key of an object, and gives the text without it,
 * where there is no memory for the key: into a buffer that is large enough it allocates nothing. */
char *dump_json(const json_t *value, size_t flags) {
    size_t bytes = json_dumpb(value, NULL, 0, flags);
    char *text = resize_array(NULL, bytes + 1, 1);
    if (bytes == 0 || json_dumpb(value, text, bytes, flags) != bytes)
        end_without_memory(bytes);
    text[bytes] = '\0';
    return text;
}

/* A failure to write shows when the stream is closed. */
void write_json(FILE *stream, const json_t *value) {
    json_dumpf(value, stream, JSON_INDENT(2));
    fputc('\n', stream);
}
