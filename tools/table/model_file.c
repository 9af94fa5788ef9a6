/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/model_file.h"

#include "cli/memory.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* safetensors begins with the size of its head, in 8 bytes, the last of which are 0 for any head
 * below 4 GiB, and then the head, which is JSON. */
bool is_start_of_model(const char *bytes, size_t size) {
    return size > 8 && memcmp(bytes + 4, "\0\0\0\0{", 5) == 0;
}

static bool begins_as_model(FILE *stream) {
    char bytes[9];
    return is_start_of_model(bytes, fread(bytes, 1, sizeof bytes, stream));
}

static bool is_regular(const char *path) {
    struct stat state;
    return stat(path, &state) == 0 && S_ISREG(state.st_mode);
}

static bool holds_checkpoint(FILE *stream) {
    enum { SIZE_OF_SIZE = 8 };
    if (!begins_as_model(stream) || fseek(stream, SIZE_OF_SIZE, SEEK_SET) != 0)
        return false;
    json_t *head = json_loadf(stream, JSON_DISABLE_EOF_CHECK, NULL);
    bool is_so = json_object_get(json_object_get(head, "__metadata__"),
                                 "nnblas.checkpoint.settings") != NULL;
    json_decref(head);
    return is_so;
}

static bool test_file(const char *path, bool (*test)(FILE *stream)) {
    FILE *stream = is_regular(path) ? fopen(path, "rbe") : NULL;
    bool is_so = stream && test(stream);
    if (stream)
        fclose(stream);
    return is_so;
}

bool is_model_file(const char *path) {
    return test_file(path, begins_as_model);
}

bool is_checkpoint_file(const char *path) {
    return test_file(path, holds_checkpoint);
}

bool is_other_file(const char *path) {
    return is_regular(path) && !is_model_file(path);
}

static char *read_bytes(FILE *stream, size_t *size) {
    char *bytes = NULL;
    size_t capacity = 0, got;
    *size = 0;
    do {
        bytes = reserve_array(bytes, &capacity, *size + BUFSIZ, 1);
        got = fread(bytes + *size, 1, BUFSIZ, stream);
        *size += got;
    } while (got > 0 && is_start_of_model(bytes, *size));
    return bytes;
}

char *read_model_bytes(const char *path, size_t *size) {
    bool is_input = strcmp(path, "-") == 0;
    FILE *stream = is_input ? stdin : fopen(path, "rbe");
    if (!stream)
        return NULL;
    char *bytes = read_bytes(stream, size);
    int problem = ferror(stream) ? errno : 0;
    if (!is_input)
        fclose(stream);
    if (!problem)
        return bytes;
    free(bytes);
    errno = problem;
    return NULL;
}
