/* SPDX-License-Identifier: BSD-3-Clause */
#include "arrays/element_type.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

bool is_little_endian(void) {
    const uint16_t one = 1;
    unsigned char first;
    memcpy(&first, &one, 1);
    return first == 1;
}

/* IEEE 754 binary16; every one of its values is a double. */
static double get_half(uint16_t bits) {
    int exponent = bits >> 10 & 31;
    double fraction = bits & 1023, value;
    if (exponent == 31)
        value = fraction > 0.0 ? (double)NAN : HUGE_VAL;
    else
        value = exponent > 0 ? ldexp(1024.0 + fraction, exponent - 25) : ldexp(fraction, -24);
    return bits >> 15 ? -value : value;
}

/* ---- one loop a type, of which the compiler makes vectors ------------------------------------ */

#define DEFINE_CONVERSION(NAME, TYPE, GET_VALUE)                                                   \
    static void NAME(const unsigned char *bytes, size_t count, double *values) {                   \
        for (size_t i = 0; i < count; i++) {                                                       \
            TYPE element;                                                                          \
            memcpy(&element, bytes + i * sizeof element, sizeof element);                          \
            values[i] = GET_VALUE(element);                                                        \
        }                                                                                          \
    }

DEFINE_CONVERSION(convert_u8, uint8_t, (double))
DEFINE_CONVERSION(convert_i8, int8_t, (double))
DEFINE_CONVERSION(convert_u16, uint16_t, (double))
DEFINE_CONVERSION(convert_i16, int16_t, (double))
DEFINE_CONVERSION(convert_u32, uint32_t, (double))
DEFINE_CONVERSION(convert_i32, int32_t, (double))
DEFINE_CONVERSION(convert_u64, uint64_t, (double))
DEFINE_CONVERSION(convert_i64, int64_t, (double))
DEFINE_CONVERSION(convert_f16, uint16_t, get_half)
DEFINE_CONVERSION(convert_f32, float, (double))
DEFINE_CONVERSION(convert_f64, double, (double))

/* ---- any type -------------------------------------------------------------------------------- */

typedef void conversion(const unsigned char *bytes, size_t count, double *values);

/* By kind and the logarithm of the size. */
static conversion *const CONVERSIONS[][4] = {
    [ELEMENT_UNSIGNED] = {convert_u8, convert_u16, convert_u32, convert_u64},
    [ELEMENT_SIGNED] = {convert_i8, convert_i16, convert_i32, convert_i64},
    [ELEMENT_FLOAT] = {NULL, convert_f16, convert_f32, convert_f64},
};

static conversion *find_conversion(element_type type) {
    size_t place = 0;
    while ((size_t)1 << place < type.size)
        place++;
    return CONVERSIONS[type.kind][place];
}

static void swap_bytes(const unsigned char *bytes, size_t count, size_t size,
                       unsigned char *swapped) {
    for (size_t i = 0; i < count; i++)
        for (size_t b = 0; b < size; b++)
            swapped[i * size + b] = bytes[i * size + size - 1 - b];
}

void convert_elements(element_type type, const unsigned char *bytes, size_t count, double *values) {
    enum { SWAPPED_AT_ONCE = 512, LARGEST = 8 };
    conversion *convert = find_conversion(type);
    if (!type.is_swapped || type.size == 1) {
        convert(bytes, count, values);
        return;
    }
    for (size_t i = 0; i < count; i += SWAPPED_AT_ONCE) {
        unsigned char swapped[SWAPPED_AT_ONCE * LARGEST];
        size_t n = count - i < SWAPPED_AT_ONCE ? count - i : SWAPPED_AT_ONCE;
        swap_bytes(bytes + i * type.size, n, type.size, swapped);
        convert(swapped, n, values + i);
    }
}

type_name name_type(element_type type) {
    static const char *const KINDS[] = {
        [ELEMENT_UNSIGNED] = "uint", [ELEMENT_SIGNED] = "int", [ELEMENT_FLOAT] = "float"};
    type_name name;
    snprintf(name.text, sizeof name.text, "%s%zu", KINDS[type.kind], 8 * type.size);
    return name;
}
