/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/options.h"
#include "commands/commands.h"
#include "core/processors.h"

#include <nnblas.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char HELP[] =
    "usage: nnblas info\n"
    "\n"
    "Prints the version of the library, the BLAS with its core type, and the processors and\n"
    "threads that the library may use.\n";

static void print_versions(void) {
    int usable = nn_count_processors();
    printf("libnnblas   %s\n", nnblas_version());
    printf("BLAS        %s\n", nnblas_blas_info());
    printf("processors  %ld, of which this process may use %d\n", sysconf(_SC_NPROCESSORS_ONLN),
           usable);
    printf("threads     up to %d a call, unless nnblas_set_threads says otherwise\n", usable);
}

int run_info(int argc, char **argv) {
    int status = read_options(argc, argv, HELP, NULL, 0);
    if (status != CARRY_ON)
        return status;
    print_versions();
    return EXIT_SUCCESS;
}
