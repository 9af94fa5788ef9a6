/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/gzip_stream.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

bool is_gzip_name(const char *path) {
    size_t length = strlen(path);
    return length >= 3 && strcmp(path + length - 3, ".gz") == 0;
}

#ifdef HAVE_ZLIB
#include <zlib.h>

bool can_compress(void) {
    return true;
}

/* zlib sets errno where a call of the system failed; else it has no memory. */
static void note_error(int status) {
    if (status != Z_ERRNO)
        errno = ENOMEM;
}

/* 0 is an error. */
static ssize_t write_part(void *file, const char *bytes, size_t count) {
    enum { MOST_BYTES = 1 << 30 };
    int status, written = gzwrite(file, bytes, count < MOST_BYTES ? (unsigned)count : MOST_BYTES);
    if (written > 0)
        return written;
    gzerror(file, &status);
    note_error(status);
    return 0;
}

static int close_file(void *file) {
    int status = gzclose(file);
    if (status == Z_OK)
        return 0;
    note_error(status);
    return -1;
}

FILE *open_gzip_stream(int descriptor) {
    gzFile file = gzdopen(descriptor, "wb");
    if (!file) {
        close(descriptor);
        errno = ENOMEM;
        return NULL;
    }
    FILE *stream =
        fopencookie(file, "w", (cookie_io_functions_t){.write = write_part, .close = close_file});
    if (!stream)
        gzclose(file);
    return stream;
}
#else
bool can_compress(void) {
    return false;
}

FILE *open_gzip_stream(int descriptor) {
    close(descriptor);
    errno = ENOTSUP;
    return NULL;
}
#endif
