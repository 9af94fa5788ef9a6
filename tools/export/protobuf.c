/* SPDX-License-Identifier: BSD-3-Clause */
#include "export/protobuf.h"

#include "cli/memory.h"

#include <stdlib.h>
#include <string.h>

enum { INTEGER = 0, BYTES = 2 };

static unsigned char *append(message *m, size_t size) {
    m->bytes = reserve_array(m->bytes, &m->capacity, m->size + size, 1);
    m->size += size;
    return m->bytes + m->size - size;
}

/* Seven bits a byte, the lowest first; the eighth says that more follow. */
static void append_varint(message *m, uint64_t value) {
    for (; value >= 0x80; value >>= 7)
        *append(m, 1) = (unsigned char)(value | 0x80);
    *append(m, 1) = (unsigned char)value;
}

static void append_tag(message *m, unsigned field, unsigned type) {
    append_varint(m, (uint64_t)field << 3 | type);
}

void put_integer(message *m, unsigned field, int64_t value) {
    append_tag(m, field, INTEGER);
    append_varint(m, (uint64_t)value);
}

static unsigned char *put_size(message *m, unsigned field, size_t size) {
    append_tag(m, field, BYTES);
    append_varint(m, size);
    return append(m, size);
}

void put_bytes(message *m, unsigned field, const void *bytes, size_t size) {
    unsigned char *place = put_size(m, field, size);
    if (size > 0)
        memcpy(place, bytes, size);
}

void put_text(message *m, unsigned field, const char *text) {
    put_bytes(m, field, text, strlen(text));
}

void put_words(message *m, unsigned field, const void *numbers, size_t count) {
    const unsigned char *next = numbers;
    unsigned char *place = put_size(m, field, count * sizeof(uint64_t));
    for (size_t i = 0; i < count; i++, next += sizeof(uint64_t)) {
        uint64_t word;
        memcpy(&word, next, sizeof word);
        for (unsigned shift = 0; shift < 64; shift += 8)
            *place++ = (unsigned char)(word >> shift);
    }
}

void put_message(message *m, unsigned field, message *part) {
    put_bytes(m, field, part->bytes, part->size);
    free(part->bytes);
    *part = (message){0};
}
