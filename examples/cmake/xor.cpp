// SPDX-License-Identifier: BSD-3-Clause
// Learns exclusive or.
#include <nnblas.hpp>

#include <cstdio>

int main() {
    const std::vector<double> X{0, 0, 0, 1, 1, 0, 1, 1}, Y{0, 1, 1, 0};
    try {
        nnblas::net net({2, 6, 1});
        nnblas::trainer trainer(net);
        trainer.set_optimizer(NNBLAS_RPROP);
        trainer.set_desired_cost(1e-4);
        trainer.set_epoch_callback([](const nnblas_epoch &epoch) {
            if (epoch.epoch % 10 == 0)
                std::printf("epoch %zu: %g\n", epoch.epoch, epoch.cost);
        });
        const nnblas::stop reason = trainer.fit({X, 2}, {Y, 1});

        const std::vector<double> O_out = net.predict({X, 2});
        for (std::size_t e = 0; e < 4; e++)
            std::printf("%g xor %g = %.3f\n", X[2 * e], X[2 * e + 1], O_out[e]);
        return reason == nnblas::stop::cost ? 0 : 1;
    } catch (const std::exception &error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
