/* SPDX-License-Identifier: BSD-3-Clause */
/* A new file that takes the place of an old one when it is complete. */
#ifndef NN_REPLACEMENT_H
#define NN_REPLACEMENT_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

typedef struct nn_replacement {
    int descriptor;           /* of the new file, to write to */
    const char *path;         /* as the caller gave it */
    char target[PATH_MAX];    /* the file that is replaced */
    const char *name;         /* of the target in its folder */
    char temporary[NAME_MAX]; /* the new file's name in the same folder */
    int folder;
    bool replaces;   /* there is an old file */
    struct stat old; /* its state */

    /* After a failure: what could not be done, and why: in words, or, where those are null, as a
     * value of errno. */
    const char *failed, *reason;
    int error;
} nn_replacement;

/*
 * At any time path opens as the whole old file or the whole new one, and the new one is on the disk
 * when nn_replacement_finish returns. After a failure, or nn_replacement_abandon, path is as it was
 * and no other file is left. One exception: where the folder could not be flushed, the new file is
 * in its place, but a power failure might undo that.
 *
 * A symbolic link is followed: the file that it leads to is replaced, and the link stays. A link
 * that leads nowhere is a failure, and so is a path that exists and is no regular file.
 *
 * Each function returns false for a failure, after which there is nothing to abandon.
 */
bool nn_replacement_open(nn_replacement *r, const char *path);
bool nn_replacement_write(nn_replacement *r, const void *bytes, size_t size);
bool nn_replacement_finish(nn_replacement *r);
void nn_replacement_abandon(nn_replacement *r);

/* Removes temporary files in the folder of path that were left by processes which ended early. It
 * lists the folder, so call it once for a series of replacements. */
void nn_replacement_clear(const char *path);

#endif
