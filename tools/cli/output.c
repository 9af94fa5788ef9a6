/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/output.h"

#include "cli/gzip_stream.h"
#include "cli/number.h"
#include "cli/text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool report(const char *command, const char *path, const char *reason) {
    print_safely(stderr, "nnblas %s: cannot write %s: %s\n", command, *path ? path : "''", reason);
    return false;
}

static bool report_replacement(const char *command, const nn_replacement *r) {
    return report(command, r->path, r->reason ? r->reason : strerror(r->error));
}

void ignore_write_signals(void) {
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
}

/* ---- where a path leads ---------------------------------------------------------------------- */

/* Of devices only terminals: /dev/null takes what it gets, whoever has it open. */
static bool is_open_at(int descriptor, const struct stat *file) {
    struct stat opened;
    return fstat(descriptor, &opened) == 0 && opened.st_dev == file->st_dev &&
           opened.st_ino == file->st_ino && (!S_ISCHR(opened.st_mode) || isatty(descriptor));
}

static int read_descriptor(const char *path) {
    static const char FOLDER[] = "/dev/fd/";
    uint64_t descriptor;
    if (strncmp(path, FOLDER, strlen(FOLDER)) != 0)
        return -1;
    path += strlen(FOLDER);
    return read_whole(&path, &descriptor) && !*path && descriptor <= INT_MAX ? (int)descriptor : -1;
}

int find_descriptor(const char *path) {
    struct stat file;
    if (strcmp(path, "-") == 0)
        return STDOUT_FILENO;
    if (stat(path, &file) == 0)
        for (int descriptor = STDOUT_FILENO; descriptor <= STDERR_FILENO; descriptor++)
            if (is_open_at(descriptor, &file))
                return descriptor;
    return read_descriptor(path);
}

bool is_standard_output(const char *path) {
    return path && find_descriptor(path) == STDOUT_FILENO;
}

bool is_replaceable(const char *path) {
    struct stat status;
    if (find_descriptor(path) >= 0)
        return false;
    return stat(path, &status) != 0 || S_ISREG(status.st_mode) || S_ISDIR(status.st_mode);
}

/* ---- checks before a long computation -------------------------------------------------------- */

bool check_replacement(const char *command, const char *path) {
    nn_replacement r;
    if (!path)
        return true;
    if (!nn_replacement_open(&r, path))
        return report_replacement(command, &r);
    nn_replacement_abandon(&r);
    return true;
}

static bool is_socket(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 && S_ISSOCK(status.st_mode);
}

static bool check_descriptor(const char *command, const char *path, int descriptor) {
    int flags = fcntl(descriptor, F_GETFL);
    return (flags >= 0 && (flags & O_ACCMODE) != O_RDONLY) ||
           report(command, path, strerror(EBADF));
}

/* main() tells that standard output is closed. */
bool check_output(const char *command, const char *path) {
    if (!path || is_standard_output(path))
        return true;
    int descriptor = find_descriptor(path);
    if (descriptor >= 0)
        return check_descriptor(command, path, descriptor);
    if (is_replaceable(path))
        return check_replacement(command, path);
    if (is_socket(path))
        return report(command, path, "it is a socket");
    return access(path, W_OK) == 0 || report(command, path, strerror(errno));
}

/* ---- signals --------------------------------------------------------------------------------- */

static const int ENDING_SIGNALS[] = {SIGHUP, SIGINT, SIGTERM};
enum { N_ENDING_SIGNALS = sizeof ENDING_SIGNALS / sizeof ENDING_SIGNALS[0] };

static const nn_replacement *volatile unfinished;
static struct sigaction earlier_actions[N_ENDING_SIGNALS];

static void remove_unfinished(void) {
    if (unfinished)
        unlinkat(unfinished->folder, unfinished->temporary, 0);
}

static void end_by_signal(int signal_number) {
    remove_unfinished();
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

/* A signal that would end the program removes the temporary file first, and so does exit(). */
static void guard_file(const nn_replacement *file) {
    const struct sigaction action = {.sa_handler = end_by_signal};
    static bool is_registered;
    is_registered = is_registered || atexit(remove_unfinished) == 0;
    unfinished = file;
    for (size_t s = 0; s < N_ENDING_SIGNALS; s++) {
        sigaction(ENDING_SIGNALS[s], NULL, &earlier_actions[s]);
        if (earlier_actions[s].sa_handler == SIG_DFL)
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

/* Takes the descriptor, or the error of opening it. */
static FILE *open_stream(const char *path, int descriptor) {
    if (descriptor < 0)
        return NULL;
    if (is_gzip_name(path))
        return open_gzip_stream(descriptor);
    FILE *stream = fdopen(descriptor, "w");
    if (!stream)
        close(descriptor);
    return stream;
}

/* The stream has a descriptor of its own, so that it can be closed before the file is renamed. */
static bool open_replacement(const char *command, output_file *output) {
    nn_replacement *r = &output->replacement;
    nn_replacement_clear(output->path);
    if (!nn_replacement_open(r, output->path))
        return report_replacement(command, r);
    output->stream = open_stream(output->path, dup(r->descriptor));
    if (!output->stream) {
        report(command, output->path, strerror(errno));
        nn_replacement_abandon(r);
        return false;
    }
    output->is_replacement = true;
    guard_file(r);
    return true;
}

bool open_output(const char *command, output_file *output, const char *path) {
    int descriptor = find_descriptor(path);
    *output = (output_file){.path = path};
    if (is_replaceable(path))
        return open_replacement(command, output);
    if (descriptor == STDOUT_FILENO && !is_gzip_name(path))
        output->stream = stdout;
    else if (descriptor >= 0)
        output->stream = open_stream(path, fcntl(descriptor, F_DUPFD_CLOEXEC, 0));
    else
        output->stream = open_stream(path, open(path, O_WRONLY | O_TRUNC | O_CLOEXEC));
    return output->stream || report(command, path, strerror(errno));
}

/* Standard output stays open; main() closes it. */
static bool close_stream(output_file *output) {
    FILE *stream = output->stream;
    if (stream == stdout)
        return true;
    bool is_written = !ferror(stream) && fflush(stream) == 0;
    int error = errno;
    bool is_closed = fclose(stream) == 0;
    errno = is_written ? errno : error;
    return is_written && is_closed;
}

static void abandon(output_file *output) {
    if (output->is_replacement) {
        nn_replacement_abandon(&output->replacement);
        leave_file();
    }
}

void drop_output(output_file *output) {
    close_stream(output);
    abandon(output);
}

bool keep_output(const char *command, output_file *output) {
    if (!close_stream(output)) {
        report(command, output->path, strerror(errno));
        abandon(output);
        return false;
    }
    if (!output->is_replacement)
        return true;
    bool is_good = nn_replacement_finish(&output->replacement);
    leave_file();
    return is_good || report_replacement(command, &output->replacement);
}
