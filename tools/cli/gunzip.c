/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/gunzip.h"

#ifdef HAVE_ZLIB
#include "cli/memory.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

struct gunzip {
    z_stream stream;
    bool is_file_read; /* to its end */
    bool is_member_read;
    const char *problem;
    char room[GZIP_ROOM_BYTES];
};

static voidpf allocate(voidpf user, uInt count, uInt size) {
    (void)user;
    return resize_array(NULL, count, size);
}

static void release(voidpf user, voidpf memory) {
    (void)user;
    free(memory);
}

gunzip *open_gunzip(const char *bytes, size_t count) {
    enum { GZIP_ONLY = 16 + MAX_WBITS };
    gunzip *g = resize_array(NULL, 1, sizeof *g);
    *g = (gunzip){.stream = {.zalloc = allocate, .zfree = release}};
    memcpy(g->room, bytes, count);
    fill_gzip(g, count);
    inflateInit2(&g->stream, GZIP_ONLY); /* without it inflate() fails */
    return g;
}

void close_gunzip(gunzip *g) {
    if (g)
        inflateEnd(&g->stream);
    free(g);
}

char *get_gzip_room(gunzip *g) {
    return g->room;
}

void fill_gzip(gunzip *g, size_t count) {
    g->stream.next_in = (Bytef *)g->room;
    g->stream.avail_in = (uInt)count;
    g->is_file_read = count == 0;
}

const char *get_gzip_problem(const gunzip *g) {
    return g->problem;
}

/* Tapes pad a file to whole blocks. */
static void skip_zeros(z_stream *stream) {
    while (stream->avail_in > 0 && *stream->next_in == 0) {
        stream->next_in++;
        stream->avail_in--;
    }
}

/* A file may have several members, one behind the other. */
static void expand(gunzip *g) {
    if (g->is_member_read) {
        skip_zeros(&g->stream);
        if (g->stream.avail_in == 0)
            return;
        inflateReset(&g->stream);
    }
    int result = inflate(&g->stream, Z_NO_FLUSH);
    g->is_member_read = result == Z_STREAM_END;
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
        g->problem = "its gzip is damaged";
}

bool expand_gzip(gunzip *g, char *bytes, size_t most, size_t *got) {
    g->stream.next_out = (Bytef *)bytes;
    g->stream.avail_out = most < GZIP_ROOM_BYTES ? (uInt)most : GZIP_ROOM_BYTES;
    uInt room = g->stream.avail_out;
    while (!g->problem && g->stream.avail_in > 0 && g->stream.avail_out == room)
        expand(g);
    *got = room - g->stream.avail_out;
    if (*got == 0 && !g->problem && g->is_file_read && !g->is_member_read)
        g->problem = "its gzip is damaged: it ends too early";
    return !g->problem && (*got > 0 || g->is_file_read);
}
#else
gunzip *open_gunzip(const char *bytes, size_t count) {
    (void)bytes, (void)count;
    return NULL;
}

void close_gunzip(gunzip *g) {
    (void)g;
}

char *get_gzip_room(gunzip *g) {
    (void)g;
    return NULL;
}

void fill_gzip(gunzip *g, size_t count) {
    (void)g, (void)count;
}

const char *get_gzip_problem(const gunzip *g) {
    (void)g;
    return NULL;
}

bool expand_gzip(gunzip *g, char *bytes, size_t most, size_t *got) {
    (void)g, (void)bytes, (void)most, (void)got;
    return false;
}
#endif
