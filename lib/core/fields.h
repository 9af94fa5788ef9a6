/* SPDX-License-Identifier: BSD-3-Clause */
/* Untrusted lines of fields "name=value name=value ...", in a fixed order and with one space
 * between them. Functions that return false have set a message, of NNBLAS_ERROR_FORMAT. */
#ifndef NN_FIELDS_H
#define NN_FIELDS_H

#include "core/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The rest of a line. A field that was not as it must be leaves it anywhere. */
typedef struct nn_fields {
    const char *rest;
    bool is_first_read;
} nn_fields;

/* A whole number, in digits without a leading 0. */
bool nn_read_number_field(nn_fields *fields, const char *name, uint64_t least, uint64_t most,
                          uint64_t *number);

/* One of the words, which end with null; *word is its index. */
bool nn_read_word_field(nn_fields *fields, const char *name, const char *const *words,
                        size_t *word);

/* Whole numbers, at most so many, with commas between them; *count is how many. none: whether the
 * word "none" may stand for no numbers. */
bool nn_read_list_field(nn_fields *fields, const char *name, uint64_t least, uint64_t most,
                        bool may_be_none, uint64_t *numbers, size_t room, size_t *count);

/* Whether there are no more fields. */
bool nn_read_end_of_fields(const nn_fields *fields);

#endif
