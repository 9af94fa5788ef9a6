/* SPDX-License-Identifier: BSD-3-Clause */
/* A mapped file that is cut while it is read fails a copy, and does not end the program. */
#include "arrays/guarded_copy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { BYTES = 1 << 16 };

static int failures;

static void check(bool is_good, const char *what) {
    printf("%s  %s\n", is_good ? "ok    " : "not ok", what);
    failures += !is_good;
}

int main(void) {
    char name[] = "/tmp/nnblas-copy-XXXXXX", written[BYTES], copy[BYTES];
    int file = mkstemp(name);
    memset(written, 'x', sizeof written);
    if (file < 0 || unlink(name) != 0 || write(file, written, BYTES) != BYTES)
        return EXIT_FAILURE;
    const char *map = mmap(NULL, BYTES, PROT_READ, MAP_PRIVATE, file, 0);
    check(map != MAP_FAILED && guard_copies(), "a file can be mapped");
    check(copy_guarded(copy, map, BYTES) && memcmp(copy, written, BYTES) == 0, "and copied");
    if (ftruncate(file, BYTES / 2) != 0)
        return EXIT_FAILURE;
    for (int i = 0; i < 2; i++)
        check(!copy_guarded(copy, map, BYTES), "where it was cut the copy fails");
    check(copy_guarded(copy, map, BYTES / 2), "and what is left can be copied");
    return failures > 0;
}
