/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/model.h"

#include "cli/files.h"
#include "cli/memory.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/text.h"
#include "core/sizes.h"
#include "table/ensemble.h"
#include "table/file_format.h"
#include "table/model_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char SCHEMA_KEY[] = "table";

static const char *show_path(const char *path) {
    return strcmp(path, "-") == 0 ? "standard input" : path;
}

static bool report(const char *command, const char *path, const char *problem) {
    print_safely(stderr, "nnblas %s: %s: %s\n", command, show_path(path), problem);
    return false;
}

/* ---- loading --------------------------------------------------------------------------------- */

/* Whether the file begins with a line of text; a model begins with the size of its header, which
 * has zeros in it. */
static bool looks_like_table(const char *bytes, size_t size) {
    size_t count = nn_min(size, 512);
    return count > 8 && !memchr(bytes, '\0', count) && memchr(bytes, '\n', count);
}

/* What the bytes are that the library has refused. */
static void report_bytes(const char *command, const char *path, const char *bytes, size_t size) {
    const char *format = find_foreign_format(bytes, size), *problem = nnblas_error_message();
    if (size == 0)
        report(command, path, "is empty");
    else if (size >= 2 && memcmp(bytes, "\x1f\x8b", 2) == 0)
        report(command, path, "is compressed by gzip, and a model is not: expand it with gunzip");
    else if (format)
        print_safely(stderr, "nnblas %s: %s: is no model but %.*s\n", command, show_path(path),
                     (int)strcspn(format, ":"), format);
    else if (looks_like_table(bytes, size))
        report(command, path,
               "is no model; it looks like a table (MODEL is what nnblas train saved, and comes "
               "before DATA.csv)");
    else
        print_safely(stderr, "nnblas %s: %s: is %s: %s\n", command, show_path(path),
                     is_start_of_model(bytes, size)
                         ? "a model that is cut, damaged or of a later version"
                         : "no model",
                     problem);
}

char *load_net_bytes(const char *command, const char *path, nnblas_net **net, size_t *size) {
    char *bytes = read_model_bytes(path, size);
    nnblas_status status = bytes ? nnblas_net_load_from_memory(bytes, *size, net) : NNBLAS_OK;
    if (bytes && !status)
        return bytes;
    if (status == NNBLAS_ERROR_FORMAT)
        report_bytes(command, path, bytes, *size);
    else
        report(command, path, bytes ? nnblas_error_message() : strerror(errno));
    free(bytes);
    return NULL;
}

/* What is no model is read again, to say what it is. */
static bool load_net(const char *command, const char *path, nnblas_net **net) {
    bool is_stream = strcmp(path, "-") == 0 || is_pipe(path);
    nnblas_status status = is_stream ? NNBLAS_ERROR_FORMAT : nnblas_net_load(path, net);
    if (status == NNBLAS_ERROR_FORMAT) {
        size_t size;
        char *bytes = load_net_bytes(command, path, net, &size);
        free(bytes);
        return bytes != NULL;
    }
    if (status)
        report_failure(command);
    return !status;
}

bool unpack_model(table_model *model) {
    if (!read_schema(nnblas_net_metadata(model->net, SCHEMA_KEY), &model->schema))
        return false;
    const schema *s = &model->schema;
    return nnblas_net_layer_size(model->net, 0) == count_numbers(&s->features) &&
           nnblas_net_label_count(model->net) == count_numbers(&s->targets) &&
           (!has_deviations(model) || get_output_kind(s) == OUTPUTS_NUMBERS);
}

bool load_model_or_net(const char *command, const char *path, table_model *model) {
    *model = (table_model){0};
    if (!load_net(command, path, &model->net))
        return false;
    bool has_schema = nnblas_net_metadata(model->net, SCHEMA_KEY) != NULL;
    bool is_read = !has_schema || unpack_model(model);
    if (is_read && (!has_schema || unpack_members(model)))
        return true;
    free_model(model);
    return report(command, path,
                  is_read ? "is an ensemble with a damaged network"
                          : "has a schema of a table that this version cannot read");
}

bool load_model(const char *command, const char *path, table_model *model) {
    if (!load_model_or_net(command, path, model))
        return false;
    if (model->schema.features.count > 0)
        return true;
    free_model(model);
    return report(command, path, "has no schema of a table: it was not saved by nnblas train");
}

void free_model(table_model *model) {
    nnblas_net_destroy(model->net);
    for (size_t i = 0; i < model->n_others; i++)
        nnblas_net_destroy(model->others[i]);
    free(model->others);
    free_schema(&model->schema);
    *model = (table_model){0};
}

/* ---- saving ---------------------------------------------------------------------------------- */

static bool write_bytes(const char *command, const char *path, const void *bytes, size_t size) {
    output_file output;
    if (!open_output(command, &output, path))
        return false;
    fwrite(bytes, 1, size, output.stream);
    return keep_output(command, &output);
}

/* nnblas_net_save refuses a path that is no regular file: devices and pipes get the bytes. */
bool save_net(const char *command, const nnblas_net *net, const char *path) {
    void *bytes;
    size_t size;
    if (is_replaceable(path)) {
        if (nnblas_net_save(net, path) == NNBLAS_OK)
            return true;
        report_failure(command);
        return false;
    }
    if (nnblas_net_save_to_memory(net, &bytes, &size)) {
        report_failure(command);
        return false;
    }
    bool is_good = write_bytes(command, path, bytes, size);
    nnblas_free(bytes);
    return is_good;
}
