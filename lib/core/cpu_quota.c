/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/cpu_quota.h"

#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TEXT_BYTES = 4096 };

/* The beginning of a file; false where it cannot be read or does not fit. */
static bool read_text(const char *path, char text[TEXT_BYTES]) {
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (file < 0)
        return false;
    ssize_t length = read(file, text, TEXT_BYTES);
    close(file);
    if (length < 0 || length == TEXT_BYTES)
        return false;
    text[length] = '\0';
    return true;
}

/* What is no number, "max" or a quota of -1 among them, is no quota. */
static double divide(const char *quota, const char *period) {
    double microseconds = strtod(quota, NULL), of = strtod(period, NULL);
    return microseconds > 0.0 && of > 0.0 ? microseconds / of : HUGE_VAL;
}

/* Version 2: "max 100000" or "150000 100000" in cpu.max. */
static double read_quota_2(const char *folder) {
    char path[PATH_MAX], text[TEXT_BYTES];
    snprintf(path, sizeof path, "%s/cpu.max", folder);
    const char *space = read_text(path, text) ? strchr(text, ' ') : NULL;
    return space ? divide(text, space) : HUGE_VAL;
}

/* Version 1: a file for each of the two. */
static double read_quota_1(const char *folder) {
    char path[PATH_MAX], quota[TEXT_BYTES], period[TEXT_BYTES];
    snprintf(path, sizeof path, "%s/cpu.cfs_quota_us", folder);
    if (!read_text(path, quota))
        return HUGE_VAL;
    snprintf(path, sizeof path, "%s/cpu.cfs_period_us", folder);
    return read_text(path, period) ? divide(quota, period) : HUGE_VAL;
}

typedef double read_quota(const char *folder);

/* Of a group and all around it. A container may see another path than its own tree has: what is not
 * there has no quota, and the top of the tree is always looked at. */
static double read_tree(const char *top, const char *group, read_quota *read_one) {
    char folder[PATH_MAX];
    size_t length = strlen(top);
    int written = snprintf(folder, sizeof folder, "%s%s", top, group);
    double least = HUGE_VAL;
    if (written < 0 || (size_t)written >= sizeof folder)
        return read_one(top);
    for (;;) {
        least = fmin(least, read_one(folder));
        char *slash = strrchr(folder + length, '/');
        if (!slash)
            return least;
        *slash = '\0';
    }
}

/* Whether a list such as "cpu,cpuacct" has the controller of the processors' time. */
static bool names_cpu(const char *controllers, size_t length) {
    for (const char *end = controllers + length; controllers < end;) {
        const char *comma = memchr(controllers, ',', (size_t)(end - controllers));
        size_t one = (size_t)((comma ? comma : end) - controllers);
        if (one == 3 && memcmp(controllers, "cpu", 3) == 0)
            return true;
        controllers += one + 1;
    }
    return false;
}

/* A line of /proc/self/cgroup: "0::/group" of version 2, "4:cpu,cpuacct:/group" of version 1. */
static double read_line_quota(const char *root, const char *line) {
    char top[PATH_MAX];
    const char *controllers = strchr(line, ':');
    const char *group = controllers ? strchr(++controllers, ':') : NULL;
    if (!group)
        return HUGE_VAL;
    size_t length = (size_t)(group++ - controllers);
    if (length == 0) {
        snprintf(top, sizeof top, "%s/sys/fs/cgroup", root);
        double quota = read_tree(top, group, read_quota_2);
        snprintf(top, sizeof top, "%s/sys/fs/cgroup/unified", root);
        return fmin(quota, read_tree(top, group, read_quota_2));
    }
    if (!names_cpu(controllers, length))
        return HUGE_VAL;
    snprintf(top, sizeof top, "%s/sys/fs/cgroup/%.*s", root, (int)length, controllers);
    double quota = read_tree(top, group, read_quota_1);
    snprintf(top, sizeof top, "%s/sys/fs/cgroup/cpu", root);
    return fmin(quota, read_tree(top, group, read_quota_1));
}

double nn_read_cpu_quota(const char *root) {
    char path[PATH_MAX], text[TEXT_BYTES], *rest = NULL;
    double least = HUGE_VAL;
    snprintf(path, sizeof path, "%s/proc/self/cgroup", root);
    if (!read_text(path, text))
        return least;
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
        least = fmin(least, read_line_quota(root, line));
    return least;
}
