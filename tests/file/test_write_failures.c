/* SPDX-License-Identifier: BSD-3-Clause */
/* Every step of a save fails once: the old file stays as it was. */
#include "file/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

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

/* A name that is taken is another's file, as long as that one holds it. */
START_TEST(another_temporary_file_is_left_alone) {
    fault.clock_stands = true;
    save_marked(1.0, "net");
    char name[sizeof fault.renamed];
    strcpy(name, fault.renamed);
    write_file(name, "not ours", 8);
    int held = open(name, O_RDONLY | O_CLOEXEC);
    ck_assert_int_eq(flock(held, LOCK_EX | LOCK_NB), 0);
    nnblas_net *net = make_marked_net(2.0);
    ck_assert_int_eq(nnblas_net_save(net, "net"), NNBLAS_ERROR_FILE);
    check_words("could not create a temporary file beside the file (File exists)");
    ck_assert_mark("net", 1.0);
    struct stat s;
    ck_assert_int_eq(stat(name, &s), 0);
    ck_assert_int_eq(s.st_size, 8);
    close(held);
    ck_assert_ok(nnblas_net_save(net, "net"));
    fault.clock_stands = false;
    ck_assert_mark("net", 2.0);
    ck_assert_uint_eq(count_names(""), 1);
    nnblas_net_destroy(net);
}
END_TEST

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

int main(void) {
    const TTest *const tests[] = {
        each_step_that_fails_leaves_the_old_file,
        a_folder_that_cannot_be_flushed_is_told,
        what_is_interrupted_goes_on,
        another_temporary_file_is_left_alone,
        a_file_that_may_not_grow_leaves_the_old_one,
        without_permission_the_old_file_stays,
        a_full_disk_leaves_the_old_file,
        the_root_is_a_folder_too,
    };
    return run_in_folders("write_failures", tests, sizeof tests / sizeof *tests);
}
