/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/replacement.h"
#include "core/descriptor.h"
#include "core/temporary.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool fail(nn_replacement *r, const char *failed, const char *reason) {
    r->failed = failed;
    r->reason = reason;
    return false;
}

/* The same for what a call left in errno. */
static bool fail_call(nn_replacement *r, const char *failed) {
    r->error = errno;
    return fail(r, failed, NULL);
}

/* A rename over /dev/null, which root may do, would put a file in the place of the device. */
static bool find_target(nn_replacement *r) {
    if (!realpath(r->path, r->target)) {
        struct stat link;
        if (errno != ENOENT)
            return fail_call(r, "find the file");
        if (lstat(r->path, &link) == 0)
            return fail(r, "find the file", "it is a link that leads nowhere");
        if (strlen(r->path) >= sizeof r->target) {
            errno = ENAMETOOLONG;
            return fail_call(r, "find the file");
        }
        strcpy(r->target, r->path);
    } else if (stat(r->target, &r->old)) {
        return fail_call(r, "examine the file");
    } else if (!S_ISREG(r->old.st_mode)) {
        return fail(r, "replace the file",
                    S_ISDIR(r->old.st_mode) ? "it is a folder" : "it is no regular file");
    } else {
        r->replaces = true;
    }
    return true;
}

/* Separates the target's name from its folder, and opens the folder. All later calls use the open
 * folder, even if it is renamed or the process changes its working directory. */
static bool open_folder(nn_replacement *r) {
    char *slash = strrchr(r->target, '/');
    r->name = slash ? slash + 1 : r->target;
    if (!*r->name)
        return fail(r, "write the file", slash ? "its name ends in a slash" : "its name is empty");
    /* The path of the root folder is just its slash. */
    const char *folder = !slash ? "." : slash == r->target ? "/" : r->target;
    if (slash)
        *slash = '\0';
    r->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return r->folder >= 0 || fail_call(r, "open the folder of the file");
}

/* A new file gets the usual mode of new files. A file that replaces another gets its mode, and its
 * owner and group where that is permitted; until then only the owner can read it. */
static bool create_temporary(nn_replacement *r) {
    r->descriptor = nn_temporary_create(r->folder, r->replaces ? 0600 : 0666, r->temporary);
    if (r->descriptor >= 0)
        return true;
    *r->temporary = '\0'; /* that file is not ours to remove */
    return fail_call(r, "create a temporary file beside the file");
}

static bool hand_on_mode(nn_replacement *r) {
    if (!r->replaces)
        return true;
    if (fchown(r->descriptor, r->old.st_uid, r->old.st_gid))
        (void)!fchown(r->descriptor, (uid_t)-1, r->old.st_gid);
    return fchmod(r->descriptor, r->old.st_mode & 0777) == 0 ||
           fail_call(r, "set the mode of a temporary file beside the file");
}

/* A network file system may report a full disk only when the file is closed. So a copy of the
 * descriptor is closed: the descriptor itself holds the lock until the file is in its place. */
static bool flush_temporary(nn_replacement *r) {
    if (!nn_flush(r->descriptor))
        return fail_call(r, "flush a temporary file beside the file");
    int copy = fcntl(r->descriptor, F_DUPFD_CLOEXEC, 0);
    return copy < 0 || close(copy) == 0 || errno == EINTR ||
           fail_call(r, "close a temporary file beside the file");
}

/* Some file systems cannot flush a folder, and say so by EINVAL. */
static bool move_into_place(nn_replacement *r) {
    if (renameat(r->folder, r->temporary, r->folder, r->name))
        return fail_call(r, "rename a temporary file to the file");
    return nn_flush(r->folder) || errno == EINVAL ||
           fail_call(r, "flush the folder of the file, which is written");
}

/* After the renaming there is no file of the temporary name left. */
void nn_replacement_abandon(nn_replacement *r) {
    if (*r->temporary)
        unlinkat(r->folder, r->temporary, 0);
    if (r->descriptor >= 0)
        close(r->descriptor);
    if (r->folder >= 0)
        close(r->folder);
    r->descriptor = r->folder = -1;
}

static bool abandon_if_bad(nn_replacement *r, bool is_good) {
    if (!is_good)
        nn_replacement_abandon(r);
    return is_good;
}

bool nn_replacement_open(nn_replacement *r, const char *path) {
    *r = (nn_replacement){.descriptor = -1, .path = path, .folder = -1};
    return abandon_if_bad(r, find_target(r) && open_folder(r) && create_temporary(r) &&
                                 hand_on_mode(r));
}

bool nn_replacement_write(nn_replacement *r, const void *bytes, size_t size) {
    return abandon_if_bad(r, nn_write_all(r->descriptor, bytes, size) ||
                                 fail_call(r, "write a temporary file beside the file"));
}

bool nn_replacement_finish(nn_replacement *r) {
    if (!abandon_if_bad(r, flush_temporary(r) && move_into_place(r)))
        return false;
    close(r->descriptor);
    close(r->folder);
    r->descriptor = r->folder = -1;
    return true;
}

void nn_replacement_clear(const char *path) {
    nn_replacement r = {.path = path, .folder = -1};
    if (!find_target(&r) || !open_folder(&r))
        return;
    nn_temporary_clear(r.folder);
    close(r.folder);
}
