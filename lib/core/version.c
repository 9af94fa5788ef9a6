/* SPDX-License-Identifier: BSD-3-Clause */
/* What this build is: its version, and the optional features that it has. */
#include "core/public.h"

/* The version is in the project's meson.build, and again in the header. */
_Static_assert(NN_MAJOR == NNBLAS_VERSION_MAJOR && NN_MINOR == NNBLAS_VERSION_MINOR &&
                   NN_PATCH == NNBLAS_VERSION_PATCH,
               "nnblas.h has another version than meson.build");

const char *nnblas_version(void) {
    return NN_VERSION;
}

int nnblas_has(nnblas_feature feature) {
#ifdef HAVE_LBFGS
    if (feature == NNBLAS_FEATURE_LBFGS)
        return 1;
#endif
#ifdef HAVE_LAPACK
    if (feature == NNBLAS_FEATURE_LAPACK)
        return 1;
#endif
    (void)feature;
    return 0;
}
