/* SPDX-License-Identifier: BSD-3-Clause */
#include "file/file.h"
#include "core/replacement.h"
#include "core/system_error.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

/* The path comes last, because it may be longer than a message can be. */
static nnblas_status fail(const char *what, const char *why, const char *path) {
    return nn_fail(NNBLAS_ERROR_FILE, "could not %s (%s): '%s'", what, why, path);
}

/* The same for what a call left in errno. */
static nnblas_status fail_call(const char *what, const char *path) {
    char words[128];
    return fail(what, nn_describe_error(errno, words, sizeof words), path);
}

/* ---- reading --------------------------------------------------------------------------------- */

static nnblas_status check_open(nn_file *file) {
    struct stat s;
    if (fstat(file->descriptor, &s))
        return fail_call("examine the file", file->path);
    if (!S_ISREG(s.st_mode))
        return fail("read the file",
                    S_ISDIR(s.st_mode) ? "it is a folder" : "it is no regular file", file->path);
    if ((uintmax_t)s.st_size > PTRDIFF_MAX)
        return fail("read the file", "it does not fit in the address space", file->path);
    file->size = (size_t)s.st_size;
    return NNBLAS_OK;
}

/*
 * Without O_NONBLOCK, opening a pipe would wait for its writer. It has no effect on regular files.
 */
nnblas_status nn_file_open(nn_file *file, const char *path) {
    *file = (nn_file){.path = path};
    file->descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (file->descriptor < 0)
        return fail_call("open the file", path);
    nnblas_status status = check_open(file);
    if (status)
        nn_file_close(file);
    return status;
}

nnblas_status nn_file_read(nn_file *file, void *bytes, size_t size) {
    for (size_t done = 0; done < size;) {
        ssize_t count = read(file->descriptor, (char *)bytes + done, size - done);
        if (count < 0 && errno != EINTR)
            return fail_call("read the file", file->path);
        if (count == 0)
            return fail("read the file", "it was truncated while it was read", file->path);
        done += count > 0 ? (size_t)count : 0;
    }
    return NNBLAS_OK;
}

void nn_file_close(nn_file *file) {
    close(file->descriptor);
}

/* ---- replacing ------------------------------------------------------------------------------- */

nnblas_status nn_file_replace(const char *path, const void *bytes, size_t size) {
    nn_replacement r;
    if (nn_replacement_open(&r, path) && nn_replacement_write(&r, bytes, size) &&
        nn_replacement_finish(&r))
        return NNBLAS_OK;
    if (r.reason)
        return fail(r.failed, r.reason, path);
    errno = r.error;
    return fail_call(r.failed, path);
}
