/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A number as the text that reads back to it. printf and strtod are exact at any cost: they took
 * more than half of the time of nnblas predict. Numbers from 1e-32 to 2^53 need no more than
 * integers of 128 bits, and the others are left to the C library.
 *
 * A number x = m 2^e is D + R / 2^shift, scaled by the power 10^p with which D has 17 digits. A
 * decimal with fewer digits reads back as x if it is no further from x than half of the distance
 * to the next number, which is 2^(e - 1).
 */
#include "cli/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static number_text write_slowly(double value) {
    number_text written = {""};
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(written.text, sizeof written.text, "%.*g", digits, value);
        if (strtod(written.text, NULL) == value)
            break;
    }
    return written;
}

#ifdef __SIZEOF_INT128__
__extension__ typedef unsigned __int128 wide;
__extension__ typedef __int128 signed_wide;

enum { DIGITS = 17 };

static wide raise_five(int power) {
    wide result = 1;
    for (wide base = 5; power > 0; power /= 2, base *= base)
        if (power % 2 == 1)
            result *= base;
    return result;
}

/* 4 m 5^p = D 2^shift + R, with a half of the distance to the next number `half` = 2 5^p, and to
 * the one before. All but D are below 2^115. */
typedef struct {
    int64_t D;
    int shift;
    wide R, half, half_below;
    bool is_even;
} scaled_real;

/* The factor 4 keeps the half of the smaller distance below a power of two an integer. */
static scaled_real scale(uint64_t m, int e, int p) {
    wide five = raise_five(p), low = (wide)(4 * m) * (uint64_t)five;
    wide high = (wide)(4 * m) * (uint64_t)(five >> 64) + (low >> 64);
    scaled_real s = {.shift = 2 - e - p, .half = 2 * five, .half_below = 2 * five};
    s.is_even = m % 2 == 0;
    if (m == (uint64_t)1 << 52)
        s.half_below = five;
    if (s.shift < 64) {
        s.D = (int64_t)(high << (64 - s.shift) | (uint64_t)low >> s.shift);
        s.R = (uint64_t)low & (((uint64_t)1 << s.shift) - 1);
    } else {
        s.D = (int64_t)(high >> (s.shift - 64));
        s.R = (high & (((wide)1 << (s.shift - 64)) - 1)) << 64 | (uint64_t)low;
    }
    return s;
}

/* Whether the decimal D + difference, in units of the last of the 17 digits, reads back. */
static bool reads_back(const scaled_real *s, int64_t difference) {
    if (difference > 15 || difference < -15) /* half is at most 11.1 */
        return false;
    signed_wide above = (signed_wide)difference * ((signed_wide)1 << s->shift) - (signed_wide)s->R;
    wide distance = (wide)(above < 0 ? -above : above), half = above < 0 ? s->half_below : s->half;
    return distance < half || (distance == half && s->is_even);
}

/* Rounds D to a multiple of unit, 1, 10 or 100, the nearest to D + R / 2^shift. */
static int64_t round_digits(const scaled_real *s, int64_t unit) {
    int64_t below = s->D - s->D % unit;
    wide twice = ((wide)(s->D % unit) << s->shift | s->R) * 2, middle = (wide)unit << s->shift;
    bool is_up = twice > middle || (twice == middle && below / unit % 2 == 1);
    return is_up ? below + unit : below;
}

/* ---- digits as text -------------------------------------------------------------------------- */

/* Writes the digits of a decimal without the zeros at its end, as the format %g does; `power` is
 * that of the first digit, and precision the digits that %g is asked for. */
static void write_digits(char *text, const char *digits, int count, int power, int precision) {
    bool has_exponent = power < -4 || power >= precision;
    int before = has_exponent ? 1 : power + 1; /* the point */
    if (before <= 0) {
        text = stpcpy(text, "0.");
        for (; before < 0; before++)
            *text++ = '0';
        before = count;
    }
    for (int i = 0; i < count || i < before; i++) {
        if (i == before && i > 0)
            *text++ = '.';
        *text++ = i < count ? digits[i] : '0';
    }
    if (has_exponent) { /* from -33 to 16 */
        *text++ = 'e';
        *text++ = power < 0 ? '-' : '+';
        *text++ = (char)('0' + abs(power) / 10);
        *text++ = (char)('0' + abs(power) % 10);
    }
    *text = '\0';
}

static void write_decimal(char *text, int64_t decimal, int power, int precision) {
    char digits[24];
    int first = sizeof digits, end = sizeof digits;
    for (; decimal > 0; decimal /= 10)
        digits[--first] = (char)('0' + decimal % 10);
    power += end - first - DIGITS; /* rounding up may have made one digit more */
    while (digits[end - 1] == '0')
        end--;
    write_digits(text, digits + first, end - first, power, precision);
}

/* value from 1e-32 to below 2^53. */
static void write_fast(char *text, double value) {
    int exponent;
    uint64_t m = (uint64_t)ldexp(frexp(value, &exponent), 53);
    int power = (int)floor((exponent - 1) * 0.30102999566398120); /* or one more */
    scaled_real s = scale(m, exponent - 53, DIGITS - 1 - power);
    if (s.D >= 100000000000000000)
        s = scale(m, exponent - 53, DIGITS - 1 - ++power);
    int precision = DIGITS - 2;
    int64_t decimal = round_digits(&s, 100);
    for (int64_t unit = 10; !reads_back(&s, decimal - s.D); unit /= 10, precision++)
        decimal = round_digits(&s, unit);
    write_decimal(text, decimal, power, precision);
}

number_text write_real(double value) {
    number_text written = {""};
    double size = fabs(value);
    if (isnan(value))
        return written;
    if (!(size >= 1e-32 && size < 0x1p53))
        return write_slowly(value);
    if (value < 0.0)
        written.text[0] = '-';
    write_fast(written.text + (value < 0.0), size);
    return written;
}
#else
number_text write_real(double value) {
    const number_text none = {""};
    return isnan(value) ? none : write_slowly(value);
}
#endif
