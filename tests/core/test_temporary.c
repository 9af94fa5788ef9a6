/* SPDX-License-Identifier: BSD-3-Clause */
/* Temporary files that were left behind are cleared by the next save into their folder, and no
 * others. */
#include "file/disk.h"

#include "core/replacement.h"
#include "core/temporary.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* ---- who clears before the owner locks ------------------------------------------------------- */

int __real_flock(int file, int operation);
int __wrap_flock(int file, int operation);

static int cleared_before_lock = -1; /* a folder, once */

int __wrap_flock(int file, int operation) {
    int cleared = cleared_before_lock;
    cleared_before_lock = -1;
    if (cleared >= 0)
        nn_temporary_clear(cleared);
    return __real_flock(file, operation);
}

static int open_this_folder(void) {
    int opened = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ck_assert_int_ge(opened, 0);
    return opened;
}

START_TEST(a_file_that_is_cleared_before_its_lock_is_made_anew) {
    char name[NAME_MAX];
    int opened = open_this_folder();
    cleared_before_lock = opened;
    int file = nn_temporary_create(opened, 0600, name);
    ck_assert_int_ge(file, 0);
    ck_assert_int_eq(cleared_before_lock, -1);
    struct stat created, named;
    ck_assert_int_eq(fstat(file, &created), 0);
    ck_assert_int_eq(stat(name, &named), 0);
    ck_assert_uint_eq(created.st_ino, named.st_ino);
    ck_assert_uint_eq(count_names(""), 1);
    nn_temporary_clear(opened);
    ck_assert_uint_eq(count_names(""), 1);
    close(file);
    nn_temporary_clear(opened);
    ck_assert_uint_eq(count_names(""), 0);
    close(opened);
}
END_TEST

static void clear_this_folder(void) {
    nn_replacement_clear("net");
}

START_TEST(a_file_is_held_until_it_is_in_its_place) {
    fault.before_renaming = clear_this_folder;
    save_marked(1.0, "net");
    save_marked(2.0, "net");
    fault.before_renaming = NULL;
    ck_assert_mark("net", 2.0);
    ck_assert_uint_eq(count_names(""), 1);
}
END_TEST

/* ---- processes ------------------------------------------------------------------------------- */

/* Writes a part of a file at path, and waits for a byte or to be killed. */
typedef struct writer {
    pid_t process;
    int told, tells;
} writer;

static void write_in_two_parts(const char *path, const writer *w) {
    nn_replacement r;
    char c;
    bool is_good = nn_replacement_open(&r, path) && nn_replacement_write(&r, "one ", 4) &&
                   write(w->tells, "x", 1) == 1 && read(w->told, &c, 1) == 1 &&
                   nn_replacement_write(&r, "two", 3) && nn_replacement_finish(&r);
    _exit(is_good ? 0 : 1);
}

static writer begin_to_write(const char *path) {
    int to_child[2], to_parent[2];
    ck_assert_int_eq(pipe2(to_child, O_CLOEXEC), 0);
    ck_assert_int_eq(pipe2(to_parent, O_CLOEXEC), 0);
    writer w = {.told = to_child[0], .tells = to_parent[1]};
    w.process = fork();
    if (w.process == 0)
        write_in_two_parts(path, &w);
    char c;
    ck_assert_int_gt(w.process, 0);
    ck_assert_int_eq(read(to_parent[0], &c, 1), 1);
    close(to_child[0]);
    close(to_parent[0]);
    close(to_parent[1]);
    w.tells = to_child[1];
    w.told = -1;
    return w;
}

static void finish_to_write(writer *w) {
    ck_assert_int_eq(write(w->tells, "x", 1), 1);
    int status = wait_for_child(w->process);
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    close(w->tells);
}

static void kill_writer(writer *w) {
    kill(w->process, SIGKILL);
    wait_for_child(w->process);
    close(w->tells);
}

static void check_text(const char *path, const char *expected) {
    char text[64] = "";
    FILE *file = fopen(path, "re");
    ck_assert_ptr_nonnull(file);
    ck_assert_ptr_nonnull(fgets(text, sizeof text, file));
    fclose(file);
    ck_assert_str_eq(text, expected);
}

START_TEST(the_file_of_a_killed_process_is_cleared) {
    for (int i = 0; i < 3; i++) {
        writer w = begin_to_write("text");
        kill_writer(&w);
        ck_assert_uint_eq(count_names(".tmp"), 1);
        save_marked(i, "net");
        ck_assert_uint_eq(count_names(".tmp"), 0);
        ck_assert_uint_eq(count_names(""), 1);
    }
}
END_TEST

/* Through a link it lies in the folder of the file that the link leads to. */
START_TEST(the_folder_is_that_of_the_file) {
    ck_assert_int_eq(mkdir("inner", 0755), 0);
    save_marked(1.0, "inner/net");
    ck_assert_int_eq(symlink("inner/net", "link"), 0);
    writer w = begin_to_write("link");
    kill_writer(&w);
    ck_assert_uint_eq(count_names(".tmp"), 0);
    ck_assert_int_eq(chdir("inner"), 0);
    ck_assert_uint_eq(count_names(".tmp"), 1);
    ck_assert_int_eq(chdir(".."), 0);
    save_marked(2.0, "link");
    ck_assert_mark("inner/net", 2.0);
    ck_assert_int_eq(chdir("inner"), 0);
    ck_assert_uint_eq(count_names(""), 1);
    ck_assert_int_eq(unlink("net"), 0);
    ck_assert_int_eq(chdir(".."), 0);
}
END_TEST

START_TEST(the_file_of_a_process_that_is_at_work_stays) {
    writer w = begin_to_write("text");
    for (int i = 0; i < 3; i++)
        save_marked(i, "net");
    ck_assert_uint_eq(count_names(".tmp"), 1);
    finish_to_write(&w);
    check_text("text", "one two");
    ck_assert_uint_eq(count_names(""), 2);
}
END_TEST

/* There the process that is at work has no number. */
static const char *save_among_other_numbers(nnblas_net *net) {
    if (unshare(CLONE_NEWPID)) {
        fputs("no namespace could be made: none is tried\n", stderr);
        return NULL;
    }
    pid_t child = fork();
    if (child == 0)
        _exit(nnblas_net_save(net, "net") ? 1 : 0);
    int status;
    if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status) ||
        WEXITSTATUS(status))
        return "the save failed";
    return count_names(".tmp") == 1 ? NULL : "the file is gone";
}

START_TEST(it_stays_in_other_namespaces_too) {
    writer w = begin_to_write("text");
    ck_assert(run_in_child(save_among_other_numbers));
    finish_to_write(&w);
    check_text("text", "one two");
}
END_TEST

/* ---- names and ages -------------------------------------------------------------------------- */

static void age(const char *path, time_t seconds) {
    const struct timespec then = {.tv_sec = time(NULL) - seconds};
    ck_assert_int_eq(
        utimensat(AT_FDCWD, path, (struct timespec[]){then, then}, AT_SYMLINK_NOFOLLOW), 0);
}

static bool exists(const char *path) {
    struct stat s;
    return lstat(path, &s) == 0;
}

enum { MORE_THAN_A_DAY = 25 * 60 * 60 };

START_TEST(names_that_are_not_ours_stay) {
    static const char *const NAMES[] = {
        ".nnblas-1-2.tmpx",  "x.nnblas-1-2.tmp", ".nnblas--2.tmp",
        ".nnblas-1-.tmp",    ".nnblas-g-2.tmp",  ".nnblas-A-2.tmp",
        ".nnblas-1-2-3.tmp", ".nnblas-1-2.tm",   ".nnblas-12345678901234567-1.tmp",
        ".nnblas-1-2",       "nnblas-1-2.tmp",   ".nnblas-1-12345678901234567.tmp",
        ".nnblas-0x1-2.tmp", ".nnblas- 1-2.tmp", ".nnblas-1.tmp",
    };
    enum { COUNT = sizeof NAMES / sizeof *NAMES };
    for (size_t i = 0; i < COUNT; i++) {
        write_file(NAMES[i], "x", 1);
        age(NAMES[i], MORE_THAN_A_DAY);
    }
    write_file(".nnblas-1-2.tmp", "x", 1);
    age(".nnblas-1-2.tmp", MORE_THAN_A_DAY);
    clear_this_folder();
    ck_assert_uint_eq(count_names(""), COUNT);
    for (size_t i = 0; i < COUNT; i++)
        ck_assert(exists(NAMES[i]));
}
END_TEST

START_TEST(what_is_no_file_stays) {
    write_file("text", "x", 1);
    ck_assert_int_eq(mkdir(".nnblas-1-1.tmp", 0755), 0);
    ck_assert_int_eq(mkfifo(".nnblas-1-2.tmp", 0644), 0);
    ck_assert_int_eq(symlink("text", ".nnblas-1-3.tmp"), 0);
    age(".nnblas-1-1.tmp", MORE_THAN_A_DAY);
    age(".nnblas-1-2.tmp", MORE_THAN_A_DAY);
    age(".nnblas-1-3.tmp", MORE_THAN_A_DAY);
    clear_this_folder();
    ck_assert_uint_eq(count_names(""), 4);
}
END_TEST

START_TEST(files_of_other_systems_are_cleared_when_they_are_old) {
    static const char LATE[] = ".nnblas-1-1.tmp", EARLY[] = ".nnblas-1-2.tmp",
                      UNKNOWN[] = ".nnblas-0-3.tmp", HELD[] = ".nnblas-1-4.tmp";
    write_file(LATE, "x", 1);
    age(LATE, 23 * 60 * 60);
    write_file(EARLY, "x", 1);
    age(EARLY, MORE_THAN_A_DAY);
    write_file(UNKNOWN, "x", 1);
    write_file(HELD, "x", 1);
    age(HELD, MORE_THAN_A_DAY);
    int held = open(HELD, O_RDONLY | O_CLOEXEC);
    ck_assert_int_eq(flock(held, LOCK_EX | LOCK_NB), 0);
    clear_this_folder();
    ck_assert(exists(LATE));
    ck_assert(!exists(EARLY));
    ck_assert(exists(UNKNOWN));
    ck_assert(exists(HELD));
    close(held);
}
END_TEST

/* A system whose identity cannot be read may be any. */
static const char *clear_without_identity(nnblas_net *net) {
    char name[NAME_MAX];
    (void)net;
    if (chroot(".") || chdir("/")) {
        fputs("the root could not be changed: the identity is known\n", stderr);
        return NULL;
    }
    int opened = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int file = nn_temporary_create(opened, 0600, name);
    if (file < 0 || close(file))
        return "no file could be made";
    nn_temporary_clear(opened);
    return exists(name) ? NULL : "the file is gone";
}

START_TEST(without_an_identity_age_decides) {
    ck_assert(run_in_child(clear_without_identity));
}
END_TEST

/* An abandoned file has no write permission where it was to replace a file without it. */
static const char *clear_what_may_not_be_written(nnblas_net *net) {
    char name[NAME_MAX];
    (void)net;
    if (geteuid() == 0 && (setgid(65534) || setuid(65534)))
        return "setuid";
    int opened = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int file = nn_temporary_create(opened, 0600, name);
    if (file < 0 || fchmod(file, 0444) || close(file) || !exists(name))
        return "no file could be made";
    nn_temporary_clear(opened);
    return exists(name) ? "the file is there" : NULL;
}

START_TEST(modes_do_not_matter) {
    ck_assert_int_eq(chmod(".", 0777), 0);
    ck_assert(run_in_child(clear_what_may_not_be_written));
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        a_file_that_is_cleared_before_its_lock_is_made_anew,
        a_file_is_held_until_it_is_in_its_place,
        the_file_of_a_killed_process_is_cleared,
        the_folder_is_that_of_the_file,
        the_file_of_a_process_that_is_at_work_stays,
        it_stays_in_other_namespaces_too,
        names_that_are_not_ours_stay,
        what_is_no_file_stays,
        files_of_other_systems_are_cleared_when_they_are_old,
        without_an_identity_age_decides,
        modes_do_not_matter,
    };
    return run_in_folders("temporary", tests, sizeof tests / sizeof *tests);
}
