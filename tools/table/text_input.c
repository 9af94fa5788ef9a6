/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/text_input.h"

#include "cli/memory.h"
#include "table/file_bytes.h"
#include "table/file_format.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_BYTES = 64 * 1024 };

typedef enum { UTF8, UTF16_LITTLE_ENDIAN, UTF16_BIG_ENDIAN } text_encoding;

struct text_input {
    file_bytes from;
    char *name;
    text_encoding encoding;
    bool is_begun;
    char *block; /* bytes that are read and not yet given out: [next, end) */
    size_t next, end;
};

text_input *open_text(FILE *file, const char *name) {
    text_input *input = resize_array(NULL, 1, sizeof *input);
    *input = (text_input){.name = copy_text(name)};
    input->from = (file_bytes){.file = file, .name = input->name};
    input->block = resize_array(NULL, BLOCK_BYTES, 1);
    return input;
}

void close_text(text_input *input) {
    if (!input)
        return;
    if (input->from.file != stdin)
        fclose(input->from.file);
    close_gunzip(input->from.gunzip);
    free(input->block);
    free(input->name);
    free(input);
}

/* ---- bytes ----------------------------------------------------------------------------------- */

/* The mark of UTF-8 has 3 bytes, and a character of UTF-16 has up to 4. */
enum { NEEDED_BYTES = 4 };

/* Moves what is left in the block to its beginning, and reads more behind it: less than a character
 * at the end of the file only, though gzip may give out a byte at a time. */
static bool fill_block(text_input *input, table_error *error) {
    size_t got, left = input->end - input->next;
    memmove(input->block, input->block + input->next, left);
    input->next = 0;
    input->end = left;
    do {
        char *begin = input->block + input->end;
        if (!read_file_bytes(&input->from, begin, BLOCK_BYTES - input->end, &got, error))
            return false;
        input->end += got;
    } while (got > 0 && input->end < NEEDED_BYTES);
    return true;
}

/* ---- the beginning --------------------------------------------------------------------------- */

static bool begins_with(const text_input *input, const char *bytes, size_t count) {
    return input->end >= count && memcmp(input->block, bytes, count) == 0;
}

static bool begin_bytes(text_input *input, table_error *error) {
    if (!fill_block(input, error) || !begin_gzip(&input->from, input->block, input->end, error))
        return false;
    if (!input->from.gunzip)
        return true;
    input->end = 0;
    return fill_block(input, error);
}

static void begin_encoding(text_input *input) {
    if (begins_with(input, "\xef\xbb\xbf", 3)) {
        input->next = 3;
    } else if (begins_with(input, "\xff\xfe", 2)) {
        input->encoding = UTF16_LITTLE_ENDIAN;
        input->next = 2;
    } else if (begins_with(input, "\xfe\xff", 2)) {
        input->encoding = UTF16_BIG_ENDIAN;
        input->next = 2;
    }
}

static bool begin(text_input *input, table_error *error) {
    if (!begin_bytes(input, error))
        return false;
    const char *format = find_foreign_format(input->block, input->end);
    if (format)
        return set_error(error, "%s: is %s", input->name, format);
    begin_encoding(input);
    bool is_text =
        input->encoding != UTF8 || (input->end >= 2 && !memchr(input->block, '\0', input->end));
    return is_text || check_gzip_name(&input->from, error);
}

/* ---- UTF-16 ---------------------------------------------------------------------------------- */

static uint32_t get_unit(const text_input *input, size_t at) {
    const unsigned char *bytes = (const unsigned char *)input->block + at;
    return input->encoding == UTF16_LITTLE_ENDIAN ? (uint32_t)(bytes[0] | bytes[1] << 8)
                                                  : (uint32_t)(bytes[0] << 8 | bytes[1]);
}

/* A character of one or two units. Half a pair stays what it is, and a byte behind the last unit
 * becomes one: written as UTF-8, which has no such characters, they make their value a bad one. */
static uint32_t take_character(text_input *input) {
    const uint32_t half_pair = 0xd800;
    bool is_cut = input->end - input->next == 1;
    uint32_t first = is_cut ? half_pair : get_unit(input, input->next);
    input->next += is_cut ? 1 : 2;
    uint32_t second = input->end - input->next >= 2 ? get_unit(input, input->next) : 0;
    if (first < 0xd800 || first > 0xdbff || second < 0xdc00 || second > 0xdfff)
        return first;
    input->next += 2;
    return 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
}

static size_t write_utf8(uint32_t character, char *bytes) {
    static const unsigned char MARKS[] = {0, 0, 0xc0, 0xe0, 0xf0};
    size_t count = character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
    for (size_t i = count - 1; i > 0; i--, character >>= 6)
        bytes[i] = (char)(0x80 | (character & 0x3f));
    bytes[0] = (char)(MARKS[count] | character);
    return count;
}

/* As many characters as there is room for four bytes each. */
static bool convert_utf16(text_input *input, char *bytes, size_t most, size_t *got,
                          table_error *error) {
    if (input->end - input->next < NEEDED_BYTES && !fill_block(input, error))
        return false;
    while (input->end - input->next >= NEEDED_BYTES && most - *got >= 4)
        *got += write_utf8(take_character(input), bytes + *got);
    if (*got == 0 && input->end > input->next)
        *got = write_utf8(take_character(input), bytes);
    return true;
}

bool read_text(text_input *input, char *bytes, size_t most, size_t *got, table_error *error) {
    *got = 0;
    if (!input->is_begun && !begin(input, error))
        return false;
    input->is_begun = true;
    if (input->encoding != UTF8)
        return convert_utf16(input, bytes, most, got, error);
    size_t left = input->end - input->next;
    if (left == 0)
        return read_file_bytes(&input->from, bytes, most, got, error);
    *got = left < most ? left : most;
    memcpy(bytes, input->block + input->next, *got);
    input->next += *got;
    return true;
}

bool blame_text(text_input *input, table_error *error) {
    return blame_gzip(&input->from, error);
}

/* ---- places ---------------------------------------------------------------------------------- */

int64_t tell_text(const text_input *input) {
    if (input->from.gunzip || input->encoding != UTF8)
        return -1;
    off_t offset = ftello(input->from.file);
    return offset < 0 ? -1 : (int64_t)offset - (int64_t)(input->end - input->next);
}

bool seek_text(text_input *input, int64_t offset, table_error *error) {
    input->next = input->end = 0;
    return fseeko(input->from.file, (off_t)offset, SEEK_SET) == 0 ||
           set_error(error, "%s: %s", input->name, strerror(errno));
}
