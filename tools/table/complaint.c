/* SPDX-License-Identifier: BSD-3-Clause */
#include "complaint.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool complain(complaint *c, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(c->text, sizeof c->text, format, arguments);
    va_end(arguments);
    return false;
}

static bool is_control(char c) {
    return (unsigned char)c < 0x20 || c == 0x7f;
}

/* The bytes of UTF-8 that go on with a character. */
static bool is_continuation(char c) {
    return ((unsigned char)c & 0xc0) == 0x80;
}

shown_text show_text(const char *text) {
    static const char CUT[] = "...";
    shown_text shown;
    size_t length = strlen(text), most = sizeof shown.text - sizeof CUT;
    bool is_cut = length > most;
    if (is_cut)
        for (length = most; length > 0 && is_continuation(text[length]);)
            length--;
    for (size_t i = 0; i < length; i++)
        shown.text[i] = is_control(text[i]) ? '?' : text[i];
    strcpy(shown.text + length, is_cut ? CUT : "");
    return shown;
}
