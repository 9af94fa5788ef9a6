// SPDX-License-Identifier: BSD-3-Clause
#include "check.hpp"

#include <cmath>
#include <cstdio>

static_assert(!std::is_copy_constructible_v<nnblas::net>);
static_assert(!std::is_copy_constructible_v<nnblas::bytes>);
static_assert(std::is_nothrow_move_constructible_v<nnblas::net>);
static_assert(std::is_nothrow_move_assignable_v<nnblas::net>);
// A const network gives nothing that could be written to.
static_assert(std::is_same_v<decltype(std::declval<const nnblas::net &>().parameters()),
                             nnblas::const_vector_view>);
static_assert(std::is_same_v<decltype(std::declval<const nnblas::net &>().weights(1)),
                             nnblas::const_matrix_view>);

static std::vector<double> copy(nnblas::const_vector_view view) {
    return {view.begin(), view.end()};
}

static void test_shape() {
    const std::vector<std::size_t> sizes{3, 4, 2};
    nnblas::net net(sizes, 0);
    check(net.layer_count() == 3 && net.inputs() == 3 && net.layer_size(1) == 4 &&
              net.outputs() == 2,
          "layer sizes");
    check(net.flags() == 0 && net.parameter_count() == 20 && net.bias(1).empty(),
          "a network without biases");
    net = nnblas::net({3, 4, 2});
    check(net.flags() == NNBLAS_BIAS && net.parameter_count() == 26 && net.bias(2).size() == 2,
          "biases are the default");
    check(net.weights(1).rows() == 3 && net.weights(1).columns() == 4 &&
              net.weights(2).data() == net.parameters().data() + 16,
          "weights are matrices in the parameters");
    const nnblas::net with_skip({3, 4, 2}, NNBLAS_BIAS | NNBLAS_SKIP);
    check(with_skip.flags() == (NNBLAS_BIAS | NNBLAS_SKIP) && with_skip.parameter_count() == 32 &&
              with_skip.weights(1).rows() == 3 && with_skip.weights(2).rows() == 7 &&
              with_skip.bias(2).data() == with_skip.weights(2).data() + 14,
          "skip connections are more rows of the last weights");
    const nnblas::net &read = net;
    check(read.weights(2).data() == net.weights(2).data() &&
              read.bias(1).data() == net.bias(1).data(),
          "a const network has the same addresses");
    check(catch_status([&] { (void)net.weights(3); }) == NNBLAS_ERROR_VALUE &&
              catch_status([&] { (void)read.bias(0); }) == NNBLAS_ERROR_VALUE,
          "a layer that there is not");
}

static void test_settings() {
    nnblas::net net({2, 3, 2});
    net.set_hidden(NNBLAS_TANH);
    net.set_output(NNBLAS_SOFTMAX, NNBLAS_CROSS_ENTROPY);
    check(net.hidden_activation() == NNBLAS_TANH && net.output_activation() == NNBLAS_SOFTMAX &&
              net.cost() == NNBLAS_CROSS_ENTROPY,
          "activations and cost");
    check(catch_status([&] { net.set_hidden(NNBLAS_SOFTMAX); }) == NNBLAS_ERROR_VALUE,
          "an activation that is refused");
    net.set_activation(1, NNBLAS_RELU);
    check(net.activation(1) == NNBLAS_RELU && net.activation(2) == NNBLAS_SOFTMAX,
          "the activation of a layer");
    check(catch_status([&] { net.set_activation(3, NNBLAS_TANH); }) == NNBLAS_ERROR_VALUE,
          "an activation of a layer that there is not");
    net.set_activation(1, NNBLAS_TANH);
    net.set_output(NNBLAS_IDENTITY, NNBLAS_HUBER);
    net.set_cost_parameter(0.25);
    check(net.cost_parameter() == 0.25, "the parameter of the cost");
    net.set_output(NNBLAS_SOFTMAX, NNBLAS_CROSS_ENTROPY);
    check(net.cost_parameter() == 0.0 &&
              catch_status([&] { net.set_cost_parameter(0.25); }) == NNBLAS_ERROR_VALUE,
          "a cost without a parameter");
    net.init(7);
    const std::vector<double> by_seed = copy(net.parameters());
    net.init_by(NNBLAS_UNIFORM, 7);
    check(copy(net.parameters()) != by_seed, "another method draws other parameters");
    net.init_by(NNBLAS_GLOROT, 7);
    check(copy(net.parameters()) == by_seed, "the same seed draws the same ones");
}

static void test_labels() {
    nnblas::net net({1, 2});
    check(net.label_count() == 2, "a label for each output");
    net.set_output(NNBLAS_IDENTITY, NNBLAS_GAUSSIAN);
    check(net.label_count() == 1 && net.outputs() == 2, "a label for a mean and its variance");
    const std::vector<double> column{1, 2, 3}, two{1, 2, 3, 4, 5, 6};
    check(net.evaluate({column, 1}, {column, 1}) > 0.0, "a cost of a column of labels");
    check(catch_status([&] {
              (void)net.evaluate({column, 1}, {two, 2});
          }) == NNBLAS_ERROR_SIZE,
          "labels for the variances");
    nnblas::trainer trainer(net);
    trainer.set_epochs(3);
    trainer.set_validation_rows({column, 1}, {column, 1});
    check(trainer.validation_rows().Y.columns() == 1, "validation rows");
    trainer.fit({column, 1}, {column, 1});
}

static void test_ownership() {
    nnblas::net net({2, 3, 1});
    const double *parameters = net.parameters().data();
    nnblas::net moved(std::move(net));
    check(moved.parameters().data() == parameters, "a view outlives a move");
    nnblas::net cloned = moved.clone();
    check(copy(cloned.parameters()) == copy(moved.parameters()) &&
              cloned.parameters().data() != parameters,
          "a clone has parameters of its own");
    nnblas_net *released = moved.release();
    nnblas::net taken(released);
    check(taken.get() == released && taken.parameters().data() == parameters,
          "a released network is taken over");
}

static void test_calls() {
    nnblas::net net({2, 3, 1});
    const std::vector<double> O_out = net.predict({X, 2});
    double mse = 0;
    for (std::size_t e = 0; e < 4; e++)
        mse += (O_out[e] - Y[e]) * (O_out[e] - Y[e]) / 8;
    check(std::fabs(net.evaluate({X, 2}, {Y, 1}) - mse) < 1e-15, "predict and evaluate agree");

    std::vector<double> table(12, -1);
    nnblas::matrix_view wide(table, 3);
    net.predict({X, 2}, wide.column_range(2, 1));
    check(table[2] == O_out[0] && table[11] == O_out[3] && table[0] == -1,
          "predict into a column of a table");

    std::vector<double> gradient(net.parameter_count()), weighted(gradient.size());
    const std::vector<double> ones(4, 1), last{0, 0, 0, 1};
    check(std::fabs(net.gradient({X, 2}, {Y, 1}, gradient) - mse) < 1e-15 && gradient[0] != 0,
          "the gradient and its cost");
    check(std::fabs(net.gradient({X, 2}, {Y, 1}, ones, weighted) - mse) < 1e-15,
          "the gradient with weights");
    const double alone = net.evaluate(nnblas::const_matrix_view(X, 2).row_range(3, 1),
                                      nnblas::const_matrix_view(Y, 1).row_range(3, 1));
    check(std::fabs(net.evaluate({X, 2}, {Y, 1}, last) - alone) < 1e-15, "the cost with weights");
}

/* Each beside another: the derivative of the cost by the parameters is that of the outputs times
 * the error, and the Hessian of v is the change of the gradient along v. */
static void test_derivatives() {
    nnblas::net net({2, 3, 1});
    const std::size_t n = net.parameter_count();
    const std::vector<double> O_out = net.predict({X, 2}), by_inputs = net.input_jacobian({X, 2});
    std::vector<double> ones(4, 1), X_gradient(8), J(4 * n), gradient(n), sum(n);
    net.input_gradient({X, 2}, {ones, 1}, {X_gradient, 2});
    check(X_gradient == by_inputs, "the gradient by the inputs of a single output");
    net.jacobian({X, 2}, {J, n});
    net.gradient({X, 2}, {Y, 1}, gradient);
    for (std::size_t e = 0; e < 4; e++)
        for (std::size_t i = 0; i < n; i++)
            sum[i] += (O_out[e] - Y[e]) * J[e * n + i] / 4;
    double difference = 0;
    for (std::size_t i = 0; i < n; i++)
        difference = std::fmax(difference, std::fabs(sum[i] - gradient[i]));
    check(difference < 1e-15, "the Jacobian times the error is the gradient");

    std::vector<double> v(n), column(n), diagonal(n);
    v[1] = 1;
    net.hessian_vector({X, 2}, {Y, 1}, v, column);
    net.hessian_diagonal({X, 2}, {Y, 1}, diagonal);
    check(column[1] != 0 && std::fabs(column[1] - diagonal[1]) < 1e-15, "a diagonal element");
    net.parameters()[1] += 1e-6;
    net.gradient({X, 2}, {Y, 1}, sum);
    check(std::fabs((sum[0] - gradient[0]) / 1e-6 - column[0]) < 1e-6, "a column of the Hessian");
    const auto refused = [](auto &&call) { return catch_status(call) == NNBLAS_ERROR_SIZE; };
    const std::vector<double> dYdX(8), heavy{1, 2, 3, 4};
    const double given = net.evaluate_derivatives({X, 2}, {Y, 1}, 0.5, {dYdX, 2});
    double squares = 0;
    for (const double slope : net.input_jacobian({X, 2}))
        squares += slope * slope;
    check(std::fabs(given - net.evaluate({X, 2}, {Y, 1}) - 0.5 * squares / 8) < 1e-15,
          "the cost of derivatives");
    check(std::fabs(net.gradient_derivatives({X, 2}, {Y, 1}, 0.5, {dYdX, 2}, column) - given) <
              1e-15,
          "the same with the gradient");
    net.parameters()[1] += 1e-6;
    const double moved = net.evaluate_derivatives({X, 2}, {Y, 1}, 0.5, {dYdX, 2});
    check(std::fabs((moved - given) / 1e-6 - column[1]) < 1e-5, "the gradient of derivatives");
    check(net.evaluate_derivatives({X, 2}, {Y, 1}, 0.5, {dYdX, 2}, heavy) != moved, "row weights");
    check(refused([&] {
              (void)net.evaluate_derivatives({X, 2}, {Y, 1}, 1, {dYdX, 4});
          }) &&
              refused([&] {
                  net.gradient_derivatives({X, 2}, {Y, 1}, 1, {dYdX, 2}, column, ones);
                  net.gradient_derivatives({X, 2}, {Y, 1}, 1, {dYdX, 2}, column, dYdX);
              }),
          "derivatives or weights of another size");
    check(refused([&] { net.hessian_vector({X, 2}, {Y, 1}, ones, column); }), "a short v");
    check(refused([&] { net.jacobian({X, 2}, {J, 2}); }), "a narrow J");
    check(refused([&] { net.input_gradient({X, 2}, {ones, 2}, {X_gradient, 2}); }), "a short V");
}

static void test_sizes() {
    const nnblas::net net({2, 3, 1});
    std::vector<double> short_vector(2), O_out(4, -1);
    const auto refused = [](auto &&call) { return catch_status(call) == NNBLAS_ERROR_SIZE; };
    check(refused([&] { (void)net.predict({X, 4}); }), "rows of another width");
    check(refused([&] { net.predict({X, 2}, {short_vector, 1}); }), "too few rows of outputs");
    check(refused([&] { (void)net.evaluate({X, 2}, {short_vector, 1}); }), "too few labels");
    check(refused([&] { (void)net.evaluate({X, 2}, {Y, 1}, short_vector); }), "too few weights");
    check(refused([&] { net.gradient({X, 2}, {Y, 1}, short_vector); }), "a short gradient");
    std::string message;
    try {
        net.predict({X, 4}, {O_out, 1});
    } catch (const nnblas::error &error) {
        message = error.what();
    }
    check(message == "columns of X: 4, expected 2" && O_out[0] == -1,
          "the message has both sizes, and nothing was written");
}

static void test_saving() {
    nnblas::net net({2, 3, 1});
    net.set_metadata("author", "R. A. Fisher");
    net.set_metadata("year", "1936");
    check(net.metadata("author") == "R. A. Fisher" && !net.metadata("title"), "texts by key");
    check(net.metadata_keys() == std::vector<std::string>{"author", "year"}, "the keys");
    net.remove_metadata("year");
    check(net.metadata_keys().size() == 1, "a text is removed");

    const nnblas::bytes bytes = net.save_to_memory();
    const nnblas::net loaded = nnblas::net::load_from_memory(bytes.data(), bytes.size());
    check(copy(loaded.parameters()) == copy(net.parameters()) && loaded.metadata("author"),
          "saved to memory and loaded");
    const std::string path = "test.safetensors";
    net.save(path);
    check(copy(nnblas::net::load(path).parameters()) == copy(net.parameters()),
          "saved to a file and loaded");
    std::remove(path.c_str());
    check(catch_status([&] { (void)nnblas::net::load(path); }) == NNBLAS_ERROR_FILE,
          "a file that there is not");
    check(catch_status([&] { (void)nnblas::net::load_from_memory(X.data(), 8); }) ==
              NNBLAS_ERROR_FORMAT,
          "bytes that are no network");
}

// C would take the text before the NUL.
static void test_texts_with_nul() {
    nnblas::net net({2, 3, 1});
    const std::string with_nul("a\0b", 3);
    const auto refused = [](auto &&call) { return catch_status(call) == NNBLAS_ERROR_VALUE; };
    net.set_metadata("a", "author");
    check(refused([&] { net.set_metadata("key", with_nul); }) &&
              refused([&] { net.set_metadata(with_nul, "value"); }) &&
              refused([&] { net.remove_metadata(with_nul); }) &&
              refused([&] { (void)net.metadata(with_nul); }) && net.metadata_keys().size() == 1,
          "texts with a NUL inside are refused");
    check(refused([&] { net.save(with_nul); }) &&
              refused([&] { (void)nnblas::net::load(with_nul); }) &&
              refused([&] { nnblas::plans_save(with_nul); }) &&
              refused([&] { nnblas::plans_load(with_nul); }),
          "and paths");
    std::string message;
    try {
        net.set_metadata("key", with_nul);
    } catch (const nnblas::error &error) {
        message = error.what();
    }
    check(message == "value holds a NUL at byte 1", "the message says where");
}

static void test_plans() {
    const nnblas::net net({20, 30, 1});
    check(catch_status([&] { (void)net.plan_info(0, NNBLAS_PLAN_PREDICT); }) == NNBLAS_ERROR_SIZE &&
              std::string(nnblas_error_message()).find("N is 0") == 0,
          "a plan for no rows is refused as in C");
    check(catch_status([&] { (void)net.plan_info(1, static_cast<nnblas_plan_purpose>(3)); }) ==
              NNBLAS_ERROR_VALUE,
          "and one for another purpose");
    net.measure_plans(300, NNBLAS_PLAN_PREDICT, 0.01);
    check(net.plan_info(300, NNBLAS_PLAN_PREDICT).find("measured") != std::string::npos,
          "a measured plan");
    const std::string path = "test.plans";
    nnblas::plans_save(path);
    nnblas::plans_forget();
    check(net.plan_info(300, NNBLAS_PLAN_PREDICT).find("estimated") != std::string::npos,
          "a forgotten plan");
    nnblas::plans_load(path);
    check(net.plan_info(300, NNBLAS_PLAN_PREDICT).find("measured") != std::string::npos,
          "a plan from a file");
    std::remove(path.c_str());
    nnblas::plans_forget();
}

// The functions on arrays, against a network with the same weights.
static void test_arrays() {
    nnblas::net net({2, 3, 1}, 0);
    std::vector<double> W1 = copy({net.weights(1).data(), 6}),
                        W2 = copy({net.weights(2).data(), 3}), H_out(12), O_out(4), O_delta(4),
                        H_delta(12), W1_update(6), W2_update(3), gradient(9);
    nnblas::feedforward({X, 2}, {W1, 3}, {W2, 1}, {H_out, 3}, {O_out, 1});
    const double mse =
        nnblas::backpropagate({X, 2}, {Y, 1}, {W2, 1}, {H_out, 3}, {O_out, 1}, {O_delta, 1},
                              {H_delta, 3}, {W1_update, 3}, {W2_update, 1});
    const double expected = net.gradient({X, 2}, {Y, 1}, gradient);
    bool same = std::fabs(mse - expected) < 1e-15;
    for (std::size_t i = 0; i < 9; i++)
        same = same && std::fabs((i < 6 ? W1_update[i] : W2_update[i - 6]) - gradient[i]) < 1e-15;
    check(same, "feedforward and backpropagate");
    const double before = W1[0];
    check(std::fabs(nnblas::gradient_step({X, 2}, {Y, 1}, 1, {W1, 3}, {W2, 1}) - mse) < 1e-15 &&
              std::fabs(W1[0] - (before - gradient[0])) < 1e-15,
          "a gradient step");
    check(catch_status([&] {
              nnblas::feedforward({X, 2}, {W1, 3}, {W2, 3}, {H_out, 3}, {O_out, 1});
          }) == NNBLAS_ERROR_SIZE,
          "weights of another shape");
    check(catch_status([&] {
              const nnblas::const_matrix_view narrow(X.data(), 2, 2, 4);
              nnblas::feedforward(narrow, {W1, 3}, {W2, 1}, {H_out.data(), 2, 3},
                                  {O_out.data(), 2, 1});
          }) == NNBLAS_ERROR_LEADING,
          "rows that are not contiguous");
}

void test_net() {
    test_shape();
    test_settings();
    test_labels();
    test_ownership();
    test_calls();
    test_derivatives();
    test_sizes();
    test_saving();
    test_texts_with_nul();
    test_plans();
    test_arrays();
}
