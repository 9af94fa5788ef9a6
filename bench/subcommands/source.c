/* SPDX-License-Identifier: BSD-3-Clause */
/* Epochs on the rows of a source beside epochs on the same rows in arrays. */
#include "core/clock.h"
#include "harness/allocate.h"
#include "harness/runs.h"
#include "subcommands/subcommand.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static const column COLUMNS[] = {
    SHAPE_COLUMN,
    {"batch", "batch", 6, 1.0, NULL},
    {"seconds", "arrays, ms", 11, 1e3, "%.1f"},
    {"mapped", "mapped", 7, 1.0, "%.2f"},
    {"read", "read", 6, 1.0, "%.2f"},
    {"waiting", "waiting", 8, 1.0, "%.2f"},
    {"waiting_alone", "not ahead", 10, 1.0, "%.2f"},
    {0},
};

static const char NOTE[] =
    "An epoch of gradient descent on rows in arrays, and over that on the rows of a source: "
    "mapped, "
    "it points to a mapped file; read, it reads the file, which is in memory, block by block; "
    "waiting, it points to the arrays and waits in each block for 0.8 of the time that its rows "
    "take to compute; not ahead, the same without read-ahead.";

static const shape SHAPES[] = {{60000, 784, 128, 10}, {60000, 784, 30, 10}, {1000000, 8, 16, 1}};

/* ---- the rows -------------------------------------------------------------------------------- */

/* A file with the rows of X and, behind all of them, those of Y. */
typedef struct row_file {
    const problem *problem;
    int descriptor;
    double *mapping;
    size_t row, numbers;
    double wait_seconds; /* a row */
} row_file;

static void require(bool is_good, const char *what) {
    if (is_good)
        return;
    fprintf(stderr, "nnblas-bench: could not %s a file of rows\n", what);
    exit(EXIT_FAILURE);
}

static void write_numbers(int descriptor, const double *numbers, size_t count) {
    const char *bytes = (const char *)numbers;
    for (size_t left = count * sizeof *numbers; left > 0;) {
        ssize_t written = write(descriptor, bytes, left);
        require(written > 0, "write");
        bytes += written;
        left -= (size_t)written;
    }
}

static row_file open_file(const problem *p) {
    const shape *s = &p->shape;
    char path[] = "/tmp/nnblas-bench-XXXXXX";
    row_file f = {.problem = p, .descriptor = mkstemp(path)};
    require(f.descriptor >= 0 && unlink(path) == 0, "create");
    f.numbers = s->N * (s->inputs + s->outputs);
    write_numbers(f.descriptor, p->X, s->N * s->inputs);
    write_numbers(f.descriptor, p->Y, s->N * s->outputs);
    f.mapping = mmap(NULL, f.numbers * sizeof(double), PROT_READ, MAP_SHARED, f.descriptor, 0);
    require(f.mapping != MAP_FAILED, "map");
    return f;
}

static void close_file(row_file *f) {
    munmap(f->mapping, f->numbers * sizeof(double));
    close(f->descriptor);
}

static int restart(void *user) {
    row_file *f = user;
    f->row = 0;
    return 0;
}

/* The number of rows that there are. */
static size_t begin_block(const row_file *f, nnblas_block *block) {
    size_t left = f->problem->shape.N - f->row;
    block->N = block->N < left ? block->N : left;
    return block->N;
}

static int point(row_file *f, nnblas_block *block, double *X, double *Y) {
    const shape *s = &f->problem->shape;
    block->X = X + f->row * s->inputs;
    block->Y = Y + f->row * s->outputs;
    f->row += begin_block(f, block);
    return 0;
}

static int point_to_mapping(void *user, nnblas_block *block) {
    row_file *f = user;
    const shape *s = &f->problem->shape;
    return point(f, block, f->mapping, f->mapping + s->N * s->inputs);
}

static int point_and_wait(void *user, nnblas_block *block) {
    row_file *f = user;
    size_t rows = begin_block(f, block);
    double seconds = f->wait_seconds * (double)rows, whole = floor(seconds);
    const struct timespec wait = {(time_t)whole, (long)((seconds - whole) * 1e9)};
    nanosleep(&wait, NULL);
    return point(f, block, f->problem->X, f->problem->Y);
}

static int read_numbers(const row_file *f, double *numbers, size_t count, size_t first) {
    char *bytes = (char *)numbers;
    size_t left = count * sizeof *numbers;
    for (off_t place = (off_t)(first * sizeof *numbers); left > 0;) {
        ssize_t found = pread(f->descriptor, bytes, left, place);
        if (found <= 0)
            return 1;
        bytes += found;
        place += found;
        left -= (size_t)found;
    }
    return 0;
}

static int read_block(void *user, nnblas_block *block) {
    row_file *f = user;
    const shape *s = &f->problem->shape;
    size_t rows = begin_block(f, block), Y = s->N * s->inputs;
    int failure = read_numbers(f, block->X, rows * s->inputs, f->row * s->inputs) ||
                  read_numbers(f, block->Y, rows * s->outputs, Y + f->row * s->outputs);
    f->row += rows;
    return failure;
}

/* ---- epochs ---------------------------------------------------------------------------------- */

enum { EPOCHS = 3, MOST_SAMPLES = 256, WARM_SAMPLES = 3 };

/* Of the time that a block takes to compute. */
static const double WAITED = 0.8;

/* One way to train. */
typedef struct way {
    nnblas_next_block *next; /* null: arrays */
    bool reads_ahead;
    double samples[MOST_SAMPLES]; /* seconds of an epoch */
    size_t count;
} way;

typedef struct training {
    row_file *file;
    nnblas_net *net;
    nnblas_trainer *trainer;
} training;

static training make_training(row_file *f, size_t batch) {
    const shape *s = &f->problem->shape;
    const size_t sizes[] = {s->inputs, s->hidden, s->outputs};
    training t = {.file = f};
    require_ok(nnblas_net_create(sizes, 3, NNBLAS_BIAS, &t.net));
    require_ok(nnblas_net_init(t.net, 1));
    require_ok(nnblas_trainer_create(t.net, &t.trainer));
    require_ok(nnblas_trainer_set_learning_rate(t.trainer, 1e-3));
    require_ok(nnblas_trainer_set_batch_size(t.trainer, batch));
    require_ok(nnblas_trainer_set_epochs(t.trainer, 1 + EPOCHS));
    return t;
}

static void fit(training *t, const way *w) {
    const problem *p = t->file->problem;
    const shape *s = &p->shape;
    if (!w->next) {
        require_ok(nnblas_trainer_fit(t->trainer, s->N, p->X, s->inputs, p->Y, s->outputs));
        return;
    }
    nnblas_source *source;
    require_ok(nnblas_source_create(s->inputs, s->outputs, w->next, restart, t->file, &source));
    require_ok(nnblas_source_set_read_ahead(source, w->reads_ahead));
    require_ok(nnblas_trainer_fit_source(t->trainer, source));
    nnblas_source_destroy(source);
}

/* The epochs after the first, in which the pages of a mapping are found and workers begin. */
static void take_sample(training *t, way *w) {
    nnblas_epoch first, last;
    fit(t, w);
    require_ok(nnblas_trainer_history_epoch(t->trainer, 0, &first, sizeof first));
    require_ok(nnblas_trainer_history_epoch(t->trainer, EPOCHS, &last, sizeof last));
    w->samples[w->count++] = (last.seconds - first.seconds) / EPOCHS;
}

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double find_median(way *w) {
    qsort(w->samples, w->count, sizeof *w->samples, compare);
    return 0.5 * (w->samples[(w->count - 1) / 2] + w->samples[w->count / 2]);
}

/* In turns, so that a disturbance of the machine affects them all. */
static void take_samples(training *t, way *ways, size_t count, double seconds) {
    double end = nn_read_clock() + seconds;
    do
        for (size_t i = 0; i < count; i++)
            take_sample(t, &ways[i]);
    while (nn_read_clock() < end && ways[0].count < MOST_SAMPLES);
}

static void time_batch(row_file *f, size_t batch, const options *o, report *r) {
    enum { ARRAYS, MAPPED, READ, WAITING, NOT_AHEAD, WAYS };
    static const char *const KEYS[] = {"seconds", "mapped", "read", "waiting", "waiting_alone"};
    way *ways = allocate_array(WAYS, sizeof *ways);
    static nnblas_next_block *const NEXT[] = {NULL, point_to_mapping, read_block, point_and_wait,
                                              point_and_wait};
    training t = make_training(f, batch);
    for (size_t i = 0; i < WAYS; i++)
        ways[i] = (way){.next = NEXT[i], .reads_ahead = i != NOT_AHEAD};
    for (int i = 0; i < WARM_SAMPLES; i++)
        take_sample(&t, &ways[ARRAYS]);
    f->wait_seconds = WAITED * find_median(&ways[ARRAYS]) / (double)f->problem->shape.N;
    ways[ARRAYS].count = 0;
    take_samples(&t, ways, WAYS, 5.0 * o->seconds);
    json_t *result = describe_shape(&f->problem->shape);
    json_object_set_new(result, "batch", json_integer((json_int_t)batch));
    double arrays = find_median(&ways[ARRAYS]);
    for (size_t i = 0; i < WAYS; i++)
        json_object_set_new(result, KEYS[i],
                            json_real(i == ARRAYS ? arrays : find_median(&ways[i]) / arrays));
    add_result(r, result);
    nnblas_trainer_destroy(t.trainer);
    nnblas_net_destroy(t.net);
    free(ways);
}

static bool time_shape(const shape *s, const options *o, report *r) {
    problem p = make_problem(s, 1);
    row_file f = open_file(&p);
    for (size_t batch = 0; batch <= 128; batch += 128)
        time_batch(&f, batch, o, r);
    close_file(&f);
    free_problem(&p);
    return true;
}

int run_source(const options *o) {
    const report_head head = {"source", COLUMNS, NOTE};
    const shape_list own = {SHAPES, sizeof SHAPES / sizeof *SHAPES};
    return report_shapes(o, choose_shapes(o, own), &head, time_shape);
}
