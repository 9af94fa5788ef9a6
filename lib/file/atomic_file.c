/* SPDX-License-Identifier: BSD-3-Clause */
#define _GNU_SOURCE /* the strerror_r that returns its words */
#include "file/atomic_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* The path comes last: it may be longer than all words that are kept. */
static nnblas_status fail(const char *what, const char *why, const char *path) {
    return nn_fail(NNBLAS_ERROR_FILE, "could not %s (%s): '%s'", what, why, path);
}

/* The same for what a call left in errno. */
static nnblas_status fail_call(const char *what, const char *path) {
    char words[128];
    return fail(what, strerror_r(errno, words, sizeof words), path);
}

static const char NOT_REGULAR[] = "it is no regular file";

/* ---- reading --------------------------------------------------------------------------------- */

static nnblas_status check_open(nn_file *file) {
    struct stat s;
    if (fstat(file->descriptor, &s))
        return fail_call("look at the file", file->path);
    if (!S_ISREG(s.st_mode))
        return fail("read the file", S_ISDIR(s.st_mode) ? "it is a folder" : NOT_REGULAR,
                    file->path);
    if ((uintmax_t)s.st_size > PTRDIFF_MAX)
        return fail("read the file", "it does not fit in the address space", file->path);
    file->size = (size_t)s.st_size;
    return NNBLAS_OK;
}

/* O_NONBLOCK: a pipe would wait for its writer. Regular files do not know it. */
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
            return fail("read the file", "it became shorter meanwhile", file->path);
        done += count > 0 ? (size_t)count : 0;
    }
    return NNBLAS_OK;
}

void nn_file_close(nn_file *file) {
    close(file->descriptor);
}

/* ---- replacing ------------------------------------------------------------------------------- */

/* A file on its way into its place. */
typedef struct replacement {
    const char *path;         /* as the caller gave it, for the words */
    char target[PATH_MAX];    /* the file that is replaced */
    const char *name;         /* of the target in its folder */
    char temporary[NAME_MAX]; /* beside it */
    int folder, descriptor;
    bool replaces;
    struct stat old; /* of the file that is replaced */
} replacement;

/*
 * A link is followed: the file that it leads to is replaced, and the link stays. One that leads
 * nowhere is a failure, as is a target that is no regular file: renaming over /dev/null, where root
 * can, would put a file in the place of the device.
 */
static nnblas_status find_target(replacement *r) {
    if (!realpath(r->path, r->target)) {
        struct stat link;
        if (errno != ENOENT || lstat(r->path, &link) == 0)
            return fail_call("find the file", r->path);
        if (strlen(r->path) >= sizeof r->target) {
            errno = ENAMETOOLONG;
            return fail_call("find the file", r->path);
        }
        strcpy(r->target, r->path);
    } else if (stat(r->target, &r->old)) {
        return fail_call("look at the file", r->path);
    } else if (!S_ISREG(r->old.st_mode)) {
        return fail("replace the file", S_ISDIR(r->old.st_mode) ? "it is a folder" : NOT_REGULAR,
                    r->path);
    } else {
        r->replaces = true;
    }
    return NNBLAS_OK;
}

/* Cuts the target's name off its folder, which stays open: all that follows means that folder, also
 * where it is renamed meanwhile or the process goes to another. */
static nnblas_status open_folder(replacement *r) {
    char *slash = strrchr(r->target, '/');
    r->name = slash ? slash + 1 : r->target;
    if (!*r->name)
        return fail("write the file", "it has no name", r->path);
    /* The slash of the root is all of its path. */
    const char *folder = !slash ? "." : slash == r->target ? "/" : r->target;
    if (slash)
        *slash = '\0';
    r->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return r->folder < 0 ? fail_call("open the folder of the file", r->path) : NNBLAS_OK;
}

/*
 * A file that did not exist gets the mode that any new file does. One that did hands on its own,
 * and its owner and group where we may; until then nobody else reads it. The names only have to
 * differ, O_EXCL sees to the rest.
 */
static nnblas_status create_temporary(replacement *r) {
    r->descriptor = -1;
    errno = EEXIST;
    for (int attempt = 0; attempt < 100 && r->descriptor < 0 && errno == EEXIST; attempt++) {
        struct timespec now;
        clock_gettime(CLOCK_REALTIME, &now);
        snprintf(r->temporary, sizeof r->temporary, ".nnblas-%lx-%llx.tmp", (long)getpid(),
                 (unsigned long long)now.tv_sec * 1000000000 + (unsigned long long)now.tv_nsec);
        r->descriptor = openat(r->folder, r->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                               r->replaces ? 0600 : 0666);
    }
    return r->descriptor < 0 ? fail_call("create a temporary file beside the file", r->path)
                             : NNBLAS_OK;
}

static nnblas_status hand_on_mode(const replacement *r) {
    if (!r->replaces)
        return NNBLAS_OK;
    if (fchown(r->descriptor, r->old.st_uid, r->old.st_gid))
        (void)!fchown(r->descriptor, (uid_t)-1, r->old.st_gid);
    if (fchmod(r->descriptor, r->old.st_mode & 0777))
        return fail_call("set the mode of a temporary file beside the file", r->path);
    return NNBLAS_OK;
}

static nnblas_status write_all(const replacement *r, const char *bytes, size_t size) {
    while (size > 0) {
        ssize_t count = write(r->descriptor, bytes, size);
        if (count < 0 && errno != EINTR)
            return fail_call("write a temporary file beside the file", r->path);
        if (count > 0) {
            bytes += count;
            size -= (size_t)count;
        }
    }
    return NNBLAS_OK;
}

static int flush(int descriptor) {
    int result;
    do
        result = fsync(descriptor);
    while (result && errno == EINTR);
    return result;
}

/* Closing can be where a network file system says that the disk is full. */
static nnblas_status finish_temporary(replacement *r, const void *bytes, size_t size) {
    nnblas_status status = hand_on_mode(r);
    if (!status)
        status = write_all(r, bytes, size);
    if (!status && flush(r->descriptor))
        status = fail_call("flush a temporary file beside the file", r->path);
    if (close(r->descriptor) && !status && errno != EINTR)
        status = fail_call("close a temporary file beside the file", r->path);
    return status;
}

/* Some file systems cannot flush a folder, and say so by EINVAL. */
static nnblas_status move_into_place(const replacement *r) {
    if (renameat(r->folder, r->temporary, r->folder, r->name))
        return fail_call("rename a temporary file to the file", r->path);
    if (flush(r->folder) && errno != EINVAL)
        return fail_call("flush the folder of the file, which is written", r->path);
    return NNBLAS_OK;
}

static nnblas_status replace_in_folder(replacement *r, const void *bytes, size_t size) {
    nnblas_status status = create_temporary(r);
    if (status)
        return status;
    status = finish_temporary(r, bytes, size);
    if (!status)
        status = move_into_place(r);
    /* Where it was renamed there is none of this name left. */
    if (status)
        unlinkat(r->folder, r->temporary, 0);
    return status;
}

nnblas_status nn_file_replace(const char *path, const void *bytes, size_t size) {
    replacement r = {.path = path};
    nnblas_status status = find_target(&r);
    if (!status)
        status = open_folder(&r);
    if (status)
        return status;
    status = replace_in_folder(&r, bytes, size);
    close(r.folder);
    return status;
}
