/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/file_bytes.h"

#include "cli/gzip_stream.h"

#include <errno.h>
#include <string.h>

static bool read_plainly(file_bytes *f, char *bytes, size_t most, size_t *got, table_error *error) {
    errno = 0;
    *got = fread(bytes, 1, most, f->file);
    return !ferror(f->file) || set_error(error, "%s: %s", f->name, strerror(errno));
}

bool read_file_bytes(file_bytes *f, char *bytes, size_t most, size_t *got, table_error *error) {
    if (!f->gunzip)
        return read_plainly(f, bytes, most, got, error);
    while (!expand_gzip(f->gunzip, bytes, most, got)) {
        const char *problem = get_gzip_problem(f->gunzip);
        size_t filled;
        if (problem)
            return set_error(error, "%s: %s", f->name, problem);
        if (!read_plainly(f, get_gzip_room(f->gunzip), GZIP_ROOM_BYTES, &filled, error))
            return false;
        fill_gzip(f->gunzip, filled);
    }
    return true;
}

bool begin_gzip(file_bytes *f, const char *bytes, size_t count, table_error *error) {
    if (count < 2 || memcmp(bytes, "\x1f\x8b", 2) != 0)
        return true;
    f->gunzip = open_gunzip(bytes, count);
    return f->gunzip ||
           set_error(error, "%s: is compressed by gzip: expand it with gunzip first", f->name);
}

bool check_gzip_name(const file_bytes *f, table_error *error) {
    return f->gunzip || !is_gzip_name(f->name) ||
           set_error(error, "%s: is no gzip file, though its name says so: is it damaged?",
                     f->name);
}

bool blame_gzip(file_bytes *f, table_error *error) {
    char rest[4096];
    size_t got = 1;
    table_error damage;
    while (f->gunzip && got > 0)
        if (!read_file_bytes(f, rest, sizeof rest, &got, &damage)) {
            *error = damage;
            break;
        }
    return false;
}
