/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef NN_RPROP_H
#define NN_RPROP_H

/* The bounds of each step size, those of the article. */
static const double NN_RPROP_SMALLEST = 1e-6, NN_RPROP_LARGEST = 50.0;

#endif
