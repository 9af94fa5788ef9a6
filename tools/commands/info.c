/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/files.h"
#include "cli/options.h"
#include "cli/output.h"
#include "commands/commands.h"
#include "core/processors.h"

#include <nnblas.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char HELP[] =
    "usage: nnblas info [--json FILE]\n"
    "\n"
    "Prints the version of the library, the BLAS with its core type, and the processors and\n"
    "threads that the library may use.\n"
    "\n"
    "  --json FILE           write them here, as JSON; - for standard output, and no text\n";

static void print_versions(void) {
    int usable = nn_count_processors();
    printf("libnnblas   %s\n", nnblas_version());
    printf("BLAS        %s\n", nnblas_blas_info());
    printf("processors  %ld, of which this process may use %d\n", sysconf(_SC_NPROCESSORS_ONLN),
           usable);
    printf("threads     up to %d a call, unless nnblas_set_threads says otherwise\n", usable);
}

/* A build without Jansson has this too. */
static void write_json_text(FILE *stream, const char *text) {
    fputc('"', stream);
    for (; *text; text++) {
        if ((unsigned char)*text < 0x20)
            fprintf(stream, "\\u%04x", (unsigned)*text);
        else
            fprintf(stream, *text == '"' || *text == '\\' ? "\\%c" : "%c", *text);
    }
    fputc('"', stream);
}

static void write_versions(FILE *stream) {
    fputs("{\n  \"libnnblas\": ", stream);
    write_json_text(stream, nnblas_version());
    fputs(",\n  \"blas\": ", stream);
    write_json_text(stream, nnblas_blas_info());
    fprintf(stream, ",\n  \"processors\": %ld,\n  \"usable_processors\": %d\n}\n",
            sysconf(_SC_NPROCESSORS_ONLN), nn_count_processors());
}

static bool save_versions(const char *command, const char *path) {
    output_file output;
    if (!open_output(command, &output, path))
        return false;
    write_versions(output.stream);
    return keep_output(command, &output);
}

int run_info(int argc, char **argv) {
    const char *json = NULL;
    const command_option options[] = {{"json", .text = &json}};
    int status = read_options(argc, argv, HELP, options, sizeof options / sizeof options[0]);
    if (status == CARRY_ON)
        status = check_files(argv[0], &(file_argument){"--json", json, FILE_WRITTEN}, 1);
    if (status != CARRY_ON)
        return status;
    if (!is_standard_output(json))
        print_versions();
    return !json || save_versions(argv[0], json) ? EXIT_SUCCESS : EXIT_FAILURE;
}
