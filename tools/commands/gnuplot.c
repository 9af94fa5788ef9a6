/* SPDX-License-Identifier: BSD-3-Clause */
/* gnuplot reads its script from an open file and writes the picture to a pipe, so that no file name
 * is part of a script or passes through a shell. */
#include "commands/gnuplot.h"

#include "cli/number.h"
#include "cli/output.h"
#include "cli/text.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static const struct {
    const char *ending, *terminal;
} KINDS[] = {
    {".svg", "svg font 'sans,14' background 'white'"},
    {".png", "pngcairo font 'sans,11'"},
};
enum { N_KINDS = sizeof KINDS / sizeof KINDS[0] };

static const char *find_terminal(const char *path) {
    size_t length = strlen(path);
    for (size_t k = 0; k < N_KINDS; k++)
        if (length > strlen(KINDS[k].ending) &&
            strcmp(path + length - strlen(KINDS[k].ending), KINDS[k].ending) == 0)
            return KINDS[k].terminal;
    return NULL;
}

bool is_plot_path(const char *path) {
    return find_terminal(path) != NULL;
}

/* ---- running gnuplot ------------------------------------------------------------------------- */

/* Starts gnuplot with the script as its input. Returns 0 or a value of errno. */
static int start_gnuplot(FILE *script, int output, pid_t *child) {
    char *const arguments[] = {"gnuplot", NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t defaults;
    rewind(script);
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    sigaddset(&defaults, SIGXFSZ);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, fileno(script), STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    int error = posix_spawnp(child, arguments[0], &actions, &attributes, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return error;
}

/* To the end, also where nothing more can be written: closing the stream reports that. */
static void copy_all(int input, FILE *stream) {
    char bytes[BUFSIZ];
    ssize_t count;
    while ((count = read(input, bytes, sizeof bytes)) > 0 || (count == -1 && errno == EINTR))
        if (count > 0)
            fwrite(bytes, 1, (size_t)count, stream);
}

/* Runs gnuplot and copies what it draws to the stream, because gnuplot does not notice a full disk.
 * Returns its exit status, or -1 with errno if it did not run. */
static int run_gnuplot(FILE *script, FILE *stream) {
    pid_t child;
    int ends[2], status;
    if (fflush(script) != 0 || ferror(script) || pipe2(ends, O_CLOEXEC) != 0)
        return -1;
    int error = start_gnuplot(script, ends[1], &child);
    close(ends[1]);
    if (error == 0)
        copy_all(ends[0], stream);
    close(ends[0]);
    if (error != 0) {
        errno = error;
        return -1;
    }
    if (waitpid(child, &status, 0) != child)
        return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status);
}

static bool report_gnuplot(const char *command, int result) {
    if (result == -1)
        print_safely(stderr, "nnblas %s: cannot run gnuplot, which draws the plot: %s\n", command,
                     strerror(errno));
    else
        print_safely(stderr, "nnblas %s: gnuplot failed with status %d\n", command, result);
    return false;
}

/* An empty script draws nothing. */
bool check_gnuplot(const char *command) {
    FILE *script = tmpfile();
    int result = script ? run_gnuplot(script, stderr) : -1;
    if (script)
        fclose(script);
    return result == 0 || report_gnuplot(command, result);
}

/* ---- the script ------------------------------------------------------------------------------ */

FILE *start_plot(const char *command, const char *path, int width, int height) {
    FILE *script = tmpfile();
    if (script)
        fprintf(script, "set terminal %s size %d,%d noenhanced\nset encoding utf8\n",
                find_terminal(path), width, height);
    else
        report_gnuplot(command, -1);
    return script;
}

static void write_quoted(FILE *script, const char *text, const char *doubled) {
    shown_text shown = show_text(text);
    fputc('\'', script);
    for (const char *c = shown.text; *c; c++) {
        if (strchr(doubled, *c))
            fputc(*c, script);
        fputc(*c, script);
    }
    fputc('\'', script);
}

void write_plot_text(FILE *script, const char *text) {
    write_quoted(script, text, "'");
}

void write_plot_tic(FILE *script, const char *text) {
    write_quoted(script, text, "'%");
}

void write_plot_number(FILE *script, double value) {
    number_text text = write_real(value);
    fprintf(script, " %s", isfinite(value) ? text.text : "NaN");
}

bool finish_plot(const char *command, FILE *script, const char *path) {
    output_file output;
    bool is_good = open_output(command, &output, path);
    if (is_good) {
        int result = run_gnuplot(script, output.stream);
        is_good = result == 0 ? keep_output(command, &output) : report_gnuplot(command, result);
        if (result != 0)
            drop_output(&output);
    }
    fclose(script);
    return is_good;
}
