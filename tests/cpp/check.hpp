// SPDX-License-Identifier: BSD-3-Clause
// What the tests of nnblas.hpp share: a line for each test, and a count of those that failed.
#ifndef CHECK_HPP
#define CHECK_HPP

#include <nnblas.hpp>

#include <string>

// Writes "ok NAME" or "not ok NAME".
void check(bool good, const std::string &name);

// The status of the nnblas::error that a call throws, NNBLAS_OK where it throws none.
template <class Call> nnblas_status catch_status(Call &&call) {
    try {
        call();
    } catch (const nnblas::error &error) {
        return error.status();
    }
    return NNBLAS_OK;
}

// Exclusive or.
extern const std::vector<double> X, Y;

void test_views();
void test_net();
void test_trainer();
void test_sources();

#endif
