/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/csv_text.h"

#include "cli/memory.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static char *reserve_bytes(csv_text *text, size_t count) {
    text->bytes = reserve_array(text->bytes, &text->capacity, text->length + count, 1);
    return text->bytes + text->length;
}

/* bytes may be null where there are none. */
void append_bytes(csv_text *text, const char *bytes, size_t count) {
    if (count == 0)
        return;
    memcpy(reserve_bytes(text, count), bytes, count);
    text->length += count;
}

void append_byte(csv_text *text, char byte) {
    append_bytes(text, &byte, 1);
}

/* Readers drop the blanks around an unquoted value. */
static bool needs_quotes(const char *value, size_t length) {
    return length > 0 && (value[strcspn(value, ",\"\r\n")] != '\0' || strchr(" \t", value[0]) ||
                          strchr(" \t", value[length - 1]));
}

void append_csv_value(csv_text *text, const char *value) {
    size_t length = strlen(value);
    if (!needs_quotes(value, length)) {
        append_bytes(text, value, length);
        return;
    }
    char *end = reserve_bytes(text, 2 * length + 2); /* a quote is doubled */
    *end++ = '"';
    for (; *value; *end++ = *value++)
        if (*value == '"')
            *end++ = '"';
    *end++ = '"';
    text->length = (size_t)(end - text->bytes);
}

void free_csv_text(csv_text *text) {
    free(text->bytes);
    *text = (csv_text){0};
}
