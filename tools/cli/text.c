/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/text.h"
#include "cli/memory.h"
#include "core/sizes.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A byte of a UTF-8 character other than its first. */
static bool is_continuation(char c) {
    return ((unsigned char)c & 0xc0) == 0x80;
}

/* The bytes of the character that begins here, or 0 if it is none. */
static size_t measure_character(const char *text) {
    static const uint32_t LEAST[] = {0, 0, 0x80, 0x800, 0x10000};
    unsigned char first = (unsigned char)text[0];
    size_t count = first < 0x80 ? 1 : first < 0xc0 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    uint32_t character = first & (0xffU >> (count + 1));
    if (count < 2)
        return count;
    for (size_t i = 1; i < count; i++) {
        if (!is_continuation(text[i]))
            return 0;
        character = character << 6 | ((unsigned char)text[i] & 0x3fU);
    }
    bool is_half_pair = character >= 0xd800 && character <= 0xdfff;
    bool is_good = first < 0xf8 && character >= LEAST[count] && character <= 0x10ffff;
    return is_good && !is_half_pair ? count : 0;
}

/* The first bytes that are no character, or the end. */
static const char *skip_characters(const char *text) {
    size_t count;
    while (*text && (count = measure_character(text)) > 0)
        text += count;
    return text;
}

bool is_utf8(const char *text) {
    return *skip_characters(text) == '\0';
}

const char *describe_bad_text(const char *text) {
    const unsigned char *bad = (const unsigned char *)skip_characters(text);
    bool is_half_pair = bad[0] == 0xed && (bad[1] & 0xe0) == 0xa0 && (bad[2] & 0xc0) == 0x80;
    return is_half_pair ? "has half a character of UTF-16"
                        : "is not UTF-8: try iconv -f WINDOWS-1252 -t UTF-8";
}

/* Whether a character may do more on a terminal than stand there: the controls, the marks that turn
 * the direction of what follows, ends of lines and U+FEFF. Joiners stay: letters need them. */
static bool is_control(const char *text) {
    const unsigned char *c = (const unsigned char *)text;
    if (c[0] < 0x80)
        return c[0] < 0x20 || c[0] == 0x7f;
    bool is_c1 = c[0] == 0xc2 && c[1] < 0xa0;
    bool is_mark =
        (c[0] == 0xd8 && c[1] == 0x9c) || (c[0] == 0xe2 && c[1] == 0x80 && (c[2] & 0xfe) == 0x8e);
    bool is_turn = c[0] == 0xe2 && ((c[1] == 0x80 && c[2] >= 0xa8 && c[2] <= 0xae) ||
                                    (c[1] == 0x81 && c[2] >= 0xa0 && c[2] <= 0xaf));
    return is_c1 || is_mark || is_turn || (c[0] == 0xef && c[1] == 0xbb && c[2] == 0xbf);
}

size_t measure_harmless(const char *text) {
    return is_control(text) ? 0 : measure_character(text);
}

/* Each control, and each byte that is no character, becomes a question mark. */
static void hide_controls(char *text) {
    char *end = text;
    while (*text) {
        size_t count = measure_harmless(text);
        if (count == 0) {
            text += nn_max(measure_character(text), 1);
            *end++ = '?';
            continue;
        }
        while (count-- > 0)
            *end++ = *text++;
    }
    *end = '\0';
}

shown_text show_text(const char *text) {
    static const char CUT[] = "...";
    shown_text shown;
    size_t length = strlen(text), most = sizeof shown.text - sizeof CUT;
    bool is_cut = length > most;
    if (is_cut)
        for (length = most; length > 0 && is_continuation(text[length]);)
            length--;
    memcpy(shown.text, text, length);
    shown.text[length] = '\0';
    hide_controls(shown.text);
    if (is_cut)
        strcat(shown.text, CUT);
    return shown;
}

void vprint_safely(FILE *stream, const char *format, va_list arguments) {
    char *text;
    int length = vasprintf(&text, format, arguments);
    if (length < 0)
        end_without_memory(strlen(format));
    bool is_line = length > 0 && text[length - 1] == '\n';
    if (is_line)
        text[length - 1] = '\0';
    hide_controls(text);
    fputs(is_line ? strcat(text, "\n") : text, stream);
    free(text);
}

void print_safely(FILE *stream, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vprint_safely(stream, format, arguments);
    va_end(arguments);
}

shown_column show_column(const char *name, size_t position) {
    shown_column shown;
    if (*name == '\0')
        snprintf(shown.text, sizeof shown.text, "column %zu", position + 1);
    else
        snprintf(shown.text, sizeof shown.text, "column %zu (%s)", position + 1,
                 show_text(name).text);
    return shown;
}
