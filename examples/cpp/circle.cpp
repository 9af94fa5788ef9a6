// SPDX-License-Identifier: BSD-3-Clause
// A network learns which points of a square lie within a circle.
#include <nnblas.hpp>

#include <cstdio>
#include <exception>
#include <vector>

struct rows {
    std::vector<double> X, Y;
};

// The points of a grid, and for each a 1 where it lies within the circle, else a 0.
static rows make_rows() {
    constexpr int side = 16;
    rows made;
    for (int e = 0; e < side * side; e++) {
        const int x = 2 * (e % side) - (side - 1), y = 2 * (e / side) - (side - 1);
        made.X.insert(made.X.end(), {x / 16.0, y / 16.0});
        made.Y.push_back(x * x + y * y < 100);
    }
    return made;
}

int main() try {
    constexpr std::size_t inputs = 2, hidden = 8, outputs = 1;
    const rows made = make_rows();
    const nnblas::const_matrix_view X(made.X, inputs), Y(made.Y, outputs);

    nnblas::net net({inputs, hidden, outputs});
    net.set_hidden(NNBLAS_TANH);
    net.init(1);
    nnblas::trainer trainer(net);
    trainer.set_optimizer(NNBLAS_ADAM);
    trainer.set_learning_rate(0.01);
    trainer.set_batch_size(32);
    trainer.set_seed(1);
    trainer.set_epochs(300);
    trainer.fit(X, Y);
    std::printf("mse %.18f\n", net.evaluate(X, Y));
} catch (const std::exception &failure) {
    std::fprintf(stderr, "%s\n", failure.what());
    return 1;
}
