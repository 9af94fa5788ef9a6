/* SPDX-License-Identifier: BSD-3-Clause */
#include "table/model.h"

#include "cli/memory.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/text.h"
#include "table/ensemble.h"
#include "table/model_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

const char SCHEMA_KEY[] = "table";

static const char *show_path(const char *path) {
    return strcmp(path, "-") == 0 ? "standard input" : path;
}

static bool report(const char *command, const char *path, const char *problem) {
    print_safely(stderr, "nnblas %s: %s: %s\n", command, show_path(path), problem);
    return false;
}

/* ---- loading --------------------------------------------------------------------------------- */

static bool is_pipe(const char *path) {
    struct stat state;
    return stat(path, &state) == 0 && S_ISFIFO(state.st_mode);
}

/* A pipe has been read, and opening it again would wait for ever. */
static bool can_be_read_again(const char *path) {
    struct stat state;
    return stat(path, &state) == 0 && S_ISREG(state.st_mode);
}

/* Whether the file begins with a line of text; a model begins with the size of its header, which
 * has zeros in it. */
static bool looks_like_table(const char *path) {
    char bytes[512];
    FILE *file = can_be_read_again(path) ? fopen(path, "re") : NULL;
    size_t count = file ? fread(bytes, 1, sizeof bytes, file) : 0;
    if (file)
        fclose(file);
    return count > 8 && !memchr(bytes, '\0', count) && memchr(bytes, '\n', count);
}

static bool is_table(const char *path, nnblas_status status) {
    return status == NNBLAS_ERROR_FORMAT && looks_like_table(path);
}

static bool report_table(const char *command, const char *path) {
    return report(command, path,
                  "is no model; it looks like a table (MODEL is what nnblas train saved, and comes "
                  "before DATA.csv)");
}

char *load_net_bytes(const char *command, const char *path, nnblas_net **net, size_t *size) {
    char *bytes = read_model_bytes(path, size);
    nnblas_status status = bytes ? nnblas_net_load_from_memory(bytes, *size, net) : NNBLAS_OK;
    if (bytes && !status)
        return bytes;
    if (is_table(path, status))
        report_table(command, path);
    else
        report(command, path, bytes ? nnblas_error_message() : strerror(errno));
    free(bytes);
    return NULL;
}

static bool load_net(const char *command, const char *path, nnblas_net **net) {
    if (strcmp(path, "-") == 0 || is_pipe(path)) {
        size_t size;
        char *bytes = load_net_bytes(command, path, net, &size);
        free(bytes);
        return bytes != NULL;
    }
    nnblas_status status = nnblas_net_load(path, net);
    if (is_table(path, status))
        return report_table(command, path);
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
