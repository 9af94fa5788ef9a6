/* SPDX-License-Identifier: BSD-3-Clause */
/* Gradients and trainings on a machine and in a process that others use: as many threads as the
 * library chooses, and one. */
#include "harness/allocate.h"
#include "harness/five.h"
#include "harness/host_product.h"
#include "harness/neighbours.h"
#include "harness/runs.h"
#include "harness/timing.h"
#include "subcommands/subcommand.h"

#include "core/sizes.h"

#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

static const column COLUMNS[] = {
    SHAPE_COLUMN,
    {"work", "work", 10, 1.0, NULL},
    {"beside", "beside", 10, 1.0, NULL},
    {"default_seconds", "default us", 12, 1e6, "%.2f"},
    {"one_seconds", "1 thread us", 12, 1e6, "%.2f"},
    {"ratio", "ratio", 7, 1.0, "%.2f"},
    {"itself", "itself", 8, 1.0, "%.2f"},
    {"slowdown", "step", 7, 1.0, "%.2f"},
    {"one_slowdown", "1 thread", 9, 1.0, "%.2f"},
    {"product_slowdown", "product", 9, 1.0, "%.2f"},
    {"one_product_slowdown", "1 thread", 9, 1.0, "%.2f"},
    {0},
};

static const char NOTE[] =
    "A gradient of so many rows, or a training of two epochs in batches of so many, beside\n"
    "nothing, one or two busy processes, a copy of itself, and with a product of the host's on\n"
    "all of BLAS's threads after each gradient. default: as many threads as the library chooses;\n"
    "ratio: over one thread; itself: the same between two series of one thread.\n"
    "step: the gradient's time over that with products on one thread, which leave the caches as\n"
    "cold; product: the product's time over that without the gradients; 1 thread: the same where\n"
    "the library uses one.";

/* Networks from 4-8-1 to 784-128-10, with all their rows. */
static const shape NETWORKS[] = {
    {20000, 4, 8, 1},    {20000, 8, 16, 1},   {10000, 13, 6, 3},   {10000, 30, 20, 2},
    {5000, 50, 30, 8},   {5000, 64, 32, 10},  {5000, 64, 64, 64},  {5000, 100, 100, 10},
    {2000, 200, 128, 2}, {2000, 256, 256, 8}, {2000, 784, 30, 10}, {2000, 784, 128, 10},
};
static const size_t BATCHES[] = {1, 8, 32, 128, 1000, SIZE_MAX};
enum { N_BATCHES = sizeof BATCHES / sizeof *BATCHES };

/* Beside others, a run takes longer than the turns that the scheduler gives them. */
enum { IDLE_SHARE = 4 };

enum { TURNS = 9, SERIES = 3 }; /* the library's choice of threads, one, and one again */
static const int SERIES_THREADS[SERIES] = {0, 1, 1};

/* ---- the work -------------------------------------------------------------------------------- */

typedef struct work {
    problem problem; /* the rows of a gradient or of a training */
    size_t batch;
    library_run library;
    nnblas_trainer *trainer; /* null for gradients */
    atomic_int *threads;     /* what a copy of this process uses too */
} work;

static void run_work(void *context) {
    work *w = context;
    if (!w->trainer) {
        run_library_gradient(&w->library);
        return;
    }
    const shape *s = &w->problem.shape;
    require_ok(
        nnblas_trainer_fit(w->trainer, s->N, w->problem.X, s->inputs, w->problem.Y, s->outputs));
}

/* In another process. */
static void run_copy(void *context) {
    const work *w = context;
    require_ok(nnblas_set_threads(atomic_load(w->threads)));
    run_work(context);
}

static void set_threads(const work *w, int threads) {
    atomic_store(w->threads, threads);
    require_ok(nnblas_set_threads(threads));
}

static void make_trainer(work *w) {
    require_ok(nnblas_trainer_create(w->library.net, &w->trainer));
    require_ok(nnblas_trainer_set_learning_rate(w->trainer, 1e-3));
    require_ok(nnblas_trainer_set_batch_size(w->trainer, w->batch));
    require_ok(nnblas_trainer_set_epochs(w->trainer, 2));
}

/* A training has a few batches, or as many as there are rows for. */
static void make_work(work *w, const problem *all, size_t batch, bool trains, atomic_int *threads) {
    enum { FEW = 8 };
    *w = (work){.problem = *all, .batch = nn_min(batch, all->shape.N), .threads = threads};
    w->problem.shape.N = trains ? nn_min(FEW * w->batch, all->shape.N) : w->batch;
    w->library = make_library_run(&w->problem);
    if (trains)
        make_trainer(w);
}

static void free_work(work *w) {
    nnblas_trainer_destroy(w->trainer);
    free_library_run(&w->library);
}

/* ---- timing ---------------------------------------------------------------------------------- */

static double time_work(work *w, size_t repetitions) {
    return time_runs(run_work, w, repetitions);
}

static int compare_doubles(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double get_median(double seconds[TURNS]) {
    qsort(seconds, TURNS, sizeof *seconds, compare_doubles);
    return seconds[TURNS / 2];
}

/* As many as fit into a number of seconds. */
static size_t count_repetitions(work *w, double seconds) {
    set_threads(w, 1);
    double fewest = time_work(w, count_runs(run_work, w));
    return fewest < seconds ? (size_t)(seconds / fewest) : 1;
}

/* In each turn the series take turns as well, so that what the scheduler does for a while it does
 * to all of them. */
static void time_series(work *w, double budget, double medians[SERIES]) {
    enum { CHUNKS = 4 };
    double seconds[SERIES][TURNS] = {{0.0}};
    double share = fmax(budget / (SERIES * TURNS), CHUNKS * SAMPLE_SECONDS);
    size_t repetitions = count_repetitions(w, share);
    size_t chunks = nn_min(CHUNKS, repetitions);
    for (size_t turn = 0; turn < TURNS; turn++)
        for (size_t i = 0; i < SERIES * chunks; i++) {
            size_t s = (turn + i) % SERIES;
            set_threads(w, SERIES_THREADS[s]);
            seconds[s][turn] += time_work(w, repetitions / chunks) / (double)chunks;
        }
    for (size_t s = 0; s < SERIES; s++)
        medians[s] = get_median(seconds[s]);
}

/* ---- with the host's products ---------------------------------------------------------------- */

static void run_product(void *context) {
    compute_host_product(context);
}

/* Of a gradient with a product of the host's behind it, of that product, and of the product alone.
 */
typedef struct host_times {
    double steps[SERIES], products[SERIES], only_product;
} host_times;

/* A gradient of a row is not much longer than reading the clock is. */
static void time_in_turns(work *w, host_product *p, size_t repetitions, double *step,
                          double *product) {
    double steps = 0.0, products = 0.0, clock = estimate_clock_seconds();
    for (size_t i = 0; i < repetitions; i++) {
        steps += time_work(w, 1) - clock;
        products += time_runs(run_product, p, 1) - clock;
    }
    *step = steps / (double)repetitions;
    *product = products / (double)repetitions;
}

static host_times time_host(work *w, host_product *p, int blas_threads, double budget) {
    double steps[SERIES][TURNS], products[SERIES][TURNS], only[TURNS];
    set_five_threads(blas_threads);
    run_product(p); /* may start threads */
    double least = time_runs(run_product, p, 1) + time_work(w, 1);
    size_t repetitions = 2 + (size_t)(budget / (TURNS * (SERIES + 1)) / least);
    for (size_t turn = 0; turn < TURNS; turn++) {
        only[turn] = time_runs(run_product, p, repetitions);
        for (size_t i = 0; i < SERIES; i++) {
            size_t s = (turn + i) % SERIES;
            set_threads(w, SERIES_THREADS[s]);
            time_in_turns(w, p, repetitions, &steps[s][turn], &products[s][turn]);
        }
    }
    host_times times = {.only_product = get_median(only)};
    for (size_t s = 0; s < SERIES; s++) {
        times.steps[s] = get_median(steps[s]);
        times.products[s] = get_median(products[s]);
    }
    return times;
}

/* ---- the surroundings ------------------------------------------------------------------------ */

enum { IDLE, ONE_BUSY, TWO_BUSY, COPY, HOST, N_SURROUNDINGS };
static const char *const SURROUNDINGS[] = {"nothing", "1 busy", "2 busy", "a copy", "products"};

/* What the lines of a surrounding had, for the summary. */
typedef struct ratios {
    size_t count;
    double *ratio, *itself, *step, *product;
} ratios;

typedef struct session {
    const options *options;
    report report;
    atomic_int *threads; /* shared with the copy */
    host_product product;
    ratios ratios[N_SURROUNDINGS];
} session;

static json_t *describe_line(const work *w, int surrounding, const double medians[SERIES],
                             ratios *kept) {
    shape s = w->problem.shape;
    s.N = w->batch;
    json_t *result = describe_shape(&s);
    kept->ratio[kept->count] = medians[0] / medians[1];
    kept->itself[kept->count] = medians[2] / medians[1];
    json_object_set_new(result, "work", json_string(w->trainer ? "training" : "gradient"));
    json_object_set_new(result, "beside", json_string(SURROUNDINGS[surrounding]));
    json_object_set_new(result, "default_seconds", json_real(medians[0]));
    json_object_set_new(result, "one_seconds", json_real(medians[1]));
    json_object_set_new(result, "ratio", json_real(kept->ratio[kept->count]));
    json_object_set_new(result, "itself", json_real(kept->itself[kept->count]));
    return result;
}

static void time_beside(session *b, work *w, int surrounding) {
    double medians[SERIES];
    if (surrounding == ONE_BUSY || surrounding == TWO_BUSY)
        start_neighbours((size_t)surrounding, keep_busy, NULL);
    else if (surrounding == COPY)
        start_neighbours(1, run_copy, w);
    double seconds = b->options->seconds;
    time_series(w, surrounding == IDLE ? seconds / IDLE_SHARE : seconds, medians);
    stop_neighbours();
    ratios *kept = &b->ratios[surrounding];
    add_result(&b->report, describe_line(w, surrounding, medians, kept));
    kept->count++;
}

/* Products of one thread leave the caches as cold, and no thread behind that spins. */
static void time_with_products(session *b, work *w) {
    ratios *kept = &b->ratios[HOST];
    int blas_threads = get_five_threads();
    wait_for_blas_threads();
    host_times calm = time_host(w, &b->product, 1, b->options->seconds / 2);
    host_times times = time_host(w, &b->product, blas_threads, b->options->seconds / 2);
    wait_for_blas_threads();
    json_t *result = describe_line(w, HOST, times.steps, kept);
    kept->step[kept->count] = times.steps[0] / calm.steps[0];
    kept->product[kept->count] = times.products[0] / times.only_product;
    json_object_set_new(result, "slowdown", json_real(kept->step[kept->count]));
    json_object_set_new(result, "one_slowdown", json_real(times.steps[1] / calm.steps[1]));
    json_object_set_new(result, "product_slowdown", json_real(kept->product[kept->count]));
    json_object_set_new(result, "one_product_slowdown",
                        json_real(times.products[1] / times.only_product));
    add_result(&b->report, result);
    kept->count++;
}

static void time_in_surroundings(session *b, work *w) {
    for (int surrounding = IDLE; surrounding <= COPY; surrounding++)
        time_beside(b, w, surrounding);
    if (!w->trainer)
        time_with_products(b, w);
}

static void time_network(session *b, const shape *s) {
    problem all = make_problem(s, 1);
    for (size_t i = 0; i < N_BATCHES && (i == 0 || BATCHES[i - 1] < s->N); i++)
        for (int trains = 0; trains <= 1; trains++) {
            work w;
            make_work(&w, &all, BATCHES[i], trains, b->threads);
            time_in_surroundings(b, &w);
            free_work(&w);
        }
    free_problem(&all);
}

/* ---- the summary ----------------------------------------------------------------------------- */

static void open_ratios(ratios *r, size_t lines) {
    r->ratio = allocate_array(4 * lines, sizeof *r->ratio);
    r->itself = r->ratio + lines;
    r->step = r->itself + lines;
    r->product = r->step + lines;
}

static void print_spread(const char *what, double *found, size_t count) {
    qsort(found, count, sizeof *found, compare_doubles);
    fprintf(stderr, "  %s: median %.2f, 90 %% %.2f, worst %.2f", what, found[count / 2],
            found[count * 9 / 10], found[count - 1]);
}

static void print_summary(session *b) {
    for (int i = 0; i < N_SURROUNDINGS; i++) {
        ratios *r = &b->ratios[i];
        fprintf(stderr, "%-9s", SURROUNDINGS[i]);
        print_spread("default / 1 thread", r->ratio, r->count);
        print_spread("1 thread / itself", r->itself, r->count);
        if (i == HOST) {
            print_spread("step", r->step, r->count);
            print_spread("product", r->product, r->count);
        }
        fprintf(stderr, "\n");
    }
}

static atomic_int *share_integer(void) {
    void *shared =
        mmap(NULL, sizeof(atomic_int), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) {
        fprintf(stderr, "nnblas-bench: out of memory\n");
        exit(EXIT_FAILURE);
    }
    return shared;
}

int run_busy(const options *o) {
    static const shape_list OWN = {NETWORKS, sizeof NETWORKS / sizeof *NETWORKS};
    shape_list shapes = choose_shapes(o, OWN);
    const report_head head = {"busy", COLUMNS, NOTE};
    session b = {.options = o, .report = open_report(&head, o->json_path)};
    b.threads = share_integer();
    b.product = make_host_product();
    for (int i = 0; i < N_SURROUNDINGS; i++)
        open_ratios(&b.ratios[i], 2 * N_BATCHES * shapes.count);
    for (size_t i = 0; i < shapes.count; i++)
        time_network(&b, &shapes.shapes[i]);
    print_summary(&b);
    for (int i = 0; i < N_SURROUNDINGS; i++)
        free(b.ratios[i].ratio);
    free_host_product(&b.product);
    munmap(b.threads, sizeof *b.threads);
    return close_report(&b.report) ? EXIT_SUCCESS : EXIT_FAILURE;
}
