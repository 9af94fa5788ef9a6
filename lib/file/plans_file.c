/* SPDX-License-Identifier: BSD-3-Clause */
#include "file/plans_file.h"
#include "blas/blas.h"
#include "core/arguments.h"
#include "core/memory.h"
#include "core/processor_name.h"
#include "core/sizes.h"
#include "engine/plan_text.h"
#include "file/file.h"
#include "file/safetensors.h"
#include "kernels/kernels.h"

#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A line of 65 sizes, with all layers transposed, has some 1500 bytes. */
enum { LINE_SIZE = 1700, HEAD_SIZE = 1024, MOST_BYTES = NN_MOST_MEASURED_PLANS * LINE_SIZE };

static const char FIRST_LINE[] = "nnblas plans 1";
static const char *const PURPOSES[] = {
    [NN_PREDICT] = "predict", [NN_GRADIENT] = "gradient", [NN_TRAIN] = "train", NULL};
static const char *const NO_YES[] = {"no", "yes", NULL};

/* ---- the signature --------------------------------------------------------------------------- */

/* What plans depend on beside their problem: a line each, "name=value". */
typedef struct signature_line {
    const char *name, *words; /* for messages: "measured ..." */
    char value[96];
} signature_line;

enum { SIGNATURE_LINES = 5 };

typedef struct signature {
    signature_line lines[SIGNATURE_LINES];
} signature;

static void make_signature(signature *s) {
    const char *core = nn_blas_core();
    *s = (signature){{{"library", "by version", ""},
                      {"blas", "with the BLAS", ""},
                      {"core", "with core type", ""},
                      {"processor", "on the processor", ""},
                      {"kernels", "with the kernels", ""}}};
    enum { SIZE = sizeof s->lines[0].value };
    snprintf(s->lines[0].value, SIZE, "%s", nnblas_version());
    nn_blas_name(s->lines[1].value, SIZE);
    snprintf(s->lines[2].value, SIZE, "%s", core ? core : "unknown");
    nn_read_processor_name(s->lines[3].value, SIZE);
    snprintf(s->lines[4].value, SIZE, "%s", nn_get_kernels()->name);
}

/* ---- writing --------------------------------------------------------------------------------- */

/* Text that grows in a buffer with room for all of it. */
typedef struct text_writer {
    char *text;
    size_t used, size;
} text_writer;

__attribute__((format(printf, 2, 3))) static void append(text_writer *w, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(w->text + w->used, w->size - w->used, format, arguments);
    va_end(arguments);
    w->used += length > 0 ? nn_min((size_t)length, w->size - w->used - 1) : 0;
}

static void write_signature(text_writer *w) {
    signature s;
    make_signature(&s);
    append(w, "%s\n", FIRST_LINE);
    for (size_t i = 0; i < SIGNATURE_LINES; i++)
        append(w, "%s=%s\n", s.lines[i].name, s.lines[i].value);
}

static void write_problem(const nn_problem *p, text_writer *w) {
    for (size_t l = 0; l <= p->n_layers; l++)
        append(w, "%s%zu", l > 0 ? "," : "sizes=", p->sizes[l]);
    append(w, " rows=%zu purpose=%s bias=%s skip=%s softmax=%s cross_entropy=%s", p->N,
           PURPOSES[p->purpose], NO_YES[p->has_bias], NO_YES[p->has_skip],
           NO_YES[p->row_major_outputs], NO_YES[p->has_cross_entropy]);
}

static void write_line(const nn_measured_plan *measured, text_writer *w) {
    char plan[NN_PLAN_TEXT_SIZE];
    nn_write_plan(&measured->plan, plan);
    write_problem(&measured->problem, w);
    append(w, " %s nanoseconds=%" PRIu64 " with_estimated_plan=%" PRIu64 "\n", plan,
           measured->nanoseconds, measured->with_estimated_plan);
}

nnblas_status nn_format_plans(const nn_measured_plan *plans, size_t count, char **text,
                              size_t *size) {
    text_writer w = {.size = HEAD_SIZE + count * LINE_SIZE};
    w.text = nn_allocate(w.size, 1);
    if (!w.text)
        return NNBLAS_ERROR_MEMORY;
    write_signature(&w);
    append(&w, "plans=%zu\n", count);
    for (size_t i = 0; i < count; i++)
        write_line(&plans[i], &w);
    *text = w.text;
    *size = w.used;
    return NNBLAS_OK;
}

nnblas_status nnblas_plans_save(const char *path) {
    if (nn_check_pointer("path", path))
        return NNBLAS_ERROR_NULL;
    nn_measured_plan *plans;
    size_t count, size;
    char *text = NULL;
    nnblas_status status = nn_copy_measured_plans(&plans, &count);
    if (!status)
        status = nn_format_plans(plans, count, &text, &size);
    if (!status)
        status = nn_file_replace(path, text, size);
    free(text);
    free(plans);
    return status;
}

/* ---- lines ----------------------------------------------------------------------------------- */

typedef struct line_reader {
    char *rest;
    size_t line; /* from 1 */
} line_reader;

/* Null, with a message, at the end of the file. */
static char *read_line(line_reader *r) {
    char *line = r->rest, *end = strchr(line, '\n');
    r->line++;
    if (!end) {
        nn_fail(NNBLAS_ERROR_FORMAT, "the file ends in line %zu: it is incomplete", r->line);
        return NULL;
    }
    *end = '\0';
    r->rest = end + 1;
    return line;
}

/* Puts the line in front of the message. */
static nnblas_status name_line(const line_reader *r) {
    char words[256];
    snprintf(words, sizeof words, "%s", nnblas_error_message());
    return nn_fail(NNBLAS_ERROR_FORMAT, "line %zu: %s", r->line, words);
}

/* ---- the head -------------------------------------------------------------------------------- */

static nnblas_status check_first_line(line_reader *r) {
    const char *line = read_line(r);
    if (!line || strcmp(line, FIRST_LINE) != 0)
        return nn_fail(NNBLAS_ERROR_FORMAT,
                       "the file holds no plans, or those of another version of the library: it "
                       "does not begin with the line '%s'",
                       FIRST_LINE);
    return NNBLAS_OK;
}

static nnblas_status check_signature_line(const signature_line *expected, line_reader *r) {
    const char *line = read_line(r);
    size_t length = strlen(expected->name);
    if (!line)
        return NNBLAS_ERROR_FORMAT;
    if (strncmp(line, expected->name, length) != 0 || line[length] != '=')
        return nn_fail(NNBLAS_ERROR_FORMAT, "line %zu is '%s'; it must begin with '%s='", r->line,
                       nn_quote_name(line).text, expected->name);
    const char *value = line + length + 1;
    if (strcmp(value, expected->value) == 0)
        return NNBLAS_OK;
    return nn_fail(
        NNBLAS_ERROR_VALUE,
        "line %zu: the plans were measured %s '%s', and here is '%s' (measure anew, as with "
        "nnblas tune)",
        r->line, expected->words, nn_quote_name(value).text, expected->value);
}

static nnblas_status check_signature(line_reader *r) {
    signature s;
    make_signature(&s);
    nnblas_status status = check_first_line(r);
    for (size_t i = 0; i < SIGNATURE_LINES && !status; i++)
        status = check_signature_line(&s.lines[i], r);
    return status;
}

static size_t count_lines(const char *text) {
    size_t count = 0;
    for (; *text; text++)
        count += *text == '\n' || text[1] == '\0';
    return count;
}

/* Before memory for so many is allocated: they are there. */
static nnblas_status read_count(line_reader *r, size_t *count) {
    const char *line = read_line(r);
    if (!line)
        return NNBLAS_ERROR_FORMAT;
    nn_fields fields = {.rest = line};
    uint64_t plans;
    if (!nn_read_number_field(&fields, "plans", 0, NN_MOST_MEASURED_PLANS, &plans) ||
        !nn_read_end_of_fields(&fields))
        return name_line(r);
    *count = (size_t)plans;
    size_t lines = count_lines(r->rest);
    if (lines == *count)
        return NNBLAS_OK;
    return nn_fail(NNBLAS_ERROR_FORMAT, "line %zu: plans is %zu, and %zu lines follow%s", r->line,
                   *count, lines, lines < *count ? ": the file is incomplete" : "");
}

/* ---- plans ----------------------------------------------------------------------------------- */

static bool read_flag(nn_fields *fields, const char *name, bool *flag) {
    size_t word;
    if (!nn_read_word_field(fields, name, NO_YES, &word))
        return false;
    *flag = word == 1;
    return true;
}

static bool read_sizes(nn_fields *fields, nn_measured_plan *m) {
    enum { ROOM = NN_MOST_MEASURED_LAYERS + 1 };
    uint64_t sizes[ROOM];
    size_t count;
    if (!nn_read_list_field(fields, "sizes", 1, INT_MAX, false, sizes, ROOM, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        m->sizes[i] = (size_t)sizes[i];
    m->problem.sizes = m->sizes;
    m->problem.n_layers = count - 1;
    if (count < 2)
        nn_fail(NNBLAS_ERROR_FORMAT, "sizes has one number; a network has two or more");
    return count >= 2;
}

static bool read_problem(nn_fields *fields, nn_measured_plan *m) {
    nn_problem *p = &m->problem;
    uint64_t rows;
    size_t purpose;
    *p = (nn_problem){.N = 1};
    if (!read_sizes(fields, m) || !nn_read_number_field(fields, "rows", 1, INT_MAX, &rows) ||
        !nn_read_word_field(fields, "purpose", PURPOSES, &purpose) ||
        !read_flag(fields, "bias", &p->has_bias) || !read_flag(fields, "skip", &p->has_skip) ||
        !read_flag(fields, "softmax", &p->row_major_outputs) ||
        !read_flag(fields, "cross_entropy", &p->has_cross_entropy))
        return false;
    p->N = (size_t)rows;
    p->purpose = (nn_purpose)purpose;
    if (p->has_skip && p->n_layers == 1) {
        nn_fail(NNBLAS_ERROR_FORMAT, "skip=yes goes with three sizes or more");
        return false;
    }
    if (p->purpose == NN_PREDICT && p->has_cross_entropy)
        nn_fail(NNBLAS_ERROR_FORMAT, "purpose=predict goes with cross_entropy=no");
    return p->purpose != NN_PREDICT || !p->has_cross_entropy;
}

static bool read_plan(nn_fields *fields, nn_measured_plan *m) {
    return read_problem(fields, m) && nn_read_plan(fields, &m->problem, &m->plan) &&
           nn_read_number_field(fields, "nanoseconds", 1, UINT64_MAX, &m->nanoseconds) &&
           nn_read_number_field(fields, "with_estimated_plan", 1, UINT64_MAX,
                                &m->with_estimated_plan) &&
           nn_read_end_of_fields(fields);
}

/* first: the line of the first plan. */
static nnblas_status check_unique(const nn_measured_plan *plans, size_t i, size_t first) {
    for (size_t k = 0; k < i; k++)
        if (nn_is_same_problem(&plans[k].problem, &plans[i].problem))
            return nn_fail(NNBLAS_ERROR_FORMAT, "lines %zu and %zu are for the same calls",
                           first + k, first + i);
    return NNBLAS_OK;
}

static nnblas_status read_plans(line_reader *r, nn_measured_plan *plans, size_t count) {
    size_t first = r->line + 1;
    nnblas_status status = NNBLAS_OK;
    for (size_t i = 0; i < count && !status; i++) {
        const char *line = read_line(r);
        if (!line)
            return NNBLAS_ERROR_FORMAT;
        status = read_plan(&(nn_fields){.rest = line}, &plans[i]) ? check_unique(plans, i, first)
                                                                  : name_line(r);
    }
    return status;
}

nnblas_status nn_parse_plans(char *text, size_t size, nn_measured_plan **plans, size_t *count) {
    if (strlen(text) < size)
        return nn_fail(NNBLAS_ERROR_FORMAT, "byte %zu is 0, which no text has", strlen(text));
    line_reader r = {.rest = text};
    nnblas_status status = check_signature(&r);
    if (!status)
        status = read_count(&r, count);
    if (status)
        return status;
    nn_measured_plan *read = *count > 0 ? nn_allocate(*count, sizeof *read) : NULL;
    if (*count > 0 && !read)
        return NNBLAS_ERROR_MEMORY;
    status = read_plans(&r, read, *count);
    if (status)
        free(read);
    else
        *plans = read;
    return status;
}

/* ---- the file -------------------------------------------------------------------------------- */

static nnblas_status read_text(const char *path, char **text, size_t *size) {
    nn_file file;
    nnblas_status status = nn_file_open(&file, path);
    if (status)
        return status;
    *size = file.size;
    if (file.size > MOST_BYTES)
        status = nn_name_file(
            nn_fail(NNBLAS_ERROR_FORMAT, "%zu bytes are no file of plans", file.size), path);
    *text = status ? NULL : nn_allocate(file.size + 1, 1);
    if (!status)
        status = *text ? nn_file_read(&file, *text, file.size) : NNBLAS_ERROR_MEMORY;
    nn_file_close(&file);
    if (status) {
        free(*text);
        return status;
    }
    (*text)[file.size] = '\0';
    return NNBLAS_OK;
}

nnblas_status nnblas_plans_load(const char *path) {
    if (nn_check_pointer("path", path))
        return NNBLAS_ERROR_NULL;
    char *text;
    size_t size, count = 0;
    nn_measured_plan *plans = NULL;
    nnblas_status status = read_text(path, &text, &size);
    if (status)
        return status;
    status = nn_parse_plans(text, size, &plans, &count);
    free(text);
    if (status == NNBLAS_ERROR_FORMAT || status == NNBLAS_ERROR_VALUE)
        return nn_name_file(status, path);
    if (!status)
        status = nn_add_measured_plans(plans, count);
    free(plans);
    return status;
}
