/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/text.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

/* Jansson accepts only UTF-8. */
bool is_utf8(const char *text) {
    json_t *string = json_string(text);
    json_decref(string);
    return string != NULL;
}

static bool is_control(char c) {
    return (unsigned char)c < 0x20 || c == 0x7f;
}

/* A byte of a UTF-8 character other than its first. */
static bool is_continuation(char c) {
    return ((unsigned char)c & 0xc0) == 0x80;
}

shown_text show_text(const char *text) {
    static const char CUT[] = "...";
    shown_text shown;
    bool is_readable = is_utf8(text);
    size_t length = strlen(text), most = sizeof shown.text - sizeof CUT;
    bool is_cut = length > most;
    if (is_cut)
        for (length = most; length > 0 && is_continuation(text[length]);)
            length--;
    for (size_t i = 0; i < length; i++)
        shown.text[i] =
            is_control(text[i]) || (!is_readable && (unsigned char)text[i] >= 0x80) ? '?' : text[i];
    strcpy(shown.text + length, is_cut ? CUT : "");
    return shown;
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
