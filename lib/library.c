/* SPDX-License-Identifier: BSD-3-Clause */
#include "public.h"

const char *nnblas_version(void) {
    return NN_VERSION;
}
