/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads the arguments of a command, and reports errors. */
#ifndef NNBLAS_CLI_OPTIONS_H
#define NNBLAS_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The exit status for a wrong command line, beside EXIT_SUCCESS and EXIT_FAILURE. */
enum { EXIT_USAGE = 2 };

/*
 * An option "--name". One of the pointers is not null and gets the value: flag (no argument), value
 * (a whole number in [minimum, maximum]), real (a number in [least, most], which messages describe
 * as takes) or text. With place instead of name it is a positional argument, the first such entry
 * the first argument that is no option, and so on; place is its name in messages.
 */
typedef struct {
    const char *name, *place;
    bool *flag;
    uint64_t *value;
    uint64_t minimum, maximum;
    double *real;
    double least, most;
    const char *takes;
    const char **text;
} command_option;

/* Reads the arguments of a command; --help prints the help. Returns CARRY_ON, or the status to exit
 * with, after a message on stderr if something was wrong. */
enum { CARRY_ON = -1 };
int read_options(int argc, char **argv, const char *help, const command_option *options,
                 size_t n_options);

/* The options and arguments as they were given, in their order. An argument that is no option has
 * no name, a flag no text. The texts are those of argv. */
typedef struct {
    const char *name, *text;
} given_option;

typedef struct {
    given_option *options;
    size_t count, capacity;
} given_options;

/* The same, and adds what was given, unless given is null. The caller frees given->options. */
int read_given_options(int argc, char **argv, const char *help, const command_option *options,
                       size_t n_options, given_options *given);

/* Prints "nnblas COMMAND: " and the message on stderr; returns EXIT_USAGE. */
int refuse_usage(const char *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Prints the last error message of the library on stderr; returns EXIT_FAILURE. */
int report_failure(const char *command);

#endif
