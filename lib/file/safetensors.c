/* SPDX-License-Identifier: BSD-3-Clause */
#include "file/safetensors.h"
#include "core/bits.h"
#include "core/memory.h"
#include "core/sizes.h"
#include "file/json.h"

#include <stdlib.h>
#include <string.h>

static const char METADATA[] = "__metadata__";

/* ---- the bytes of numbers -------------------------------------------------------------------- */

/* On a little-endian machine the compiler makes one copy of the loop. */
static void encode_doubles(const double *values, size_t count, unsigned char *bytes) {
    for (size_t i = 0; i < count; i++)
        nn_store_bits(nn_get_bits(values[i]), bytes + i * sizeof *values);
}

static size_t count_elements(const nn_tensor *tensor) {
    return tensor->rows * tensor->columns;
}

void nn_decode_tensor(const nn_tensor *tensor, const unsigned char *data, double *values) {
    const unsigned char *bytes = data + tensor->begin;
    for (size_t i = 0; i < count_elements(tensor); i++)
        values[i] = nn_from_bits(nn_load_bits(bytes + i * sizeof *values));
}

/* ---- writing --------------------------------------------------------------------------------- */

static void write_texts(nn_json_writer *writer, const nn_pair *texts, size_t n_texts) {
    nn_json_write_string(writer, METADATA);
    nn_json_write(writer, ":{");
    for (size_t i = 0; i < n_texts; i++) {
        nn_json_write(writer, i ? "," : "");
        nn_json_write_string(writer, texts[i].key);
        nn_json_write(writer, ":");
        nn_json_write_string(writer, texts[i].text);
    }
    nn_json_write(writer, "}");
}

static void write_tensor(nn_json_writer *writer, const nn_tensor *tensor, size_t begin) {
    nn_json_write_string(writer, tensor->name);
    nn_json_write(writer, ":{\"dtype\":\"F64\",\"shape\":[");
    if (tensor->n_dimensions == 2) {
        nn_json_write_size(writer, tensor->rows);
        nn_json_write(writer, ",");
    }
    nn_json_write_size(writer, tensor->columns);
    nn_json_write(writer, "],\"data_offsets\":[");
    nn_json_write_size(writer, begin);
    nn_json_write(writer, ",");
    nn_json_write_size(writer, begin + count_elements(tensor) * sizeof(double));
    nn_json_write(writer, "]}");
}

/* Pads the header with spaces, so that a reader may use the data as aligned doubles in place.
 * Returns the size of the data. */
static size_t write_header(nn_json_writer *writer, const nn_tensor *tensors, size_t n_tensors,
                           const nn_pair *texts, size_t n_texts) {
    size_t begin = 0;
    nn_json_write(writer, "{");
    write_texts(writer, texts, n_texts);
    for (size_t i = 0; i < n_tensors; i++) {
        nn_json_write(writer, ",");
        write_tensor(writer, &tensors[i], begin);
        begin += count_elements(&tensors[i]) * sizeof(double);
    }
    nn_json_write(writer, "}");
    while (writer->size % sizeof(double))
        nn_json_write(writer, " ");
    return begin;
}

/* The tensors are in memory already, so that their total size cannot wrap. */
nnblas_status nn_encode_safetensors(const nn_tensor *tensors, size_t n_tensors,
                                    const nn_pair *texts, size_t n_texts, unsigned char **bytes,
                                    size_t *size) {
    nn_json_writer writer = {0};
    size_t data_size = write_header(&writer, tensors, n_tensors, texts, n_texts);
    if (writer.size > NN_LARGEST_HEADER)
        return nn_fail(NNBLAS_ERROR_SIZE,
                       "the texts and names take %llu bytes; a file may have %d of them",
                       (unsigned long long)writer.size, NN_LARGEST_HEADER);
    size_t header_size = (size_t)writer.size;
    unsigned char *file = nn_allocate(NN_PREFIX_SIZE + header_size + data_size, 1);
    if (!file)
        return NNBLAS_ERROR_MEMORY;
    nn_store_bits(writer.size, file);
    writer = (nn_json_writer){.at = (char *)file + NN_PREFIX_SIZE};
    write_header(&writer, tensors, n_tensors, texts, n_texts);
    unsigned char *data = file + NN_PREFIX_SIZE + header_size;
    for (size_t i = 0; i < n_tensors; i++) {
        encode_doubles(tensors[i].values, count_elements(&tensors[i]), data);
        data += count_elements(&tensors[i]) * sizeof(double);
    }
    *bytes = file;
    *size = NN_PREFIX_SIZE + header_size + data_size;
    return NNBLAS_OK;
}

/* ---- reading --------------------------------------------------------------------------------- */

nnblas_status nn_measure_header(const unsigned char *prefix, size_t file_size,
                                size_t *header_size) {
    if (file_size < NN_PREFIX_SIZE)
        return nn_fail(NNBLAS_ERROR_FORMAT,
                       "the file has %zu bytes, which is less than the size of a header",
                       file_size);
    uint64_t size = nn_load_bits(prefix);
    if (size > NN_LARGEST_HEADER)
        return nn_fail(NNBLAS_ERROR_FORMAT, "the header's size is %llu; it is at most %d",
                       (unsigned long long)size, NN_LARGEST_HEADER);
    if (size > file_size - NN_PREFIX_SIZE)
        return nn_fail(NNBLAS_ERROR_FORMAT,
                       "the header's size is %llu, where the file has %zu bytes left",
                       (unsigned long long)size, file_size - NN_PREFIX_SIZE);
    *header_size = (size_t)size;
    return NNBLAS_OK;
}

nn_quote nn_quote_name(const char *name) {
    nn_quote quote;
    size_t length = 0, room = sizeof quote.text - sizeof "...";
    for (; name[length] && length < room; length++)
        quote.text[length] = name[length] < 0x20 || name[length] > 0x7e ? '?' : name[length];
    strcpy(quote.text + length, name[length] ? "..." : "");
    return quote;
}

/* Makes room for one more element after count of them: the list is full at each power of two, and
 * then doubled. */
static nnblas_status reserve(void **list, size_t count, size_t size) {
    if (count & (count - 1))
        return NNBLAS_OK;
    void *larger = nn_allocate(nn_max(2 * count, 1), size);
    if (!larger)
        return NNBLAS_ERROR_MEMORY;
    if (count)
        memcpy(larger, *list, count * size);
    free(*list);
    *list = larger;
    return NNBLAS_OK;
}

static nnblas_status read_text(nn_json_reader *reader, const char *key, void *user) {
    nn_header *header = user;
    void *texts = header->texts;
    nnblas_status status = reserve(&texts, header->n_texts, sizeof *header->texts);
    if (status)
        return status;
    header->texts = texts;
    nn_pair *pair = &header->texts[header->n_texts++];
    pair->key = key;
    return nn_json_read_string(reader, &pair->text);
}

/* [a] or [a, b]: *count is how many there are. */
static nnblas_status read_sizes(nn_json_reader *reader, size_t sizes[2], size_t *count) {
    nnblas_status status = nn_json_expect(reader, '[');
    *count = 0;
    if (!status)
        status = nn_json_read_size(reader, &sizes[(*count)++]);
    if (!status && nn_json_take(reader, ','))
        status = nn_json_read_size(reader, &sizes[(*count)++]);
    return status ? status : nn_json_expect(reader, ']');
}

/* A tensor that is being read, and which of its members have been. */
typedef struct tensor_parts {
    const char *name;
    const char *dtype;
    size_t shape[2], n_dimensions;
    size_t offsets[2], n_offsets;
} tensor_parts;

static nnblas_status read_tensor_member(nn_json_reader *reader, const char *key, void *user) {
    tensor_parts *parts = user;
    bool came_before;
    nnblas_status status;
    if (strcmp(key, "dtype") == 0) {
        came_before = parts->dtype;
        status = nn_json_read_string(reader, &parts->dtype);
    } else if (strcmp(key, "shape") == 0) {
        came_before = parts->n_dimensions;
        status = read_sizes(reader, parts->shape, &parts->n_dimensions);
    } else if (strcmp(key, "data_offsets") == 0) {
        came_before = parts->n_offsets;
        status = read_sizes(reader, parts->offsets, &parts->n_offsets);
    } else {
        return nn_fail(NNBLAS_ERROR_FORMAT, "tensor '%s' has an unknown member '%s'",
                       nn_quote_name(parts->name).text, nn_quote_name(key).text);
    }
    if (!status && came_before)
        return nn_fail(NNBLAS_ERROR_FORMAT, "tensor '%s' has the member '%s' twice",
                       nn_quote_name(parts->name).text, key);
    return status;
}

static nnblas_status check_tensor(const tensor_parts *parts) {
    nn_quote name = nn_quote_name(parts->name);
    const char *missing = !parts->dtype          ? "dtype"
                          : !parts->n_dimensions ? "shape"
                          : !parts->n_offsets    ? "data_offsets"
                                                 : NULL;
    if (missing)
        return nn_fail(NNBLAS_ERROR_FORMAT, "tensor '%s' has no %s", name.text, missing);
    if (strcmp(parts->dtype, "F64") != 0)
        return nn_fail(NNBLAS_ERROR_FORMAT, "tensor '%s' has the dtype '%s'; only F64 is read",
                       name.text, nn_quote_name(parts->dtype).text);
    size_t begin = parts->offsets[0], end = parts->offsets[1], bytes = sizeof(double);
    if (parts->n_offsets != 2 || begin > end)
        return nn_fail(NNBLAS_ERROR_FORMAT,
                       "the data_offsets of tensor '%s' are not a begin and an end", name.text);
    bool wraps = false;
    for (size_t d = 0; d < parts->n_dimensions; d++)
        wraps |= __builtin_mul_overflow(bytes, parts->shape[d], &bytes);
    if (wraps || bytes != end - begin)
        return nn_fail(NNBLAS_ERROR_FORMAT,
                       "tensor '%s' has %zu bytes of data, which does not fit its shape", name.text,
                       end - begin);
    return NNBLAS_OK;
}

static nnblas_status read_tensor(nn_json_reader *reader, const char *name, nn_header *header) {
    tensor_parts parts = {.name = name};
    nnblas_status status = nn_json_read_object(reader, read_tensor_member, &parts);
    if (!status)
        status = check_tensor(&parts);
    void *tensors = header->tensors;
    if (!status)
        status = reserve(&tensors, header->n_tensors, sizeof *header->tensors);
    if (status)
        return status;
    header->tensors = tensors;
    bool is_matrix = parts.n_dimensions == 2;
    header->tensors[header->n_tensors++] = (nn_tensor){
        .name = name,
        .n_dimensions = parts.n_dimensions,
        .rows = is_matrix ? parts.shape[0] : 1,
        .columns = is_matrix ? parts.shape[1] : parts.shape[0],
        .begin = parts.offsets[0],
        .end = parts.offsets[1],
    };
    return NNBLAS_OK;
}

/* The header that is being read. */
typedef struct header_parts {
    nn_header *header;
    bool has_metadata;
} header_parts;

static nnblas_status read_entry(nn_json_reader *reader, const char *key, void *user) {
    header_parts *parts = user;
    if (strcmp(key, METADATA) != 0)
        return read_tensor(reader, key, parts->header);
    if (parts->has_metadata)
        return nn_fail(NNBLAS_ERROR_FORMAT, "the header has '%s' twice", METADATA);
    parts->has_metadata = true;
    return nn_json_read_object(reader, read_text, parts->header);
}

/* The format allows nothing before the first brace. */
static nnblas_status read_header(nn_json_reader *reader, size_t header_size, nn_header *header) {
    header_parts parts = {.header = header};
    if (*reader->at != '{')
        return nn_fail(NNBLAS_ERROR_FORMAT, "the header does not begin with '{'");
    nnblas_status status = nn_json_read_object(reader, read_entry, &parts);
    return status ? status : nn_json_expect_end(reader, header_size);
}

/* ---- the tensors together -------------------------------------------------------------------- */

static int compare_sizes(size_t a, size_t b) {
    return (a > b) - (a < b);
}

/* By beginning; a tensor without bytes comes before the one that begins in the same place. */
static int compare_places(const void *a, const void *b) {
    const nn_tensor *first = a, *second = b;
    int order = compare_sizes(first->begin, second->begin);
    return order ? order : compare_sizes(first->end, second->end);
}

static int compare_names(const void *a, const void *b) {
    const nn_tensor *first = a, *second = b;
    return strcmp(first->name, second->name);
}

static int compare_keys(const void *a, const void *b) {
    const nn_pair *const *first = a, *const *second = b;
    return strcmp((*first)->key, (*second)->key);
}

static nnblas_status check_places(const nn_tensor *tensors, size_t count, size_t data_size) {
    size_t end = 0;
    for (size_t i = 0; i < count; i++) {
        if (tensors[i].begin != end)
            return nn_fail(NNBLAS_ERROR_FORMAT,
                           "tensor '%s' begins at byte %zu of the data, where byte %zu is next",
                           nn_quote_name(tensors[i].name).text, tensors[i].begin, end);
        end = tensors[i].end;
    }
    if (end != data_size)
        return nn_fail(NNBLAS_ERROR_FORMAT, "the tensors take %zu bytes of data; there are %zu",
                       end, data_size);
    return NNBLAS_OK;
}

static nnblas_status sort_tensors(nn_header *header, size_t data_size) {
    nn_tensor *tensors = header->tensors;
    size_t count = header->n_tensors;
    if (count)
        qsort(tensors, count, sizeof *tensors, compare_places);
    nnblas_status status = check_places(tensors, count, data_size);
    if (status)
        return status;
    if (count)
        qsort(tensors, count, sizeof *tensors, compare_names);
    for (size_t i = 1; i < count; i++)
        if (compare_names(&tensors[i - 1], &tensors[i]) == 0)
            return nn_fail(NNBLAS_ERROR_FORMAT, "there are two tensors '%s'",
                           nn_quote_name(tensors[i].name).text);
    return NNBLAS_OK;
}

static nnblas_status sort_texts(nn_header *header) {
    size_t count = header->n_texts;
    if (count == 0)
        return NNBLAS_OK;
    header->texts_by_key = nn_allocate(count, sizeof *header->texts_by_key);
    if (!header->texts_by_key)
        return NNBLAS_ERROR_MEMORY;
    const nn_pair **sorted = header->texts_by_key;
    for (size_t i = 0; i < count; i++)
        sorted[i] = &header->texts[i];
    qsort(sorted, count, sizeof(const nn_pair *), compare_keys);
    for (size_t i = 1; i < count; i++)
        if (compare_keys(&sorted[i - 1], &sorted[i]) == 0)
            return nn_fail(NNBLAS_ERROR_FORMAT, "there are two texts '%s'",
                           nn_quote_name(sorted[i]->key).text);
    return NNBLAS_OK;
}

nnblas_status nn_parse_header(char *bytes, size_t header_size, size_t data_size,
                              nn_header *header) {
    *header = (nn_header){.strings = bytes};
    nn_json_reader reader = {.start = bytes, .at = bytes};
    nnblas_status status = read_header(&reader, header_size, header);
    if (!status)
        status = sort_tensors(header, data_size);
    if (!status)
        status = sort_texts(header);
    if (status)
        nn_free_header(header);
    return status;
}

void nn_free_header(nn_header *header) {
    free(header->tensors);
    free(header->texts);
    free(header->texts_by_key);
    free(header->strings);
    *header = (nn_header){0};
}

const nn_tensor *nn_find_tensor(const nn_header *header, const char *name) {
    if (header->n_tensors == 0)
        return NULL;
    const nn_tensor key = {.name = name};
    return bsearch(&key, header->tensors, header->n_tensors, sizeof key, compare_names);
}

const char *nn_find_text(const nn_header *header, const char *key) {
    if (header->n_texts == 0)
        return NULL;
    const nn_pair pair = {.key = key}, *wanted = &pair;
    const nn_pair *const *found = bsearch(&wanted, header->texts_by_key, header->n_texts,
                                          sizeof(const nn_pair *), compare_keys);
    return found ? (*found)->text : NULL;
}
