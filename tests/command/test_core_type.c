/* SPDX-License-Identifier: BSD-3-Clause */
/* restart_with_better_core beside a library that always has advice: prints the core type that the
 * environment ends up with, and the arguments. */
#include "cli/core_type.h"

#include <nnblas.h>

#include <stdio.h>
#include <stdlib.h>

const char *nnblas_blas_info(void) {
    return "OpenBLAS 0.0.0, core type Old; faster with OPENBLAS_CORETYPE=Better set before";
}

int main(int argc, char **argv) {
    restart_with_better_core(argv);
    const char *core = getenv("OPENBLAS_CORETYPE");
    printf("%s %s %d\n", core ? core : "none", argc > 1 ? argv[1] : "", argc);
    return 0;
}
