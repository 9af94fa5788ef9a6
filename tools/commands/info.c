/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/options.h"
#include "commands/commands.h"

#include <nnblas.h>

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char HELP[] =
    "usage: nnblas info\n"
    "\n"
    "Prints the version of the library, the BLAS with its core type, and the processors and\n"
    "threads that the library may use.\n";

/* The processors that this process may run on; all processors, if that is not known. */
static long count_usable_processors(void) {
    cpu_set_t processors;
    if (sched_getaffinity(0, sizeof processors, &processors) == 0)
        return CPU_COUNT(&processors);
    return sysconf(_SC_NPROCESSORS_ONLN);
}

static void print_versions(void) {
    long usable = count_usable_processors();
    printf("libnnblas   %s\n", nnblas_version());
    printf("BLAS        %s\n", nnblas_blas_info());
    printf("processors  %ld, of which this process may use %ld\n", sysconf(_SC_NPROCESSORS_ONLN),
           usable);
    printf("threads     up to %ld a call, unless nnblas_set_threads says otherwise\n", usable);
}

int run_info(int argc, char **argv) {
    int status = read_options(argc, argv, HELP, NULL, 0);
    if (status != CARRY_ON)
        return status;
    print_versions();
    return EXIT_SUCCESS;
}
