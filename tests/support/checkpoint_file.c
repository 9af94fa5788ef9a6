/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/checkpoint_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PREFIX = 8 };

uint64_t to_bits(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

file_contents read_whole(const char *path) {
    FILE *file = fopen(path, "re");
    ck_assert_msg(file, "there is no %s", path);
    ck_assert_int_eq(fseek(file, 0, SEEK_END), 0);
    long size = ftell(file);
    rewind(file);
    file_contents contents = {malloc((size_t)size + 1), (size_t)size};
    ck_assert_ptr_nonnull(contents.bytes);
    ck_assert_uint_eq(fread(contents.bytes, 1, contents.size, file), contents.size);
    contents.bytes[size] = '\0';
    fclose(file);
    return contents;
}

void write_whole(const char *path, const file_contents *contents) {
    FILE *file = fopen(path, "we");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(contents->bytes, 1, contents->size, file), contents->size);
    ck_assert_int_eq(fclose(file), 0);
}

/* ---- the header ------------------------------------------------------------------------------ */

static size_t get_header_size(const file_contents *contents) {
    uint64_t size = 0;
    for (size_t i = 0; i < PREFIX; i++)
        size |= (uint64_t)contents->bytes[i] << 8 * i;
    return (size_t)size;
}

/* A copy of the header that ends with a byte 0. */
static char *copy_header(const file_contents *contents) {
    size_t size = get_header_size(contents);
    char *header = calloc(size + 1, 1);
    ck_assert_ptr_nonnull(header);
    return memcpy(header, contents->bytes + PREFIX, size);
}

/* Puts `new` in the place of some bytes of the header. */
static void replace(file_contents *contents, size_t begin, size_t length, const char *new) {
    size_t header_size = get_header_size(contents) - length + strlen(new);
    file_contents edited = {malloc(contents->size - length + strlen(new)),
                            contents->size - length + strlen(new)};
    ck_assert_ptr_nonnull(edited.bytes);
    size_t at = PREFIX + begin;
    memcpy(edited.bytes, contents->bytes, at);
    memcpy(edited.bytes + at, new, strlen(new));
    memcpy(edited.bytes + at + strlen(new), contents->bytes + at + length,
           contents->size - at - length);
    for (size_t i = 0; i < PREFIX; i++)
        edited.bytes[i] = (unsigned char)((uint64_t)header_size >> 8 * i);
    free(contents->bytes);
    *contents = edited;
}

void edit_saved_header(const char *path, const char *old, const char *new) {
    file_contents contents = read_whole(path);
    char *header = copy_header(&contents), *place = strstr(header, old);
    ck_assert_msg(place, "the header has no %s", old);
    replace(&contents, (size_t)(place - header), strlen(old), new);
    write_whole(path, &contents);
    free(header);
    free(contents.bytes);
}

/* The place of the digits behind "name=". */
static char *find_number(char *header, const char *name) {
    char key[64];
    snprintf(key, sizeof key, "%s=", name);
    for (char *place = header; (place = strstr(place, key)); place++)
        if (place[-1] == ' ' || place[-1] == '"')
            return place + strlen(key);
    ck_abort_msg("there is no number %s", name);
    return NULL;
}

uint64_t get_saved_number(const char *path, const char *name) {
    file_contents contents = read_whole(path);
    char *header = copy_header(&contents);
    uint64_t bits = strtoull(find_number(header, name), NULL, 16);
    free(header);
    free(contents.bytes);
    return bits;
}

void set_saved_number(const char *path, const char *name, uint64_t bits) {
    file_contents contents = read_whole(path);
    char *header = copy_header(&contents), *place = find_number(header, name), digits[20];
    snprintf(digits, sizeof digits, "%" PRIx64, bits);
    replace(&contents, (size_t)(place - header), strspn(place, "0123456789abcdef"), digits);
    write_whole(path, &contents);
    free(header);
    free(contents.bytes);
}

/* ---- tensors --------------------------------------------------------------------------------- */

typedef struct place {
    size_t begin, end; /* in the file */
} place;

static bool find_tensor(const file_contents *contents, const char *tensor, place *p) {
    char key[64], *header = copy_header(contents);
    snprintf(key, sizeof key, "\"%s\":{", tensor);
    const char *found = strstr(header, key);
    found = found ? strstr(found, "\"data_offsets\":[") : NULL;
    bool is_there = found && sscanf(found, "\"data_offsets\":[%zu,%zu]", &p->begin, &p->end) == 2;
    p->begin += PREFIX + get_header_size(contents);
    p->end += PREFIX + get_header_size(contents);
    free(header);
    return is_there;
}

size_t count_saved_elements(const char *path, const char *tensor) {
    file_contents contents = read_whole(path);
    place p = {0, 0};
    size_t count = find_tensor(&contents, tensor, &p) ? (p.end - p.begin) / sizeof(double) : 0;
    free(contents.bytes);
    return count;
}

/* The place of an element in the bytes, which are little-endian on every machine. */
static unsigned char *find_element(const file_contents *contents, const char *tensor,
                                   size_t element) {
    place p = {0, 0};
    ck_assert(find_tensor(contents, tensor, &p));
    size_t at = p.begin + element * sizeof(double);
    ck_assert_uint_lt(at, p.end);
    return contents->bytes + at;
}

double get_saved_element(const char *path, const char *tensor, size_t element) {
    file_contents contents = read_whole(path);
    const unsigned char *bytes = find_element(&contents, tensor, element);
    uint64_t bits = 0;
    double value;
    for (size_t i = 0; i < sizeof bits; i++)
        bits |= (uint64_t)bytes[i] << 8 * i;
    memcpy(&value, &bits, sizeof value);
    free(contents.bytes);
    return value;
}

void set_saved_element(const char *path, const char *tensor, size_t element, double value) {
    file_contents contents = read_whole(path);
    unsigned char *bytes = find_element(&contents, tensor, element);
    for (size_t i = 0; i < sizeof value; i++)
        bytes[i] = (unsigned char)(to_bits(value) >> 8 * i);
    write_whole(path, &contents);
    free(contents.bytes);
}
