// SPDX-License-Identifier: BSD-3-Clause
// Octave calls C through a small program like this one, which mkoctfile compiles.
#include <nnblas.h>

#include <octave/oct.h>
#include <octave/ov-struct.h>

#include <algorithm>
#include <memory>

// A negative status is an error, a positive one a reason to stop early.
static void check(nnblas_status status) {
    if (status < 0)
        error("nnblas_train: %s", nnblas_error_message());
}

DEFUN_DLD(nnblas_train, args, , "[parameters, mse] = nnblas_train (X, Y, settings)\n\
\n\
Trains a network with one layer of tanh units and sigmoid outputs on the rows of X and Y, by Adam.\n\
settings has the fields hidden, learning_rate, batch_size, epochs and seed.\n") {
    if (args.length() != 3)
        print_usage();
    // Octave keeps columns together, the library rows.
    const Matrix X = args(0).matrix_value().transpose(), Y = args(1).matrix_value().transpose();
    const octave_scalar_map settings = args(2).scalar_map_value();
    if (X.cols() != Y.cols())
        error("nnblas_train: X and Y have different numbers of rows");
    const size_t N = X.cols(), inputs = X.rows(), outputs = Y.rows();
    const size_t layer_sizes[] = {inputs, settings.contents("hidden").uint_value(), outputs};
    const uint64_t seed = settings.contents("seed").uint64_value();

    nnblas_net *created_net = nullptr;
    check(nnblas_net_create(layer_sizes, 3, NNBLAS_BIAS, &created_net));
    std::unique_ptr<nnblas_net, decltype(&nnblas_net_destroy)> net(created_net, nnblas_net_destroy);
    check(nnblas_net_set_hidden(net.get(), NNBLAS_TANH));
    check(nnblas_net_init(net.get(), seed));

    nnblas_trainer *created_trainer = nullptr;
    check(nnblas_trainer_create(net.get(), &created_trainer));
    std::unique_ptr<nnblas_trainer, decltype(&nnblas_trainer_destroy)> trainer(
        created_trainer, nnblas_trainer_destroy);
    check(nnblas_trainer_set_optimizer(trainer.get(), NNBLAS_ADAM));
    check(nnblas_trainer_set_learning_rate(trainer.get(),
                                           settings.contents("learning_rate").double_value()));
    check(
        nnblas_trainer_set_batch_size(trainer.get(), settings.contents("batch_size").uint_value()));
    check(nnblas_trainer_set_seed(trainer.get(), seed));
    check(nnblas_trainer_set_epochs(trainer.get(), settings.contents("epochs").uint_value()));
    check(nnblas_trainer_fit(trainer.get(), N, X.data(), inputs, Y.data(), outputs));

    double mse;
    check(nnblas_net_evaluate(net.get(), N, X.data(), inputs, Y.data(), outputs, &mse));
    ColumnVector parameters(nnblas_net_parameter_count(net.get()));
    std::copy_n(nnblas_net_parameters(net.get()), parameters.numel(), parameters.fortran_vec());
    return ovl(parameters, mse);
}
