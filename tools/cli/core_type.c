/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/core_type.h"

#include <nnblas.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char VARIABLE[] = "OPENBLAS_CORETYPE";

static bool is_kept_by_user(void) {
    const char *keep = getenv("NNBLAS_KEEP_CORETYPE");
    return getenv(VARIABLE) || (keep && strcmp(keep, "1") == 0);
}

/* The library's advice has the variable as the user would write it: OPENBLAS_CORETYPE=NAME. */
static bool find_advised_core(char *name, size_t size) {
    const char *advice = strstr(nnblas_blas_info(), VARIABLE);
    if (!advice || advice[strlen(VARIABLE)] != '=')
        return false;
    advice += strlen(VARIABLE) + 1;
    size_t length = strcspn(advice, " ;,.");
    if (length == 0 || length >= size)
        return false;
    memcpy(name, advice, length);
    name[length] = '\0';
    return true;
}

static bool is_quiet(char *const *argv) {
    while (*argv && strcmp(*argv, "--quiet") != 0)
        argv++;
    return *argv;
}

void restart_with_better_core(char **argv) {
    char core[64];
    if (is_kept_by_user() || !find_advised_core(core, sizeof core))
        return;
    if (setenv(VARIABLE, core, 0) != 0)
        return;
    if (!is_quiet(argv))
        fprintf(stderr,
                "%s: restarting with %s=%s, which is faster on this processor "
                "(NNBLAS_KEEP_CORETYPE=1 prevents this)\n",
                program_invocation_short_name, VARIABLE, core);
    execv("/proc/self/exe", argv);
    unsetenv(VARIABLE);
}
