/* SPDX-License-Identifier: BSD-3-Clause */
/* The nnblas command: trains networks on tables, and shows the library at work. */
#include "cli/core_type.h"
#include "cli/options.h"
#include "cli/similar_text.h"
#include "cli/text.h"
#include "commands/commands.h"
#ifdef HAVE_CSV
#include "table/json.h"
#endif

#include <nnblas.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What reads tables is null in a build without Jansson. */
#ifdef HAVE_CSV
#define WITH_TABLES(run) run
#else
#define WITH_TABLES(run) NULL
#endif

/* The names are not const, as the arguments of main are not. */
static struct {
    char name[16];
    int (*run)(int argc, char **argv);
    const char *help;
} COMMANDS[] = {
    {"train", WITH_TABLES(run_train), "train a network on a table of comma-separated values"},
    {"predict", WITH_TABLES(run_predict), "predict the target of the rows of a table"},
    {"evaluate", WITH_TABLES(run_evaluate), "score a model on a table"},
    {"cross-validate", WITH_TABLES(run_cross_validate),
     "score the settings of a training by rows that are held out"},
    {"search", WITH_TABLES(run_search), "search for good settings of a training"},
    {"importance", WITH_TABLES(run_importance), "measure how much a model needs each column"},
    {"show", WITH_TABLES(run_show),
     "show the columns, the settings and the scores that a model holds"},
    {"export", WITH_TABLES(run_export), "write a model as C source or for ONNX"},
    {"explain", run_explain, "show one iteration of backpropagation with all its numbers"},
    {"tune", WITH_TABLES(run_tune), "measure the fastest plans for a training"},
    {"iris", WITH_TABLES(run_iris), "write Fisher's iris flowers as a table"},
    {"demo", run_demo, "train a network on Fisher's iris flowers and test it"},
    {"info", run_info, "show the versions, processors and threads in use"},
};

enum { N_COMMANDS = sizeof COMMANDS / sizeof COMMANDS[0] };

static void print_help(FILE *stream) {
    fputs("usage: nnblas COMMAND [OPTION]...\n"
          "       nnblas help [COMMAND]\n"
          "       nnblas --help | --version\n"
          "\n"
          "commands:\n",
          stream);
    for (size_t c = 0; c < N_COMMANDS; c++)
        if (COMMANDS[c].run)
            fprintf(stream, "  %-14s  %s\n", COMMANDS[c].name, COMMANDS[c].help);
    fputs("\n"
          "The beginning of a command or of an option is enough where no other begins so.\n"
          "-h is --help.\n"
          "\n"
          "Exit status: 0 success, 1 failure, 2 wrong command line.\n"
          "\n"
          "environment:\n"
          "  OPENBLAS_CORETYPE       the core type that OpenBLAS uses\n"
          "  NNBLAS_KEEP_CORETYPE=1  do not restart with a faster core type\n",
          stream);
}

static const char *find_similar_command(const char *text) {
    const char *names[N_COMMANDS];
    for (size_t c = 0; c < N_COMMANDS; c++)
        names[c] = COMMANDS[c].name;
    return find_similar_text(names, N_COMMANDS, text);
}

static int refuse_command(const char *argument, bool is_ambiguous) {
    const char *similar = is_ambiguous ? NULL : find_similar_command(argument);
    if (similar) {
        print_safely(stderr, "nnblas: unknown command '%s'; did you mean '%s'? See nnblas --help\n",
                     show_text(argument).text, similar);
        return EXIT_USAGE;
    }
    print_safely(stderr, "nnblas: %s %s '%s'; see nnblas --help\n",
                 is_ambiguous ? "ambiguous" : "unknown", argument[0] == '-' ? "option" : "command",
                 show_text(argument).text);
    return EXIT_USAGE;
}

/* How many commands begin so; *found is the last of them. A whole name is of one command. */
static size_t find_commands(const char *text, size_t *found) {
    size_t count = 0;
    for (size_t c = 0; c < N_COMMANDS; c++) {
        if (!*text || strncmp(text, COMMANDS[c].name, strlen(text)) != 0)
            continue;
        *found = c;
        count++;
        if (strcmp(text, COMMANDS[c].name) == 0)
            return 1;
    }
    return count;
}

static int refuse_missing(const char *name) {
    fprintf(
        stderr,
        "nnblas: this build has no %s, which needs Jansson: build it with meson's -Dcsv=enabled\n",
        name);
    return EXIT_FAILURE;
}

/* argv[0] is the name of the command, or its beginning. */
static int run_command(int argc, char **argv) {
    size_t c = 0, count = find_commands(argv[0], &c);
    if (count != 1)
        return refuse_command(argv[0], count > 0);
    argv[0] = COMMANDS[c].name;
    return COMMANDS[c].run ? COMMANDS[c].run(argc, argv) : refuse_missing(COMMANDS[c].name);
}

/* nnblas help, nnblas help COMMAND */
static int run_help(int argc, char **argv) {
    static char HELP[] = "--help";
    if (argc > 2)
        return refuse_usage("help", "unexpected argument '%s'; see nnblas --help",
                            show_text(argv[2]).text);
    if (argc == 2)
        return run_command(2, (char *[]){argv[1], HELP, NULL});
    print_help(stdout);
    return EXIT_SUCCESS;
}

static int run(int argc, char **argv) {
    if (argc < 2) {
        print_help(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("nnblas %s\n", nnblas_version());
        return EXIT_SUCCESS;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_help(stdout);
        return EXIT_SUCCESS;
    }
    return strcmp(argv[1], "help") == 0 ? run_help(argc - 1, argv + 1)
                                        : run_command(argc - 1, argv + 1);
}

/* A pipe whose reader has ended. */
static bool is_closed_pipe(int descriptor) {
    struct pollfd poller = {.fd = descriptor, .events = POLLOUT};
    return poll(&poller, 1, 0) == 1 && poller.revents & POLLERR;
}

/* A full disk may only show when the last of the output is written. A reader that has ended has
 * what it wanted. */
static int close_output(void) {
    int failed_before = ferror(stdout);
    bool is_read_no_more = is_closed_pipe(STDOUT_FILENO);
    errno = 0;
    if (fclose(stdout) == 0 && !failed_before)
        return EXIT_SUCCESS;
    if (errno == EPIPE || is_read_no_more)
        return EXIT_FAILURE;
    print_safely(stderr, "nnblas: cannot write to standard output%s%s\n", errno ? ": " : "",
                 errno ? strerror(errno) : "");
    return EXIT_FAILURE;
}

static bool asks_for_help(char **argv) {
    bool asks = argv[1] && strcmp(argv[1], "help") == 0;
    for (; *argv && !asks; argv++)
        asks = strcmp(*argv, "--version") == 0 || strcmp(*argv, "--help") == 0 ||
               strcmp(*argv, "-h") == 0;
    return asks;
}

/* Else the next file that is opened would take the place of a stream, and have its messages in it.
 * Reading standard input and writing the others fails as before. */
static void replace_closed_streams(void) {
    static const int FLAGS[] = {O_WRONLY, O_RDONLY, O_RDONLY};
    for (int d = STDIN_FILENO; d <= STDERR_FILENO; d++)
        if (fcntl(d, F_GETFD) == -1 && open("/dev/null", FLAGS[d]) == -1)
            exit(EXIT_FAILURE);
}

int main(int argc, char **argv) {
    replace_closed_streams();
#ifdef HAVE_CSV
    guard_json_memory();
#endif
    bool is_help = asks_for_help(argv);
    restart_with_better_core(argv);
    int status = run(argc, argv);
    int output_status = close_output();
    /* The end of OpenBLAS joins its threads, and one that the system refuses memory never ends
     * (0.3.21, blas_memory_alloc): what needed no BLAS does not wait for them. */
    if (is_help)
        _exit(status != EXIT_SUCCESS ? status : output_status);
    return status != EXIT_SUCCESS ? status : output_status;
}
