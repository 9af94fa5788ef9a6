/* SPDX-License-Identifier: BSD-3-Clause */
/* Numbers as texts are read to the nearest double, as strtod does. */
#include "cli/number.h"
#include "core/random.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t failures;

/* What read_real() promises, by strtod. */
static bool read_slowly(const char *text, double *value) {
    char *end;
    if (text[strspn(text, "+-.0123456789eE")] != '\0')
        return false;
    *value = strtod(text, &end);
    return end != text && *end == '\0' && isfinite(*value);
}

static void check_text(const char *text) {
    double read = 0.0, expected = 0.0;
    bool is_read = read_real(text, &read), is_number = read_slowly(text, &expected);
    if (is_read == is_number && (!is_number || memcmp(&read, &expected, sizeof read) == 0))
        return;
    printf("not ok  '%s': %s %.17g, not %.17g\n", text, is_read ? "read as" : "refused", read,
           expected);
    failures++;
}

/* No numbers, ends of the range, halfway cases, and as many digits as are exact or one more. */
static const char *const HARD_TEXTS[] = {
    "",
    "-",
    "+",
    ".",
    "-.",
    "e5",
    ".e5",
    "1e",
    "1e+",
    "1e-",
    "+.5",
    "5.",
    "-5.",
    "1.5e3",
    "1E3",
    "1e+03",
    "1..2",
    "1e5e5",
    "--1",
    "+-1",
    "0",
    "-0",
    "0.0",
    "-0e999",
    "0e-999",
    "1e308",
    "1.7976931348623157e308",
    "1.7976931348623159e308",
    "1e309",
    "-1e999",
    "1e-999",
    "4.9e-324",
    "2.4703282292062327e-324",
    "2.2250738585072011e-308",
    "9007199254740993",
    "9007199254740992.5",
    "9007199254740993.0000",
    "18446744073709551615",
    "18446744073709551616",
    "99999999999999999999",
    "1e22",
    "1e23",
    "8.5e22",
    "9007199254740993e22",
    "1e27",
    "1e28",
    "18446744073709551615e27",
    "18446744073709551615e-27",
    "0.000000000000000000000000001",
    "000000000000000000000000000000001.5",
    "0.30000000000000004",
    "0.1000000000000000055511151231257827021181583404541015625",
    "1e99999999999999999999",
    "1e-99999999999999999",
    "1,5",
    " 1",
    "1 ",
    "0x10",
    "nan",
    "inf",
    "1e5 ",
    "\xff"};

static void check_hard_texts(void) {
    for (size_t t = 0; t < sizeof HARD_TEXTS / sizeof *HARD_TEXTS; t++)
        check_text(HARD_TEXTS[t]);
}

static void check_long_texts(void) {
    char zeros[1300] = "0.", last[1300] = "1";
    memset(zeros + 2, '0', 1200);
    strcpy(zeros + 1202, "1e1203");
    check_text(zeros);
    memset(last + 1, '0', 1200);
    strcpy(last + 1201, "e-1200");
    check_text(last);
}

/* A number from 0 to bound - 1, not quite uniform. */
static size_t draw(nn_random *random, size_t bound) {
    return (size_t)(nn_random_unit(random) * (double)bound);
}

/* Any finite double, in 17 digits; digits with a point at any place; half way between two doubles.
 */
static void check_drawn_text(nn_random *random, int kind) {
    char text[128];
    uint64_t bits = nn_random_bits(random);
    double value;
    memcpy(&value, &bits, sizeof value);
    if (kind == 0) {
        snprintf(text, sizeof text, "%.17g", value);
    } else if (kind == 1) {
        int length =
            snprintf(text, sizeof text, "%llu", (unsigned long long)(bits >> draw(random, 64)));
        size_t point = draw(random, (size_t)length + 1);
        memmove(text + point + 1, text + point, (size_t)length - point + 1);
        text[point] = '.';
    } else if (kind == 2) {
        snprintf(text, sizeof text, "%llue%d", (unsigned long long)(bits >> draw(random, 64)),
                 (int)draw(random, 62) - 31);
    } else if (kind == 3) {
        long double half = (long double)(bits >> 11) * 2 + 1;
        snprintf(text, sizeof text, "%.*Lg", 16 + (int)draw(random, 6),
                 ldexpl(half, (int)draw(random, 80) - 60));
    } else {
        static const char BYTES[] = "+-.0123456789eE0011";
        size_t length = draw(random, 9);
        for (size_t i = 0; i < length; i++)
            text[i] = BYTES[draw(random, sizeof BYTES - 1)];
        text[length] = '\0';
    }
    check_text(text);
}

int main(void) {
    enum { KINDS = 5, TEXTS = 400000 };
    nn_random random;
    nn_random_seed(&random, 7);
    check_hard_texts();
    check_long_texts();
    for (int kind = 0; kind < KINDS; kind++)
        for (size_t i = 0; i < TEXTS && failures < 20; i++)
            check_drawn_text(&random, kind);
    printf("%zu not ok\n", failures);
    return failures > 0;
}
