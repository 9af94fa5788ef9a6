/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/complaint.h"

#include <stdarg.h>
#include <stdio.h>

bool complain(complaint *c, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(c->text, sizeof c->text, format, arguments);
    va_end(arguments);
    return false;
}
