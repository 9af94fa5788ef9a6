// SPDX-License-Identifier: BSD-3-Clause
#include "check.hpp"

#include <array>
#if __cplusplus >= 202002L
#include <span>
#endif

using nnblas::const_matrix_view;
using nnblas::const_vector_view;
using nnblas::matrix_view;
using nnblas::vector_view;

// What must not compile.
static_assert(!std::is_constructible_v<vector_view, const std::vector<double> &>);
static_assert(!std::is_constructible_v<vector_view, const_vector_view>);
static_assert(!std::is_constructible_v<vector_view, std::vector<float> &>);
static_assert(!std::is_constructible_v<matrix_view, const std::vector<double> &, std::size_t>);
static_assert(!std::is_constructible_v<matrix_view, const_matrix_view>);
static_assert(std::is_constructible_v<const_matrix_view, matrix_view>);

static void test_vectors() {
    std::vector<double> vector{1, 2, 3};
    std::array<double, 2> array{4, 5};
    double plain[] = {6, 7};
    vector_view view = vector;
    view[1] = 9;
    check(vector[1] == 9 && view.size() == 3, "a view of a std::vector");
    check(const_vector_view(array)[1] == 5 && const_vector_view(plain).size() == 2,
          "views of arrays");
    check(const_vector_view(view).data() == vector.data(), "a view to write is one to read");
    check(vector_view().empty(), "an empty view");
    double sum = 0;
    for (double element : view)
        sum += element;
    check(sum == 13, "a range for over a view");
#if __cplusplus >= 202002L
    std::span<double> span = vector_view(vector);
    std::span<const double> read = const_vector_view(vector);
    check(span.data() == vector.data() && read.size() == 3, "a std::span of a view");
    check(vector_view(span).data() == vector.data(), "a view of a std::span");
#endif
}

static void test_matrices() {
    std::vector<double> table{1, 2, 3, 4, 5, 6};
    const_matrix_view two_rows(table, 3);
    check(two_rows.rows() == 2 && two_rows.columns() == 3 && two_rows.ld() == 3 &&
              two_rows(1, 0) == 4,
          "the rows of a std::vector");
    const_matrix_view columns = two_rows.column_range(1, 2);
    check(columns.rows() == 2 && columns.columns() == 2 && columns.ld() == 3 && columns(1, 1) == 6,
          "a range of columns keeps the leading dimension");
    check(two_rows.row_range(1, 1)(0, 2) == 6 && two_rows.row(1)[1] == 5, "rows of a matrix");
    matrix_view wide(table.data(), 2, 2, 3);
    wide(1, 0) = 8;
    check(table[3] == 8, "a matrix of a pointer, sizes and a leading dimension");
    check(catch_status([&] { (void)const_matrix_view(table, 4); }) == NNBLAS_ERROR_SIZE,
          "a container that is no whole number of rows is refused");
    check(catch_status([&] { (void)const_matrix_view(table, 0); }) == NNBLAS_ERROR_SIZE,
          "rows without columns are refused");
}

void test_views() {
    test_vectors();
    test_matrices();
}
