/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/options.h"
#include "cli/number.h"

#include <nnblas.h>

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int report_failure(const char *command) {
    fprintf(stderr, "nnblas %s: %s\n", command, nnblas_error_message());
    return EXIT_FAILURE;
}

int refuse_usage(const char *command, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "nnblas %s: ", command);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    return EXIT_USAGE;
}

static int refuse(const char *command, const char *what, const char *argument) {
    return refuse_usage(command, "%s '%s'; nnblas %s --help lists what there is", what, argument,
                        command);
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

static bool read_real_in_range(const command_option *option, const char *text) {
    double value;
    if (!read_real(text, &value) || value < option->least || value > option->most)
        return false;
    *option->real = value;
    return true;
}

static int refuse_text(const char *command, const command_option *option) {
    if (option->flag)
        return refuse_usage(command, "--%s takes no argument", option->name);
    if (option->text)
        return refuse_usage(command, "--%s takes an argument", option->name);
    if (option->real)
        return refuse_usage(command, "--%s takes %s", option->name, option->takes);
    return refuse_usage(command, "--%s takes a whole number from %" PRIu64 " to %" PRIu64,
                        option->name, option->minimum, option->maximum);
}

/* text is null where there is none. */
static bool take_text(const command_option *option, const char *text) {
    if (option->flag) {
        *option->flag = true;
        return !text;
    }
    if (!text)
        return false;
    if (option->text) {
        *option->text = text;
        return true;
    }
    return option->real ? read_real_in_range(option, text) : read_number(option, text);
}

static int read_option(char **argv, int *i, const command_option *options, size_t n_options) {
    for (size_t o = 0; o < n_options; o++) {
        const char *text = options[o].name ? match_option(argv[*i], options[o].name) : NULL;
        if (!text)
            continue;
        if (!strchr(argv[*i], '='))
            text = options[o].flag ? NULL : argv[++*i];
        return take_text(&options[o], text) ? CARRY_ON : refuse_text(argv[0], &options[o]);
    }
    return refuse(argv[0], "unknown option", argv[*i]);
}

static int take_argument(const char *command, const char *argument, size_t place,
                         const command_option *options, size_t n_options) {
    for (size_t o = 0; o < n_options; o++)
        if (options[o].place && place-- == 0) {
            *options[o].text = argument;
            return CARRY_ON;
        }
    return refuse(command, "unexpected argument", argument);
}

/* "-" is standard input or output. */
static bool is_option(const char *argument) {
    return argument[0] == '-' && argument[1] != '\0';
}

int read_options(int argc, char **argv, const char *help, const command_option *options,
                 size_t n_options) {
    bool are_options_over = false;
    size_t place = 0;
    for (int i = 1; i < argc; i++) {
        int status;
        if (are_options_over || !is_option(argv[i])) {
            status = take_argument(argv[0], argv[i], place++, options, n_options);
        } else if (strcmp(argv[i], "--") == 0) {
            are_options_over = true;
            continue;
        } else if (strcmp(argv[i], "--help") == 0) {
            fputs(help, stdout);
            return EXIT_SUCCESS;
        } else {
            status = read_option(argv, &i, options, n_options);
        }
        if (status != CARRY_ON)
            return status;
    }
    return CARRY_ON;
}
