/* SPDX-License-Identifier: BSD-3-Clause */
/* What the suites of files on the disk share: system calls that fail when asked (the linker puts
 * those of disk.c in the place of the system's, see meson.build), a folder for each test, networks
 * that differ, and children. */
#ifndef FILE_DISK_H
#define FILE_DISK_H

#include "support/support.h"

#include <sys/stat.h>

/* ---- faults ---------------------------------------------------------------------------------- */

typedef struct file_fault {
    const char *call; /* fails once; null = none */
    size_t skip;      /* so many calls before */
    int error;
    size_t most; /* bytes that a read or a write takes; 0 = all */
    bool clock_stands;
    bool is_never_flushed; /* fsync does nothing */
    size_t killed_at;      /* the process ends at this call that changes a file, counted from 1 */
    bool is_torn;          /* half of what it writes was written then */
    bool stays;            /* the call fails every time */
    const char *untakable; /* a name that no file can be renamed to; null = none */
    char renamed[256];     /* the last one */
    void (*before_renaming)(void);
} file_fault;

/* What a process that is killed returns. */
enum { KILLED = 99 };

extern file_fault fault;

void fail_once(const char *call, size_t skip, int error);

/* ---- a folder for each test ------------------------------------------------------------------ */

/* Where the test is. */
extern char folder[64];

/* How many names there are beside . and .., with a part in them. */
size_t count_names(const char *part);

void write_file(const char *path, const void *bytes, size_t size);
mode_t get_mode(const char *path);

/* Each test in a folder of its own, which is emptied and removed after it; no file stays open.
 * Returns what main returns. */
int run_in_folders(const char *suite_name, const TTest *const *tests, size_t count);

/* ---- networks that differ -------------------------------------------------------------------- */

/* All of its parameters are the mark. Large enough that a save takes several pages. */
nnblas_net *make_marked_net(double mark);
void save_marked(double mark, const char *path);

/* The mark of the network in a file; -1 for what cannot be loaded. */
double read_mark(const char *path);

/* The same; the test fails for what cannot be loaded. */
double load_mark(const char *path);

#define ck_assert_mark(path, mark) ck_assert_double_eq(load_mark(path), mark)

/* The last failure says these words. */
void check_words(const char *words);
void check_not_loaded(const char *path, nnblas_status expected, const char *words);
void check_not_saved(const char *path, const char *words);

/* ---- children -------------------------------------------------------------------------------- */

/* Runs a test in a child, where it may change what belongs to the process. Check's macros would
 * write there into what the parent reads: the child says by its exit whether all went well, and the
 * test returns null or what failed. */
typedef const char *child_test(nnblas_net *net);

bool run_in_child(child_test *test);

#endif
