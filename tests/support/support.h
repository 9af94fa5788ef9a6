/* SPDX-License-Identifier: BSD-3-Clause */
/* What the suites share: seeded data, the algorithm in long double, comparison, the runner. */
#ifndef SUPPORT_H
#define SUPPORT_H

#include "nnblas.h"

#include <check.h>
#include <stdbool.h>
#include <sys/types.h>

enum { MAX_SIZES = 8 };

/* ---- random numbers -------------------------------------------------------------------------- */

/* A generator of the tests' own: not the library's, which is under test. */
typedef struct dice {
    uint64_t state;
} dice;

uint64_t roll(dice *d);
/* Uniform over first .. last, both included. */
size_t roll_between(dice *d, size_t first, size_t last);
/* Uniform in low .. high. */
double roll_uniform(dice *d, double low, double high);
/* How many of so many trials: all, or the share of them, 0 to 1, that the environment variable
 * NNBLAS_TEST_SHARE sets for an emulated processor; at least 1. */
size_t count_trials(size_t all);
/* A size from 1 to limit: often 1, a prime, or a power of two and its neighbours. */
size_t roll_size(dice *d, size_t limit);

/* ---- children -------------------------------------------------------------------------------- */

/* Ends the calling process, a forked child, after a minute: a hang is a failure. */
void limit_child(void);
/* Waits for a forked child and returns its status. */
int wait_for_child(pid_t child);

/* Whether this library was built with what the optimizer needs. */
bool has_optimizer(nnblas_optimizer optimizer);

/* ---- problems -------------------------------------------------------------------------------- */

/* What a network is made of beside its sizes. All 0: sigmoids, the mse, no biases. */
typedef struct kind {
    nnblas_activation hidden, output; /* hidden: of all hidden layers, or as mix_hidden says */
    nnblas_cost cost;
    unsigned flags;
} kind;

/* Every hidden activation, and every output with each cost that it goes with, each with several of
 * the others; without biases and with, without skip connections and with, and with another
 * activation in each hidden layer. */
enum { N_KINDS = 5 * 23 };
kind get_kind(size_t i);
/* For kind.hidden: the activation in the first hidden layer, and another in each behind it. */
nnblas_activation mix_hidden(nnblas_activation first);
/* Of hidden layer l, from 1. */
nnblas_activation get_hidden(kind k, size_t l);
/* Those of its flags that a network of so many sizes can have. */
unsigned get_flags(kind k, size_t n_sizes);
/* Sets activations and cost of a network. */
void set_kind(nnblas_net *net, kind k);
kind roll_kind(dice *d);
/* That of the networks of make_net: not the default, and 0 where the cost has none. */
double get_cost_parameter(nnblas_cost cost);
void set_cost_parameter(nnblas_net *net);
/* Valid until the next call. */
const char *describe_kind(kind k);

/* A network's sizes, its parameters as the library lays them out, and rows to learn from. What lies
 * between the columns of X and Y and their leading dimensions is NaN. */
typedef struct problem {
    size_t n_sizes, sizes[MAX_SIZES];
    kind kind;
    nnblas_activation hidden[MAX_SIZES]; /* of hidden layer l, from 1 */
    size_t N, ldx, ldy;
    size_t parameter_count;
    double *X, *Y, *parameters;
    double *weights; /* of the rows; null: 1 each */
} problem;

/* Of the kind that is all 0. */
problem make_problem(dice *d, size_t N, const size_t *sizes, size_t n_sizes, size_t extra_columns);
/* Softmax outputs get labels of three sorts: a 1 among zeros, shares of 1, and what adds up to
 * anything. The Gaussian cost gets one output more than an odd number. */
problem make_problem_of(dice *d, kind k, size_t N, const size_t *sizes, size_t n_sizes,
                        size_t extra_columns);
/* Gives each row a weight, 0 to some. */
void weigh_rows(dice *d, problem *p);
void free_problem(problem *p);

/* Of layer l, from 1; the last is the outputs. */
nnblas_activation get_activation(const problem *p, size_t l);
/* Whether a hidden layer has the activation. */
bool has_hidden(const problem *p, nnblas_activation activation);
/* Whether its first or second derivative jumps at 0; whether a layer has such an activation. */
bool is_kinked(nnblas_activation activation);
bool has_kinks(const problem *p);
size_t get_inputs(const problem *p);
size_t get_outputs(const problem *p);
/* The columns of Y. */
size_t get_labels(const problem *p);
/* A leading dimension for predictions, with as many columns more as those of X and Y have. */
size_t get_ldo(const problem *p);
bool has_bias(const problem *p);
bool has_skip(const problem *p);
/* The rows of the matrix of layer l = 1 .. n_sizes - 1. */
size_t get_fan_in(const problem *p, size_t l);
/* Its weights and, behind them, its biases. */
size_t count_layer_parameters(const problem *p, size_t l);

/* The network of the problem; the caller destroys it. */
nnblas_net *make_net(const problem *p);
/* An epoch of the history. */
nnblas_epoch get_epoch(const nnblas_trainer *trainer, size_t index);

/* ---- the reference --------------------------------------------------------------------------- */

/*
 * The algorithm example by example and weight by weight in long double, for any number of layers,
 * each activation and each cost; no formula is shortened. Returns the cost. gradient
 * (parameter_count) and O_out (N x outputs) may be null.
 */
double compute_reference(const problem *p, double *gradient, double *O_out);

/* Derivatives beyond the gradient, by differences in long double: of the outputs of each row by its
 * inputs (N x outputs x inputs) and by the parameters (N outputs x parameters), and of the gradient
 * along v and along each parameter. Activations whose first or second derivative jumps must be kept
 * away from that place: see make_smooth_problem. */
void compute_reference_input_jacobian(const problem *p, double *J);
void compute_reference_jacobian(const problem *p, double *J, size_t ldj);
void compute_reference_hessian_vector(const problem *p, const double *v, double *Hv);
void compute_reference_hessian_diagonal(const problem *p, double *diagonal);

/* The cost of the problem's rows with the derivatives dYdX of so much weight, and its gradient: the
 * inputs' derivatives of what backpropagation gives. */
double compute_reference_given_derivatives(const problem *p, double derivative_weight,
                                           const double *dYdX, size_t ldd, double *gradient);

/* The score of the problem's rows in the same way. For R2 no output may have labels that are all
 * the same. */
double compute_reference_score(const problem *p, nnblas_score score);

/* How near to 0 the input of a relu or its like comes, where it has no derivative, but a unit whose
 * inputs are all 0 stays at 0, and does not count; or how near an output comes to where the first
 * or the second derivative of its cost jumps. 1 at most. */
double measure_kinks(const problem *p);

/* A problem whose hidden units and costs keep so far from their kinks. */
problem make_smooth_problem(dice *d, kind k, size_t N, const size_t *sizes, size_t n_sizes,
                            size_t extra_columns, double distance);

/* ---- comparison ------------------------------------------------------------------------------ */

/* The largest difference of two arrays over the largest magnitude in expected; infinity where one
 * of the two is NaN. */
double get_difference(size_t n, const double *expected, const double *found);

/* Each layer of a gradient or of the parameters within 1e-12 of expected. */
void check_layers(const problem *p, const double *expected, const double *found);

/* The same of predictions. O_out is N x outputs in a table whose other columns hold only other. */
void check_predictions(const problem *p, const double *expected, const double *O_out, size_t ldo,
                       double other);

#define ck_assert_close(n, expected, found)                                                        \
    ck_assert_double_le(get_difference(n, expected, found), 1e-12)

#define ck_assert_ok(call)                                                                         \
    do {                                                                                           \
        nnblas_status status_of_call = (call);                                                     \
        ck_assert_msg(status_of_call == NNBLAS_OK, "%s: %s, %s", #call,                            \
                      nnblas_status_string(status_of_call), nnblas_error_message());               \
    } while (0)

double *allocate_doubles(size_t n);
void fill(size_t n, double *a, double value);
bool holds_only(size_t n, const double *a, double value);
bool are_finite(size_t n, const double *a);

/* ---- the runner ------------------------------------------------------------------------------ */

/* A case of each test function, none with a time limit. Returns what main returns. */
int run_tests(const char *suite_name, const TTest *const *tests, size_t count);

/* The same with a function before each test and one behind it; either may be null. */
int run_tests_between(const char *suite_name, const TTest *const *tests, size_t count,
                      void (*begin)(void), void (*end)(void));

#endif
