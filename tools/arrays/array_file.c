/* SPDX-License-Identifier: BSD-3-Clause */
#include "arrays/array_file.h"

#include "arrays/guarded_copy.h"
#include "cli/memory.h"
#include "table/file_bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* So much is read, and converted, at once: it stays in cache. */
#ifndef ARRAY_CHUNK_BYTES
#define ARRAY_CHUNK_BYTES (64 * 1024)
#endif

struct array_file {
    char *name;
    file_bytes from;
    array_header header;
    struct stat state;        /* of the file when it was opened */
    const unsigned char *map; /* of the whole file, or null */
    size_t map_bytes;
    size_t row;           /* the next */
    unsigned char *chunk; /* bytes that are read and not yet given out: [next, end) */
    size_t next, end, room;
};

const char *get_array_name(const array_file *a) {
    return a->name;
}

const array_header *get_array_header(const array_file *a) {
    return &a->header;
}

bool is_mapped(const array_file *a) {
    return a->map != NULL;
}

bool can_restart_array(const array_file *a) {
    return S_ISREG(a->state.st_mode);
}

bool set_element_error(const array_file *a, size_t row, size_t column, const char *problem,
                       table_error *error) {
    return set_error(error, "%s: row %zu, column %zu: %s", a->name, row + 1, column + 1, problem);
}

void close_array(array_file *a) {
    if (!a)
        return;
    if (a->map)
        munmap((void *)(uintptr_t)a->map, a->map_bytes);
    if (a->from.file && a->from.file != stdin)
        fclose(a->from.file);
    close_gunzip(a->from.gunzip);
    free(a->chunk);
    free(a->name);
    free(a);
}

/* ---- bytes of a stream ----------------------------------------------------------------------- */

/* Fills the chunk, behind what is left in it, up to its room or the end of the file. */
static bool fill_chunk(array_file *a, table_error *error) {
    size_t got = 1, left = a->end - a->next;
    memmove(a->chunk, a->chunk + a->next, left);
    a->next = 0;
    a->end = left;
    while (got > 0 && a->end < a->room) {
        char *begin = (char *)a->chunk + a->end;
        if (!read_file_bytes(&a->from, begin, a->room - a->end, &got, error))
            return false;
        a->end += got;
    }
    return true;
}

static bool refuse_short(const array_file *a, size_t element, table_error *error) {
    return set_error(error,
                     "%s: is cut short: it ends at row %zu, and its header promises %zu rows",
                     a->name, element / a->header.columns + 1, a->header.rows);
}

/* Elements that are streamed, from this one on: as many at once as the chunk has. */
static bool stream_elements(array_file *a, size_t first, size_t count, double *values,
                            table_error *error) {
    const size_t size = a->header.type.size;
    while (count > 0) {
        if (a->end - a->next < size && !fill_chunk(a, error))
            return false;
        size_t here = (a->end - a->next) / size, n = here < count ? here : count;
        if (n == 0)
            return refuse_short(a, first, error);
        convert_elements(a->header.type, a->chunk + a->next, n, values);
        a->next += n * size;
        values += n;
        count -= n;
        first += n;
    }
    return true;
}

bool check_array_end(array_file *a, table_error *error) {
    if (a->map)
        return true;
    if (a->next == a->end && !fill_chunk(a, error))
        return false;
    return a->next == a->end ||
           set_error(error, "%s: goes on behind the %zu rows that its header promises", a->name,
                     a->header.rows);
}

bool blame_array(array_file *a, table_error *error) {
    return blame_gzip(&a->from, error);
}

/* ---- bytes of a mapped file ------------------------------------------------------------------ */

/* Memory of a mapping beyond the end of a file that was cut cannot be read. */
static bool is_unchanged(const array_file *a, table_error *error) {
    struct stat now;
    bool is_same = fstat(fileno(a->from.file), &now) == 0 && now.st_size == a->state.st_size &&
                   now.st_mtim.tv_sec == a->state.st_mtim.tv_sec &&
                   now.st_mtim.tv_nsec == a->state.st_mtim.tv_nsec;
    return is_same || refuse_changed_file(a->name, error);
}

/* Elements that are mapped: through the chunk, since the file may be cut meanwhile. */
static bool copy_elements(array_file *a, size_t first, size_t count, double *values,
                          table_error *error) {
    const size_t size = a->header.type.size;
    const unsigned char *bytes = a->map + a->header.bytes + first * size;
    for (size_t n; count > 0; count -= n, values += n, bytes += n * size) {
        n = a->room / size < count ? a->room / size : count;
        if (!copy_guarded(a->chunk, bytes, n * size))
            return set_error(error, "%s: cannot be read: the disk fails, or the file was cut",
                             a->name);
        convert_elements(a->header.type, a->chunk, n, values);
    }
    return true;
}

/* The next block is read from the disk beside the work on this one. */
static void announce(const array_file *a, size_t N) {
    const size_t row = a->header.columns * a->header.type.size, page = 4096;
    size_t left = a->header.rows - a->row, next = left < N ? left : N;
    size_t begin = (a->header.bytes + a->row * row) / page * page;
    if (next > 0)
        madvise((void *)(uintptr_t)(a->map + begin), next * row, MADV_WILLNEED);
}

/* ---- rows ------------------------------------------------------------------------------------ */

static bool read_elements(array_file *a, size_t first, size_t count, double *values,
                          table_error *error) {
    return a->map ? copy_elements(a, first, count, values, error)
                  : stream_elements(a, first, count, values, error);
}

bool read_array(array_file *a, size_t N, double *X, size_t ldx, table_error *error) {
    const size_t columns = a->header.columns;
    if (a->map && !is_unchanged(a, error))
        return false;
    /* Rows without gaps between them are one. */
    size_t rows = ldx == columns ? 1 : N, width = ldx == columns ? N * columns : columns;
    for (size_t r = 0; r < rows; r++)
        if (!read_elements(a, a->row * columns + r * width, width, X + r * ldx, error))
            return false;
    a->row += N;
    if (a->map)
        announce(a, N);
    return true;
}

/* ---- opening --------------------------------------------------------------------------------- */

static bool begin_bytes(array_file *a, table_error *error) {
    close_gunzip(a->from.gunzip);
    a->from.gunzip = NULL;
    a->row = a->next = a->end = 0;
    if (!fill_chunk(a, error) || !begin_gzip(&a->from, (const char *)a->chunk, a->end, error))
        return false;
    if (!a->from.gunzip)
        return true;
    a->end = 0;
    return fill_chunk(a, error);
}

static bool begin(array_file *a, table_error *error) {
    if (!begin_bytes(a, error))
        return false;
    if (!read_array_header(a->name, (const char *)a->chunk, a->end, &a->header, error))
        return check_gzip_name(&a->from, error) && false;
    a->next = a->header.bytes;
    return true;
}

/* Of what is streamed, so many bytes of elements. */
static bool skip_bytes(array_file *a, uint64_t bytes, table_error *error) {
    while (bytes > a->end - a->next) {
        bytes -= a->end - a->next;
        a->next = a->end;
        if (!fill_chunk(a, error))
            return false;
        if (a->end == 0)
            return refuse_changed_file(a->name, error);
    }
    a->next += (size_t)bytes;
    return true;
}

bool seek_array(array_file *a, size_t row, table_error *error) {
    if (a->map) {
        a->row = row;
        return true;
    }
    if (fseeko(a->from.file, 0, SEEK_SET) != 0)
        return set_error(error, "%s: %s", a->name, strerror(errno));
    const array_header before = a->header;
    if (!begin(a, error))
        return false;
    bool is_same = before.rows == a->header.rows && before.columns == a->header.columns &&
                   before.bytes == a->header.bytes && before.type.kind == a->header.type.kind &&
                   before.type.size == a->header.type.size;
    if (!is_same)
        return refuse_changed_file(a->name, error);
    a->row = row;
    return skip_bytes(a, (uint64_t)row * a->header.columns * a->header.type.size, error);
}

static bool check_length(const array_file *a, table_error *error) {
    uint64_t promised = a->header.bytes + count_array_bytes(&a->header);
    uint64_t length = (uint64_t)a->state.st_size;
    if (length == promised)
        return true;
    return set_error(error, "%s: has %llu bytes, and its header promises %llu: %s", a->name,
                     (unsigned long long)length, (unsigned long long)promised,
                     length < promised ? "is it cut short?" : "is it several arrays in one file?");
}

/* What cannot be mapped, as on a small address space, is streamed. */
static void map_file(array_file *a) {
    if ((uint64_t)a->state.st_size > SIZE_MAX)
        return;
    size_t bytes = (size_t)a->state.st_size;
    void *map = mmap(NULL, bytes, PROT_READ, MAP_PRIVATE, fileno(a->from.file), 0);
    if (map == MAP_FAILED || !guard_copies())
        return;
    a->map = map;
    a->map_bytes = bytes;
    madvise(map, bytes, MADV_SEQUENTIAL);
}

static bool open_file(array_file *a, const char *path, table_error *error) {
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    a->from = (file_bytes){.file = file, .name = a->name};
    if (!file || fstat(fileno(file), &a->state) != 0)
        return set_error(error, "%s: %s", a->name, strerror(errno));
    if (!begin(a, error))
        return false;
    if (a->from.gunzip || !S_ISREG(a->state.st_mode) || file == stdin)
        return true;
    if (!check_length(a, error))
        return false;
    map_file(a);
    return true;
}

array_file *open_array(const char *path, table_error *error) {
    const char *name = strcmp(path, "-") == 0 ? "standard input" : *path ? path : "''";
    array_file *a = resize_array(NULL, 1, sizeof *a);
    *a = (array_file){.name = copy_text(name), .room = ARRAY_CHUNK_BYTES};
    a->chunk = resize_array(NULL, a->room, 1);
    if (open_file(a, path, error))
        return a;
    blame_array(a, error);
    close_array(a);
    return NULL;
}
