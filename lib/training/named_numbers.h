/* SPDX-License-Identifier: BSD-3-Clause */
/* Numbers as a text that has the same bits on every machine and in every locale: "name=bits
 * name=bits ...", the bits hexadecimal. */
#ifndef NN_NAMED_NUMBERS_H
#define NN_NAMED_NUMBERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A name has at most 22 bytes. */
enum { NN_MOST_NUMBERS = 40, NN_NUMBERS_TEXT_SIZE = 40 * NN_MOST_NUMBERS };

typedef struct nn_named_number {
    const char *name;
    uint64_t bits;
} nn_named_number;

typedef struct nn_named_numbers {
    size_t count;
    nn_named_number number[NN_MOST_NUMBERS];
} nn_named_numbers;

void nn_write_numbers(const nn_named_numbers *numbers, char text[NN_NUMBERS_TEXT_SIZE]);

/* Reads the numbers of the names that are set. False where the text, which may be null, has other
 * names or another order, or a number is invalid. */
bool nn_read_numbers(const char *text, nn_named_numbers *numbers);

#endif
