// SPDX-License-Identifier: BSD-3-Clause
// The tests of nnblas.hpp, in one program for each standard that it is compiled by.
#include "check.hpp"

#include <cstdio>
#include <cstdlib>
#include <filesystem>

const std::vector<double> X{0, 0, 0, 1, 1, 0, 1, 1}, Y{0, 1, 1, 0};

static int failed;

void check(bool good, const std::string &name) {
    std::printf("%s %s\n", good ? "ok" : "not ok", name.c_str());
    if (!good)
        failed++;
}

static void test_library() {
    const std::string header = std::to_string(NNBLAS_VERSION_MAJOR) + "." +
                               std::to_string(NNBLAS_VERSION_MINOR) + "." +
                               std::to_string(NNBLAS_VERSION_PATCH);
    check(nnblas::version() == header, "the version is that of the header");
    check(!nnblas::blas_info().empty(), "the BLAS is described");
    check(nnblas::status_string(NNBLAS_ERROR_SIZE) == "NNBLAS_ERROR_SIZE", "a status has a name");
    check(!nnblas::has(static_cast<nnblas_feature>(0)), "an unknown feature is missing");

    nnblas::set_threads(2);
    nnblas::set_local_threads(1);
    check(nnblas::threads() == 2 && nnblas::local_threads() == 1, "numbers of threads are kept");
    nnblas::set_threads(0);
    nnblas::set_local_threads(0);
    check(catch_status([] { nnblas::set_threads(-1); }) == NNBLAS_ERROR_VALUE,
          "a negative number of threads is refused");
}

static std::size_t tasks_by_function;

static void run_in_turn(std::size_t count, nnblas::task task) {
    for (std::size_t i = 0; i < count; i++, tasks_by_function++)
        task(i);
}

static void test_host_threads() {
    nnblas::net net({20, 30, 1});
    const std::vector<double> rows(20 * 5000, 0.5);
    const std::vector<double> expected = net.predict({rows, 20});
    std::size_t tasks = 0;
    const auto run = [&](std::size_t count, nnblas::task task) {
        for (std::size_t i = 0; i < count; i++, tasks++)
            task(i);
    };
    nnblas::set_threads(2);
    nnblas::set_parallel_for(run);
    check(net.predict({rows, 20}) == expected, "the host's threads compute the same");
    check(tasks > 0, "the host runs the tasks");
    nnblas::set_parallel_for(nullptr);
    tasks = 0;
    check(net.predict({rows, 20}) == expected && tasks == 0, "the host's threads are given back");
    nnblas::set_parallel_for(run_in_turn);
    check(net.predict({rows, 20}) == expected && tasks_by_function > 0, "the host has a function");
    std::function<void(std::size_t, nnblas::task)> none;
    nnblas::set_parallel_for(none);
    tasks_by_function = 0;
    check(net.predict({rows, 20}) == expected && tasks_by_function == 0, "an empty one is none");
    nnblas::set_threads(0);
}

static void test_errors() {
    bool out_of_memory = false;
    try {
        nnblas::detail::check(NNBLAS_ERROR_MEMORY);
    } catch (const std::bad_alloc &) {
        out_of_memory = true;
    }
    check(out_of_memory, "out of memory is std::bad_alloc");
    std::string message;
    try {
        nnblas::net net({0, 1});
    } catch (const std::runtime_error &error) {
        message = error.what();
    }
    check(!message.empty() && message == nnblas_error_message(), "the message is the library's");
}

// The tests write their files into a folder of their own.
int main() {
    char folder[] = "/tmp/nnblas_cpp.XXXXXX";
    if (!mkdtemp(folder))
        return 1;
    std::filesystem::current_path(folder);
    test_views();
    test_net();
    test_trainer();
    test_sources();
    test_library();
    test_host_threads();
    test_errors();
    std::filesystem::current_path("/");
    std::filesystem::remove_all(folder);
    return failed != 0;
}
