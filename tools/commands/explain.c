/* SPDX-License-Identifier: BSD-3-Clause */
/* One iteration of the algorithm on two flowers, with every matrix of nnblas.h and its numbers; or
 * a page that shows it on six flowers or on a model. */
#include "cli/files.h"
#include "cli/memory.h"
#include "cli/options.h"
#include "cli/output.h"
#include "commands/commands.h"
#include "commands/explain_page.h"
#include "iris/iris.h"

#ifdef HAVE_CSV
#include "commands/explain_model.h"
#include "table/table_options.h"
#endif

#include <nnblas.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char HELP[] =
    "usage: nnblas explain\n"
    "       nnblas explain --html FILE\n"
#ifdef HAVE_CSV
    "       nnblas explain --html FILE MODEL DATA.csv [OPTION]...\n"
#endif
    "\n"
    "Prints one iteration of backpropagation on two flowers, with 4 inputs, 2 hidden units and 3\n"
    "outputs: every matrix in the order in which it is computed, with its shape, its formula and\n"
    "its numbers. Then it computes the gradient of one weight by two other methods.\n"
    "\n"
    "  --html FILE           write a page for a browser instead, on six flowers and 3 hidden\n"
    "                        units: choose a weight and see each path from it to the cost, the\n"
    "                        products element by element, and steps of gradient descent. The\n"
    "                        page is one file and loads nothing else. - is standard output\n"
#ifdef HAVE_CSV
    "\n"
    "With MODEL, a file that nnblas train saved, the page shows that network on the first rows of\n"
    "DATA.csv, at most 20, which has the targets too. Of a network with more than 6000 parameters "
    "it\n"
    "shows the first 16 units of each layer, as a network of its own, and says so.\n"
    "\n" TABLE_OPTIONS_HELP
#endif
    ;

enum { N = 2, INPUTS = IRIS_INPUTS, HIDDEN = 2, OUTPUTS = IRIS_SPECIES };

/* The weight whose gradient is written out: from the petal length to the first hidden unit. */
enum { WEIGHT_INPUT = 2, WEIGHT_HIDDEN = 0 };

static const uint64_t SEED = 1;
static const double LEARNING_RATE = 1.0;

/* The rounding error of a central difference grows as 1e-16 / step, its own error as step^2. */
static const double DIFFERENCE_STEP = 1e-5;
static const double TOLERANCE = 1e-9;

typedef struct {
    double X[N][INPUTS], Y[N][OUTPUTS];
    double W1[INPUTS][HIDDEN], W2[HIDDEN][OUTPUTS];
    double H_in[N][HIDDEN], H_out[N][HIDDEN];
    double O_in[N][OUTPUTS], O_out[N][OUTPUTS];
    double mse;
    double O_error[N][OUTPUTS], O_delta[N][OUTPUTS];
    double W2_update[HIDDEN][OUTPUTS];
    double H_error[N][HIDDEN], H_delta[N][HIDDEN];
    double W1_update[INPUTS][HIDDEN];
    double new_W1[INPUTS][HIDDEN], new_W2[HIDDEN][OUTPUTS];
    double new_mse;
} iteration;

/* ---- the numbers ----------------------------------------------------------------------------- */

static void take_examples(iteration *it) {
    for (size_t e = 0; e < N; e++) {
        memcpy(it->X[e], iris_rows[e * IRIS_ROWS_A_SPECIES], sizeof it->X[e]);
        for (size_t k = 0; k < OUTPUTS; k++)
            it->Y[e][k] = k == e ? 1.0 : 0.0;
    }
}

/* Small, so that inputs in centimetres do not saturate the sigmoid, and with two decimals, to
 * compute with by hand. */
static void shorten_weights(double *shortened, const double *weights, size_t count) {
    for (size_t w = 0; w < count; w++)
        shortened[w] = round(weights[w] * 10.0) / 100.0;
}

static nnblas_status draw_weights(iteration *it) {
    nnblas_net *net;
    nnblas_status status = nnblas_net_create((const size_t[]){INPUTS, HIDDEN, OUTPUTS}, 3, 0, &net);
    if (status)
        return status;
    status = nnblas_net_init(net, SEED);
    shorten_weights(it->W1[0], nnblas_net_weights(net, 1), INPUTS * HIDDEN);
    shorten_weights(it->W2[0], nnblas_net_weights(net, 2), HIDDEN * OUTPUTS);
    nnblas_net_destroy(net);
    return status;
}

/* The intermediate matrices that the library does not return. */
static void compute_sums(iteration *it) {
    for (size_t e = 0; e < N; e++) {
        for (size_t j = 0; j < HIDDEN; j++) {
            it->H_in[e][j] = it->H_error[e][j] = 0.0;
            for (size_t i = 0; i < INPUTS; i++)
                it->H_in[e][j] += it->X[e][i] * it->W1[i][j];
            for (size_t k = 0; k < OUTPUTS; k++)
                it->H_error[e][j] += it->O_delta[e][k] * it->W2[j][k];
        }
        for (size_t k = 0; k < OUTPUTS; k++) {
            it->O_in[e][k] = 0.0;
            for (size_t j = 0; j < HIDDEN; j++)
                it->O_in[e][k] += it->H_out[e][j] * it->W2[j][k];
            it->O_error[e][k] = it->O_out[e][k] - it->Y[e][k];
        }
    }
}

static nnblas_status compute_mse(const iteration *it, const double *W1, const double *W2,
                                 double *mse) {
    double H_out[N * HIDDEN], O_out[N * OUTPUTS];
    nnblas_status status =
        nnblas_feedforward(N, INPUTS, HIDDEN, OUTPUTS, it->X[0], W1, W2, H_out, O_out);
    double sum = 0.0;
    for (size_t e = 0; e < N && !status; e++)
        for (size_t k = 0; k < OUTPUTS; k++)
            sum += pow(O_out[e * OUTPUTS + k] - it->Y[e][k], 2.0);
    *mse = sum / (2.0 * N);
    return status;
}

static nnblas_status take_step(iteration *it) {
    memcpy(it->new_W1, it->W1, sizeof it->W1);
    memcpy(it->new_W2, it->W2, sizeof it->W2);
    nnblas_status status = nnblas_gradient_step(N, INPUTS, HIDDEN, OUTPUTS, it->X[0], it->Y[0],
                                                LEARNING_RATE, it->new_W1[0], it->new_W2[0], NULL);
    return status ? status : compute_mse(it, it->new_W1[0], it->new_W2[0], &it->new_mse);
}

static nnblas_status compute_iteration(iteration *it) {
    take_examples(it);
    nnblas_status status = draw_weights(it);
    if (!status)
        status = nnblas_feedforward(N, INPUTS, HIDDEN, OUTPUTS, it->X[0], it->W1[0], it->W2[0],
                                    it->H_out[0], it->O_out[0]);
    if (!status)
        status = nnblas_backpropagate(N, INPUTS, HIDDEN, OUTPUTS, it->X[0], it->Y[0], it->W2[0],
                                      it->H_out[0], it->O_out[0], it->O_delta[0], it->H_delta[0],
                                      it->W1_update[0], it->W2_update[0], &it->mse);
    if (status)
        return status;
    compute_sums(it);
    return take_step(it);
}

/* (mse(w + step) - mse(w - step)) / (2 step) */
static nnblas_status compute_difference(const iteration *it, double *difference) {
    double W1[INPUTS][HIDDEN], above, below;
    memcpy(W1, it->W1, sizeof W1);
    W1[WEIGHT_INPUT][WEIGHT_HIDDEN] = it->W1[WEIGHT_INPUT][WEIGHT_HIDDEN] + DIFFERENCE_STEP;
    nnblas_status status = compute_mse(it, W1[0], it->W2[0], &above);
    W1[WEIGHT_INPUT][WEIGHT_HIDDEN] = it->W1[WEIGHT_INPUT][WEIGHT_HIDDEN] - DIFFERENCE_STEP;
    if (!status)
        status = compute_mse(it, W1[0], it->W2[0], &below);
    if (!status)
        *difference = (above - below) / (2.0 * DIFFERENCE_STEP);
    return status;
}

/* ---- output ---------------------------------------------------------------------------------- */

/* Of computed numbers; given numbers have fewer. */
enum { DECIMALS = 8 };

/* The names of the rows or columns of a matrix. */
typedef struct {
    size_t size;
    const char *names[INPUTS];
} axis;

static const axis EXAMPLE_AXIS = {N, {"setosa", "versicolor"}};
static const axis INPUT_AXIS = {INPUTS,
                                {"sepal length", "sepal width", "petal length", "petal width"}};
static const axis HIDDEN_AXIS = {HIDDEN, {"hidden 0", "hidden 1"}};
static const axis OUTPUT_AXIS = {OUTPUTS, {"setosa", "versicolor", "virginica"}};

static void print_title(const char *name, const char *shape, const char *formula) {
    printf("\n%-10s  %-5s  %s\n", name, shape, formula);
}

static void print_matrix(const char *name, const char *formula, const axis *rows,
                         const axis *columns, int decimals, const double *numbers) {
    char shape[32];
    snprintf(shape, sizeof shape, "%zu x %zu", rows->size, columns->size);
    print_title(name, shape, formula);
    printf("%19s", "");
    for (size_t c = 0; c < columns->size; c++)
        printf("%15s", columns->names[c]);
    putchar('\n');
    for (size_t r = 0; r < rows->size; r++) {
        printf("%19s", rows->names[r]);
        for (size_t c = 0; c < columns->size; c++)
            printf("%15.*f", decimals, numbers[r * columns->size + c]);
        putchar('\n');
    }
}

static void print_cost(const char *name, const char *formula, double mse) {
    print_title(name, "", formula);
    printf("%19s%15.*f\n", "", DECIMALS, mse);
}

static void print_data(const iteration *it) {
    print_matrix("X", "two examples: the first setosa and the first versicolor, in cm",
                 &EXAMPLE_AXIS, &INPUT_AXIS, 1, it->X[0]);
    print_matrix("Y", "their labels: 1 for the species of the flower", &EXAMPLE_AXIS, &OUTPUT_AXIS,
                 0, it->Y[0]);
    print_matrix("W1", "weights drawn with seed 1, divided by 10, two decimals kept", &INPUT_AXIS,
                 &HIDDEN_AXIS, 2, it->W1[0]);
    print_matrix("W2", "drawn in the same way", &HIDDEN_AXIS, &OUTPUT_AXIS, 2, it->W2[0]);
}

static void print_forward(const iteration *it) {
    puts("\nForward, from the examples to the cost. sigmoid(a) = 1 / (1 + exp(-a))");
    print_matrix("H_in", "X W1", &EXAMPLE_AXIS, &HIDDEN_AXIS, DECIMALS, it->H_in[0]);
    print_matrix("H_out", "sigmoid(H_in)", &EXAMPLE_AXIS, &HIDDEN_AXIS, DECIMALS, it->H_out[0]);
    print_matrix("O_in", "H_out W2", &EXAMPLE_AXIS, &OUTPUT_AXIS, DECIMALS, it->O_in[0]);
    print_matrix("O_out", "sigmoid(O_in)", &EXAMPLE_AXIS, &OUTPUT_AXIS, DECIMALS, it->O_out[0]);
    print_cost("MSE", "1/(2N) sum (O_out - Y)^2, N = 2 examples", it->mse);
}

static void print_backward(const iteration *it) {
    puts("\nBackward, from the cost to the gradient. ^T transposes, and the products with\n"
         "(1 - H_out) and (1 - O_out) are element by element.");
    print_matrix("O_error", "O_out - Y", &EXAMPLE_AXIS, &OUTPUT_AXIS, DECIMALS, it->O_error[0]);
    print_matrix("O_delta", "O_error O_out (1 - O_out)", &EXAMPLE_AXIS, &OUTPUT_AXIS, DECIMALS,
                 it->O_delta[0]);
    print_matrix("W2_update", "H_out^T O_delta / N  =  d MSE / d W2", &HIDDEN_AXIS, &OUTPUT_AXIS,
                 DECIMALS, it->W2_update[0]);
    print_matrix("H_error", "O_delta W2^T", &EXAMPLE_AXIS, &HIDDEN_AXIS, DECIMALS, it->H_error[0]);
    print_matrix("H_delta", "H_error H_out (1 - H_out)", &EXAMPLE_AXIS, &HIDDEN_AXIS, DECIMALS,
                 it->H_delta[0]);
    print_matrix("W1_update", "X^T H_delta / N  =  d MSE / d W1", &INPUT_AXIS, &HIDDEN_AXIS,
                 DECIMALS, it->W1_update[0]);
}

static void print_step(const iteration *it) {
    printf("\nThe step, with learning_rate %g.\n", LEARNING_RATE);
    print_matrix("new W1", "W1 - learning_rate W1_update", &INPUT_AXIS, &HIDDEN_AXIS, DECIMALS,
                 it->new_W1[0]);
    print_matrix("new W2", "W2 - learning_rate W2_update", &HIDDEN_AXIS, &OUTPUT_AXIS, DECIMALS,
                 it->new_W2[0]);
    print_cost("new MSE", "of the same examples with the new weights", it->new_mse);
}

/* Prints the terms and returns their sum. */
static double print_paths(const iteration *it) {
    printf(
        "\nOne gradient, d MSE / d w1[%d][%d], without matrices. The weight changes the cost "
        "along\n"
        "the paths through hidden %d to the %d outputs k, for each of the %d examples e. By the\n"
        "chain rule each path adds the term\n"
        "\n"
        "    1/N  o_delta[e][k]  w2[%d][k]  h_out[e][%d] (1 - h_out[e][%d])  x[e][%d]\n"
        "\n",
        WEIGHT_INPUT, WEIGHT_HIDDEN, WEIGHT_HIDDEN, OUTPUTS, N, WEIGHT_HIDDEN, WEIGHT_HIDDEN,
        WEIGHT_HIDDEN, WEIGHT_INPUT);
    printf("  %-10s  %-10s  %3s   %11s   %5s   %10s   %3s   %14s\n", "example e", "output k", "1/N",
           "o_delta", "w2", "h (1 - h)", "x", "term");
    double sum = 0.0;
    for (size_t e = 0; e < N; e++)
        for (size_t k = 0; k < OUTPUTS; k++) {
            double h = it->H_out[e][WEIGHT_HIDDEN], w2 = it->W2[WEIGHT_HIDDEN][k];
            double x = it->X[e][WEIGHT_INPUT];
            double term = it->O_delta[e][k] * w2 * h * (1.0 - h) * x / N;
            printf("  %-10s  %-10s  1/%d * %11.8f * %5.2f * %10.8f * %3.1f = %14.11f\n",
                   EXAMPLE_AXIS.names[e], OUTPUT_AXIS.names[k], N, it->O_delta[e][k], w2,
                   h * (1.0 - h), x, term);
            sum += term;
        }
    return sum;
}

static int compare_gradients(const iteration *it) {
    double difference;
    if (compute_difference(it, &difference))
        return report_failure("explain");
    double sum = print_paths(it);
    double update = it->W1_update[WEIGHT_INPUT][WEIGHT_HIDDEN];
    printf("\n"
           "  sum over the %d paths    %.11f\n"
           "  W1_update[%d][%d]         %.11f\n"
           "  central difference     %.11f   (MSE(w + %g) - MSE(w - %g)) / %g\n",
           N * OUTPUTS, sum, WEIGHT_INPUT, WEIGHT_HIDDEN, update, difference, DIFFERENCE_STEP,
           DIFFERENCE_STEP, 2.0 * DIFFERENCE_STEP);
    if (fabs(sum - update) <= TOLERANCE && fabs(difference - update) <= TOLERANCE)
        return EXIT_SUCCESS;
    fprintf(stderr, "nnblas explain: the three gradients differ by more than %g\n", TOLERANCE);
    return EXIT_FAILURE;
}

static int print_iteration(void) {
    iteration it;
    if (compute_iteration(&it))
        return report_failure("explain");
    puts("One iteration of backpropagation: 4 inputs, 2 hidden units, 3 outputs, 2 examples.");
    print_data(&it);
    print_forward(&it);
    print_backward(&it);
    print_step(&it);
    return compare_gradients(&it);
}

/* ---- the page -------------------------------------------------------------------------------- */

enum { PAGE_HIDDEN = 3, PAGE_FLOWERS = 2 /* of each species */ };

static char **copy_names(const char *const *names, size_t count) {
    char **copies = resize_array(NULL, count, sizeof *copies);
    for (size_t i = 0; i < count; i++)
        copies[i] = copy_text(names[i]);
    return copies;
}

static void take_flowers(explained *e) {
    e->N = PAGE_FLOWERS * IRIS_SPECIES;
    e->X = resize_array(NULL, e->N * IRIS_INPUTS, sizeof *e->X);
    e->Y = resize_array(NULL, e->N * IRIS_SPECIES, sizeof *e->Y);
    for (size_t r = 0; r < e->N; r++) {
        size_t species = r / PAGE_FLOWERS;
        memcpy(e->X + r * IRIS_INPUTS, iris_rows[species * IRIS_ROWS_A_SPECIES + r % PAGE_FLOWERS],
               sizeof iris_rows[0]);
        for (size_t k = 0; k < IRIS_SPECIES; k++)
            e->Y[r * IRIS_SPECIES + k] = k == species ? 1.0 : 0.0;
    }
    e->input_names = copy_names(INPUT_AXIS.names, IRIS_INPUTS);
    e->output_names = copy_names(iris_species, IRIS_SPECIES);
}

static bool make_iris(explained *e) {
    static const size_t SIZES[] = {IRIS_INPUTS, PAGE_HIDDEN, IRIS_SPECIES};
    *e = (explained){.learning_rate = LEARNING_RATE};
    if (nnblas_net_create(SIZES, 3, 0, &e->net) || nnblas_net_init(e->net, SEED)) {
        report_failure("explain");
        return false;
    }
    double *W = nnblas_net_parameters(e->net);
    shorten_weights(W, W, nnblas_net_parameter_count(e->net));
    take_flowers(e);
    return true;
}

/* ---- arguments ------------------------------------------------------------------------------- */

typedef struct {
    const char *html, *model, *data;
#ifdef HAVE_CSV
    table_options table;
#endif
} explain_arguments;

#ifdef HAVE_CSV

static int check_arguments(const explain_arguments *a) {
    if (a->model && !a->html)
        return refuse_usage("explain", "--html FILE is missing: a model is explained on a page; "
                                       "see nnblas explain --help");
    if (a->model && !a->data)
        return refuse_usage("explain", "DATA.csv is missing; usage: nnblas explain --html FILE "
                                       "MODEL DATA.csv");
    if (a->model && strcmp(a->model, "-") == 0 && strcmp(a->data, "-") == 0)
        return refuse_usage("explain", "MODEL and DATA.csv cannot both be standard input");
    return CARRY_ON;
}

static int read_arguments(int argc, char **argv, explain_arguments *a) {
    enum { N_OWN = 3 };
    table_arguments table = {0};
    command_option options[N_TABLE_OPTIONS + N_OWN] = {
        {.place = "MODEL", .text = &a->model},
        {.place = "DATA.csv", .text = &a->data},
        {"html", .text = &a->html},
    };
    list_table_options(&table, options + N_OWN);
    int status = read_options(argc, argv, HELP, options, N_OWN + N_TABLE_OPTIONS);
    if (status == CARRY_ON)
        status = take_table_arguments("explain", &table, &a->table);
    return status == CARRY_ON ? check_arguments(a) : status;
}

static bool make_explained(const explain_arguments *a, explained *e) {
    return a->model ? read_explained("explain", a->model, a->data, &a->table, e) : make_iris(e);
}

#else

static int read_arguments(int argc, char **argv, explain_arguments *a) {
    const command_option options[] = {{"html", .text = &a->html}};
    return read_options(argc, argv, HELP, options, 1);
}

static bool make_explained(const explain_arguments *a, explained *e) {
    (void)a;
    return make_iris(e);
}

#endif

static int check_all_files(const explain_arguments *a) {
    const file_argument files[] = {
        {"MODEL", a->model, FILE_READ},
        {"DATA.csv", a->data, FILE_READ},
        {"--html", a->html, FILE_WRITTEN},
    };
    return check_files("explain", files, sizeof files / sizeof files[0]);
}

static int write_explanation(const explain_arguments *a) {
    explained e;
    ignore_write_signals();
    bool is_good = make_explained(a, &e) && write_page("explain", &e, a->html);
    free_explained(&e);
    return is_good ? EXIT_SUCCESS : EXIT_FAILURE;
}

int run_explain(int argc, char **argv) {
    explain_arguments arguments = {0};
    int status = read_arguments(argc, argv, &arguments);
    if (status == CARRY_ON)
        status = check_all_files(&arguments);
    if (status != CARRY_ON)
        return status;
    return arguments.html ? write_explanation(&arguments) : print_iteration();
}
