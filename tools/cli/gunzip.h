/* SPDX-License-Identifier: BSD-3-Clause */
/* Expands gzip, with zlib. */
#ifndef NNBLAS_CLI_GUNZIP_H
#define NNBLAS_CLI_GUNZIP_H

#include <stdbool.h>
#include <stddef.h>

typedef struct gunzip gunzip;

/* Begins with the first bytes of a file, at most GZIP_ROOM_BYTES. Null without zlib. */
enum { GZIP_ROOM_BYTES = 64 * 1024 };
gunzip *open_gunzip(const char *bytes, size_t count);
void close_gunzip(gunzip *gunzip);

/* Expands up to `most` bytes; *got is 0 at the end of the file only. False if there is a problem,
 * or else more bytes of the file are needed: they are read into the room, and none means its end.
 */
bool expand_gzip(gunzip *gunzip, char *bytes, size_t most, size_t *got);
char *get_gzip_room(gunzip *gunzip);
void fill_gzip(gunzip *gunzip, size_t count);
const char *get_gzip_problem(const gunzip *gunzip);

#endif
