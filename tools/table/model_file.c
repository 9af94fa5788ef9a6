/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/model_file.h"

#include <jansson.h>
#include <stdio.h>
#include <sys/stat.h>

/* safetensors begins with the size of its head, in 8 bytes, the last of which are 0 for any head
 * below 4 GiB, and then the head, which is JSON. */
static bool begins_as_model(FILE *stream) {
    unsigned char bytes[9];
    return fread(bytes, 1, sizeof bytes, stream) == sizeof bytes && bytes[8] == '{' &&
           (bytes[4] | bytes[5] | bytes[6] | bytes[7]) == 0;
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
