/* SPDX-License-Identifier: BSD-3-Clause */
#include "training/history_file.h"
#include "core/bits.h"
#include "core/descriptor.h"
#include "core/hash.h"
#include "core/memory.h"
#include "core/replacement.h"
#include "core/sizes.h"
#include "file/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char MAGIC[] = "nnblas epochs 1\n", SUFFIX[] = ".epochs";

enum { MAGIC_SIZE = sizeof MAGIC - 1, ROW_SIZE = NN_EPOCH_COLUMNS * sizeof(double) };

/* Rows on the stack. */
enum { ROWS_AT_ONCE = 128 };

char *nn_name_history_file(const char *checkpoint) {
    size_t length = strlen(checkpoint);
    char *path = nn_allocate(length + sizeof SUFFIX, 1);
    if (path) {
        memcpy(path, checkpoint, length);
        memcpy(path + length, SUFFIX, sizeof SUFFIX);
    }
    return path;
}

/* Whether path is a history file; false where there is no file. */
static bool is_history_file(const char *path) {
    char magic[MAGIC_SIZE];
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (file < 0)
        return false;
    bool has_magic =
        read(file, magic, MAGIC_SIZE) == MAGIC_SIZE && memcmp(magic, MAGIC, MAGIC_SIZE) == 0;
    close(file);
    return has_magic;
}

static bool is_taken(const char *path) {
    struct stat status;
    return lstat(path, &status) == 0 && !is_history_file(path);
}

/* ---- writing --------------------------------------------------------------------------------- */

/* Returns the number of bytes. */
static size_t encode_epochs(const nnblas_epoch *epochs, size_t count, unsigned char *bytes) {
    for (size_t i = 0; i < count; i++) {
        double row[NN_EPOCH_COLUMNS];
        nn_write_epoch_row(&epochs[i], row);
        for (size_t c = 0; c < NN_EPOCH_COLUMNS; c++)
            nn_store_bits(nn_get_bits(row[c]), bytes + i * ROW_SIZE + c * sizeof *row);
    }
    return count * ROW_SIZE;
}

static bool write_epochs(int descriptor, const nnblas_epoch *epochs, size_t count, uint64_t *hash) {
    unsigned char bytes[ROWS_AT_ONCE * ROW_SIZE];
    for (size_t done = 0; done < count; done += ROWS_AT_ONCE) {
        size_t size = encode_epochs(epochs + done, nn_min(count - done, ROWS_AT_ONCE), bytes);
        *hash = nn_hash_bytes(*hash, bytes, size);
        if (!nn_write_all(descriptor, bytes, size))
            return false;
    }
    return true;
}

bool nn_history_file_create(nn_history_file *file, const char *path, const nnblas_epoch *epochs,
                            size_t count) {
    nn_replacement r;
    if (is_taken(path) || !nn_replacement_open(&r, path))
        return false;
    /* Of the new file, before it is in its place: what opens it there could fail. */
    nn_history_file made = {.is_open = true,
                            .descriptor = fcntl(r.descriptor, F_DUPFD_CLOEXEC, 0),
                            .count = count,
                            .last = epochs[count - 1].epoch,
                            .hash = NN_HASH_START};
    if (made.descriptor < 0 || !nn_write_all(made.descriptor, MAGIC, MAGIC_SIZE) ||
        !write_epochs(made.descriptor, epochs, count, &made.hash)) {
        nn_replacement_abandon(&r);
    } else if (nn_replacement_finish(&r)) {
        *file = made;
        return true;
    }
    if (made.descriptor >= 0)
        close(made.descriptor);
    return false;
}

static off_t get_size(const nn_history_file *file) {
    return (off_t)(MAGIC_SIZE + file->count * ROW_SIZE);
}

bool nn_history_file_append(nn_history_file *file, const nnblas_epoch *epochs, size_t count) {
    off_t end = get_size(file);
    uint64_t hash = file->hash;
    if (lseek(file->descriptor, end, SEEK_SET) != end ||
        !write_epochs(file->descriptor, epochs, count, &hash) || !nn_flush(file->descriptor)) {
        /* On a full disk, the part that was written is released. */
        (void)!ftruncate(file->descriptor, end);
        return false;
    }
    file->count += count;
    file->last = epochs[count - 1].epoch;
    file->hash = hash;
    return true;
}

bool nn_history_file_is_at(const nn_history_file *file, const char *path) {
    struct stat ours, found;
    return fstat(file->descriptor, &ours) == 0 && stat(path, &found) == 0 &&
           ours.st_dev == found.st_dev && ours.st_ino == found.st_ino;
}

void nn_history_file_close(nn_history_file *file) {
    if (file->is_open)
        close(file->descriptor);
    *file = (nn_history_file){.is_open = false};
}

void nn_history_file_remove(const char *path) {
    if (is_history_file(path))
        unlink(path);
}

/* ---- reading --------------------------------------------------------------------------------- */

static nnblas_status check_size(const nn_file *file, size_t count) {
    size_t held = file->size < MAGIC_SIZE ? 0 : (file->size - MAGIC_SIZE) / ROW_SIZE;
    return held >= count
               ? NNBLAS_OK
               : nn_fail(NNBLAS_ERROR_FORMAT,
                         "the file has %zu epochs; the checkpoint needs %zu of them", held, count);
}

static nnblas_status read_rows(nn_file *file, size_t count, nn_epoch_reader *reader,
                               uint64_t *hash) {
    unsigned char bytes[ROWS_AT_ONCE * ROW_SIZE];
    for (size_t done = 0; done < count; done += ROWS_AT_ONCE) {
        size_t rows = nn_min(count - done, ROWS_AT_ONCE);
        nnblas_status status = nn_file_read(file, bytes, rows * ROW_SIZE);
        *hash = nn_hash_bytes(*hash, bytes, rows * ROW_SIZE);
        for (size_t i = 0; i < rows && !status; i++) {
            double row[NN_EPOCH_COLUMNS];
            for (size_t c = 0; c < NN_EPOCH_COLUMNS; c++)
                row[c] = nn_from_bits(nn_load_bits(bytes + i * ROW_SIZE + c * sizeof *row));
            status = nn_read_epoch_row(reader, row);
        }
        if (status)
            return status;
    }
    return NNBLAS_OK;
}

static nnblas_status read_file(nn_file *file, size_t count, uint64_t hash,
                               nn_epoch_reader *reader) {
    char magic[MAGIC_SIZE];
    uint64_t found = NN_HASH_START;
    nnblas_status status = check_size(file, count);
    if (!status)
        status = nn_file_read(file, magic, MAGIC_SIZE);
    if (!status && memcmp(magic, MAGIC, MAGIC_SIZE) != 0)
        status = nn_fail(NNBLAS_ERROR_FORMAT, "the file is no history of a training");
    if (!status)
        status = read_rows(file, count, reader, &found);
    if (!status && found != hash)
        status = nn_fail(NNBLAS_ERROR_FORMAT, "the file is not the history of this checkpoint");
    return status;
}

nnblas_status nn_history_file_read(const char *path, size_t count, uint64_t hash,
                                   nn_epoch_reader *reader) {
    nn_file file;
    nnblas_status status = nn_file_open(&file, path);
    if (status && access(path, F_OK) && errno == ENOENT)
        return nn_fail(NNBLAS_ERROR_FORMAT,
                       "the checkpoint has two files; the second, with %zu of its epochs, is "
                       "missing: '%s'",
                       count, path);
    if (status)
        return status;
    status = read_file(&file, count, hash, reader);
    nn_file_close(&file);
    return status == NNBLAS_ERROR_FORMAT ? nn_name_file(status, path) : status;
}
