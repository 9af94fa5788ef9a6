/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/fields.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* What stands somewhere in a line, for a message: one field, shortened, without what is no
 * printable character. */
typedef struct quote {
    char text[28];
} quote;

static quote quote_field(const char *text) {
    enum { MOST = 24 };
    quote q = {""};
    size_t length = strcspn(text, " "), i = 0;
    for (; i < length && i < MOST; i++)
        q.text[i] = text[i] > ' ' && text[i] < 127 ? text[i] : '?';
    if (i < length)
        strcpy(q.text + MOST - 3, "...");
    return q;
}

static bool fail(const char *name, const char *found, const char *expected) {
    nn_fail(NNBLAS_ERROR_FORMAT, "%s is '%s'; it must be %s", name, quote_field(found).text,
            expected);
    return false;
}

static bool fail_number(const char *name, const char *found, uint64_t least, uint64_t most) {
    char expected[64];
    snprintf(expected, sizeof expected, "%" PRIu64 " to %" PRIu64, least, most);
    return fail(name, found, expected);
}

/* Goes to the value of the next field, which must have this name. */
static bool begin_field(nn_fields *fields, const char *name) {
    size_t length = strlen(name);
    const char *at = fields->rest;
    at += fields->is_first_read && *at == ' ';
    if (strncmp(at, name, length) != 0 || at[length] != '=') {
        nn_fail(NNBLAS_ERROR_FORMAT, "there is '%s' where '%s=' must be", quote_field(at).text,
                name);
        return false;
    }
    fields->rest = at + length + 1;
    fields->is_first_read = true;
    return true;
}

/* Null where there is no number, or too large a one. */
static const char *read_number(const char *text, uint64_t *number) {
    const char *at = text;
    *number = 0;
    for (; *at >= '0' && *at <= '9'; at++)
        if (__builtin_mul_overflow(*number, 10, number) ||
            __builtin_add_overflow(*number, (uint64_t)(*at - '0'), number))
            return NULL;
    bool is_padded = *text == '0' && at > text + 1;
    return at > text && !is_padded ? at : NULL;
}

static bool is_at_end(const char *at) {
    return *at == ' ' || *at == '\0';
}

bool nn_read_number_field(nn_fields *fields, const char *name, uint64_t least, uint64_t most,
                          uint64_t *number) {
    if (!begin_field(fields, name))
        return false;
    const char *end = read_number(fields->rest, number);
    if (!end || !is_at_end(end) || *number < least || *number > most)
        return fail_number(name, fields->rest, least, most);
    fields->rest = end;
    return true;
}

bool nn_read_word_field(nn_fields *fields, const char *name, const char *const *words,
                        size_t *word) {
    if (!begin_field(fields, name))
        return false;
    size_t length = strcspn(fields->rest, " ");
    char expected[64] = "";
    for (size_t i = 0; words[i]; i++) {
        if (strlen(words[i]) == length && memcmp(words[i], fields->rest, length) == 0) {
            fields->rest += length;
            *word = i;
            return true;
        }
        size_t used = strlen(expected);
        snprintf(expected + used, sizeof expected - used, "%s%s", i > 0 ? " or " : "", words[i]);
    }
    return fail(name, fields->rest, expected);
}

bool nn_read_list_field(nn_fields *fields, const char *name, uint64_t least, uint64_t most,
                        bool may_be_none, uint64_t *numbers, size_t room, size_t *count) {
    if (!begin_field(fields, name))
        return false;
    const char *at = fields->rest;
    *count = 0;
    if (may_be_none && strncmp(at, "none", 4) == 0 && is_at_end(at + 4)) {
        fields->rest = at + 4;
        return true;
    }
    do {
        if (*count == room) {
            nn_fail(NNBLAS_ERROR_FORMAT, "%s has more than %zu numbers", name, room);
            return false;
        }
        at += *at == ',' && *count > 0;
        uint64_t *number = &numbers[(*count)++];
        const char *end = read_number(at, number);
        if (!end || !(is_at_end(end) || *end == ',') || *number < least || *number > most)
            return fail_number(name, at, least, most);
        at = end;
    } while (*at == ',');
    fields->rest = at;
    return true;
}

bool nn_read_end_of_fields(const nn_fields *fields) {
    if (*fields->rest == '\0')
        return true;
    const char *at = fields->rest;
    nn_fail(NNBLAS_ERROR_FORMAT, "there is '%s' behind the last field",
            quote_field(at + (*at == ' ')).text);
    return false;
}
