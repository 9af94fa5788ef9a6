/* SPDX-License-Identifier: BSD-3-Clause */
/* Accuracy in units in the last place (ulp), and arguments to measure it at. */
#ifndef ULPS_H
#define ULPS_H

#include "support/support.h"

/* |found - expected| in units of the spacing of doubles at expected. An infinity is right where
 * expected rounds to it. */
double count_ulps(double found, long double expected);

/* Any finite double between the two. The bits are random, so that all exponents come. */
double roll_any(dice *d, double least, double largest);

#endif
