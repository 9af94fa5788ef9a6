/* SPDX-License-Identifier: BSD-3-Clause */
/* A trained model as C source that needs no library. */
#ifndef NNBLAS_EXPORT_C_SOURCE_H
#define NNBLAS_EXPORT_C_SOURCE_H

#include "export/exported_model.h"

#include <stdio.h>

/* The first name of a column or category that is longer than a string of C99 may be, or null. */
const char *find_long_name(const exported_model *exported);

/* name begins what the source defines. There must be no long name. */
void write_c_source(FILE *stream, const exported_model *exported, const char *name,
                    bool has_jacobian);

#endif
