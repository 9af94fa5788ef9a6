/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/same_file.h"

#include "cli/memory.h"
#include "cli/options.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_stream(const file_argument *file) {
    return strcmp(file->path, "-") == 0;
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
    if (is_stream(file))
        return fstat(file->is_written ? STDOUT_FILENO : STDIN_FILENO, state) == 0;
    return stat(file->path, state) == 0;
}

static bool are_same(const file_argument *a, const file_argument *b) {
    struct stat state_a, state_b;
    if (is_stream(a) && is_stream(b) && a->is_written == b->is_written)
        return true;
    bool exists_a = find_state(a, &state_a), exists_b = find_state(b, &state_b);
    if (exists_a && exists_b)
        return is_same_state(&state_a, &state_b) && S_ISREG(state_a.st_mode);
    return !exists_a && !exists_b && will_be_same(a->path, b->path);
}

int refuse_same_files(const char *command, const file_argument *files, size_t count) {
    for (size_t i = 0; i < count; i++)
        for (size_t j = i + 1; j < count; j++)
            if (files[i].path && files[j].path && (files[i].is_written || files[j].is_written) &&
                are_same(&files[i], &files[j]))
                return refuse_usage(command, "%s and %s are the same file: %s and %s",
                                    files[i].argument, files[j].argument, files[i].path,
                                    files[j].path);
    return CARRY_ON;
}
