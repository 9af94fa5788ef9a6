/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/csv_writer.h"

#include <csv.h>
#include <stdbool.h>
#include <string.h>

/* Readers drop the blanks around an unquoted value. */
static bool needs_quotes(const char *value) {
    size_t length = strlen(value);
    return length == 0 || strpbrk(value, ",\"\r\n") || strchr(" \t", value[0]) ||
           strchr(" \t", value[length - 1]);
}

void write_csv_value(FILE *stream, char delimiter, const char *value) {
    if (delimiter)
        fputc(delimiter, stream);
    if (needs_quotes(value))
        csv_fwrite(stream, value, strlen(value));
    else
        fputs(value, stream);
}
