// SPDX-License-Identifier: BSD-3-Clause
// Rows from sources, and what their functions throw.
#include "check.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <thread>

static nnblas::trainer make_trainer(nnblas::net &net, std::size_t epochs) {
    nnblas::trainer trainer(net);
    trainer.set_optimizer(NNBLAS_RPROP);
    trainer.set_epochs(epochs);
    return trainer;
}

// The four rows of X and Y, three at most at a time.
static nnblas::source make_source(std::size_t &row) {
    return {2, 1,
            [&row](nnblas_block &block) {
                block.N = std::min<std::size_t>({block.N, 3, Y.size() - row});
                std::copy_n(X.data() + 2 * row, 2 * block.N, block.X);
                std::copy_n(Y.data() + row, block.N, block.Y);
                row += block.N;
            },
            [&row] { row = 0; }};
}

static void test_source() {
    std::size_t row = 0, other_row = 0;
    nnblas::net net({2, 6, 1}), same = net.clone();
    nnblas::source rows = make_source(row), others = make_source(other_row);
    nnblas::trainer trainer = make_trainer(net, 50), plain = make_trainer(same, 50);
    trainer.set_validation_source(&others);
    check(trainer.validation_source() == others.get(), "a validation source");
    check(trainer.fit(rows) == nnblas::stop::epochs, "a fit of a source");
    plain.set_validation_rows({X, 2}, {Y, 1});
    plain.fit({X, 2}, {Y, 1});
    std::vector<double> gradient(net.parameter_count()), expected(gradient.size());
    const double mse = net.gradient(rows, gradient);
    check(std::abs(mse - same.gradient({X, 2}, {Y, 1}, expected)) < 1e-12 &&
              std::abs(net.evaluate(rows) - mse) < 1e-12,
          "the cost of a source");
    for (std::size_t i = 0; i < gradient.size(); i++)
        check(std::abs(gradient[i] - expected[i]) < 1e-9, "the gradient of a source");
    rows.set_block_rows(2);
    rows.set_read_ahead(false);
    rows.set_weighted(false);
    rows.set_rows(4);
    rows.set_seek([&row](std::size_t to) { row = to; });
    check(rows.block_rows() == 2 && std::abs(net.evaluate(rows) - mse) < 1e-12, "other blocks");
    nnblas::source failing(
        2, 1, [](nnblas_block &) { throw std::runtime_error("no disk"); }, [] {});
    bool has_thrown = false;
    try {
        trainer.fit(failing);
    } catch (const std::runtime_error &error) {
        has_thrown = std::string(error.what()) == "no disk";
    }
    check(has_thrown && trainer.fit_status() == NNBLAS_ERROR_SOURCE, "what a source threw");
}

// The four rows of X and Y, of which one pass, from 0, cannot be read.
class disk {
  public:
    explicit disk(std::size_t bad_pass) : bad_pass_(bad_pass) {
    }
    nnblas::source make_source() {
        return {2, 1,
                [this](nnblas_block &block) {
                    if (passes_ == bad_pass_ + 1)
                        fail();
                    block.N = std::exchange(left_, 0);
                    std::copy(X.begin(), X.end(), block.X);
                    std::copy(Y.begin(), Y.end(), block.Y);
                },
                [this] {
                    passes_++;
                    left_ = Y.size();
                }};
    }
    // Whether the pass has failed within 20 seconds.
    bool wait() const {
        for (int i = 0; i < 20000 && !has_failed_; i++)
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        return has_failed_;
    }

  private:
    [[noreturn]] void fail() {
        has_failed_ = true;
        throw std::runtime_error("the disk is away");
    }
    std::size_t bad_pass_, passes_ = 0, left_ = 0;
    std::atomic<bool> has_failed_{false};
};

// What a call throws, "" where nothing.
template <class Call> static std::string catch_words(Call &&call) {
    try {
        call();
    } catch (const std::exception &error) {
        return error.what();
    }
    return "";
}

// The pass of the next epoch is read ahead. The first pass counts.
static void test_pass_that_is_not_needed() {
    nnblas::net net({2, 6, 1});
    for (const bool is_validation : {false, true}) {
        disk bad(3), good(1000);
        nnblas::source rows = bad.make_source(), others = good.make_source();
        nnblas::trainer trainer = make_trainer(net, 3);
        trainer.set_callback([&](std::size_t epoch, double) {
            if (epoch == 2 && bad.wait())
                trainer.cancel();
        });
        trainer.set_validation_source(is_validation ? &rows : &others);
        check(catch_words([&] {
                  check(trainer.fit(is_validation ? others : rows) == nnblas::stop::cancelled,
                        "a fit that did not need the pass that fails");
              }).empty(),
              "it throws nothing");
    }
    disk bad(3);
    nnblas::source rows = bad.make_source();
    std::vector<nnblas::trainer> trainers;
    trainers.push_back(make_trainer(net, 3));
    trainers[0].set_validation_source(&rows);
    trainers[0].set_callback([&](std::size_t epoch, double) { return epoch == 2 && bad.wait(); });
    check(catch_words([&] {
              check(fit_many(trainers, {X, 2}, {Y, 1})[0] == NNBLAS_STOPPED_CALLBACK,
                    "a callback ends one of many before the pass that fails");
          }).empty(),
          "that throws nothing");
}

static void test_failure_of_an_earlier_call() {
    nnblas::net net({2, 6, 1});
    disk bad(3), good(1000);
    nnblas::source rows = bad.make_source(), others = good.make_source();
    nnblas::trainer trainer = make_trainer(net, 3);
    const auto fit = [&] { trainer.fit(rows); };
    trainer.set_callback([&](std::size_t epoch, double) {
        if (epoch == 2 && bad.wait())
            throw std::runtime_error("metric");
    });
    check(catch_words(fit) == "metric", "a callback throws before the pass that fails");
    trainer.set_callback(nullptr);
    trainer.set_validation_source(&rows);
    others.set_rows(5);
    check(catch_words([&] { trainer.fit(others); }).find("number of rows was set to 5") !=
              std::string::npos,
          "another source fails, and the failure of an earlier call is not thrown");
    check(catch_words([&] { (void)net.evaluate(rows); }).empty(), "nor by a call that succeeds");
}

static void test_source_in_use() {
    nnblas::net net({2, 6, 1}), other = net.clone();
    disk bad(3);
    nnblas::source rows = bad.make_source();
    nnblas::trainer trainer = make_trainer(net, 3);
    trainer.set_callback([&](std::size_t epoch, double) {
        if (epoch == 2 && bad.wait())
            check(catch_words([&] { (void)other.evaluate(rows); }) != "the disk is away",
                  "a source in use is refused, whatever it has thrown");
    });
    check(catch_words([&] { trainer.fit(rows); }) == "the disk is away",
          "what it threw is left to the call that uses it");
}

void test_sources() {
    test_source();
    test_pass_that_is_not_needed();
    test_failure_of_an_earlier_call();
    test_source_in_use();
}
