/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/options.h"
#include "cli/memory.h"
#include "cli/number.h"
#include "cli/similar_text.h"
#include "cli/text.h"

#include <nnblas.h>

#include <getopt.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int report_failure(const char *command) {
    print_safely(stderr, "nnblas %s: %s\n", command, nnblas_error_message());
    return EXIT_FAILURE;
}

int refuse_usage(const char *command, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    print_safely(stderr, "nnblas %s: ", command);
    vprint_safely(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    return EXIT_USAGE;
}

static int refuse(const char *command, const char *what, const char *argument) {
    return refuse_usage(command, "%s '%s'; see nnblas %s --help", what, show_text(argument).text,
                        command);
}

static bool read_number(const command_option *option, const char *text) {
    uint64_t value;
    if (!read_whole(&text, &value) || *text != '\0' || value < option->minimum ||
        value > option->maximum)
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

/* text is null where there is none. */
static int refuse_text(const char *command, const command_option *option, const char *text) {
    if (option->flag)
        return refuse_usage(command, "--%s takes no argument", option->name);
    if (option->text)
        return refuse_usage(command, "--%s takes an argument; see nnblas %s --help", option->name,
                            command);
    const shown_text shown = show_text(text ? text : "");
    const char *before = text ? ", not '" : "", *after = text ? "'" : "";
    if (option->real)
        return refuse_usage(command, "--%s takes %s%s%s%s", option->name, option->takes, before,
                            shown.text, after);
    return refuse_usage(command, "--%s takes a whole number from %" PRIu64 " to %" PRIu64 "%s%s%s",
                        option->name, option->minimum, option->maximum, before, shown.text, after);
}

/* A flag has no text. */
static bool take_text(const command_option *option, const char *text) {
    if (option->flag)
        return *option->flag = true;
    if (option->text) {
        *option->text = text;
        return true;
    }
    return option->real ? read_real_in_range(option, text) : read_number(option, text);
}

static void note_given(given_options *given, const char *name, const char *text) {
    if (!given)
        return;
    given->options =
        reserve_array(given->options, &given->capacity, given->count + 1, sizeof *given->options);
    given->options[given->count++] = (given_option){name, text};
}

static int take_argument(const char *command, const char *argument, size_t place,
                         const command_option *options, size_t n_options, given_options *given) {
    for (size_t o = 0; o < n_options; o++)
        if (options[o].place && place-- == 0) {
            *options[o].text = argument;
            note_given(given, NULL, argument);
            return CARRY_ON;
        }
    return refuse(command, "unexpected argument", argument);
}

/* ---- getopt_long ----------------------------------------------------------------------------- */

/* What getopt_long returns: an argument that is no option, --help or -h, or this and the option's
 * place in the table. */
enum { PLAIN_ARGUMENT = 1, HELP_OPTION = 'h', FIRST_OPTION = 256 };

static struct option *make_long_options(const command_option *options, size_t n_options) {
    struct option *made = resize_array(NULL, n_options + 2, sizeof *made), *next = made;
    for (size_t o = 0; o < n_options; o++)
        if (options[o].name)
            *next++ =
                (struct option){options[o].name, options[o].flag ? no_argument : required_argument,
                                NULL, FIRST_OPTION + (int)o};
    *next++ = (struct option){"help", no_argument, NULL, HELP_OPTION};
    *next = (struct option){0};
    return made;
}

/* getopt_long accepts an abbreviation that fits one name only. */
static bool is_abbreviation(const char *argument, const struct option *long_options) {
    if (strncmp(argument, "--", 2) != 0)
        return false;
    size_t length = strcspn(argument + 2, "=");
    while (long_options->name && strncmp(argument + 2, long_options->name, length) != 0)
        long_options++;
    return long_options->name;
}

/* The name of an option where the value of this one should be: it was forgotten. With = it is the
 * value. */
static bool is_value_missing(const command_option *option, char **argv,
                             const struct option *long_options) {
    return !option->flag && optarg == argv[optind - 1] && is_abbreviation(optarg, long_options) &&
           optarg[2] != '\0';
}

static int refuse_missing_value(const char *command, const command_option *option) {
    return refuse_usage(command,
                        "--%s takes an argument, and the option %s follows (if that is the "
                        "argument: --%s=%s)",
                        option->name, optarg, option->name, optarg);
}

/* Null, or the name of the option that may have been meant; argument begins with --. */
static const char *find_similar_option(const char *argument, const struct option *long_options) {
    size_t count = 0;
    while (long_options[count].name)
        count++;
    const char **names = resize_array(NULL, count, sizeof *names);
    for (size_t o = 0; o < count; o++)
        names[o] = long_options[o].name;
    char *name = copy_text(argument + 2);
    name[strcspn(name, "=")] = '\0';
    const char *similar = find_similar_text(names, count, name);
    free(name);
    free(names);
    return similar;
}

static int refuse_unknown_option(const char *command, const char *argument,
                                 const struct option *long_options) {
    const char *similar =
        strncmp(argument, "--", 2) == 0 ? find_similar_option(argument, long_options) : NULL;
    if (!similar)
        return refuse(command, "unknown option", argument);
    return refuse_usage(command, "unknown option '%s'; did you mean '--%s'? See nnblas %s --help",
                        show_text(argument).text, similar, command);
}

/* For what getopt_long does not accept; optopt is the option, where that is known. */
static int refuse_option(const char *command, const char *argument, const command_option *options,
                         const struct option *long_options) {
    if (optopt >= FIRST_OPTION)
        return refuse_text(command, &options[optopt - FIRST_OPTION], NULL);
    if (optopt == HELP_OPTION)
        return refuse_usage(command, "--help takes no argument");
    return is_abbreviation(argument, long_options)
               ? refuse(command, "ambiguous option", argument)
               : refuse_unknown_option(command, argument, long_options);
}

static int walk_arguments(int argc, char **argv, const char *help, const command_option *options,
                          size_t n_options, const struct option *long_options,
                          given_options *given) {
    size_t place = 0;
    int found, status = CARRY_ON, at = optind;
    opterr = 0;
    /* "-" returns all arguments in their order, ":" tells a missing value from an unknown option.
     */
    while (status == CARRY_ON &&
           (found = getopt_long(argc, argv, "-:h", long_options, NULL)) != -1) {
        if (found == HELP_OPTION) {
            fputs(help, stdout);
            return EXIT_SUCCESS;
        }
        if (found == PLAIN_ARGUMENT)
            status = take_argument(argv[0], optarg, place++, options, n_options, given);
        else if (found < FIRST_OPTION)
            status = refuse_option(argv[0], argv[at], options, long_options);
        else if (is_value_missing(&options[found - FIRST_OPTION], argv, long_options))
            status = refuse_missing_value(argv[0], &options[found - FIRST_OPTION]);
        else if (!take_text(&options[found - FIRST_OPTION], optarg))
            status = refuse_text(argv[0], &options[found - FIRST_OPTION], optarg);
        else
            note_given(given, options[found - FIRST_OPTION].name, optarg);
        at = optind;
    }
    for (int i = optind; i < argc && status == CARRY_ON; i++) /* after "--" */
        status = take_argument(argv[0], argv[i], place++, options, n_options, given);
    return status;
}

int read_given_options(int argc, char **argv, const char *help, const command_option *options,
                       size_t n_options, given_options *given) {
    struct option *long_options = make_long_options(options, n_options);
    int status = walk_arguments(argc, argv, help, options, n_options, long_options, given);
    free(long_options);
    return status;
}

int read_options(int argc, char **argv, const char *help, const command_option *options,
                 size_t n_options) {
    return read_given_options(argc, argv, help, options, n_options, NULL);
}
