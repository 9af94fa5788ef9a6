/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/public.h"

const char *nnblas_version(void) {
    return NN_VERSION;
}
