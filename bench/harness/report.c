/* SPDX-License-Identifier: BSD-3-Clause */
#include "harness/report.h"

#include "core/processor_name.h"
#include "engine/prices.h"
#include "kernels/kernels.h"
#include "nnblas.h"
#include "workers/threads.h"

#include <stdio.h>
#include <string.h>

static bool shows_table(const report *r) {
    return !r->json_path || strcmp(r->json_path, "-") != 0;
}

static json_t *describe_machine(void) {
    json_t *machine = json_object();
    char processor[96];
    nn_read_processor_name(processor, sizeof processor);
    json_object_set_new(machine, "processor", json_string(processor));
    json_object_set_new(machine, "blas", json_string(nnblas_blas_info()));
    json_object_set_new(machine, "nnblas", json_string(nnblas_version()));
    json_object_set_new(machine, "kernels", json_string(nn_get_kernels()->name));
    json_object_set_new(machine, "prices", json_string(nn_get_prices()->made));
    json_object_set_new(machine, "threads", json_integer((json_int_t)nn_count_threads()));
    return machine;
}

static void print_head(const report *r, const json_t *machine, const char *note) {
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)machine, key, value) {
        if (json_is_string(value))
            printf("%-10s %s\n", key, json_string_value(value));
        else
            printf("%-10s %" JSON_INTEGER_FORMAT "\n", key, json_integer_value(value));
    }
    printf("\n%s\n\n", note);
    for (const column *c = r->columns; c->key; c++)
        printf("%*s", c->width, c->heading);
    printf("\n");
}

report open_report(const report_head *head, const char *json_path) {
    report r = {json_object(), json_array(), head->columns, json_path};
    json_t *machine = describe_machine();
    if (shows_table(&r))
        print_head(&r, machine, head->note);
    json_object_set_new(r.root, "command", json_string(head->command));
    json_object_set_new(r.root, "note", json_string(head->note));
    json_object_set_new(r.root, "machine", machine);
    json_object_set_new(r.root, "results", r.results);
    return r;
}

static void print_cell(const column *c, const json_t *value) {
    char text[256] = "-";
    if (json_is_real(value))
        snprintf(text, sizeof text, c->format, c->scale * json_real_value(value));
    else if (json_is_integer(value))
        snprintf(text, sizeof text, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else if (json_is_string(value))
        snprintf(text, sizeof text, "%s", json_string_value(value));
    printf("%s%*s", c->width > 0 ? "" : "  ", c->width, text);
}

void add_result(report *r, json_t *result) {
    json_array_append_new(r->results, result);
    if (!shows_table(r))
        return;
    for (const column *c = r->columns; c->key; c++)
        print_cell(c, json_object_get(result, c->key));
    printf("\n");
    fflush(stdout);
}

static bool write_json(const report *r) {
    FILE *file = shows_table(r) ? fopen(r->json_path, "w") : stdout;
    if (!file)
        return false;
    bool ok = json_dumpf(r->root, file, JSON_INDENT(2)) == 0 && fputc('\n', file) != EOF;
    return (file == stdout ? fflush(file) : fclose(file)) == 0 && ok;
}

bool close_report(report *r) {
    bool ok = !r->json_path || write_json(r);
    if (!ok)
        fprintf(stderr, "nnblas-bench: cannot write %s\n", r->json_path);
    json_decref(r->root);
    *r = (report){0};
    return ok;
}
