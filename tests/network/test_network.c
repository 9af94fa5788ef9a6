/* SPDX-License-Identifier: BSD-3-Clause */
/* The network and the trainer as a program uses them. */
#include "support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const size_t SIZES[] = {5, 7, 6, 2};
enum { N_SIZES = 4, N = 83, PARAMETERS = 5 * 7 + 7 * 6 + 6 * 2 };

static problem make_default_problem(void) {
    dice d = {11};
    return make_problem(&d, N, SIZES, N_SIZES, 1);
}

static nnblas_trainer *make_trainer(nnblas_net *net, double rate, size_t epochs) {
    nnblas_trainer *trainer;
    ck_assert_ok(nnblas_trainer_create(net, &trainer));
    ck_assert_ok(nnblas_trainer_set_learning_rate(trainer, rate));
    ck_assert_ok(nnblas_trainer_set_epochs(trainer, epochs));
    return trainer;
}

/* ---- networks -------------------------------------------------------------------------------- */

/* W1 b1 W2 b2 ... */
START_TEST(parameters_are_one_vector) {
    for (unsigned flags = 0; flags <= NNBLAS_BIAS; flags++) {
        nnblas_net *net;
        ck_assert_ok(nnblas_net_create(SIZES, N_SIZES, flags, &net));
        ck_assert_uint_eq(nnblas_net_flags(net), flags);
        ck_assert_uint_eq(nnblas_net_layer_count(net), N_SIZES);
        ck_assert_uint_eq(nnblas_net_layer_size(net, 0), SIZES[0]);
        double *next = nnblas_net_parameters(net);
        for (size_t l = 1; l < N_SIZES; l++) {
            ck_assert_uint_eq(nnblas_net_layer_size(net, l), SIZES[l]);
            ck_assert_ptr_eq(nnblas_net_weights(net, l), next);
            next += SIZES[l - 1] * SIZES[l];
            ck_assert_ptr_eq(nnblas_net_bias(net, l), flags ? next : NULL);
            next += flags ? SIZES[l] : 0;
        }
        size_t biases = flags ? SIZES[1] + SIZES[2] + SIZES[3] : 0;
        ck_assert_uint_eq(nnblas_net_parameter_count(net), PARAMETERS + biases);
        ck_assert_ptr_eq(nnblas_net_parameters(net) + PARAMETERS + biases, next);
        nnblas_net_destroy(net);
    }
}
END_TEST

START_TEST(a_network_tells_its_kind_and_keeps_its_parameters) {
    for (size_t i = 0; i < N_KINDS; i++) {
        kind k = get_kind(i);
        nnblas_net *net, *untouched;
        ck_assert_ok(nnblas_net_create(SIZES, N_SIZES, k.flags, &net));
        ck_assert_ok(nnblas_net_create(SIZES, N_SIZES, k.flags, &untouched));
        ck_assert_ok(nnblas_net_set_output(net, k.output, k.cost));
        ck_assert_ok(nnblas_net_set_hidden(net, k.hidden));
        ck_assert_uint_eq(nnblas_net_flags(net), k.flags);
        ck_assert_int_eq(nnblas_net_hidden_activation(net), k.hidden);
        ck_assert_int_eq(nnblas_net_output_activation(net), k.output);
        ck_assert_int_eq(nnblas_net_cost(net), k.cost);
        ck_assert(memcmp(nnblas_net_parameters(net), nnblas_net_parameters(untouched),
                         nnblas_net_parameter_count(net) * sizeof(double)) == 0);
        ck_assert_int_eq(nnblas_net_hidden_activation(untouched), NNBLAS_SIGMOID);
        ck_assert_int_eq(nnblas_net_output_activation(untouched), NNBLAS_SIGMOID);
        ck_assert_int_eq(nnblas_net_cost(untouched), NNBLAS_MSE);
        nnblas_net_destroy(net);
        nnblas_net_destroy(untouched);
    }
}
END_TEST

START_TEST(init_is_seeded) {
    nnblas_net *net;
    ck_assert_ok(nnblas_net_create(SIZES, N_SIZES, 0, &net));
    double *W = nnblas_net_parameters(net), first[PARAMETERS];
    memcpy(first, W, sizeof first);
    ck_assert_ok(nnblas_net_init(net, 1));
    ck_assert(memcmp(first, W, sizeof first) != 0);
    ck_assert_ok(nnblas_net_init(net, 0));
    ck_assert(memcmp(first, W, sizeof first) == 0);
    ck_assert_ok(nnblas_net_init_by(net, NNBLAS_UNIFORM, 5));
    memcpy(first, W, sizeof first);
    ck_assert_ok(nnblas_net_init_by(net, NNBLAS_UNIFORM, 6));
    ck_assert(memcmp(first, W, sizeof first) != 0);
    ck_assert_ok(nnblas_net_init_by(net, NNBLAS_UNIFORM, 5));
    ck_assert(memcmp(first, W, sizeof first) == 0);
    nnblas_net_destroy(net);
}
END_TEST

/* The weights come near to the bound on both sides and no further, and their mean is near 0. */
static void check_uniform(size_t n, const double *W, double bound) {
    double least = 0.0, largest = 0.0, sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        least = fmin(least, W[i]);
        largest = fmax(largest, W[i]);
        sum += W[i];
    }
    ck_assert_double_le(largest, bound);
    ck_assert_double_ge(least, -bound);
    ck_assert_double_ge(fmin(largest, -least), 0.95 * bound);
    ck_assert_double_le(fabs(sum), 0.1 * bound * (double)n);
}

/* Sizes of which sqrt(6 / (inputs + outputs)) is 1/3 and sqrt(6 / inputs) 1/2 and sqrt(1/5). */
START_TEST(init_keeps_to_the_bounds_of_its_method) {
    enum { INPUTS = 24, HIDDEN = 30, OUTPUTS = 24, DEFAULT = -1 };
    const double GLOROT = 1.0 / 3.0, HE1 = 0.5, HE2 = sqrt(0.2);
    const struct {
        nnblas_activation hidden, output;
        nnblas_cost cost;
        int method;
        double bounds[2];
    } CASES[] = {
        {NNBLAS_SIGMOID, NNBLAS_SIGMOID, NNBLAS_MSE, DEFAULT, {4 * GLOROT, 4 * GLOROT}},
        {NNBLAS_SIGMOID, NNBLAS_SIGMOID, NNBLAS_CROSS_ENTROPY, DEFAULT, {GLOROT, GLOROT}},
        {NNBLAS_SIGMOID, NNBLAS_IDENTITY, NNBLAS_MSE, DEFAULT, {4 * GLOROT, GLOROT}},
        {NNBLAS_TANH, NNBLAS_SIGMOID, NNBLAS_MSE, DEFAULT, {GLOROT, 4 * GLOROT}},
        {NNBLAS_TANH, NNBLAS_SOFTMAX, NNBLAS_CROSS_ENTROPY, DEFAULT, {GLOROT, GLOROT}},
        {NNBLAS_RELU, NNBLAS_SOFTMAX, NNBLAS_MSE, DEFAULT, {HE1, GLOROT}},
        {NNBLAS_RELU, NNBLAS_SIGMOID, NNBLAS_MSE, NNBLAS_GLOROT, {GLOROT, 4 * GLOROT}},
        {NNBLAS_RELU, NNBLAS_IDENTITY, NNBLAS_MSE, NNBLAS_HE, {HE1, HE2}},
        {NNBLAS_SIGMOID, NNBLAS_SIGMOID, NNBLAS_MSE, NNBLAS_HE, {HE1, HE2}},
        {NNBLAS_SIGMOID, NNBLAS_SIGMOID, NNBLAS_MSE, NNBLAS_UNIFORM, {0.5, 0.5}},
        {NNBLAS_TANH, NNBLAS_IDENTITY, NNBLAS_MSE, NNBLAS_UNIFORM, {0.5, 0.5}},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        nnblas_net *net;
        ck_assert_ok(nnblas_net_create((size_t[]){INPUTS, HIDDEN, OUTPUTS}, 3, NNBLAS_BIAS, &net));
        ck_assert_ok(nnblas_net_set_hidden(net, CASES[i].hidden));
        ck_assert_ok(nnblas_net_set_output(net, CASES[i].output, CASES[i].cost));
        fill(nnblas_net_parameter_count(net), nnblas_net_parameters(net), (double)NAN);
        ck_assert_ok(CASES[i].method == DEFAULT
                         ? nnblas_net_init(net, i)
                         : nnblas_net_init_by(net, (nnblas_initialization)CASES[i].method, i));
        check_uniform(INPUTS * HIDDEN, nnblas_net_weights(net, 1), CASES[i].bounds[0]);
        check_uniform(HIDDEN * OUTPUTS, nnblas_net_weights(net, 2), CASES[i].bounds[1]);
        ck_assert(holds_only(HIDDEN, nnblas_net_bias(net, 1), 0.0));
        ck_assert(holds_only(OUTPUTS, nnblas_net_bias(net, 2), 0.0));
        nnblas_net_destroy(net);
    }
}
END_TEST

/* The same numbers on every machine: the generator and the order of the weights are a promise. */
START_TEST(init_gives_known_weights) {
    nnblas_net *net;
    ck_assert_ok(nnblas_net_create((size_t[]){3, 3}, 2, 0, &net));
    ck_assert_ok(nnblas_net_init(net, 42));
    const double *W = nnblas_net_parameters(net);
    /* xoshiro256** from SplitMix64, seed 42: the first bits, by the authors' reference code. */
    const uint64_t BITS[] = {0x15780b2e0c2ec716, 0x6104d9866d113a7e, 0xae17533239e499a1};
    for (size_t i = 0; i < 3; i++) {
        double unit = (double)(BITS[i] >> 11) * 0x1p-53;
        ck_assert_double_eq(W[i], 4.0 * (2.0 * unit - 1.0));
    }
    nnblas_net_destroy(net);
}
END_TEST

/* ---- training -------------------------------------------------------------------------------- */

typedef struct record {
    size_t calls, stop_at;
    double mse[64];
} record;

static int record_epoch(void *user, size_t epoch, double mse) {
    record *r = user;
    r->mse[r->calls++] = mse;
    ck_assert_uint_eq(epoch, r->calls);
    return epoch == r->stop_at;
}

START_TEST(fit_is_steps_of_the_gradient) {
    enum { EPOCHS = 20 };
    problem p = make_default_problem();
    nnblas_net *net = make_net(&p);
    nnblas_trainer *trainer = make_trainer(net, 0.8, EPOCHS);
    record r = {0};
    ck_assert_ok(nnblas_trainer_set_callback(trainer, record_epoch, &r));
    ck_assert_ok(nnblas_trainer_fit(trainer, N, p.X, p.ldx, p.Y, p.ldy));
    ck_assert_uint_eq(r.calls, EPOCHS);
    double gradient[PARAMETERS];
    for (size_t epoch = 0; epoch < EPOCHS; epoch++) {
        double mse = compute_reference(&p, gradient, NULL);
        ck_assert_close(1, &mse, &r.mse[epoch]);
        for (size_t i = 0; i < PARAMETERS; i++)
            p.parameters[i] -= 0.8 * gradient[i];
    }
    ck_assert_close(PARAMETERS, p.parameters, nnblas_net_parameters(net));
    nnblas_trainer_destroy(trainer);
    nnblas_net_destroy(net);
    free_problem(&p);
}
END_TEST

START_TEST(the_callback_stops) {
    problem p = make_default_problem();
    nnblas_net *net = make_net(&p), *other = make_net(&p);
    nnblas_trainer *trainer = make_trainer(net, 0.5, 50), *short_one = make_trainer(other, 0.5, 7);
    record r = {.stop_at = 7};
    ck_assert_ok(nnblas_trainer_set_callback(trainer, record_epoch, &r));
    ck_assert_int_eq(nnblas_trainer_fit(trainer, N, p.X, p.ldx, p.Y, p.ldy),
                     NNBLAS_STOPPED_CALLBACK);
    ck_assert_uint_eq(r.calls, 7);
    ck_assert_ok(nnblas_trainer_fit(short_one, N, p.X, p.ldx, p.Y, p.ldy));
    ck_assert(memcmp(nnblas_net_parameters(net), nnblas_net_parameters(other),
                     PARAMETERS * sizeof(double)) == 0);
    nnblas_trainer_destroy(trainer);
    nnblas_trainer_destroy(short_one);
    nnblas_net_destroy(net);
    nnblas_net_destroy(other);
    free_problem(&p);
}
END_TEST

START_TEST(the_desired_cost_stops) {
    problem p = make_default_problem();
    nnblas_net *net = make_net(&p);
    nnblas_trainer *trainer = make_trainer(net, 0.5, 60);
    record r = {0};
    double start, end;
    ck_assert_ok(nnblas_net_evaluate(net, N, p.X, p.ldx, p.Y, p.ldy, &start));
    ck_assert_ok(nnblas_trainer_set_desired_cost(trainer, 0.95 * start));
    ck_assert_ok(nnblas_trainer_set_callback(trainer, record_epoch, &r));
    ck_assert_int_eq(nnblas_trainer_fit(trainer, N, p.X, p.ldx, p.Y, p.ldy), NNBLAS_STOPPED_COST);
    ck_assert_uint_gt(r.calls, 1);
    ck_assert_double_gt(r.mse[r.calls - 2], 0.95 * start);
    ck_assert_double_le(r.mse[r.calls - 1], 0.95 * start);
    ck_assert_ok(nnblas_net_evaluate(net, N, p.X, p.ldx, p.Y, p.ldy, &end));
    ck_assert_double_eq_tol(end, r.mse[r.calls - 1], 1e-14);
    /* Already there: not one step. */
    double kept[PARAMETERS];
    memcpy(kept, nnblas_net_parameters(net), sizeof kept);
    ck_assert_ok(nnblas_trainer_set_callback(trainer, NULL, NULL));
    ck_assert_int_eq(nnblas_trainer_fit(trainer, N, p.X, p.ldx, p.Y, p.ldy), NNBLAS_STOPPED_COST);
    ck_assert(memcmp(kept, nnblas_net_parameters(net), sizeof kept) == 0);
    nnblas_trainer_destroy(trainer);
    nnblas_net_destroy(net);
    free_problem(&p);
}
END_TEST

/* Inputs so large that no bound shows the weights to stay finite: each step is then looked at. */
START_TEST(fit_trains_on_huge_inputs) {
    problem p = make_default_problem();
    for (size_t i = 0; i < N; i++)
        p.X[i * p.ldx] *= 1e120;
    nnblas_net *net = make_net(&p);
    nnblas_trainer *trainer = make_trainer(net, 1e-130, 3);
    ck_assert_ok(nnblas_trainer_fit(trainer, N, p.X, p.ldx, p.Y, p.ldy));
    double gradient[PARAMETERS];
    for (size_t epoch = 0; epoch < 3; epoch++) {
        compute_reference(&p, gradient, NULL);
        for (size_t i = 0; i < PARAMETERS; i++)
            p.parameters[i] -= 1e-130 * gradient[i];
    }
    ck_assert_close(PARAMETERS, p.parameters, nnblas_net_parameters(net));
    nnblas_trainer_destroy(trainer);
    nnblas_net_destroy(net);
    free_problem(&p);
}
END_TEST

/* Xor, which no network without a hidden layer can learn. The third input is 1: a bias. */
START_TEST(xor_is_learnt) {
    static const double X[] = {0, 0, 1, 0, 1, 1, 1, 0, 1, 1, 1, 1}, Y[] = {0, 1, 1, 0};
    nnblas_net *net;
    ck_assert_ok(nnblas_net_create((size_t[]){3, 6, 1}, 3, 0, &net));
    nnblas_trainer *trainer = make_trainer(net, 2.0, 20000);
    ck_assert_ok(nnblas_trainer_fit(trainer, 4, X, 3, Y, 1));
    double O_out[4];
    ck_assert_ok(nnblas_net_predict(net, 4, X, 3, O_out, 1));
    for (size_t i = 0; i < 4; i++)
        ck_assert_double_le(fabs(O_out[i] - Y[i]), 0.1);
    nnblas_trainer_destroy(trainer);
    nnblas_net_destroy(net);
}
END_TEST

/* ---- metadata -------------------------------------------------------------------------------- */

static nnblas_net *make_small_net(void) {
    nnblas_net *net;
    ck_assert_ok(nnblas_net_create((size_t[]){2, 1}, 2, 0, &net));
    return net;
}

START_TEST(texts_are_set_and_taken_away) {
    nnblas_net *net = make_small_net();
    ck_assert_ptr_null(nnblas_net_metadata(net, "a"));
    ck_assert_ok(nnblas_net_set_metadata(net, "a", NULL));
    char text[] = "first";
    ck_assert_ok(nnblas_net_set_metadata(net, "a", text));
    ck_assert_ok(nnblas_net_set_metadata(net, "b", "second"));
    ck_assert_ok(nnblas_net_set_metadata(net, "c", ""));
    text[0] = 'x'; /* it was copied */
    ck_assert_str_eq(nnblas_net_metadata(net, "a"), "first");
    ck_assert_str_eq(nnblas_net_metadata(net, "b"), "second");
    ck_assert_str_eq(nnblas_net_metadata(net, "c"), "");
    /* A text may be set to itself. */
    ck_assert_ok(nnblas_net_set_metadata(net, "b", nnblas_net_metadata(net, "b")));
    ck_assert_ok(nnblas_net_set_metadata(net, "a", "a longer one than before"));
    ck_assert_ok(nnblas_net_set_metadata(net, "c", NULL));
    ck_assert_str_eq(nnblas_net_metadata(net, "a"), "a longer one than before");
    ck_assert_str_eq(nnblas_net_metadata(net, "b"), "second");
    ck_assert_ptr_null(nnblas_net_metadata(net, "c"));
    ck_assert_ok(nnblas_net_set_metadata(net, "a", NULL));
    ck_assert_ptr_null(nnblas_net_metadata(net, "a"));
    ck_assert_str_eq(nnblas_net_metadata(net, "b"), "second");
    ck_assert_ptr_null(nnblas_net_metadata(NULL, "b"));
    ck_assert_ptr_null(nnblas_net_metadata(net, NULL));
    ck_assert_int_eq(nnblas_net_set_metadata(NULL, "a", "b"), NNBLAS_ERROR_NULL);
    ck_assert_int_eq(nnblas_net_set_metadata(net, NULL, "b"), NNBLAS_ERROR_NULL);
    nnblas_net_destroy(net);
}
END_TEST

START_TEST(keys_have_rules) {
    char longest[101], too_long[102];
    memset(longest, 'k', 100);
    longest[100] = '\0';
    memset(too_long, 'k', 101);
    too_long[101] = '\0';
    const char *const good[] = {"k",      " ",       "~",         "two words",
                                "nnblas", "Nnblas.", "x.nnblas.", longest};
    const char *const bad[] = {"",      too_long, "nnblas.",     "nnblas.format", "a\nb",
                               "a\x7f", "\x1f",   "caf\xc3\xa9", "\xff",          "nnblas.new"};
    nnblas_net *net = make_small_net();
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        ck_assert_ok(nnblas_net_set_metadata(net, good[i], "text"));
        ck_assert_str_eq(nnblas_net_metadata(net, good[i]), "text");
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ck_assert_int_eq(nnblas_net_set_metadata(net, bad[i], "text"), NNBLAS_ERROR_VALUE);
        ck_assert_ptr_nonnull(strstr(nnblas_error_message(), "key is "));
        ck_assert_int_eq(nnblas_net_set_metadata(net, bad[i], NULL), NNBLAS_ERROR_VALUE);
        ck_assert_ptr_null(nnblas_net_metadata(net, bad[i]));
    }
    nnblas_net_destroy(net);
}
END_TEST

/* The borders of RFC 3629, and what lies behind them. */
START_TEST(texts_are_utf8) {
    static const char *const GOOD[] = {
        "",
        "\x01\x7f",
        "\xc2\x80",
        "\xdf\xbf",
        "\xe0\xa0\x80",
        "\xec\xbf\xbf",
        "\xed\x9f\xbf",
        "\xee\x80\x80",
        "\xef\xbf\xbf",
        "\xf0\x90\x80\x80",
        "\xf3\xbf\xbf\xbf",
        "\xf4\x8f\xbf\xbf",
    };
    static const struct text {
        const char *value;
        size_t byte;
    } BAD[] = {
        {"\x80", 0},
        {"ab\xbf", 2},
        {"a\xc0\x80", 1},
        {"\xc1\xbf", 0},
        {"\xc1\x80\x80\x80", 0},
        {"\xc2", 0},
        {"\xc2g", 0},
        {"\xc2\xc0", 0},
        {"\xe0\x9f\xbf", 0},
        {"\xe1\x80", 0},
        {"\xe1\x80g", 0},
        {"\xe1\x7f\x80", 0},
        {"\xed\xa0\x80", 0},
        {"\xed\xbf\xbf", 0},
        {"\xf0\x8f\xbf\xbf", 0},
        {"\xf1\x80\x80", 0},
        {"\xf1\x80\x80\xc0", 0},
        {"\xf4\x90\x80\x80", 0},
        {"\xf5\x80\x80\x80", 0},
        {"\xff", 0},
        {"\xc2\x80\x80", 2},
    };
    nnblas_net *net = make_small_net();
    for (size_t i = 0; i < sizeof GOOD / sizeof *GOOD; i++) {
        ck_assert_ok(nnblas_net_set_metadata(net, "text", GOOD[i]));
        ck_assert_str_eq(nnblas_net_metadata(net, "text"), GOOD[i]);
    }
    ck_assert_ok(nnblas_net_set_metadata(net, "text", "kept"));
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        char words[64];
        snprintf(words, sizeof words, "value is not UTF-8 at byte %zu", BAD[i].byte);
        ck_assert_int_eq(nnblas_net_set_metadata(net, "text", BAD[i].value), NNBLAS_ERROR_VALUE);
        ck_assert_str_eq(nnblas_error_message(), words);
        ck_assert_str_eq(nnblas_net_metadata(net, "text"), "kept");
    }
    nnblas_net_destroy(net);
}
END_TEST

/* ---- the same bits --------------------------------------------------------------------------- */

/* Enough work that several threads share it. */
static void train_large(int threads, double *parameters, double *mse) {
    static const size_t LARGE[] = {40, 33, 5};
    dice d = {12};
    problem p = make_problem(&d, 3000, LARGE, 3, 0);
    ck_assert_ok(nnblas_set_threads(threads));
    nnblas_net *net = make_net(&p);
    nnblas_trainer *trainer = make_trainer(net, 0.3, 5);
    ck_assert_ok(nnblas_trainer_fit(trainer, p.N, p.X, p.ldx, p.Y, p.ldy));
    memcpy(parameters, nnblas_net_parameters(net), p.parameter_count * sizeof(double));
    ck_assert_ok(nnblas_net_evaluate(net, p.N, p.X, p.ldx, p.Y, p.ldy, mse));
    nnblas_trainer_destroy(trainer);
    nnblas_net_destroy(net);
    free_problem(&p);
}

START_TEST(the_same_bits_run_after_run) {
    enum { COUNT = 40 * 33 + 33 * 5 };
    static double first[COUNT], again[COUNT], sequential[COUNT];
    double first_mse, again_mse, sequential_mse;
    train_large(1, sequential, &sequential_mse);
    for (int threads = 1; threads <= 4; threads++) {
        train_large(threads, first, &first_mse);
        ck_assert_close(COUNT, sequential, first);
        for (int run = 0; run < 10; run++) {
            train_large(threads, again, &again_mse);
            ck_assert(memcmp(first, again, sizeof first) == 0);
            ck_assert(memcmp(&first_mse, &again_mse, sizeof first_mse) == 0);
        }
    }
}
END_TEST

/* ---- the library ----------------------------------------------------------------------------- */

START_TEST(the_library_tells_of_itself) {
    unsigned major, minor, patch;
    ck_assert_int_eq(sscanf(nnblas_version(), "%u.%u.%u", &major, &minor, &patch), 3);
    ck_assert_ptr_nonnull(strstr(nnblas_blas_info(), "BLAS"));
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        parameters_are_one_vector,
        a_network_tells_its_kind_and_keeps_its_parameters,
        init_is_seeded,
        init_keeps_to_the_bounds_of_its_method,
        init_gives_known_weights,
        fit_is_steps_of_the_gradient,
        the_callback_stops,
        the_desired_cost_stops,
        fit_trains_on_huge_inputs,
        xor_is_learnt,
        texts_are_set_and_taken_away,
        keys_have_rules,
        texts_are_utf8,
        the_same_bits_run_after_run,
        the_library_tells_of_itself,
    };
    return run_tests("network", tests, sizeof tests / sizeof *tests);
}
