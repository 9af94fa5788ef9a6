/* SPDX-License-Identifier: BSD-3-Clause */
#include "training/named_numbers.h"
#include "core/hexadecimal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void nn_write_numbers(const nn_named_numbers *numbers, char text[NN_NUMBERS_TEXT_SIZE]) {
    size_t used = 0;
    for (size_t i = 0; i < numbers->count; i++)
        used +=
            (size_t)snprintf(text + used, NN_NUMBERS_TEXT_SIZE - used, "%s%s=%" PRIx64,
                             i > 0 ? " " : "", numbers->number[i].name, numbers->number[i].bits);
}

/* Returns the end of the number; null where there is no number. */
static const char *read_number(const char *text, nn_named_number *number) {
    size_t length = strlen(number->name);
    if (strncmp(text, number->name, length) != 0 || text[length] != '=')
        return NULL;
    const char *first = text + length + 1,
               *end = nn_read_hexadecimal(first, NN_LOWER_CASE, 16, &number->bits);
    return end > first ? end : NULL;
}

bool nn_read_numbers(const char *text, nn_named_numbers *numbers) {
    for (size_t i = 0; i < numbers->count && text; i++) {
        if (i > 0 && *text++ != ' ')
            return false;
        text = read_number(text, &numbers->number[i]);
    }
    return text && *text == '\0';
}
