/* SPDX-License-Identifier: BSD-3-Clause */
/* Networks on the disk: what is saved and loaded, and what is refused as no file. */
#include "file/disk.h"
#include "file/file.h"
#include "file/samples.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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
    check_words("it was truncated while it was read");
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
    check_not_saved("link", "could not find the file (it is a link that leads nowhere)");
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
    unsigned char nan[8];
    store_little((double)NAN, nan);
    ck_assert_int_eq(fseek(file, -8, SEEK_END), 0);
    ck_assert_uint_eq(fwrite(nan, sizeof nan, 1, file), 1);
    ck_assert_int_eq(fclose(file), 0);
    check_not_loaded("file", NNBLAS_ERROR_FORMAT, "b2 holds a NaN at row 0, column 2, in 'file'");
}
END_TEST

/* It has a hole of a terabyte, for which no memory may be taken. */
START_TEST(files_that_are_too_large_are_refused_at_once) {
    bool fits = PTRDIFF_MAX > (off_t)1 << 40;
    save_marked(1.0, "file");
    ck_assert_int_eq(truncate("file", (off_t)1 << 40), 0);
    check_not_loaded("file", fits ? NNBLAS_ERROR_FORMAT : NNBLAS_ERROR_FILE,
                     fits ? "there are 10995116" : "it does not fit in the address space");
    write_file("file", "", 0);
    ck_assert_int_eq(truncate("file", (off_t)1 << 40), 0);
    check_not_loaded("file", fits ? NNBLAS_ERROR_FORMAT : NNBLAS_ERROR_FILE,
                     fits ? "the header does not begin with '{'"
                          : "it does not fit in the address space");
}
END_TEST

START_TEST(what_is_no_file_is_not_replaced) {
    ck_assert_int_eq(mkdir("inner", 0755), 0);
    ck_assert_int_eq(mkfifo("pipe", 0644), 0);
    check_not_saved("inner", "could not replace the file (it is a folder)");
    check_not_saved("pipe", "could not replace the file (it is no regular file)");
    check_not_saved("", "could not write the file (its name is empty)");
    check_not_saved("missing/net", "could not open the folder of the file (No such file");
    check_not_saved("new/", "could not write the file (its name ends in a slash)");
    check_not_saved("pipe/net", "could not find the file (Not a directory)");
    ck_assert(S_ISFIFO(get_mode("pipe")));
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
        a_network_that_is_not_finite_leaves_the_old_file,
    };
    return run_in_folders("file", tests, sizeof tests / sizeof *tests);
}
