/* SPDX-License-Identifier: BSD-3-Clause */
#include "file/disk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* ---- faults ---------------------------------------------------------------------------------- */

ssize_t __real_read(int descriptor, void *bytes, size_t size);
ssize_t __real_write(int descriptor, const void *bytes, size_t size);
int __real_unlink(const char *path);
int __real_fsync(int descriptor);
int __real_close(int descriptor);
int __real_fchmod(int descriptor, mode_t mode);
int __real_renameat(int old_folder, const char *old, int new_folder, const char *new);
int __real_clock_gettime(clockid_t clock, struct timespec *now);
ssize_t __wrap_read(int descriptor, void *bytes, size_t size);
ssize_t __wrap_write(int descriptor, const void *bytes, size_t size);
int __wrap_unlink(const char *path);
int __wrap_fsync(int descriptor);
int __wrap_close(int descriptor);
int __wrap_fchmod(int descriptor, mode_t mode);
int __wrap_renameat(int old_folder, const char *old, int new_folder, const char *new);
int __wrap_clock_gettime(clockid_t clock, struct timespec *now);

file_fault fault;

static bool fails(const char *call) {
    if (!fault.call || strcmp(fault.call, call) != 0 || fault.skip-- > 0)
        return false;
    if (fault.stays)
        fault.skip = 0;
    else
        fault.call = NULL;
    errno = fault.error;
    return true;
}

/* Whether the process is to end at this call. */
static bool is_killed(void) {
    return fault.killed_at > 0 && --fault.killed_at == 0;
}

static void end_if_killed(void) {
    if (is_killed())
        _exit(KILLED);
}

static size_t limit(size_t size) {
    return fault.most && size > fault.most ? fault.most : size;
}

ssize_t __wrap_read(int descriptor, void *bytes, size_t size) {
    return fails("read") ? -1 : __real_read(descriptor, bytes, limit(size));
}

ssize_t __wrap_write(int descriptor, const void *bytes, size_t size) {
    if (is_killed())
        _exit(fault.is_torn && __real_write(descriptor, bytes, size / 2) < 0 ? 1 : KILLED);
    return fails("write") ? -1 : __real_write(descriptor, bytes, limit(size));
}

int __wrap_unlink(const char *path) {
    end_if_killed();
    return __real_unlink(path);
}

int __wrap_fsync(int descriptor) {
    end_if_killed();
    return fails("fsync") ? -1 : fault.is_never_flushed ? 0 : __real_fsync(descriptor);
}

/* Only of files that are written. One that fails has closed all the same. */
int __wrap_close(int descriptor) {
    bool is_written = (fcntl(descriptor, F_GETFL) & O_ACCMODE) == O_WRONLY;
    if (is_written)
        end_if_killed();
    int result = __real_close(descriptor);
    return is_written && fails("close") ? -1 : result;
}

int __wrap_fchmod(int descriptor, mode_t mode) {
    end_if_killed();
    return fails("fchmod") ? -1 : __real_fchmod(descriptor, mode);
}

int __wrap_renameat(int old_folder, const char *old, int new_folder, const char *new) {
    end_if_killed();
    snprintf(fault.renamed, sizeof fault.renamed, "%s", old);
    if (fault.before_renaming)
        fault.before_renaming();
    if (fault.untakable && strcmp(new, fault.untakable) == 0) {
        errno = EROFS;
        return -1;
    }
    return fails("renameat") ? -1 : __real_renameat(old_folder, old, new_folder, new);
}

int __wrap_clock_gettime(clockid_t clock, struct timespec *now) {
    if (!fault.clock_stands)
        return __real_clock_gettime(clock, now);
    *now = (struct timespec){.tv_sec = 1, .tv_nsec = 2};
    return 0;
}

void fail_once(const char *call, size_t skip, int error) {
    fault.call = call;
    fault.skip = skip;
    fault.error = error;
}

/* ---- a folder for each test ------------------------------------------------------------------ */

char folder[64];
static size_t descriptors;

static size_t count_descriptors(void) {
    size_t count = 0;
    for (int descriptor = 0; descriptor < 256; descriptor++)
        count += fcntl(descriptor, F_GETFD) >= 0;
    return count;
}

static void enter_folder(void) {
    fault = (file_fault){0};
    descriptors = count_descriptors();
    strcpy(folder, "/tmp/nnblas-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(chdir(folder), 0);
    umask(022);
}

size_t count_names(const char *part) {
    DIR *listing = opendir(".");
    if (!listing)
        return SIZE_MAX;
    size_t count = 0;
    for (struct dirent *entry; (entry = readdir(listing));)
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
                 strstr(entry->d_name, part);
    closedir(listing);
    return count;
}

static void remove_names(const char *part) {
    DIR *listing = opendir(".");
    ck_assert_ptr_nonnull(listing);
    for (struct dirent *entry; (entry = readdir(listing));)
        if (strstr(entry->d_name, part) && remove(entry->d_name))
            continue; /* . and .. */
    closedir(listing);
}

static void leave_folder(void) {
    remove_names("");
    ck_assert_int_eq(chdir("/"), 0);
    ck_assert_int_eq(rmdir(folder), 0);
    ck_assert_uint_eq(count_descriptors(), descriptors);
}

/* ---- networks that differ -------------------------------------------------------------------- */

nnblas_net *make_marked_net(double mark) {
    nnblas_net *net;
    ck_assert_ok(nnblas_net_create((size_t[]){100, 150, 3}, 3, NNBLAS_BIAS, &net));
    fill(nnblas_net_parameter_count(net), nnblas_net_parameters(net), mark);
    return net;
}

void save_marked(double mark, const char *path) {
    nnblas_net *net = make_marked_net(mark);
    ck_assert_ok(nnblas_net_save(net, path));
    nnblas_net_destroy(net);
}

double read_mark(const char *path) {
    nnblas_net *net;
    if (nnblas_net_load(path, &net))
        return -1.0;
    const double *W = nnblas_net_parameters(net);
    double mark = holds_only(nnblas_net_parameter_count(net), W, W[0]) ? W[0] : -1.0;
    nnblas_net_destroy(net);
    return mark;
}

double load_mark(const char *path) {
    double mark = read_mark(path);
    ck_assert_msg(mark >= 0.0, "%s", nnblas_error_message());
    return mark;
}

void write_file(const char *path, const void *bytes, size_t size) {
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(bytes, 1, size, file), size);
    ck_assert_int_eq(fclose(file), 0);
}

mode_t get_mode(const char *path) {
    struct stat s;
    ck_assert_int_eq(lstat(path, &s), 0);
    return s.st_mode;
}

void check_words(const char *words) {
    ck_assert_msg(strstr(nnblas_error_message(), words), "\"%s\" does not say \"%s\"",
                  nnblas_error_message(), words);
}

void check_not_loaded(const char *path, nnblas_status expected, const char *words) {
    nnblas_net *const untouched = (nnblas_net *)&words, *net = untouched;
    ck_assert_int_eq(nnblas_net_load(path, &net), expected);
    check_words(words);
    check_words(path);
    ck_assert_ptr_eq(net, untouched);
}

void check_not_saved(const char *path, const char *words) {
    nnblas_net *net = make_marked_net(-1.0);
    ck_assert_int_eq(nnblas_net_save(net, path), NNBLAS_ERROR_FILE);
    check_words(words);
    check_words(path);
    ck_assert_uint_eq(count_names(".tmp"), 0);
    nnblas_net_destroy(net);
}

/* ---- children -------------------------------------------------------------------------------- */

bool run_in_child(child_test *test) {
    nnblas_net *net = make_marked_net(5.0);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        const char *failure = test(net);
        if (failure)
            fprintf(stderr, "in the child: %s; %s\n", failure, nnblas_error_message());
        _exit(failure ? 1 : 0);
    }
    nnblas_net_destroy(net);
    int status = wait_for_child(child);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* ---- the runner ------------------------------------------------------------------------------ */

int run_in_folders(const char *suite_name, const TTest *const *tests, size_t count) {
    return run_tests_between(suite_name, tests, count, enter_folder, leave_folder);
}
