/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/model_file.h"

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

bool is_model_file(const char *path) {
    FILE *stream = is_regular(path) ? fopen(path, "rbe") : NULL;
    bool is_so = stream && begins_as_model(stream);
    if (stream)
        fclose(stream);
    return is_so;
}

bool is_other_file(const char *path) {
    return is_regular(path) && !is_model_file(path);
}
