/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/files.h"

#include "cli/gzip_stream.h"
#include "cli/memory.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/ranks.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_written(const file_argument *file) {
    return file->use >= FILE_WRITTEN;
}

static bool is_by_name(const file_argument *file) {
    return file->use == FILE_READ_BY_NAME || file->use == FILE_READ_AGAIN ||
           file->use == FILE_WRITTEN_BY_NAME;
}

bool is_pipe(const char *path) {
    struct stat state;
    return stat(path, &state) == 0 && S_ISFIFO(state.st_mode);
}

/* -1 where the file has a name of its own. */
static int find_stream(const file_argument *file) {
    if (is_written(file))
        return find_descriptor(file->path);
    return strcmp(file->path, "-") == 0 ? STDIN_FILENO : -1;
}

/* Of the descriptor of a stream, which has another name where it is none of the three. */
static const char *name_stream(const file_argument *file) {
    static const char *const NAMES[] = {"standard input", "standard output", "standard error"};
    int descriptor = find_stream(file);
    return descriptor <= STDERR_FILENO ? NAMES[descriptor] : file->path;
}

static bool is_same_state(const struct stat *a, const struct stat *b) {
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

static const char *get_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static bool find_folder(const char *path, struct stat *state) {
    char *folder = copy_text(path);
    folder[get_name(path) - path] = '\0';
    bool is_found = stat(*folder ? folder : ".", state) == 0;
    free(folder);
    return is_found;
}

/* Neither file exists yet. */
static bool will_be_same(const char *a, const char *b) {
    struct stat folder_a, folder_b;
    if (strcmp(a, b) == 0)
        return true;
    return strcmp(get_name(a), get_name(b)) == 0 && find_folder(a, &folder_a) &&
           find_folder(b, &folder_b) && is_same_state(&folder_a, &folder_b);
}

static bool find_state(const file_argument *file, struct stat *state) {
    int descriptor = find_stream(file);
    if (descriptor >= 0)
        return fstat(descriptor, state) == 0;
    return stat(file->path, state) == 0;
}

static bool are_same(const file_argument *a, const file_argument *b) {
    struct stat state_a, state_b;
    if (find_stream(a) >= 0 && find_stream(a) == find_stream(b))
        return true;
    bool exists_a = find_state(a, &state_a), exists_b = find_state(b, &state_b);
    if (exists_a && exists_b)
        return is_same_state(&state_a, &state_b) &&
               (S_ISREG(state_a.st_mode) ||
                (S_ISFIFO(state_a.st_mode) && is_written(a) && is_written(b)));
    return !exists_a && !exists_b && will_be_same(a->path, b->path);
}

static int refuse_same(const char *command, const file_argument *a, const file_argument *b) {
    if (find_stream(a) >= 0 && find_stream(a) == find_stream(b))
        return refuse_usage(command, "%s and %s cannot both be %s", a->argument, b->argument,
                            name_stream(a));
    return refuse_usage(command, "%s and %s are the same file: %s and %s", a->argument, b->argument,
                        a->path, b->path);
}

static int refuse_same_files(const char *command, const file_argument *files, size_t count) {
    for (size_t i = 0; i < count; i++)
        for (size_t j = i + 1; j < count; j++)
            if (files[i].path && files[j].path &&
                (is_written(&files[i]) || is_written(&files[j])) && are_same(&files[i], &files[j]))
                return refuse_same(command, &files[i], &files[j]);
    return CARRY_ON;
}

/* A pipe that nobody writes to is not waited for. */
static const char *find_refused_stream(const file_argument *file) {
    if (!file->path || !is_by_name(file))
        return NULL;
    if (find_stream(file) >= 0)
        return name_stream(file);
    return file->use == FILE_READ_AGAIN && is_pipe(file->path) ? "a pipe" : NULL;
}

static int refuse_streams(const char *command, const file_argument *files, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const char *stream = find_refused_stream(&files[i]);
        if (stream)
            return refuse_usage(
                command, "%s cannot be %s%s: give the name of a file", files[i].argument, stream,
                files[i].use == FILE_READ_AGAIN ? ", since it is read many times" : "");
    }
    return CARRY_ON;
}

static int refuse_gzip(const char *command, const file_argument *files, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const file_argument *file = &files[i];
        if (!file->path || !is_written(file) || !is_gzip_name(file->path))
            continue;
        if (file->use != FILE_WRITTEN)
            return refuse_usage(command, "%s is not compressed: leave out the .gz of %s",
                                file->argument, file->path);
        if (!can_compress())
            return refuse_usage(command, "this build has no zlib to compress %s: leave out its .gz",
                                file->path);
    }
    return CARRY_ON;
}

static bool can_be_written(const char *command, const file_argument *file) {
    return is_by_name(file) ? check_replacement(command, file->path)
                            : check_output(command, file->path);
}

int check_files(const char *command, const file_argument *files, size_t count) {
    int status = refuse_streams(command, files, count);
    if (status == CARRY_ON)
        status = refuse_gzip(command, files, count);
    if (status == CARRY_ON)
        status = refuse_same_files(command, files, count);
    for (size_t i = 0; i < count && status == CARRY_ON && is_first_rank(); i++)
        if (is_written(&files[i]) && !can_be_written(command, &files[i]))
            status = EXIT_FAILURE;
    return status;
}
