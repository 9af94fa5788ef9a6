// SPDX-License-Identifier: BSD-3-Clause
#include "check.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>

static_assert(!std::is_copy_constructible_v<nnblas::trainer>);
static_assert(std::is_nothrow_move_constructible_v<nnblas::trainer>);

static nnblas::trainer make_trainer(nnblas::net &net, std::size_t epochs) {
    nnblas::trainer trainer(net);
    trainer.set_optimizer(NNBLAS_RPROP);
    trainer.set_epochs(epochs);
    return trainer;
}

static void test_fit() {
    nnblas::net net({2, 6, 1});
    nnblas::trainer trainer = make_trainer(net, 500);
    check(trainer.fit({X, 2}, {Y, 1}) == nnblas::stop::epochs, "a fit of all epochs");
    check(net.evaluate({X, 2}, {Y, 1}) < 1e-3, "it learns exclusive or");
    const std::vector<nnblas_epoch> history = trainer.history();
    check(history.size() == 500 && history.front().epoch == 1 && history.back().epoch == 500 &&
              std::isnan(history[0].validation_cost),
          "the history");
    trainer.set_history_limit(3);
    trainer.set_desired_cost(0.01);
    net.init(0);
    check(trainer.fit({X, 2}, {Y, 1}) == nnblas::stop::cost && trainer.history_count() == 3,
          "a fit that ends by its cost, with a short history");
    check(catch_status([&] { (void)trainer.history_epoch(3); }) == NNBLAS_ERROR_VALUE,
          "an epoch that there is not");
}

static void test_refused() {
    nnblas::net net({2, 6, 1});
    nnblas::trainer trainer = make_trainer(net, 2);
    const std::vector<double> three(3, 1);
    check(catch_status([&] {
              trainer.fit({X, 4}, {Y, 1});
          }) == NNBLAS_ERROR_SIZE,
          "rows of another width are refused");
    check(catch_status([&] {
              trainer.fit({X, 2}, {three, 1});
          }) == NNBLAS_ERROR_SIZE,
          "too few labels are refused");
    trainer.set_sample_weights(three);
    check(catch_status([&] {
              trainer.fit({X, 2}, {Y, 1});
          }) == NNBLAS_ERROR_SIZE,
          "too few sample weights are refused");
    trainer.set_sample_weights({});
    check(trainer.fit({X, 2}, {Y, 1}) == nnblas::stop::epochs, "weights are taken back");
    check(catch_status([&] { trainer.set_epochs(0); }) == NNBLAS_ERROR_VALUE,
          "a setting that is refused");
    check(catch_status([&] { trainer.set_validation_weights(three); }) == NNBLAS_ERROR_VALUE,
          "weights without validation rows are refused");
    trainer.set_validation_rows({X, 2}, {Y, 1});
    check(catch_status([&] { trainer.set_validation_weights(three); }) == NNBLAS_ERROR_SIZE,
          "too few validation weights are refused");
}

// Setters of C through get(): what the object says and checks is what the library has.
static void test_setters_of_c() {
    nnblas::net net({2, 6, 1});
    nnblas::trainer trainer = make_trainer(net, 2);
    const std::vector<double> three(3, 1), four(4, 1);
    trainer.set_sample_weights(three);
    nnblas_trainer_set_sample_weights(trainer.get(), nullptr);
    check(!trainer.sample_weights() && trainer.fit({X, 2}, {Y, 1}) == nnblas::stop::epochs,
          "sample weights are taken back in C");
    trainer.set_sample_weights(three);
    nnblas_trainer_set_sample_weights(trainer.get(), four.data());
    check(trainer.sample_weights() == four.data() &&
              trainer.fit({X, 2}, {Y, 1}) == nnblas::stop::epochs,
          "sample weights are set in C");
    trainer.set_validation_rows({X, 2}, {Y, 1});
    trainer.set_validation_weights(four);
    nnblas_trainer_set_validation_rows(trainer.get(), 3, X.data(), 2, Y.data(), 1);
    check(trainer.validation_rows().X.rows() == 3 && trainer.validation_weights().empty(),
          "validation rows are set in C");
    nnblas_trainer_set_validation_weights(trainer.get(), three.data());
    check(trainer.validation_weights().size() == 3, "and their weights");
}

// An exception of a kind that no handler of the library could know.
struct mark {
    std::shared_ptr<int> address;
};

static void test_callbacks() {
    nnblas::net net({2, 6, 1});
    nnblas::trainer first = make_trainer(net, 10);
    std::vector<double> costs;
    first.set_callback([&costs](std::size_t, double mse) { costs.push_back(mse); });
    nnblas::trainer trainer(std::move(first));
    trainer.fit({X, 2}, {Y, 1});
    check(costs.size() == 10, "a callback without a result, in a trainer that was moved");
    trainer.set_callback([](std::size_t epoch, double) { return epoch == 4; });
    check(trainer.fit({X, 2}, {Y, 1}) == nnblas::stop::callback && trainer.history_count() == 4,
          "a callback that stops");
    auto owner = std::make_unique<int>(0);
    int &calls = *owner;
    trainer.set_callback([owner = std::move(owner)](std::size_t, double) { ++*owner; });
    trainer.fit({X, 2}, {Y, 1});
    check(calls == 10, "a callback that cannot be copied");
    trainer.set_callback(nullptr);
    check(trainer.fit({X, 2}, {Y, 1}) == nnblas::stop::epochs, "no callback");

    const auto address = std::make_shared<int>(0);
    trainer.set_callback([&](std::size_t epoch, double) {
        if (epoch == 3)
            throw mark{address};
    });
    bool unchanged = false;
    try {
        trainer.fit({X, 2}, {Y, 1});
    } catch (const mark &thrown) {
        unchanged = thrown.address == address;
    }
    check(unchanged && trainer.history_count() == 3,
          "what a callback throws stops the training and comes out of fit");
    check(address.use_count() == 1, "and is kept no longer");
    trainer.set_callback(nullptr);
    check(trainer.fit({X, 2}, {Y, 1}) == nnblas::stop::epochs, "the next fit is as any other");
}

static int stop_in_third(std::size_t epoch, double) {
    return epoch == 3;
}

// A callback by a function of its own class.
struct counter {
    int calls = 0;
    void count(std::size_t, double) {
        calls++;
    }
};

static void test_kinds_of_callbacks() {
    nnblas::net net({2, 6, 1});
    nnblas::trainer trainer = make_trainer(net, 4);
    const auto fit = [&] { return trainer.fit({X, 2}, {Y, 1}); };
    trainer.set_callback(stop_in_third);
    check(fit() == nnblas::stop::callback, "a function");
    trainer.set_callback(&stop_in_third);
    check(fit() == nnblas::stop::callback, "a pointer to a function");
    int (*function)(std::size_t, double) = nullptr;
    trainer.set_callback(function);
    check(!trainer.has_callback() && fit() == nnblas::stop::epochs, "a null pointer is none");
    trainer.set_callback(stop_in_third);
    trainer.set_callback(std::function<void(std::size_t, double)>());
    check(!trainer.has_callback() && fit() == nnblas::stop::epochs, "an empty function is none");
    trainer.set_epoch_callback(std::function<bool(const nnblas_epoch &)>());
    check(!trainer.has_epoch_callback() && fit() == nnblas::stop::epochs,
          "an empty function for the epoch is none");

    const auto mutable_lambda = [calls = 0](std::size_t, double) mutable { return ++calls == 2; };
    trainer.set_callback(mutable_lambda);
    check(fit() == nnblas::stop::callback && trainer.history_count() == 2,
          "a copy of a const callback may change");
    counter counted;
    trainer.set_callback(std::bind(&counter::count, &counted, std::placeholders::_1, 0));
    check(fit() == nnblas::stop::epochs && counted.calls == 4, "a bound function of a class");
    trainer.set_callback(nullptr);
    double nnblas_epoch::*member = nullptr;
    trainer.set_epoch_callback(member);
    check(!trainer.has_epoch_callback(), "a null pointer to a member is none");
    trainer.set_epoch_callback(&nnblas_epoch::cost);
    check(fit() == nnblas::stop::callback && trainer.history_count() == 1,
          "a pointer to a member stops where it is not 0");
}

static void test_epoch_callbacks() {
    nnblas::net net({2, 6, 1});
    nnblas::trainer trainer = make_trainer(net, 5);
    trainer.set_validation_rows({X, 2}, {Y, 1});
    trainer.set_score(NNBLAS_SCORE_ACCURACY);
    std::vector<nnblas_epoch> epochs;
    check(!trainer.has_epoch_callback(), "no epoch callback is the default");
    trainer.set_epoch_callback([&](const nnblas_epoch &epoch) { epochs.push_back(epoch); });
    trainer.fit({X, 2}, {Y, 1});
    check(trainer.has_epoch_callback() && !trainer.has_callback() && epochs.size() == 5 &&
              epochs[4].epoch == 5 && epochs[4].score == trainer.history()[4].score &&
              epochs[4].score >= 0,
          "an epoch callback has all of the epoch");

    bool other = false;
    trainer.set_callback([](std::size_t, double) { throw 1; });
    trainer.set_epoch_callback([&](const nnblas_epoch &) { other = true; });
    int thrown = 0;
    try {
        trainer.fit({X, 2}, {Y, 1});
    } catch (int value) {
        thrown = value;
    }
    check(thrown == 1 && !other, "after an exception the other callback is not called");
    trainer.set_callback(nullptr);
    trainer.set_epoch_callback([](const nnblas_epoch &) -> bool { throw 2; });
    try {
        trainer.fit({X, 2}, {Y, 1});
    } catch (int value) {
        thrown = value;
    }
    check(thrown == 2, "an exception of an epoch callback");
}

static void test_cancel() {
    nnblas::net net({2, 6, 1});
    nnblas::trainer trainer = make_trainer(net, 10);
    trainer.set_callback([&](std::size_t epoch, double) {
        if (epoch == 2)
            trainer.cancel();
    });
    check(trainer.fit({X, 2}, {Y, 1}) == nnblas::stop::cancelled && trainer.history_count() == 2,
          "a fit is cancelled");
    trainer.set_callback(nullptr);
    trainer.cancel();
    check(catch_status([&] {
              trainer.fit({X, 4}, {Y, 1});
          }) == NNBLAS_ERROR_SIZE &&
              trainer.fit({X, 2}, {Y, 1}) == nnblas::stop::epochs,
          "a fit that is refused clears a cancel");
    const std::vector<double> three(3, 1);
    trainer.set_sample_weights(three);
    trainer.cancel();
    check(catch_status([&] {
              trainer.fit({X, 2}, {Y, 1});
          }) == NNBLAS_ERROR_SIZE &&
              trainer.history_count() == 10,
          "and keeps the history");
    trainer.set_sample_weights({});
    check(trainer.fit({X, 2}, {Y, 1}) == nnblas::stop::epochs, "also with too few weights");
}

static void test_fit_many() {
    std::vector<nnblas::net> nets;
    std::vector<nnblas::trainer> trainers;
    nnblas::net alone({2, 6, 1});
    for (std::uint64_t seed = 0; seed < 3; seed++) {
        nets.emplace_back(std::vector<std::size_t>{2, 6, 1});
        nets.back().init(seed);
    }
    for (nnblas::net &net : nets)
        trainers.push_back(make_trainer(net, 50));
    trainers[2].set_epoch_callback([](const nnblas_epoch &epoch) { return epoch.epoch == 4; });
    alone.init(1);
    make_trainer(alone, 50).fit({X, 2}, {Y, 1});
    const std::vector<nnblas_status> statuses = nnblas::fit_many(trainers, {X, 2}, {Y, 1});
    check(statuses == std::vector<nnblas_status>{NNBLAS_OK, NNBLAS_OK, NNBLAS_STOPPED_CALLBACK},
          "why each of many ended");
    check(std::equal(alone.parameters().begin(), alone.parameters().end(),
                     nets[1].parameters().begin()),
          "each of many is as if it were alone");

    nets[0].parameters()[0] = HUGE_VAL;
    check(nnblas::fit_many(trainers, {X, 2}, {Y, 1})[0] == NNBLAS_ERROR_NOT_FINITE &&
              trainers[0].fit_status() == NNBLAS_ERROR_NOT_FINITE &&
              trainers[1].fit_status() == NNBLAS_OK,
          "one of many that fails");
    nets[0].init(0);
    trainers[1].set_callback([](std::size_t, double) { throw std::string("one of many"); });
    bool is_thrown = false;
    try {
        (void)nnblas::fit_many(trainers, {X, 2}, {Y, 1});
    } catch (const std::string &words) {
        is_thrown = words == "one of many" && trainers[0].history_count() == 50;
    }
    check(is_thrown, "what the callback of one of many throws");
    check(catch_status([&] {
              (void)nnblas::fit_many(trainers, {X, 4}, {Y, 1});
          }) == NNBLAS_ERROR_SIZE,
          "rows of another width are refused by many");
    trainers.push_back(make_trainer(nets[0], 1));
    check(catch_status([&] {
              (void)nnblas::fit_many(trainers, {X, 2}, {Y, 1});
          }) == NNBLAS_ERROR_VALUE,
          "two trainers of a network are refused");
}

static void test_steps() {
    nnblas::net net({2, 6, 1});
    nnblas::trainer trainer(net);
    const double first = trainer.step({X, 2}, {Y, 1});
    check(std::fabs(first - nnblas::net({2, 6, 1}).evaluate({X, 2}, {Y, 1})) < 1e-15,
          "a step returns the cost before it");
    check(net.evaluate({X, 2}, {Y, 1}) < first, "a step lowers the cost");
    const std::vector<double> weights{0, 0, 0, 1}, three(3, 1);
    const double weighted = net.evaluate({X, 2}, {Y, 1}, weights);
    check(std::fabs(trainer.step({X, 2}, {Y, 1}, weights) - weighted) < 1e-15,
          "a step with weights");
    check(catch_status([&] {
              trainer.step({X, 2}, {Y, 1}, three);
          }) == NNBLAS_ERROR_SIZE,
          "a step with too few weights is refused");
}

// Each setting is another number, so that no two getters can be mixed up.
static void test_getters() {
    nnblas::net net({2, 6, 1});
    nnblas::trainer trainer(net);
    check(trainer.get_net() == net.get(), "the network of a trainer");
    trainer.set_optimizer(NNBLAS_ADAM);
    trainer.set_learning_rate(0.5);
    trainer.set_momentum(0.25);
    trainer.set_adam(0.125, 0.75, 0.1);
    trainer.set_lbfgs(3, 0.2);
    trainer.set_levenberg_marquardt(0.6, 0.7);
    trainer.set_bayesian(true);
    trainer.set_posterior(true);
    check(trainer.bayesian() && trainer.posterior(), "Bayesian regularisation and the posterior");
    check(catch_status([&] { static_cast<void>(trainer.evidence()); }) == NNBLAS_ERROR_VALUE &&
              !net.has_posterior(),
          "no estimates before a fit");
    trainer.set_weight_decay(0.3);
    trainer.set_l1(0.2);
    check(trainer.levenberg_marquardt().damping == 0.6 &&
              trainer.levenberg_marquardt().tolerance == 0.7,
          "what Levenberg-Marquardt was given");
    check(trainer.optimizer() == NNBLAS_ADAM && trainer.learning_rate() == 0.5 &&
              trainer.momentum() == 0.25 && trainer.adam().beta1 == 0.125 &&
              trainer.adam().beta2 == 0.75 && trainer.adam().epsilon == 0.1 &&
              trainer.lbfgs().memory == 3 && trainer.lbfgs().tolerance == 0.2 &&
              trainer.weight_decay() == 0.3 && trainer.l1() == 0.2,
          "what the optimizer was given");
    trainer.set_batch_size(4);
    check(trainer.shuffle(), "rows are shuffled");
    trainer.set_shuffle(false);
    trainer.set_seed(5);
    trainer.set_epochs(6);
    trainer.set_desired_cost(0.4);
    trainer.set_time_limit(0.6);
    trainer.set_patience(7);
    trainer.set_tolerance(0.7);
    trainer.set_score(NNBLAS_SCORE_R2);
    trainer.set_history_limit(8);
    check(trainer.batch_size() == 4 && !trainer.shuffle() && trainer.seed() == 5 &&
              trainer.epochs() == 6 && trainer.desired_cost() == 0.4 &&
              trainer.time_limit() == 0.6 && trainer.patience() == 7 &&
              trainer.tolerance() == 0.7 && trainer.score() == NNBLAS_SCORE_R2 &&
              trainer.history_limit() == 8,
          "what a fit was given");
    check(!trainer.checkpoint(), "no checkpoint is the default");
    trainer.set_checkpoint("some.checkpoint", 9);
    trainer.set_checkpoint_interval(0.8);
    check(trainer.checkpoint()->path == "some.checkpoint" && trainer.checkpoint()->epochs == 9 &&
              trainer.checkpoint_interval() == 0.8,
          "what checkpoints were given");
    trainer.set_validation_fraction(0.9);
    check(trainer.validation_fraction() == 0.9 && trainer.validation_rows().X.rows() == 0,
          "the fraction of validation rows");
    check(!trainer.sample_weights() && trainer.validation_weights().empty(),
          "no weights are the default");
    const std::vector<double> weights{1, 2, 3, 4};
    trainer.set_sample_weights(weights);
    trainer.set_validation_rows({X, 2}, {Y, 1});
    trainer.set_validation_weights(weights);
    const nnblas::rows rows = trainer.validation_rows();
    check(rows.X.data() == X.data() && rows.X.rows() == 4 && rows.X.ld() == 2 &&
              rows.Y.data() == Y.data() && rows.Y.columns() == 1,
          "the validation rows");
    check(trainer.sample_weights() == weights.data() && trainer.validation_weights().size() == 4 &&
              trainer.validation_weights().data() == weights.data(),
          "the weights");
}

static void test_schedules() {
    nnblas::net net({2, 6, 1});
    nnblas::trainer trainer(net);
    const auto is = [&](nnblas_schedule kind, std::size_t epochs, double factor, double last) {
        const nnblas::schedule set = trainer.schedule();
        return set.kind == kind && set.epochs == epochs && set.factor == factor && set.last == last;
    };
    trainer.set_step_schedule(5, 0.5);
    check(is(NNBLAS_SCHEDULE_STEP, 5, 0.5, 0), "the step schedule");
    trainer.set_cosine_schedule(0.125);
    check(is(NNBLAS_SCHEDULE_COSINE, 0, 0, 0.125), "the cosine schedule");
    trainer.set_plateau_schedule(3, 0.25);
    check(is(NNBLAS_SCHEDULE_PLATEAU, 3, 0.25, 0), "the plateau schedule");
    trainer.set_adaptive_schedule(4, 0.5, 0.01);
    check(is(NNBLAS_SCHEDULE_ADAPTIVE, 4, 0.5, 0.01), "the adaptive schedule");
    trainer.set_inverse_schedule(2, 0.75);
    check(trainer.schedule().scale == 2 && trainer.schedule().power == 0.75,
          "the inverse schedule");
    trainer.set_constant_schedule();
    check(is(NNBLAS_SCHEDULE_CONSTANT, 0, 0, 0), "the constant schedule");
}

// Each setter has an effect of its own on the parameters, or on the epochs.
static void test_settings() {
    const auto train = [](auto &&set) {
        nnblas::net net({2, 6, 1});
        nnblas::trainer trainer(net);
        trainer.set_epochs(20);
        set(trainer);
        trainer.fit({X, 2}, {Y, 1});
        std::vector<double> result(net.parameters().begin(), net.parameters().end());
        result.push_back(static_cast<double>(trainer.history_count()));
        return result;
    };
    const auto differs = [&](auto &&set, auto &&other) { return train(set) != train(other); };
    using nnblas::trainer;
    const auto momentum = [](trainer &t) { t.set_optimizer(NNBLAS_MOMENTUM); };
    const auto adam = [](trainer &t) { t.set_optimizer(NNBLAS_ADAM); };
    const auto batches = [](trainer &t) { t.set_batch_size(1); };
    const auto plain = [](trainer &) {};
    const auto validation = [](trainer &t) { t.set_validation_rows({X, 2}, {Y, 1}); };
    const std::vector<double> weights{1, 2, 3, 4};
    check(differs(plain, [](trainer &t) { t.set_learning_rate(0.5); }), "the learning rate");
    check(differs(plain, momentum), "the optimizer");
    check(differs(momentum, [&](trainer &t) { momentum(t), t.set_momentum(0.5); }), "the momentum");
    check(differs(adam, [&](trainer &t) { adam(t), t.set_adam(0.5, 0.9, 1e-8); }), "Adam");
    check(differs(plain, [](trainer &t) { t.set_weight_decay(0.01); }), "the weight decay");
    check(differs(plain, [](trainer &t) { t.set_l1(0.01); }), "L1");
    check(differs(plain, batches), "the batch size");
    check(differs(batches, [&](trainer &t) { batches(t), t.set_seed(1); }), "the seed");
    check(differs(batches, [&](trainer &t) { batches(t), t.set_shuffle(false); }), "shuffling");
    check(differs(plain, [&](trainer &t) { t.set_sample_weights(weights); }), "sample weights");
    const std::vector<double> slopes(8, 0.5);
    check(differs(plain, [&](trainer &t) { t.set_derivatives(0.5, {slopes, 2}); }), "derivatives");
    check(!differs(plain,
                   [&](trainer &t) {
                       t.set_derivatives(0.5, {slopes, 2});
                       check(t.derivative_weight() == 0.5, "the weight of derivatives");
                       t.remove_derivatives();
                       check(t.derivative_weight() == 0, "no derivatives");
                   }),
          "derivatives that are removed");
    check(differs(plain, [](trainer &t) { t.set_validation_fraction(0.5); }), "the fraction");
    check(differs(plain, [](trainer &t) { t.set_time_limit(1e-9); }), "the time limit");
    check(differs(validation,
                  [&](trainer &t) { validation(t), t.set_tolerance(10), t.set_patience(2); }),
          "the patience and the tolerance");
    std::vector<double> costs;
    const auto weighted = [&](trainer &t) {
        validation(t);
        t.set_validation_weights(weights);
        t.set_callback(
            [&](std::size_t, double) { costs.push_back(t.history().back().validation_cost); });
    };
    train(weighted);
    const std::vector<double> first = costs;
    costs.clear();
    train([&](trainer &t) { weighted(t), t.set_validation_weights({}); });
    check(costs.size() == 20 && costs != first, "validation rows and their weights");
    check(differs(plain,
                  [](trainer &t) {
                      t.set_mask(std::vector<std::uint8_t>(25, 0));
                      check(t.mask()[24] == 0, "the mask");
                  }),
          "a mask");
    if (nnblas::has(NNBLAS_FEATURE_LBFGS))
        check(train([](trainer &t) { t.set_optimizer(NNBLAS_LBFGS), t.set_lbfgs(5, 0.9); }).back() <
                  20,
              "L-BFGS");
    check(train([](trainer &t) {
              t.set_optimizer(NNBLAS_SCALED_CONJUGATE_GRADIENT);
              t.set_scaled_conjugate_gradient(0.9);
              check(t.scaled_conjugate_gradient() == 0.9, "the tolerance of the gradient");
          }).back() < 20,
          "scaled conjugate gradients");
}

static void test_checkpoints() {
    const std::string path = "test.checkpoint";
    nnblas::net net({2, 6, 1}), other({2, 6, 1});
    nnblas::trainer trainer = make_trainer(net, 10);
    trainer.set_checkpoint(path, 2);
    trainer.set_checkpoint_interval(0);
    trainer.fit({X, 2}, {Y, 1});
    check(trainer.checkpoint_status() == NNBLAS_OK, "checkpoints are written");

    nnblas::trainer resumed = make_trainer(other, 15);
    resumed.resume(path);
    resumed.fit({X, 2}, {Y, 1});
    check(resumed.history_count() == 15, "a training is resumed");
    resumed.resume(path);
    resumed.cancel_resume();
    std::remove(path.c_str());
    trainer.set_no_checkpoint();
    trainer.fit({X, 2}, {Y, 1});
    check(catch_status([&] { resumed.resume(path); }) == NNBLAS_ERROR_FILE,
          "no checkpoint is written");
    const std::string with_nul("a\0b", 3);
    check(catch_status([&] { trainer.set_checkpoint(with_nul, 1); }) == NNBLAS_ERROR_VALUE &&
              catch_status([&] { trainer.resume(with_nul); }) == NNBLAS_ERROR_VALUE &&
              !trainer.checkpoint(),
          "a path with a NUL inside is refused");
    trainer.set_checkpoint("no/such/folder", 1);
    trainer.fit({X, 2}, {Y, 1});
    check(trainer.checkpoint_status() == NNBLAS_ERROR_FILE, "a checkpoint that cannot be written");
}

void test_trainer() {
    test_fit();
    test_refused();
    test_setters_of_c();
    test_callbacks();
    test_kinds_of_callbacks();
    test_epoch_callbacks();
    test_cancel();
    test_fit_many();
    test_steps();
    test_getters();
    test_schedules();
    test_settings();
    test_checkpoints();
}
