/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/number.h"

#include <ctype.h>
#include <errno.h>
#include <float.h>
#include <limits.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- decimal numbers ------------------------------------------------------------------------- */

/* mantissa 10^exponent. is_short: neither was cut, and a mantissa of 19 digits fits. */
typedef struct {
    uint64_t mantissa;
    int exponent;
    bool is_negative, is_short;
} decimal;

static unsigned get_digit(char c) {
    return (unsigned)(c - '0');
}

/* Reads digits, which may wrap the mantissa. */
static const char *read_digits(const char *text, uint64_t *mantissa) {
    uint64_t read = *mantissa;
    for (; get_digit(*text) < 10; text++)
        read = 10 * read + get_digit(*text);
    *mantissa = read;
    return text;
}

/* Null if there are no digits. Exponents from 1000 on are all the same. */
static const char *read_exponent(const char *text, int *exponent) {
    bool is_negative = *text == '-';
    if (*text == '+' || *text == '-')
        text++;
    if (get_digit(*text) > 9)
        return NULL;
    int read = 0;
    for (; get_digit(*text) < 10; text++)
        read = read < 1000 ? 10 * read + (int)get_digit(*text) : read;
    *exponent = is_negative ? -read : read;
    return text;
}

static bool read_decimal(const char *text, decimal *d) {
    enum { MOST_DIGITS = 19, MOST_EXPONENT = 1000 };
    d->is_negative = *text == '-';
    if (*text == '-' || *text == '+')
        text++;
    d->mantissa = 0;
    const char *first = text, *end = read_digits(text, &d->mantissa);
    ptrdiff_t digits = end - text, places = 0;
    if (*end == '.') {
        const char *fraction = end + 1;
        end = read_digits(fraction, &d->mantissa);
        places = end - fraction;
    }
    digits += places;
    if (digits == 0)
        return false;
    while (digits > MOST_DIGITS && (*first == '0' || *first == '.'))
        digits -= *first++ == '0';
    int exponent = 0;
    if ((*end == 'e' || *end == 'E') && !(end = read_exponent(end + 1, &exponent)))
        return false;
    d->is_short = digits <= MOST_DIGITS && places < MOST_EXPONENT;
    d->exponent = exponent - (d->is_short ? (int)places : 0);
    return *end == '\0';
}

enum { MOST_EXACT_TEN = 22 };
static const double TENS[MOST_EXACT_TEN + 1] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                                1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

#ifdef __SIZEOF_INT128__
__extension__ typedef unsigned __int128 uint128;

enum { MOST_FIVE = 27 };
static const uint64_t FIVES[MOST_FIVE + 1] = {1U,
                                              5U,
                                              25U,
                                              125U,
                                              625U,
                                              3125U,
                                              15625U,
                                              78125U,
                                              390625U,
                                              1953125U,
                                              9765625U,
                                              48828125U,
                                              244140625U,
                                              1220703125U,
                                              6103515625U,
                                              30517578125U,
                                              152587890625U,
                                              762939453125U,
                                              3814697265625U,
                                              19073486328125U,
                                              95367431640625U,
                                              476837158203125U,
                                              2384185791015625U,
                                              11920928955078125U,
                                              59604644775390625U,
                                              298023223876953125U,
                                              1490116119384765625U,
                                              7450580596923828125U};

/* 2^exponent, of a normal double. */
static double raise_two(int exponent) {
    uint64_t bits = (uint64_t)(1023 + exponent) << 52;
    double power;
    memcpy(&power, &bits, sizeof power);
    return power;
}

/* The product has at most 127 bits; all but 64 of them become one, which is enough to round by. */
static double multiply_by_ten(uint64_t mantissa, int exponent) {
    uint128 product = (uint128)mantissa * FIVES[exponent];
    uint64_t high = (uint64_t)(product >> 64), low = (uint64_t)product;
    if (high == 0)
        return (double)low * raise_two(exponent);
    int shift = __builtin_clzll(high);
    product <<= shift;
    high = (uint64_t)(product >> 64) | ((uint64_t)product != 0);
    return (double)high * raise_two(exponent + 64 - shift);
}

/* With the first bits of both set the quotient has 63 or 64 bits, and the last stands for what
 * remains. */
static double divide_by_ten(uint64_t mantissa, int exponent) {
    int up = __builtin_clzll(mantissa), down = __builtin_clzll(FIVES[exponent]);
    uint128 dividend = (uint128)(mantissa << up) << 63;
    uint64_t divisor = FIVES[exponent] << down, quotient = (uint64_t)(dividend / divisor);
    bool is_inexact = (uint64_t)dividend != quotient * divisor;
    return (double)(quotient | is_inexact) * raise_two(down - up - 63 - exponent);
}

/* One rounding each, of exact whole numbers: the nearest double. */
static bool scale_exactly(const decimal *d, double *value) {
    if (d->mantissa == 0 || d->exponent < -MOST_FIVE || d->exponent > MOST_FIVE)
        return false;
    *value = d->exponent < 0 ? divide_by_ten(d->mantissa, -d->exponent)
                             : multiply_by_ten(d->mantissa, d->exponent);
    return true;
}
#else
static bool scale_exactly(const decimal *d, double *value) {
    (void)d, (void)value;
    return false;
}
#endif

/* The nearest double, by one rounding of exact doubles; false if they are not exact. */
static bool scale_doubles(const decimal *d, double *value) {
    if (d->mantissa >> DBL_MANT_DIG || d->exponent < -MOST_EXACT_TEN ||
        d->exponent > MOST_EXACT_TEN)
        return false;
    double mantissa = (double)d->mantissa;
    *value = d->exponent < 0 ? mantissa / TENS[-d->exponent] : mantissa * TENS[d->exponent];
    return true;
}

/* What is too long or too large for the others is left to strtod. */
bool read_real(const char *text, double *value) {
    decimal d;
    double read;
    if (!read_decimal(text, &d))
        return false;
    if (d.is_short && (scale_doubles(&d, &read) || scale_exactly(&d, &read)))
        read = d.is_negative ? -read : read;
    else
        read = strtod(text, NULL);
    if (!isfinite(read))
        return false;
    *value = read;
    return true;
}

/* ---- whole numbers --------------------------------------------------------------------------- */

/* strtoull would accept a sign and blanks before the digits. */
bool read_whole(const char **text, uint64_t *value) {
    char *end;
    if (!isdigit((unsigned char)**text))
        return false;
    errno = 0;
    *value = strtoull(*text, &end, 10);
    *text = end;
    return errno == 0;
}

size_t read_sizes(const char *text, size_t most, size_t *sizes) {
    uint64_t size;
    for (size_t count = 0; count < most;) {
        if (!read_whole(&text, &size) || size == 0 || size > INT_MAX)
            return 0;
        sizes[count++] = (size_t)size;
        if (*text == '\0')
            return count;
        if (*text++ != ',')
            return 0;
    }
    return 0;
}
