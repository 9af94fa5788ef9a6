/* SPDX-License-Identifier: BSD-3-Clause */
/* Numbers as text: the same as the C library's, by printf and strtod. */
#include "cli/number.h"
#include "core/random.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures;

/* 15, 16 or 17 digits, the fewest that read back. */
static void write_plainly(double value, char text[32]) {
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, 32, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            return;
    }
}

static void check_value(double value) {
    char expected[32];
    number_text written = write_real(value);
    write_plainly(value, expected);
    if (strcmp(written.text, expected) == 0)
        return;
    if (failures++ < 10)
        printf("not ok  %a is written %s, not %s\n", value, written.text, expected);
}

static void check_neighbours(double value) {
    check_value(nextafter(value, 0.0));
    check_value(value);
    check_value(-value);
    check_value(nextafter(value, (double)INFINITY));
}

/* Where the distance to the numbers beside them changes, and where the number of digits does. */
static void check_powers(void) {
    for (int power = -1074; power < 1024; power++)
        check_neighbours(ldexp(1.0, power));
    for (int power = -323; power <= 308; power++) {
        char text[16];
        snprintf(text, sizeof text, "1e%d", power);
        check_neighbours(strtod(text, NULL));
    }
}

static void check_random_values(void) {
    nn_random random;
    nn_random_seed(&random, 1);
    for (int i = 0; i < 400000; i++) {
        double uniform = nn_random_unit(&random), other = nn_random_unit(&random);
        check_value(uniform);
        check_value(exp(-90.0 * uniform));
        check_value(exp(40.0 * (uniform - 0.1)));
        check_value(floor(uniform * 1e6) / pow(10.0, floor(other * 20.0)));
        check_value(ldexp(floor(other * 0x1p55) - 0x1p54, (int)(uniform * 2000.0) - 1050));
    }
}

static void check_special_values(void) {
    const double values[] = {0.0,       -0.0,   (double)INFINITY,    0.1,
                             1.0 / 3.0, 5e-324, 123456789012345678.0};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
        check_value(values[i]);
    if (*write_real((double)NAN).text != '\0') {
        puts("not ok  NaN is written as text");
        failures++;
    }
}

int main(void) {
    check_powers();
    check_random_values();
    check_special_values();
    printf("%d numbers not ok\n", failures);
    return failures > 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
