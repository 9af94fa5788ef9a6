/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/output.h"

#include "cli/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool report_path(const char *command, const char *path) {
    fprintf(stderr, "nnblas %s: cannot write %s%s%s\n", command, path, errno ? ": " : "",
            errno ? strerror(errno) : "");
    return false;
}

bool is_standard_output(const char *path) {
    return strcmp(path, "-") == 0;
}

bool is_regular_path(const char *path) {
    struct stat status;
    return stat(path, &status) != 0 || S_ISREG(status.st_mode);
}

/* A link stays a link: the file that it leads to is replaced. */
static char *resolve_path(const char *path) {
    char *resolved = realpath(path, NULL);
    return resolved ? resolved : copy_text(path);
}

bool check_output(const char *command, const char *path) {
    if (!path || is_standard_output(path))
        return true;
    struct stat status;
    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode)) {
        errno = EISDIR;
        return report_path(command, path);
    }
    char *target = resolve_path(path);
    bool is_good = is_regular_path(path) ? access(dirname(target), W_OK | X_OK) == 0
                                         : access(target, W_OK) == 0;
    free(target);
    return is_good || report_path(command, path);
}

/* mkstemp lets only the owner read; a new file is as the user's mask has it, an old one as it was.
 */
static void copy_mode(int file, const char *target) {
    struct stat status;
    mode_t mask = umask(0);
    umask(mask);
    mode_t mode = stat(target, &status) == 0 ? status.st_mode & 07777 : 0666 & ~mask;
    if (fchmod(file, mode) != 0)
        return; /* where modes mean nothing, all is well */
}

/* ---- signals --------------------------------------------------------------------------------- */

static const int ENDING_SIGNALS[] = {SIGHUP, SIGINT, SIGTERM};
enum { N_ENDING_SIGNALS = sizeof ENDING_SIGNALS / sizeof ENDING_SIGNALS[0] };

static const char *volatile unfinished;
static struct sigaction earlier_actions[N_ENDING_SIGNALS];

static void remove_unfinished(int signal_number) {
    if (unfinished)
        unlink(unfinished);
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

/* A signal that ends the program leaves no part of a file behind. */
static void guard_file(const char *temporary) {
    const struct sigaction action = {.sa_handler = remove_unfinished};
    unfinished = temporary;
    for (size_t s = 0; s < N_ENDING_SIGNALS; s++) {
        sigaction(ENDING_SIGNALS[s], NULL, &earlier_actions[s]);
        if (earlier_actions[s].sa_handler != SIG_IGN)
            sigaction(ENDING_SIGNALS[s], &action, NULL);
    }
}

static void leave_file(void) {
    if (!unfinished)
        return;
    for (size_t s = 0; s < N_ENDING_SIGNALS; s++)
        sigaction(ENDING_SIGNALS[s], &earlier_actions[s], NULL);
    unfinished = NULL;
}

/* ---- opening and closing --------------------------------------------------------------------- */

static FILE *open_temporary(output_file *output) {
    static const char SUFFIX[] = ".XXXXXX";
    output->target = resolve_path(output->path);
    output->temporary = resize_array(NULL, strlen(output->target) + sizeof SUFFIX, 1);
    strcat(strcpy(output->temporary, output->target), SUFFIX);
    int file = mkostemp(output->temporary, O_CLOEXEC);
    if (file < 0)
        return NULL;
    guard_file(output->temporary);
    copy_mode(file, output->target);
    return fdopen(file, "w");
}

static void free_output(output_file *output) {
    leave_file();
    free(output->target);
    free(output->temporary);
    *output = (output_file){0};
}

bool open_output(const char *command, output_file *output, const char *path) {
    *output = (output_file){.path = path};
    if (is_standard_output(path))
        output->stream = stdout;
    else if (is_regular_path(path))
        output->stream = open_temporary(output);
    else
        output->stream = fopen(path, "we");
    if (output->stream)
        return true;
    report_path(command, path);
    free_output(output);
    return false;
}

void drop_output(output_file *output) {
    if (output->stream && output->stream != stdout)
        fclose(output->stream);
    if (output->temporary)
        unlink(output->temporary);
    free_output(output);
}

static bool close_stream(output_file *output) {
    FILE *stream = output->stream;
    bool is_good = !ferror(stream) && fflush(stream) == 0;
    if (is_good && output->temporary)
        is_good = fsync(fileno(stream)) == 0;
    output->stream = NULL;
    return fclose(stream) == 0 && is_good;
}

/* Standard output stays open for those who write behind; main() closes it. */
bool keep_output(const char *command, output_file *output) {
    bool is_good = output->stream == stdout || close_stream(output);
    if (is_good && output->temporary)
        is_good = rename(output->temporary, output->target) == 0;
    if (!is_good) {
        report_path(command, output->path);
        drop_output(output);
        return false;
    }
    free_output(output);
    return true;
}
