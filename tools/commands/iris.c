/* SPDX-License-Identifier: BSD-3-Clause */
/* Writes Fisher's iris flowers as a table, to try the other commands on. */
#include "cli/options.h"
#include "commands/commands.h"
#include "iris/iris_csv.h"
#include "iris/iris_split.h"

#include <stdlib.h>
#include <string.h>

static const char HELP[] =
    "usage: nnblas iris [--part all|train|test] [--seed S]\n"
    "\n"
    "Writes Fisher's 150 iris flowers as comma-separated values: four measurements in\n"
    "cm, and the species.\n"
    "\n"
    "  --part PART  all (the default); train, 40 flowers of each species, drawn at random; or "
    "test,\n"
    "               the 30 others\n"
    "  --seed S     of the split into train and test (default 1936, as in nnblas demo)\n";

static void write_part(const iris_part *part) {
    for (size_t r = 0; r < part->N; r++)
        write_iris_row(stdout, part->X[r], part->species[r]);
}

static void write_all(void) {
    for (size_t r = 0; r < IRIS_ROWS; r++)
        write_iris_row(stdout, iris_rows[r], r / IRIS_ROWS_A_SPECIES);
}

int run_iris(int argc, char **argv) {
    uint64_t seed = 1936;
    const char *part = "all";
    const command_option options[] = {
        {"part", .text = &part},
        {"seed", .value = &seed, .minimum = 0, .maximum = UINT64_MAX},
    };
    int status = read_options(argc, argv, HELP, options, sizeof options / sizeof options[0]);
    if (status != CARRY_ON)
        return status;
    iris_part train, test;
    split_iris(seed, &train, &test);
    bool is_all = strcmp(part, "all") == 0, is_train = strcmp(part, "train") == 0;
    if (!is_all && !is_train && strcmp(part, "test") != 0)
        return refuse_usage(argv[0], "--part takes all, train or test");
    write_iris_header(stdout);
    if (is_all)
        write_all();
    else
        write_part(is_train ? &train : &test);
    return EXIT_SUCCESS;
}
