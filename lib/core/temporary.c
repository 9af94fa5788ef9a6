/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/temporary.h"
#include "core/hash.h"
#include "core/hexadecimal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* ".nnblas-SYSTEM-TIME.tmp", both hexadecimal. */
static const char PREFIX[] = ".nnblas-", SUFFIX[] = ".tmp";

/* Linux draws a new boot id each time it starts; all containers on one machine have the same. 0
 * where there is none. */
static uint64_t identify_system(void) {
    char identity[64];
    int file = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return 0;
    ssize_t size = read(file, identity, sizeof identity);
    close(file);
    return size > 0 ? nn_hash_bytes(NN_HASH_START, identity, (size_t)size) : 0;
}

/* ---- making ---------------------------------------------------------------------------------- */

/* False where another process took the file for an abandoned one before it was locked. */
static bool lock_new_file(int file) {
    struct stat status;
    if (flock(file, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK)
        return false;
    return fstat(file, &status) == 0 && status.st_nlink > 0;
}

int nn_temporary_create(int folder, mode_t mode, char name[NAME_MAX]) {
    uint64_t system = identify_system();
    for (int attempt = 0; attempt < 100; attempt++) {
        struct timespec now;
        clock_gettime(CLOCK_REALTIME, &now);
        snprintf(name, NAME_MAX, "%s%" PRIx64 "-%" PRIx64 "%s", PREFIX, system,
                 (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec, SUFFIX);
        int file = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
        if (file >= 0 && lock_new_file(file))
            return file;
        if (file >= 0)
            close(file);
        else if (errno != EEXIST)
            return -1;
    }
    errno = EEXIST;
    return -1;
}

/* ---- clearing -------------------------------------------------------------------------------- */

static bool read_name(const char *name, uint64_t *system) {
    uint64_t time;
    if (strncmp(name, PREFIX, sizeof PREFIX - 1) != 0)
        return false;
    const char *first = name + sizeof PREFIX - 1,
               *dash = nn_read_hexadecimal(first, NN_LOWER_CASE, 16, system);
    if (dash == first || *dash != '-')
        return false;
    const char *end = nn_read_hexadecimal(dash + 1, NN_LOWER_CASE, 16, &time);
    return end > dash + 1 && strcmp(end, SUFFIX) == 0;
}

/* Once we have locked the file, no other process can; it is removed only if it still has its name
 * then. */
static bool is_abandoned(int folder, const char *name, const struct stat *seen, int file) {
    struct stat locked, named;
    return flock(file, LOCK_EX | LOCK_NB) == 0 && fstat(file, &locked) == 0 &&
           fstatat(folder, name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
           locked.st_ino == seen->st_ino && locked.st_dev == seen->st_dev &&
           named.st_ino == seen->st_ino && named.st_dev == seen->st_dev;
}

/* Network file systems lock only files that are open to write. */
static int open_to_lock(int folder, const char *name) {
    const int flags = O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY;
    int file = openat(folder, name, O_WRONLY | flags);
    return file >= 0 || errno != EACCES ? file : openat(folder, name, O_RDONLY | flags);
}

static void clear_file(int folder, const char *name, uint64_t our_system) {
    enum { DAY = 24 * 60 * 60 };
    uint64_t system;
    struct stat seen;
    if (!read_name(name, &system) || fstatat(folder, name, &seen, AT_SYMLINK_NOFOLLOW) ||
        !S_ISREG(seen.st_mode))
        return;
    bool is_of_this_system = system == our_system && our_system != 0;
    if (!is_of_this_system && seen.st_mtime > time(NULL) - DAY)
        return;
    int file = open_to_lock(folder, name);
    if (file < 0)
        return;
    if (is_abandoned(folder, name, &seen, file))
        unlinkat(folder, name, 0);
    close(file);
}

void nn_temporary_clear(int folder) {
    int copy = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *listing = copy >= 0 ? fdopendir(copy) : NULL;
    if (!listing) {
        if (copy >= 0)
            close(copy);
        return;
    }
    uint64_t system = identify_system();
    for (struct dirent *entry; (entry = readdir(listing));)
        clear_file(folder, entry->d_name, system);
    closedir(listing);
}
