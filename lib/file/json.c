/* SPDX-License-Identifier: BSD-3-Clause */
#include "file/json.h"
#include "core/hexadecimal.h"
#include "core/utf8.h"

#include <stdio.h>
#include <string.h>

/* ---- reading --------------------------------------------------------------------------------- */

static nnblas_status refuse(const nn_json_reader *reader, const char *expected) {
    return nn_fail(NNBLAS_ERROR_FORMAT, "%s expected at byte %zu of the header", expected,
                   (size_t)(reader->at - reader->start));
}

static void skip_space(nn_json_reader *reader) {
    while (*reader->at == ' ' || *reader->at == '\t' || *reader->at == '\n' || *reader->at == '\r')
        reader->at++;
}

bool nn_json_take(nn_json_reader *reader, char c) {
    skip_space(reader);
    if (*reader->at != c)
        return false;
    reader->at++;
    return true;
}

nnblas_status nn_json_expect(nn_json_reader *reader, char c) {
    if (nn_json_take(reader, c))
        return NNBLAS_OK;
    return refuse(reader, (char[]){'\'', c, '\'', '\0'});
}

/* The value of four hexadecimal digits; -1 where there are not four. */
static int32_t read_four_digits(nn_json_reader *reader) {
    uint64_t number;
    const char *first = reader->at;
    reader->at += nn_read_hexadecimal(first, NN_ANY_CASE, 4, &number) - first;
    return reader->at == first + 4 ? (int32_t)number : -1;
}

/* The code point of a \uXXXX, after its u, or of the pair of surrogates that begins there; -1 where
 * it is not valid. A byte 0 would end the string early, so it is not valid either. */
static int32_t read_code_point(nn_json_reader *reader) {
    int32_t first = read_four_digits(reader);
    if (first < 0xd800 || first > 0xdfff)
        return first == 0 ? -1 : first;
    if (first > 0xdbff || reader->at[0] != '\\' || reader->at[1] != 'u')
        return -1;
    reader->at += 2;
    int32_t second = read_four_digits(reader);
    if (second < 0xdc00 || second > 0xdfff)
        return -1;
    return 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
}

/* Returns the end of the UTF-8 bytes of the code point. */
static char *encode_utf8(int32_t point, char *out) {
    if (point < 0x80) {
        *out++ = (char)point;
        return out;
    }
    int more = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
    static const int32_t LEADS[] = {0, 0xc0, 0xe0, 0xf0};
    *out++ = (char)(LEADS[more] | point >> 6 * more);
    while (more-- > 0)
        *out++ = (char)(0x80 | (point >> 6 * more & 0x3f));
    return out;
}

/*
 * Writes the character of the escape after a backslash. Returns the end of what it wrote, or null.
 */
static char *read_escape(nn_json_reader *reader, char *out) {
    static const char NAMES[] = "\"\\/bfnrt", MEANINGS[] = "\"\\/\b\f\n\r\t";
    char name = *reader->at;
    if (name == 'u') {
        reader->at++;
        int32_t point = read_code_point(reader);
        return point < 0 ? NULL : encode_utf8(point, out);
    }
    const char *found = name ? strchr(NAMES, name) : NULL;
    if (!found)
        return NULL;
    reader->at++;
    *out++ = MEANINGS[found - NAMES];
    return out;
}

nnblas_status nn_json_read_string(nn_json_reader *reader, const char **string) {
    if (!nn_json_take(reader, '"'))
        return refuse(reader, "a string");
    char *out = reader->at;
    *string = out;
    while (*reader->at != '"') {
        if (*reader->at == '\\') {
            reader->at++;
            out = read_escape(reader, out);
            if (!out)
                return refuse(reader, "an escape of a character");
            continue;
        }
        size_t length = nn_measure_character(reader->at);
        if (length == 0 || (unsigned char)*reader->at < 0x20)
            return refuse(reader, "a character in UTF-8");
        memmove(out, reader->at, length);
        out += length;
        reader->at += length;
    }
    reader->at++;
    *out = '\0';
    return NNBLAS_OK;
}

nnblas_status nn_json_read_size(nn_json_reader *reader, size_t *size) {
    skip_space(reader);
    const char *first = reader->at;
    size_t number = 0;
    for (; *reader->at >= '0' && *reader->at <= '9'; reader->at++)
        if (__builtin_mul_overflow(number, 10, &number) ||
            __builtin_add_overflow(number, (size_t)(*reader->at - '0'), &number))
            return refuse(reader, "a smaller number");
    if (reader->at == first || (*first == '0' && reader->at > first + 1))
        return refuse(reader, "a whole number");
    *size = number;
    return NNBLAS_OK;
}

nnblas_status nn_json_read_object(nn_json_reader *reader, nn_json_read_member *read_member,
                                  void *user) {
    nnblas_status status = nn_json_expect(reader, '{');
    if (status || nn_json_take(reader, '}'))
        return status;
    do {
        const char *key;
        status = nn_json_read_string(reader, &key);
        if (!status)
            status = nn_json_expect(reader, ':');
        if (!status)
            status = read_member(reader, key, user);
        if (status)
            return status;
    } while (nn_json_take(reader, ','));
    return nn_json_expect(reader, '}');
}

nnblas_status nn_json_expect_end(nn_json_reader *reader, size_t size) {
    skip_space(reader);
    return reader->at == reader->start + size ? NNBLAS_OK : refuse(reader, "nothing more");
}

/* ---- writing --------------------------------------------------------------------------------- */

static void write_bytes(nn_json_writer *writer, const char *bytes, size_t size) {
    if (writer->at) {
        memcpy(writer->at, bytes, size);
        writer->at += size;
    }
    writer->size += size;
}

void nn_json_write(nn_json_writer *writer, const char *json) {
    write_bytes(writer, json, strlen(json));
}

void nn_json_write_string(nn_json_writer *writer, const char *string) {
    nn_json_write(writer, "\"");
    for (; *string; string++) {
        char escape[8] = {'\\', *string};
        if ((unsigned char)*string < 0x20)
            snprintf(escape, sizeof escape, "\\u%04x", (unsigned)*string);
        else if (*string != '"' && *string != '\\') {
            write_bytes(writer, string, 1);
            continue;
        }
        nn_json_write(writer, escape);
    }
    nn_json_write(writer, "\"");
}

void nn_json_write_size(nn_json_writer *writer, size_t size) {
    char digits[24];
    snprintf(digits, sizeof digits, "%zu", size);
    nn_json_write(writer, digits);
}
