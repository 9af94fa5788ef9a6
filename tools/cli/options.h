/* SPDX-License-Identifier: BSD-3-Clause */
/* A command's arguments, and how it reports that something is wrong. */
#ifndef NNBLAS_CLI_OPTIONS_H
#define NNBLAS_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Beside EXIT_SUCCESS and EXIT_FAILURE: the command line was wrong. */
enum { EXIT_USAGE = 2 };

/*
 * An option "--name", by the pointer that is not null: a flag; a whole number or a real one in
 * [minimum, maximum]; a text. Or, with place instead of name, an argument by its place: the text is
 * that of the first argument that is no option, then of the second, ... place is how messages call
 * it, takes what they say a real number has to be.
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

/*
 * Reads a command's arguments, of which --help prints the help. Returns CARRY_ON, or the status to
 * exit with; what was wrong has then been said on stderr.
 */
enum { CARRY_ON = -1 };
int read_options(int argc, char **argv, const char *help, const command_option *options,
                 size_t n_options);

/* Says on stderr "nnblas COMMAND: " and what is wrong with the command line; returns EXIT_USAGE. */
int refuse_usage(const char *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Says on stderr what the library reported last; returns EXIT_FAILURE. */
int report_failure(const char *command);

#endif
