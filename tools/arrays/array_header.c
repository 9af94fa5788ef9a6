/* SPDX-License-Identifier: BSD-3-Clause */
#include "arrays/array_header.h"

#include "cli/number.h"
#include "cli/text.h"
#include "table/file_format.h"

#include <inttypes.h>
#include <string.h>

uint64_t count_array_bytes(const array_header *h) {
    return (uint64_t)h->rows * h->columns * h->type.size;
}

/* ---- dimensions ------------------------------------------------------------------------------ */

enum { MOST_DIMENSIONS = 32 };
/* Far more than a network of one hidden layer in memory can take; each has an entry in the schema,
 * which a damaged header would make without end. */
static const uint64_t MOST_COLUMNS = 10000000;
typedef struct {
    uint64_t sizes[MOST_DIMENSIONS];
    size_t count;
} array_shape;

/* False where the product is more than a file can have of bytes. */
static bool multiply(uint64_t a, uint64_t b, uint64_t *product) {
    if (b > 0 && a > (uint64_t)INT64_MAX / b)
        return false;
    *product = a * b;
    return true;
}

static bool set_shape(const char *name, const array_shape *shape, array_header *h,
                      table_error *error) {
    uint64_t columns = 1, elements, bytes;
    if (shape->count == 0)
        return set_error(error, "%s: holds a single number: an array of rows is needed", name);
    bool fits = true;
    for (size_t d = 1; d < shape->count && fits; d++)
        fits = multiply(columns, shape->sizes[d], &columns);
    fits = fits && multiply(shape->sizes[0], columns, &elements) &&
           multiply(elements, h->type.size, &bytes) && bytes <= INT64_MAX - MOST_HEADER_BYTES &&
           columns <= SIZE_MAX / sizeof(double) && shape->sizes[0] <= SIZE_MAX;
    if (!fits)
        return set_error(error, "%s: its header promises more bytes than a file can have", name);
    if (shape->sizes[0] == 0 || columns == 0)
        return set_error(error, "%s: has no %s", name, columns == 0 ? "columns" : "rows");
    if (columns > MOST_COLUMNS)
        return set_error(error,
                         "%s: its header promises rows of %" PRIu64 " numbers, and at most %" PRIu64
                         " are read",
                         name, columns, MOST_COLUMNS);
    h->rows = (size_t)shape->sizes[0];
    h->columns = (size_t)columns;
    return true;
}

/* ---- IDX: two zeros, the type, the number of dimensions, and their sizes, most significant byte
 * first -- */

static const char CUT_HEADER[] = "%s: ends within its header: is it cut short?";

static uint32_t get_big_endian(const unsigned char *b) {
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static bool find_idx_type(unsigned char code, element_type *type) {
    static const struct {
        unsigned char code;
        element_type type;
    } TYPES[] = {
        {0x08, {ELEMENT_UNSIGNED, 1, false}}, {0x09, {ELEMENT_SIGNED, 1, false}},
        {0x0B, {ELEMENT_SIGNED, 2, false}},   {0x0C, {ELEMENT_SIGNED, 4, false}},
        {0x0D, {ELEMENT_FLOAT, 4, false}},    {0x0E, {ELEMENT_FLOAT, 8, false}},
    };
    for (size_t t = 0; t < sizeof TYPES / sizeof *TYPES; t++)
        if (TYPES[t].code == code) {
            *type = TYPES[t].type;
            type->is_swapped = type->size > 1 && is_little_endian();
            return true;
        }
    return false;
}

static bool is_idx(const unsigned char *b, size_t count) {
    element_type type;
    return count >= 4 && b[0] == 0 && b[1] == 0 && find_idx_type(b[2], &type);
}

static bool read_idx(const char *name, const unsigned char *b, size_t count, array_header *h,
                     table_error *error) {
    array_shape shape = {.count = b[3]};
    find_idx_type(b[2], &h->type);
    if (shape.count > MOST_DIMENSIONS)
        return set_error(error, "%s: its header promises %zu dimensions, and at most %d are read",
                         name, shape.count, MOST_DIMENSIONS);
    h->bytes = 4 + 4 * shape.count;
    if (count < h->bytes)
        return set_error(error, CUT_HEADER, name);
    for (size_t d = 0; d < shape.count; d++)
        shape.sizes[d] = get_big_endian(b + 4 + 4 * d);
    return set_shape(name, &shape, h, error);
}

/* ---- .npy: a dictionary of Python, {'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), } */

static const char NPY_MARK[] = "\x93NUMPY";
enum { NPY_MARK_BYTES = sizeof NPY_MARK - 1 };

/* What is left of the dictionary, [at, end). */
typedef struct {
    const char *at, *end;
} npy_text;

static void skip_blanks(npy_text *t) {
    while (t->at < t->end && (*t->at == ' ' || *t->at == '\n' || *t->at == '\t'))
        t->at++;
}

static bool take(npy_text *t, const char *word) {
    size_t length = strlen(word);
    skip_blanks(t);
    if ((size_t)(t->end - t->at) < length || memcmp(t->at, word, length) != 0)
        return false;
    t->at += length;
    return true;
}

/* A text in quotes, without escapes. */
static bool take_text(npy_text *t, char *text, size_t room) {
    skip_blanks(t);
    if (t->at == t->end || (*t->at != '\'' && *t->at != '"'))
        return false;
    const char *begin = t->at + 1, *end = memchr(begin, *t->at, (size_t)(t->end - begin));
    if (!end || (size_t)(end - begin) >= room || memchr(begin, '\\', (size_t)(end - begin)))
        return false;
    memcpy(text, begin, (size_t)(end - begin));
    text[end - begin] = '\0';
    t->at = end + 1;
    return true;
}

static bool take_size(npy_text *t, uint64_t *size) {
    char digits[24];
    size_t count = 0;
    skip_blanks(t);
    while (t->at < t->end && *t->at >= '0' && *t->at <= '9' && count + 1 < sizeof digits)
        digits[count++] = *t->at++;
    digits[count] = '\0';
    const char *end = digits;
    take(t, "L"); /* of Python 2 */
    return read_whole(&end, size);
}

static bool take_shape(npy_text *t, array_shape *shape) {
    if (!take(t, "("))
        return false;
    while (!take(t, ")")) {
        if (shape->count == MOST_DIMENSIONS || !take_size(t, &shape->sizes[shape->count]))
            return false;
        shape->count++;
        skip_blanks(t);
        if (!take(t, ",") && (t->at == t->end || *t->at != ')'))
            return false;
    }
    return true;
}

/* What NumPy calls them, and what can be done. */
static const char *describe_other_type(const char *descr) {
    switch (descr[1]) {
    case 'O':
        return "Python objects: save a plain array of numbers";
    case 'U':
    case 'S':
        return "texts: save numbers, or write a table as CSV";
    case 'c':
        return "complex numbers: save their parts as columns";
    case 'M':
    case 'm':
        return "dates or times: save them as numbers";
    default:
        return "elements of a type that is not read: save them as float64";
    }
}

/* "<f8": the order of the bytes, the kind and the size. */
static bool take_type(const char *name, const char *descr, array_header *h, table_error *error) {
    static const char KINDS[] = {
        [ELEMENT_UNSIGNED] = 'u', [ELEMENT_SIGNED] = 'i', [ELEMENT_FLOAT] = 'f'};
    const char *end = descr + (strlen(descr) >= 2 ? 2 : strlen(descr));
    uint64_t size = 0;
    const char *kind = NULL;
    if (strlen(descr) > 2 && strchr("<>|=", descr[0]) && read_whole(&end, &size) && !*end)
        kind = memchr(KINDS, descr[1] == 'b' && size == 1 ? 'u' : descr[1], sizeof KINDS);
    bool is_known =
        kind && (size == 1 || size == 2 || size == 4 || size == 8) && !(*kind == 'f' && size == 1);
    if (!is_known)
        return set_error(error, "%s: its elements, '%s', are %s", name, show_text(descr).text,
                         strlen(descr) >= 2 ? describe_other_type(descr) : "of no known type");
    bool is_other = descr[0] == (is_little_endian() ? '>' : '<');
    h->type = (element_type){(element_kind)(kind - KINDS), (size_t)size, size > 1 && is_other};
    return true;
}

typedef struct {
    char descr[64];
    bool has_descr, has_order, has_shape, has_records, is_fortran;
    array_shape shape;
} npy_entries;

static bool take_entry(npy_text *t, npy_entries *e) {
    char key[16];
    if (!take_text(t, key, sizeof key) || !take(t, ":"))
        return false;
    if (strcmp(key, "descr") == 0 && !e->has_descr) {
        e->has_records = take(t, "[");
        return e->has_descr = e->has_records || take_text(t, e->descr, sizeof e->descr);
    }
    if (strcmp(key, "fortran_order") == 0 && !e->has_order) {
        e->is_fortran = take(t, "True");
        return e->has_order = e->is_fortran || take(t, "False");
    }
    return strcmp(key, "shape") == 0 && !e->has_shape && (e->has_shape = take_shape(t, &e->shape));
}

static bool take_dictionary(npy_text *t, npy_entries *e) {
    if (!take(t, "{"))
        return false;
    while (!take(t, "}")) {
        if (!take_entry(t, e))
            return false;
        if (e->has_records)
            return true;
        skip_blanks(t);
        if (!take(t, ",") && (t->at == t->end || *t->at != '}'))
            return false;
    }
    skip_blanks(t);
    return t->at == t->end && e->has_descr && e->has_order && e->has_shape;
}

/* Both orders are the same where at most one dimension is not 1. */
static bool has_other_order(const npy_entries *e) {
    size_t long_ones = 0;
    for (size_t d = 0; d < e->shape.count; d++)
        long_ones += e->shape.sizes[d] > 1;
    return e->is_fortran && long_ones > 1;
}

static bool read_dictionary(const char *name, npy_text t, array_header *h, table_error *error) {
    npy_entries e = {.has_descr = false};
    if (!take_dictionary(&t, &e))
        return set_error(error, "%s: has a header that no .npy has: is it damaged?", name);
    if (e.has_records)
        return set_error(error, "%s: its elements are records: save an array of numbers", name);
    if (!take_type(name, e.descr, h, error))
        return false;
    if (has_other_order(&e))
        return set_error(error,
                         "%s: its columns stand one after the other (Fortran order), not its rows: "
                         "save numpy.ascontiguousarray(array)",
                         name);
    return set_shape(name, &e.shape, h, error);
}

static bool read_npy(const char *name, const unsigned char *b, size_t count, array_header *h,
                     table_error *error) {
    enum { AFTER_VERSION = NPY_MARK_BYTES + 2 };
    if (count < AFTER_VERSION + 4)
        return set_error(error, CUT_HEADER, name);
    unsigned version = b[NPY_MARK_BYTES];
    if (version < 1 || version > 3)
        return set_error(error, "%s: is .npy of version %u, and versions 1 to 3 are read", name,
                         version);
    const unsigned char *sizes = b + AFTER_VERSION;
    size_t begin = AFTER_VERSION + (version == 1 ? 2 : 4),
           length = sizes[0] | (size_t)sizes[1] << 8;
    if (version > 1)
        length |= (size_t)sizes[2] << 16 | (size_t)sizes[3] << 24;
    if (length > MOST_HEADER_BYTES - begin)
        return set_error(error, "%s: has a header that no .npy has: is it damaged?", name);
    if (count < begin + length)
        return set_error(error, CUT_HEADER, name);
    h->bytes = begin + length;
    return read_dictionary(
        name, (npy_text){(const char *)b + begin, (const char *)b + begin + length}, h, error);
}

/* ---- either ---------------------------------------------------------------------------------- */

static bool refuse_format(const char *name, const char *bytes, size_t count, table_error *error) {
    const char *format = find_foreign_format(bytes, count);
    if (count >= 4 && memcmp(bytes, "PK\3\4", 4) == 0)
        return set_error(error, "%s: is a zip archive, as .npz are: save each array by numpy.save",
                         name);
    if (format)
        return set_error(error, "%s: is %s", name, format);
    return set_error(error,
                     count == 0 ? "%s: is empty"
                                : "%s: is no array: .npy and IDX are read, also of gzip; a "
                                  "table is given as DATA.csv",
                     name);
}

bool read_array_header(const char *name, const char *bytes, size_t count, array_header *h,
                       table_error *error) {
    const unsigned char *b = (const unsigned char *)bytes;
    *h = (array_header){.rows = 0};
    if (count >= NPY_MARK_BYTES && memcmp(bytes, NPY_MARK, NPY_MARK_BYTES) == 0)
        return read_npy(name, b, count, h, error);
    if (is_idx(b, count))
        return read_idx(name, b, count, h, error);
    return refuse_format(name, bytes, count, error);
}
