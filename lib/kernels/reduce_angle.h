/* SPDX-License-Identifier: BSD-3-Clause */
/* Angles of any size, one at a time: for those that are too large for the vector loops. */
#ifndef NN_REDUCE_ANGLE_H
#define NN_REDUCE_ANGLE_H

/* Up to here the vector loops are exact. */
static const double NN_LARGEST_PLAIN_ANGLE = 0x1p21;

/* The angle from -pi / 2 to pi / 2 with the sine of a, within an ulp; a itself where it is not
 * larger than that, or NaN; NaN where it is infinite. */
double nn_reduce_for_sine(double a);

/* The same for the cosine: an angle from -pi to pi, within 2^-51. */
double nn_reduce_for_cosine(double a);

#endif
