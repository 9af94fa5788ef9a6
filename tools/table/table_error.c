/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/table_error.h"

#include <stdarg.h>
#include <stdio.h>

bool set_error(table_error *error, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error->text, sizeof error->text, format, arguments);
    va_end(arguments);
    error->advice = "";
    error->kind = ERROR_BAD;
    return false;
}

bool refuse_changed_file(const char *name, table_error *error) {
    return set_error(error, "%s: was changed while it was read: start again", name);
}
