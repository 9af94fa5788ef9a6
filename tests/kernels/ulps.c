/* SPDX-License-Identifier: BSD-3-Clause */
#include "kernels/ulps.h"

#include <float.h>
#include <math.h>
#include <string.h>

double count_ulps(double found, long double expected) {
    if (isinf(found) && found == (double)expected)
        return 0.0;
    if (!isfinite(found))
        return HUGE_VAL;
    int exponent = ilogbl(expected);
    if (exponent < DBL_MIN_EXP - 1)
        exponent = DBL_MIN_EXP - 1;
    return (double)ldexpl(fabsl((long double)found - expected), DBL_MANT_DIG - 1 - exponent);
}

double roll_any(dice *d, double least, double largest) {
    for (;;) {
        uint64_t bits = roll(d);
        double value;
        memcpy(&value, &bits, sizeof value);
        if (value >= least && value <= largest)
            return value;
    }
}
