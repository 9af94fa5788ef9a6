/* SPDX-License-Identifier: BSD-3-Clause */
/* Networks on the disk: what happens to the old file, whatever happens to the new one. The linker
 * puts the functions below in the place of the system's (see meson.build). */
#define _GNU_SOURCE
#include "support/support.h"

#include "file/atomic_file.h"
#include "file/model_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* ---- faults ---------------------------------------------------------------------------------- */

ssize_t __real_read(int descriptor, void *bytes, size_t size);
ssize_t __real_write(int descriptor, const void *bytes, size_t size);
int __real_fsync(int descriptor);
int __real_close(int descriptor);
int __real_fchmod(int descriptor, mode_t mode);
int __real_renameat(int old_folder, const char *old, int new_folder, const char *new);
int __real_clock_gettime(clockid_t clock, struct timespec *now);
ssize_t __wrap_read(int descriptor, void *bytes, size_t size);
ssize_t __wrap_write(int descriptor, const void *bytes, size_t size);
int __wrap_fsync(int descriptor);
int __wrap_close(int descriptor);
int __wrap_fchmod(int descriptor, mode_t mode);
int __wrap_renameat(int old_folder, const char *old, int new_folder, const char *new);
int __wrap_clock_gettime(clockid_t clock, struct timespec *now);

static struct {
    const char *call; /* fails once; null = none */
    size_t skip;      /* so many calls before */
    int error;
    size_t most; /* bytes that a read or a write takes; 0 = all */
    bool clock_stands;
    char renamed[256]; /* the last one */
} fault;

static bool fails(const char *call) {
    if (!fault.call || strcmp(fault.call, call) != 0 || fault.skip-- > 0)
        return false;
    fault.call = NULL;
    errno = fault.error;
    return true;
}

static size_t limit(size_t size) {
    return fault.most && size > fault.most ? fault.most : size;
}

ssize_t __wrap_read(int descriptor, void *bytes, size_t size) {
    return fails("read") ? -1 : __real_read(descriptor, bytes, limit(size));
}

ssize_t __wrap_write(int descriptor, const void *bytes, size_t size) {
    return fails("write") ? -1 : __real_write(descriptor, bytes, limit(size));
}

int __wrap_fsync(int descriptor) {
    return fails("fsync") ? -1 : __real_fsync(descriptor);
}

/* One that fails has closed all the same. */
int __wrap_close(int descriptor) {
    int result = __real_close(descriptor);
    return fails("close") ? -1 : result;
}

int __wrap_fchmod(int descriptor, mode_t mode) {
    return fails("fchmod") ? -1 : __real_fchmod(descriptor, mode);
}

int __wrap_renameat(int old_folder, const char *old, int new_folder, const char *new) {
    snprintf(fault.renamed, sizeof fault.renamed, "%s", old);
    return fails("renameat") ? -1 : __real_renameat(old_folder, old, new_folder, new);
}

int __wrap_clock_gettime(clockid_t clock, struct timespec *now) {
    if (!fault.clock_stands)
        return __real_clock_gettime(clock, now);
    *now = (struct timespec){.tv_sec = 1, .tv_nsec = 2};
    return 0;
}

static void fail_once(const char *call, size_t skip, int error) {
    fault.call = call;
    fault.skip = skip;
    fault.error = error;
}

/* ---- a folder for each test ------------------------------------------------------------------ */

static char folder[64];
static size_t descriptors;

static size_t count_descriptors(void) {
    size_t count = 0;
    for (int descriptor = 0; descriptor < 256; descriptor++)
        count += fcntl(descriptor, F_GETFD) >= 0;
    return count;
}

static void enter_folder(void) {
    descriptors = count_descriptors();
    strcpy(folder, "/tmp/nnblas-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(chdir(folder), 0);
    umask(022);
}

/* How many names there are beside . and .., with a part in them. */
static size_t count_names(const char *part) {
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

/* ---- networks that are told apart ------------------------------------------------------------ */

/* Large enough that a save takes several pages. */
static nnblas_net *make_marked_net(double mark) {
    nnblas_net *net;
    ck_assert_ok(nnblas_net_create((size_t[]){100, 150, 3}, 3, NNBLAS_BIAS, &net));
    fill(nnblas_net_parameter_count(net), nnblas_net_parameters(net), mark);
    return net;
}

static void save_marked(double mark, const char *path) {
    nnblas_net *net = make_marked_net(mark);
    ck_assert_ok(nnblas_net_save(net, path));
    nnblas_net_destroy(net);
}

/* All parameters of a network in a file are its mark, which is returned; -1 for what cannot be
 * loaded. */
static double read_mark(const char *path) {
    nnblas_net *net;
    if (nnblas_net_load(path, &net))
        return -1.0;
    const double *W = nnblas_net_parameters(net);
    double mark = holds_only(nnblas_net_parameter_count(net), W, W[0]) ? W[0] : -1.0;
    nnblas_net_destroy(net);
    return mark;
}

static double load_mark(const char *path) {
    double mark = read_mark(path);
    ck_assert_msg(mark >= 0.0, "%s", nnblas_error_message());
    return mark;
}

#define ck_assert_mark(path, mark) ck_assert_double_eq(load_mark(path), mark)

static mode_t get_mode(const char *path) {
    struct stat s;
    ck_assert_int_eq(lstat(path, &s), 0);
    return s.st_mode;
}

static void check_words(const char *words) {
    ck_assert_msg(strstr(nnblas_error_message(), words), "\"%s\" does not say \"%s\"",
                  nnblas_error_message(), words);
}

static void check_not_loaded(const char *path, nnblas_status expected, const char *words) {
    nnblas_net *const untouched = (nnblas_net *)&words, *net = untouched;
    ck_assert_int_eq(nnblas_net_load(path, &net), expected);
    check_words(words);
    check_words(path);
    ck_assert_ptr_eq(net, untouched);
}

static void check_not_saved(const char *path, const char *words) {
    nnblas_net *net = make_marked_net(-1.0);
    ck_assert_int_eq(nnblas_net_save(net, path), NNBLAS_ERROR_FILE);
    check_words(words);
    check_words(path);
    ck_assert_uint_eq(count_names(".tmp"), 0);
    nnblas_net_destroy(net);
}

/* ---- saving and loading ---------------------------------------------------------------------- */

START_TEST(a_file_has_the_bytes_of_the_memory) {
    nnblas_net *net = make_marked_net(0.75);
    ck_assert_ok(nnblas_net_set_metadata(net, "name", "a net"));
    void *bytes;
    size_t size;
    ck_assert_ok(nnblas_net_save_to_memory(net, &bytes, &size));
    ck_assert_ok(nnblas_net_save(net, "net"));
    nn_file file;
    ck_assert_ok(nn_file_open(&file, "net"));
    ck_assert_uint_eq(file.size, size);
    char *read = malloc(size);
    ck_assert_ok(nn_file_read(&file, read, size));
    ck_assert(memcmp(read, bytes, size) == 0);
    ck_assert_int_eq(nn_file_read(&file, read, 1), NNBLAS_ERROR_FILE);
    check_words("it became shorter meanwhile");
    nn_file_close(&file);
    free(read);
    nnblas_free(bytes);
    nnblas_net_destroy(net);
    ck_assert_mark("net", 0.75);
    ck_assert_ok(nnblas_net_load("net", &net));
    ck_assert_str_eq(nnblas_net_metadata(net, "name"), "a net");
    nnblas_net_destroy(net);
}
END_TEST

START_TEST(a_file_is_replaced) {
    for (int i = 0; i < 3; i++) {
        save_marked(i, "net");
        ck_assert_mark("net", i);
    }
    save_marked(7.0, "./net");
    ck_assert_mark("net", 7.0);
    char path[128];
    snprintf(path, sizeof path, "%s//net", folder);
    save_marked(8.0, path);
    ck_assert_mark("net", 8.0);
    ck_assert_uint_eq(count_names(""), 1);
}
END_TEST

/* The temporary file's name does not grow with that of the file. */
START_TEST(the_longest_name_is_saved) {
    char name[256];
    memset(name, 'n', 255);
    name[255] = '\0';
    save_marked(1.0, name);
    save_marked(2.0, name);
    ck_assert_mark(name, 2.0);
}
END_TEST

START_TEST(modes_are_as_they_were) {
    umask(027);
    save_marked(1.0, "net");
    ck_assert_int_eq(get_mode("net") & 07777, 0640);
    ck_assert_int_eq(chmod("net", 0604), 0);
    save_marked(2.0, "net");
    ck_assert_int_eq(get_mode("net") & 07777, 0604);
    ck_assert_int_eq(chmod("net", 04755), 0);
    save_marked(3.0, "net");
    ck_assert_int_eq(get_mode("net") & 07777, 0755);
    if (geteuid() != 0)
        return;
    struct stat s;
    ck_assert_int_eq(chown("net", 12345, 54321), 0);
    save_marked(4.0, "net");
    ck_assert_int_eq(stat("net", &s), 0);
    ck_assert_uint_eq(s.st_uid, 12345);
    ck_assert_uint_eq(s.st_gid, 54321);
}
END_TEST

START_TEST(links_are_followed) {
    ck_assert_int_eq(mkdir("inner", 0755), 0);
    ck_assert_int_eq(symlink("inner/net", "link"), 0);
    check_not_saved("link", "could not find the file (No such file or directory)");
    save_marked(1.0, "inner/net");
    save_marked(2.0, "link");
    ck_assert(S_ISLNK(get_mode("link")));
    ck_assert_mark("inner/net", 2.0);
    ck_assert_mark("link", 2.0);
    ck_assert_int_eq(symlink("loop", "loop"), 0);
    check_not_saved("loop", "could not find the file (Too many levels of symbolic links)");
    ck_assert_int_eq(remove("inner/net"), 0);
}
END_TEST

/* ---- what is no file ------------------------------------------------------------------------- */

START_TEST(what_is_no_file_is_not_loaded) {
    ck_assert_int_eq(mkdir("inner", 0755), 0);
    ck_assert_int_eq(mkfifo("pipe", 0644), 0);
    check_not_loaded("missing", NNBLAS_ERROR_FILE, "could not open the file (No such file");
    check_not_loaded("", NNBLAS_ERROR_FILE, "could not open the file (No such file");
    check_not_loaded("inner", NNBLAS_ERROR_FILE, "could not read the file (it is a folder)");
    check_not_loaded("pipe", NNBLAS_ERROR_FILE, "could not read the file (it is no regular file)");
    check_not_loaded("/dev/zero", NNBLAS_ERROR_FILE, "(it is no regular file)");
    check_not_loaded("missing/net", NNBLAS_ERROR_FILE, "could not open the file (No such file");
    char path[5000];
    memset(path, 'n', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    nnblas_net *net = NULL;
    ck_assert_int_eq(nnblas_net_load(path, &net), NNBLAS_ERROR_FILE);
    check_words("could not open the file (File name too long): 'nnn");
    ck_assert_ptr_null(net);
}
END_TEST

static void write_file(const char *path, const void *bytes, size_t size) {
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(bytes, 1, size, file), size);
    ck_assert_int_eq(fclose(file), 0);
}

START_TEST(files_that_are_no_network_are_named) {
    write_file("file", "", 0);
    check_not_loaded("file", NNBLAS_ERROR_FORMAT, "the file has 0 bytes");
    write_file("file", "1234567", 7);
    check_not_loaded("file", NNBLAS_ERROR_FORMAT, "the file has 7 bytes");
    write_file("file", "\x02\0\0\0\0\0\0\0{}", 10);
    check_not_loaded("file", NNBLAS_ERROR_FORMAT, "it is not a network of this library, in 'file'");
    write_file("file", "\x03\0\0\0\0\0\0\0{}", 10);
    check_not_loaded("file", NNBLAS_ERROR_FORMAT, "the header's size is 3, where the file has 2");
    save_marked((double)1, "file");
    FILE *file = fopen("file", "r+");
    double nan = (double)NAN;
    ck_assert_int_eq(fseek(file, -8, SEEK_END), 0);
    ck_assert_uint_eq(fwrite(&nan, sizeof nan, 1, file), 1);
    ck_assert_int_eq(fclose(file), 0);
    check_not_loaded("file", NNBLAS_ERROR_FORMAT, "b2 holds a NaN at row 0, column 2, in 'file'");
}
END_TEST

/* It has a hole of a terabyte, for which no memory may be taken. */
START_TEST(files_that_are_too_large_are_refused_at_once) {
    save_marked(1.0, "file");
    ck_assert_int_eq(truncate("file", (off_t)1 << 40), 0);
    check_not_loaded("file", NNBLAS_ERROR_FORMAT, "there are 10995116");
    write_file("file", "", 0);
    ck_assert_int_eq(truncate("file", (off_t)1 << 40), 0);
    check_not_loaded("file", NNBLAS_ERROR_FORMAT, "the header does not begin with '{'");
}
END_TEST

START_TEST(what_is_no_file_is_not_replaced) {
    ck_assert_int_eq(mkdir("inner", 0755), 0);
    ck_assert_int_eq(mkfifo("pipe", 0644), 0);
    check_not_saved("inner", "could not replace the file (it is a folder)");
    check_not_saved("pipe", "could not replace the file (it is no regular file)");
    check_not_saved("/dev/null", "could not replace the file (it is no regular file)");
    check_not_saved("", "could not write the file (it has no name)");
    check_not_saved("missing/net", "could not open the folder of the file (No such file");
    check_not_saved("new/", "could not write the file (it has no name)");
    check_not_saved("pipe/net", "could not find the file (Not a directory)");
    ck_assert(S_ISFIFO(get_mode("pipe")));
    ck_assert(S_ISCHR(get_mode("/dev/null")));
}
END_TEST

START_TEST(names_that_are_too_long_are_not_saved) {
    char path[12000];
    nnblas_net *net = make_marked_net(-1.0);
    for (size_t length = 256; length < sizeof path; length += 4000) {
        memset(path, 'n', length);
        path[length] = '\0';
        ck_assert_int_eq(nnblas_net_save(net, path), NNBLAS_ERROR_FILE);
        check_words("(File name too long): 'nnn");
    }
    /* Of this one the system looks at the begin only, where there is nothing. */
    strcpy(path, "missing/");
    for (size_t i = 0; i < 3000; i++)
        strcat(path, "./");
    ck_assert_int_eq(nnblas_net_save(net, path), NNBLAS_ERROR_FILE);
    check_words("could not find the file (File name too long): 'missing/");
    ck_assert_uint_eq(count_names(""), 0);
    nnblas_net_destroy(net);
}
END_TEST

/* ---- failures on the way --------------------------------------------------------------------- */

START_TEST(each_step_that_fails_leaves_the_old_file) {
    static const struct step {
        const char *call;
        int error;
        const char *words;
    } STEPS[] = {
        {"fchmod", EPERM,
         "could not set the mode of a temporary file beside the file (Operation not"},
        {"write", EIO, "could not write a temporary file beside the file (Input/output error)"},
        {"fsync", ENOSPC, "could not flush a temporary file beside the file (No space left"},
        {"close", EDQUOT, "could not close a temporary file beside the file (Disk quota"},
        {"renameat", EPERM, "could not rename a temporary file to the file (Operation not"},
    };
    save_marked(1.0, "net");
    for (size_t i = 0; i < sizeof STEPS / sizeof *STEPS; i++) {
        fail_once(STEPS[i].call, 0, STEPS[i].error);
        check_not_saved("net", STEPS[i].words);
        ck_assert_ptr_null(fault.call);
        ck_assert_mark("net", 1.0);
        ck_assert_uint_eq(count_names(""), 1);
    }
    fail_once("read", 2, EIO);
    check_not_loaded("net", NNBLAS_ERROR_FILE, "could not read the file (Input/output error)");
    save_marked(2.0, "net");
    ck_assert_mark("net", 2.0);
}
END_TEST

/* The file is in its place by then: all that can be said is that it may not stay there. */
START_TEST(a_folder_that_cannot_be_flushed_is_told) {
    nnblas_net *net = make_marked_net(2.0);
    fail_once("fsync", 1, EIO);
    ck_assert_int_eq(nnblas_net_save(net, "net"), NNBLAS_ERROR_FILE);
    check_words("could not flush the folder of the file, which is written (Input/output error)");
    ck_assert_mark("net", 2.0);
    ck_assert_uint_eq(count_names(""), 1);
    fail_once("fsync", 1, EINVAL); /* a file system that has no such thing */
    ck_assert_ok(nnblas_net_save(net, "net"));
    nnblas_net_destroy(net);
}
END_TEST

START_TEST(what_is_interrupted_goes_on) {
    static const char *const CALLS[] = {"write", "fsync", "close"};
    for (size_t i = 0; i < sizeof CALLS / sizeof *CALLS; i++) {
        fail_once(CALLS[i], 0, EINTR);
        save_marked((double)i, "net");
        ck_assert_ptr_null(fault.call);
        ck_assert_mark("net", (double)i);
    }
    fail_once("fsync", 1, EINTR);
    save_marked(8.0, "net");
    fail_once("read", 1, EINTR);
    ck_assert_mark("net", 8.0);
    fault.most = 777;
    save_marked(9.0, "net");
    ck_assert_mark("net", 9.0);
    fault.most = 0;
}
END_TEST

/* Where a name is taken the file that has it is not ours. */
START_TEST(another_temporary_file_is_left_alone) {
    fault.clock_stands = true;
    save_marked(1.0, "net");
    char name[sizeof fault.renamed];
    strcpy(name, fault.renamed);
    write_file(name, "not ours", 8);
    nnblas_net *net = make_marked_net(2.0);
    ck_assert_int_eq(nnblas_net_save(net, "net"), NNBLAS_ERROR_FILE);
    check_words("could not create a temporary file beside the file (File exists)");
    fault.clock_stands = false;
    ck_assert_mark("net", 1.0);
    struct stat s;
    ck_assert_int_eq(stat(name, &s), 0);
    ck_assert_int_eq(s.st_size, 8);
    ck_assert_ok(nnblas_net_save(net, "net"));
    ck_assert_mark("net", 2.0);
    nnblas_net_destroy(net);
}
END_TEST

/* Runs a test in a child, where it may change what belongs to the process. Check's macros would
 * write there into what the parent reads: the child says by its exit whether all went well. */
typedef const char *child_test(nnblas_net *net);

static bool run_in_child(child_test *test) {
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

/* Null where the save fails with these words. */
static const char *expect_failure(nnblas_net *net, const char *path, const char *words) {
    if (nnblas_net_save(net, path) != NNBLAS_ERROR_FILE)
        return "the save did not fail";
    return strstr(nnblas_error_message(), words) ? NULL : words;
}

/* The limit lets the first part of the file be written, and then no more. */
static const char *save_over_the_limit(nnblas_net *net) {
    signal(SIGXFSZ, SIG_IGN);
    if (setrlimit(RLIMIT_FSIZE, &(struct rlimit){5000, 5000}))
        return "setrlimit";
    return expect_failure(net, "net",
                          "could not write a temporary file beside the file (File too large)");
}

START_TEST(a_file_that_may_not_grow_leaves_the_old_one) {
    save_marked(1.0, "net");
    ck_assert(run_in_child(save_over_the_limit));
    ck_assert_mark("net", 1.0);
    ck_assert_uint_eq(count_names(""), 1);
}
END_TEST

static const char *save_without_permission(nnblas_net *net) {
    if (geteuid() == 0 && (setgid(65534) || setuid(65534)))
        return "setuid";
    const char *failure = expect_failure(
        net, "closed/net", "could not create a temporary file beside the file (Permission denied)");
    nnblas_net *loaded = NULL;
    if (!failure && nnblas_net_load("secret", &loaded) != NNBLAS_ERROR_FILE)
        failure = "the load did not fail";
    return failure ? failure
                   : expect_failure(net, "closed/new", "(Permission denied): 'closed/new'");
}

START_TEST(without_permission_the_old_file_stays) {
    ck_assert_int_eq(chmod(".", 0755), 0);
    ck_assert_int_eq(mkdir("closed", 0755), 0);
    save_marked(1.0, "closed/net");
    save_marked(1.0, "secret");
    ck_assert_int_eq(chmod("secret", 0), 0);
    ck_assert_int_eq(chmod("closed", 0555), 0);
    ck_assert(run_in_child(save_without_permission));
    ck_assert_mark("closed/net", 1.0);
    ck_assert_int_eq(chmod("closed", 0755), 0);
    ck_assert_int_eq(remove("closed/net"), 0);
}
END_TEST

/* A disk of its own, which is full after the first save: 192 KiB are not enough for two. */
static const char *fill_a_disk(nnblas_net *net) {
    if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
        mount("none", ".", "tmpfs", 0, "size=192k")) {
        fputs("no disk could be mounted: none is filled\n", stderr);
        return NULL;
    }
    if (chdir(folder) || nnblas_net_save(net, "net"))
        return "the first save";
    nnblas_net_parameters(net)[0] = 6.0;
    const char *failure = expect_failure(net, "net", "(No space left on device)");
    if (failure)
        return failure;
    if (read_mark("net") != 5.0)
        return "the old file is not as it was";
    return count_names("") == 1 ? NULL : "there are other files";
}

START_TEST(a_full_disk_leaves_the_old_file) {
    ck_assert(run_in_child(fill_a_disk));
}
END_TEST

static const char *save_in_the_root(nnblas_net *net) {
    if (chroot(".") || chdir("/")) {
        fputs("the root could not be changed: nothing is saved there\n", stderr);
        return NULL;
    }
    if (nnblas_net_save(net, "/net") || read_mark("/net") != 5.0)
        return "the save failed";
    return count_names("") == 1 ? NULL : "there are other files";
}

START_TEST(the_root_is_a_folder_too) {
    ck_assert(run_in_child(save_in_the_root));
}
END_TEST

/* ---- killed in between ----------------------------------------------------------------------- */

static void save_until_killed(nnblas_net *const nets[2]) {
    for (size_t i = 0;; i++)
        if (nnblas_net_save(nets[i % 2], "net"))
            _exit(1);
}

START_TEST(whoever_is_killed_leaves_a_whole_file) {
    enum { KILLS = 200 };
    dice d = {51};
    size_t left = 0;
    nnblas_net *nets[2] = {make_marked_net(1.0), make_marked_net(2.0)};
    ck_assert_ok(nnblas_net_save(nets[0], "net"));
    for (size_t kill_count = 1; kill_count <= KILLS; kill_count++) {
        pid_t child = fork();
        if (child == 0)
            save_until_killed(nets);
        ck_assert_int_gt(child, 0);
        usleep((useconds_t)roll_between(&d, 500, 5000));
        kill(child, SIGKILL);
        int status = wait_for_child(child);
        ck_assert(WIFSIGNALED(status));
        double mark = load_mark("net");
        ck_assert(mark == 1.0 || mark == 2.0);
        size_t names = count_names(".tmp");
        ck_assert_uint_le(names, left + 1);
        left = names;
    }
    ck_assert_uint_eq(count_names(""), left + 1);
    /* Some were killed while they wrote, or this test has tested nothing. */
    ck_assert_uint_gt(left, 0);
    save_marked(3.0, "net");
    ck_assert_mark("net", 3.0);
    nnblas_net_destroy(nets[0]);
    nnblas_net_destroy(nets[1]);
}
END_TEST

/* ---- many at once ---------------------------------------------------------------------------- */

enum { SAVERS = 4, SAVES = 40 };

static void *save_often(void *mark) {
    nnblas_net *net;
    size_t sizes[] = {100, 50, 3};
    if (nnblas_net_create(sizes, 3, 0, &net))
        return "create";
    fill(nnblas_net_parameter_count(net), nnblas_net_parameters(net), *(double *)mark);
    const char *failure = NULL;
    for (int i = 0; i < SAVES && !failure; i++)
        failure = nnblas_net_save(net, "net") ? "save" : NULL;
    nnblas_net_destroy(net);
    return (void *)(uintptr_t)failure;
}

START_TEST(many_threads_save_to_one_path) {
    double marks[SAVERS];
    pthread_t savers[SAVERS];
    save_marked(9.0, "net");
    for (size_t i = 0; i < SAVERS; i++) {
        marks[i] = (double)i;
        ck_assert_int_eq(pthread_create(&savers[i], NULL, save_often, &marks[i]), 0);
    }
    for (int i = 0; i < 5 * SAVES; i++)
        load_mark("net");
    for (size_t i = 0; i < SAVERS; i++) {
        void *failure;
        ck_assert_int_eq(pthread_join(savers[i], &failure), 0);
        ck_assert_ptr_null(failure);
    }
    ck_assert_uint_eq(count_names(""), 1);
}
END_TEST

/* ---- checkpoints ----------------------------------------------------------------------------- */

START_TEST(a_checkpoint_is_a_network_and_more) {
    static const double MOMENT[] = {1.0, -2.0, 3.0};
    const double HISTORY[] = {1, 2, (double)NAN, 4, 5, 6, 7, (double)-INFINITY, 9, 10};
    const nn_tensor tensors[] = {
        {.name = "checkpoint.moment", .n_dimensions = 1, .rows = 1, .columns = 3, .values = MOMENT},
        {.name = "checkpoint.history",
         .n_dimensions = 2,
         .rows = 2,
         .columns = 5,
         .values = HISTORY},
        {.name = "checkpoint.none", .n_dimensions = 2, .rows = 0, .columns = 5},
    };
    const nn_pair texts[] = {{"nnblas.checkpoint.epoch", "17"},
                             {"nnblas.checkpoint.random", "1 2 3 4"}};
    const nn_extras extras = {tensors, 3, texts, 2};
    nnblas_net *net = make_marked_net(0.5);
    ck_assert_ok(nnblas_net_set_metadata(net, "epoch", "a text of the user"));
    ck_assert_ok(nn_model_file_save(net, &extras, "net"));
    nnblas_net_destroy(net);
    ck_assert_mark("net", 0.5);

    nn_model_file file;
    ck_assert_ok(nn_model_file_open(&file, "net"));
    ck_assert_ok(nn_model_file_make_net(&file, &net));
    ck_assert_str_eq(nnblas_net_metadata(net, "epoch"), "a text of the user");
    ck_assert_ptr_null(nnblas_net_metadata(net, "nnblas.checkpoint.epoch"));
    ck_assert_str_eq(nn_model_file_find_text(&file, "nnblas.checkpoint.epoch"), "17");
    ck_assert_str_eq(nn_model_file_find_text(&file, "nnblas.checkpoint.random"), "1 2 3 4");
    ck_assert_ptr_null(nn_model_file_find_text(&file, "nnblas.checkpoint.missing"));
    double moment[3], history[10];
    ck_assert_ok(nn_model_file_read(&file, "checkpoint.moment", 1, 3, moment));
    ck_assert(memcmp(moment, MOMENT, sizeof moment) == 0);
    ck_assert_ok(nn_model_file_read(&file, "checkpoint.history", 2, 5, history));
    ck_assert(memcmp(history, HISTORY, sizeof history) == 0);
    const nn_tensor *none = nn_model_file_find_tensor(&file, "checkpoint.none");
    ck_assert_ptr_nonnull(none);
    ck_assert_uint_eq(none->n_dimensions, 2);
    ck_assert_uint_eq(none->rows, 0);
    ck_assert_uint_eq(none->columns, 5);
    ck_assert_ok(nn_model_file_read(&file, "checkpoint.none", 0, 5, moment));
    ck_assert_int_eq(nn_model_file_read(&file, "checkpoint.history", 5, 2, history),
                     NNBLAS_ERROR_FORMAT);
    check_words("tensor 'checkpoint.history' is 2 x 5; it must be 5 x 2");
    ck_assert_int_eq(nn_model_file_read(&file, "checkpoint.missing", 1, 1, history),
                     NNBLAS_ERROR_FORMAT);
    check_words("there is no tensor 'checkpoint.missing'");
    nn_model_file_close(&file);

    /* Saved as a network, it is no checkpoint any more. */
    ck_assert_ok(nnblas_net_save(net, "net"));
    ck_assert_ok(nn_model_file_open(&file, "net"));
    ck_assert_ptr_null(nn_model_file_find_tensor(&file, "checkpoint.moment"));
    ck_assert_ptr_null(nn_model_file_find_text(&file, "nnblas.checkpoint.epoch"));
    nn_model_file_close(&file);
    nnblas_net_destroy(net);
}
END_TEST

START_TEST(a_network_that_is_not_finite_leaves_the_old_file) {
    save_marked(1.0, "net");
    nnblas_net *net = make_marked_net(2.0);
    nnblas_net_weights(net, 2)[4] = (double)NAN;
    ck_assert_int_eq(nnblas_net_save(net, "net"), NNBLAS_ERROR_NOT_FINITE);
    check_words("W2 holds a NaN at row 1, column 1");
    ck_assert_mark("net", 1.0);
    ck_assert_uint_eq(count_names(""), 1);
    nnblas_net_destroy(net);
}
END_TEST

/* Each test in a folder of its own. */
static int run_in_folders(const TTest *const *tests, size_t count) {
    Suite *suite = suite_create("file");
    for (size_t i = 0; i < count; i++) {
        TCase *tcase = tcase_create(tests[i]->name);
        tcase_set_timeout(tcase, 0);
        tcase_add_checked_fixture(tcase, enter_folder, leave_folder);
        tcase_add_test(tcase, tests[i]);
        suite_add_tcase(suite, tcase);
    }
    SRunner *runner = srunner_create(suite);
    srunner_set_fork_status(runner, CK_NOFORK);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(void) {
    const TTest *const tests[] = {
        a_file_has_the_bytes_of_the_memory,
        a_file_is_replaced,
        the_longest_name_is_saved,
        modes_are_as_they_were,
        links_are_followed,
        what_is_no_file_is_not_loaded,
        files_that_are_no_network_are_named,
        files_that_are_too_large_are_refused_at_once,
        what_is_no_file_is_not_replaced,
        names_that_are_too_long_are_not_saved,
        each_step_that_fails_leaves_the_old_file,
        a_folder_that_cannot_be_flushed_is_told,
        what_is_interrupted_goes_on,
        another_temporary_file_is_left_alone,
        a_file_that_may_not_grow_leaves_the_old_one,
        without_permission_the_old_file_stays,
        a_full_disk_leaves_the_old_file,
        the_root_is_a_folder_too,
        whoever_is_killed_leaves_a_whole_file,
        many_threads_save_to_one_path,
        a_checkpoint_is_a_network_and_more,
        a_network_that_is_not_finite_leaves_the_old_file,
    };
    return run_in_folders(tests, sizeof tests / sizeof *tests);
}
