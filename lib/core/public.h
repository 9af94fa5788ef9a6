/* SPDX-License-Identifier: BSD-3-Clause */
/* nnblas.h as the library itself includes it: what it declares is exported, all else is hidden
 * (-fvisibility=hidden). So the public header needs no macro on each declaration. */
#ifndef NN_PUBLIC_H
#define NN_PUBLIC_H

#pragma GCC visibility push(default)
#include "nnblas.h"
#pragma GCC visibility pop

#endif
