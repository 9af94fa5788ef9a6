/* SPDX-License-Identifier: BSD-3-Clause */
#include "commands.h"

#include <nnblas.h>

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int report_failure(const char *command) {
    fprintf(stderr, "nnblas %s: %s\n", command, nnblas_error_message());
    return EXIT_FAILURE;
}

static int refuse(const char *command, const char *what, const char *argument) {
    fprintf(stderr, "nnblas %s: %s '%s'; nnblas %s --help lists what there is\n", command, what,
            argument, command);
    return EXIT_USAGE;
}

/* The text behind "--name=", "" where argument is "--name" alone, null where it is another. */
static const char *match_option(const char *argument, const char *name) {
    size_t length = strlen(name);
    if (strncmp(argument, "--", 2) != 0 || strncmp(argument + 2, name, length) != 0)
        return NULL;
    const char *end = argument + 2 + length;
    if (*end == '=')
        return end + 1;
    return *end == '\0' ? end : NULL;
}

/* Digits only: strtoull would take a sign and blanks before them. */
static bool read_number(const command_option *option, const char *text) {
    if (!isdigit((unsigned char)text[0]))
        return false;
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (*end != '\0' || errno || value < option->minimum || value > option->maximum)
        return false;
    *option->value = value;
    return true;
}

static int read_option(char **argv, int *i, const command_option *options, size_t n_options) {
    for (size_t o = 0; o < n_options; o++) {
        const char *text = match_option(argv[*i], options[o].name);
        if (!text)
            continue;
        if (!strchr(argv[*i], '=')) {
            *i += 1;
            text = argv[*i];
        }
        if (text && options[o].text) {
            *options[o].text = text;
            return CARRY_ON;
        }
        if (text && read_number(&options[o], text))
            return CARRY_ON;
        if (options[o].text) {
            fprintf(stderr, "nnblas %s: --%s takes an argument\n", argv[0], options[o].name);
            return EXIT_USAGE;
        }
        fprintf(stderr, "nnblas %s: --%s takes a whole number from %" PRIu64 " to %" PRIu64 "\n",
                argv[0], options[o].name, options[o].minimum, options[o].maximum);
        return EXIT_USAGE;
    }
    return refuse(argv[0], argv[*i][0] == '-' ? "unknown option" : "unexpected argument", argv[*i]);
}

int read_options(int argc, char **argv, const char *help, const command_option *options,
                 size_t n_options) {
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            fputs(help, stdout);
            return EXIT_SUCCESS;
        }
        int status = read_option(argv, &i, options, n_options);
        if (status != CARRY_ON)
            return status;
    }
    return CARRY_ON;
}
