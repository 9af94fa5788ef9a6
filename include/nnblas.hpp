// SPDX-License-Identifier: BSD-3-Clause
/*
 * libnnblas for C++17 and later: nnblas.h with objects that release what they own, views that know
 * their shapes, exceptions, and callbacks that are any callable. This header is all of it; what the
 * functions compute, their settings and their errors are in nnblas.h, under the same names.
 *
 *   nnblas::net net({2, 6, 1});                      // an nnblas_net, destroyed with the object
 *   nnblas::trainer trainer(net);
 *   trainer.set_optimizer(NNBLAS_RPROP);
 *   trainer.set_epoch_callback([&](const nnblas_epoch &epoch) { costs.push_back(epoch.cost); });
 *   nnblas::stop why = trainer.fit({X, 2}, {Y, 1});  // std::vector<double>, rows of 2 and of 1
 *   std::vector<double> O_out = net.predict({X, 2});
 *
 * Rules for every function
 *
 * Errors: a status below 0 is thrown. NNBLAS_ERROR_MEMORY is thrown as std::bad_alloc, all others
 * as nnblas::error, which has the status and the message of the library. Before a call, the shapes
 * of its arguments are compared; where they do not fit each other or the network, NNBLAS_ERROR_SIZE
 * is thrown and nothing was written.
 *
 * Objects: net, trainer, source and bytes own what their name says, can be moved and not copied.
 * After a move, the object that was moved from may only be destroyed or assigned to. get() is the
 * pointer for the functions of nnblas.h. release() of net and bytes gives up the ownership, and
 * their constructor from a pointer takes it; a trainer and a source, whose objects hold functions,
 * have neither.
 *
 * Texts and paths with a NUL inside, where C would end them, are refused with NNBLAS_ERROR_VALUE.
 *
 * Views own nothing. What they look at must exist as long as they are used; nnblas.h says which
 * arrays a trainer keeps until fit has returned.
 *
 * Threads: as in nnblas.h, with const functions in the place of those that take a const pointer.
 */
#ifndef NNBLAS_HPP
#define NNBLAS_HPP

#include <nnblas.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#if __cplusplus >= 202002L
#include <span>
#endif

namespace nnblas {

// ---- errors -------------------------------------------------------------------------------------

// what() is nnblas_error_message() of the call that failed, or names the argument that this header
// refused before the call.
class error : public std::runtime_error {
  public:
    error(nnblas_status status, const std::string &message)
        : std::runtime_error(message), status_(status) {
    }

    [[nodiscard]] nnblas_status status() const noexcept {
        return status_;
    }

  private:
    nnblas_status status_;
};

// Why a training ended: the statuses of nnblas_trainer_fit that are no error.
enum class stop {
    epochs = NNBLAS_OK,
    cost = NNBLAS_STOPPED_COST,
    callback = NNBLAS_STOPPED_CALLBACK,
    patience = NNBLAS_STOPPED_PATIENCE,
    time = NNBLAS_STOPPED_TIME,
    converged = NNBLAS_STOPPED_CONVERGED,
    line_search = NNBLAS_STOPPED_LINE_SEARCH,
    cancelled = NNBLAS_STOPPED_CANCELLED,
    damping = NNBLAS_STOPPED_DAMPING
};

namespace detail {

[[noreturn]] inline void throw_last(nnblas_status status) {
    if (status == NNBLAS_ERROR_MEMORY)
        throw std::bad_alloc();
    throw error(status, nnblas_error_message());
}

inline nnblas_status check(nnblas_status status) {
    if (status < 0)
        throw_last(status);
    return status;
}

// Of functions that return null where there is no such layer.
template <class T> T *check_layer(T *pointer) {
    if (!pointer)
        throw_last(NNBLAS_ERROR_VALUE);
    return pointer;
}

// C would read the text up to its first NUL.
inline const char *check_text(const char *name, const std::string &text) {
    const std::size_t nul = text.find('\0');
    if (nul != std::string::npos)
        throw error(NNBLAS_ERROR_VALUE,
                    std::string(name) + " holds a NUL at byte " + std::to_string(nul));
    return text.c_str();
}

template <class T, class = void> struct compares_to_null : std::false_type {};
template <class T>
struct compares_to_null<T, std::void_t<decltype(std::declval<const T &>() == nullptr)>>
    : std::negation<std::is_function<T>> {};

// Whether a callable is none: nullptr, a null pointer, an empty std::function.
template <class Callable> bool is_null(const Callable &callable) {
    if constexpr (compares_to_null<Callable>::value)
        return callable == nullptr;
    else
        return false;
}

[[noreturn]] inline void throw_size(const std::string &what, std::size_t is, std::size_t expected) {
    throw error(NNBLAS_ERROR_SIZE,
                what + ": " + std::to_string(is) + ", expected " + std::to_string(expected));
}

inline void check_size(const char *what, std::size_t is, std::size_t expected) {
    if (is != expected)
        throw_size(what, is, expected);
}

template <auto function> struct release {
    template <class T> void operator()(T *pointer) const noexcept {
        function(pointer);
    }
};
// Of what one function of the library releases.
template <class T, auto function> using owner = std::unique_ptr<T, release<function>>;

// A class with data() and size(), or an array, whose elements can be looked at as T.
template <class Container, class T>
using require_container = std::enable_if_t<
    std::is_convertible_v<decltype(std::data(std::declval<Container &>())), T *> &&
    std::is_convertible_v<decltype(std::size(std::declval<Container &>())), std::size_t>>;

} // namespace detail

// ---- views --------------------------------------------------------------------------------------

// Numbers in a row: of a std::vector, std::array, std::span, an array, or a pointer and a size.
template <class T> class basic_vector_view {
  public:
    using element_type = T;
    using value_type = std::remove_cv_t<T>;

    constexpr basic_vector_view() noexcept = default;

    constexpr basic_vector_view(T *data, std::size_t size) noexcept : data_(data), size_(size) {
    }

    template <class Container, class = detail::require_container<Container, T>>
    constexpr basic_vector_view(Container &&container)
        : data_(std::data(container)), size_(std::size(container)) {
    }

    [[nodiscard]] constexpr T *data() const noexcept {
        return data_;
    }
    [[nodiscard]] constexpr std::size_t size() const noexcept {
        return size_;
    }
    [[nodiscard]] constexpr bool empty() const noexcept {
        return size_ == 0;
    }
    [[nodiscard]] constexpr T *begin() const noexcept {
        return data_;
    }
    [[nodiscard]] constexpr T *end() const noexcept {
        return data_ + size_;
    }
    [[nodiscard]] constexpr T &operator[](std::size_t i) const noexcept {
        return data_[i];
    }

  private:
    T *data_ = nullptr;
    std::size_t size_ = 0;
};

// Of numbers that are written.
using vector_view = basic_vector_view<double>;
// Of numbers that are only read.
using const_vector_view = basic_vector_view<const double>;

// A row-major matrix: element (i, j) is data()[i * ld() + j].
template <class T> class basic_matrix_view {
  public:
    using element_type = T;

    constexpr basic_matrix_view(T *data, std::size_t rows, std::size_t columns,
                                std::size_t ld) noexcept
        : data_(data), rows_(rows), columns_(columns), ld_(ld) {
    }

    constexpr basic_matrix_view(T *data, std::size_t rows, std::size_t columns) noexcept
        : basic_matrix_view(data, rows, columns, columns) {
    }

    // All elements of a container, in rows of so many.
    template <class Container, class = detail::require_container<Container, T>>
    constexpr basic_matrix_view(Container &&container, std::size_t columns)
        : basic_matrix_view(std::data(container), columns ? std::size(container) / columns : 0,
                            columns) {
        detail::check_size("numbers of a matrix in whole rows", rows_ * columns_,
                           std::size(container));
    }

    template <class U, class = std::enable_if_t<std::is_same_v<const U, T>>>
    constexpr basic_matrix_view(const basic_matrix_view<U> &other) noexcept
        : basic_matrix_view(other.data(), other.rows(), other.columns(), other.ld()) {
    }

    [[nodiscard]] constexpr T *data() const noexcept {
        return data_;
    }
    [[nodiscard]] constexpr std::size_t rows() const noexcept {
        return rows_;
    }
    [[nodiscard]] constexpr std::size_t columns() const noexcept {
        return columns_;
    }
    [[nodiscard]] constexpr std::size_t ld() const noexcept {
        return ld_;
    }
    [[nodiscard]] constexpr T &operator()(std::size_t i, std::size_t j) const noexcept {
        return data_[i * ld_ + j];
    }
    [[nodiscard]] constexpr basic_vector_view<T> row(std::size_t i) const noexcept {
        return {data_ + i * ld_, columns_};
    }

    // A part of the matrix, not copied: count rows or columns from first on.
    [[nodiscard]] constexpr basic_matrix_view row_range(std::size_t first,
                                                        std::size_t count) const noexcept {
        return {data_ + first * ld_, count, columns_, ld_};
    }
    [[nodiscard]] constexpr basic_matrix_view column_range(std::size_t first,
                                                           std::size_t count) const noexcept {
        return {data_ + first, rows_, count, ld_};
    }

  private:
    T *data_;
    std::size_t rows_, columns_, ld_;
};

// Of numbers that are written.
using matrix_view = basic_matrix_view<double>;
// Of numbers that are only read.
using const_matrix_view = basic_matrix_view<const double>;

namespace detail {

inline void check_shape(const char *name, const_matrix_view matrix, std::size_t rows,
                        std::size_t columns) {
    if (matrix.rows() != rows)
        throw_size(std::string("rows of ") + name, matrix.rows(), rows);
    if (matrix.columns() != columns)
        throw_size(std::string("columns of ") + name, matrix.columns(), columns);
}

// Examples and their labels.
inline void check_rows(const_matrix_view X, const_matrix_view Y, std::size_t inputs,
                       std::size_t label_count) {
    check_shape("X", X, X.rows(), inputs);
    check_shape("Y", Y, X.rows(), label_count);
}

// For the functions on arrays without leading dimensions.
inline void check_contiguous(const char *name, const_matrix_view matrix, std::size_t rows,
                             std::size_t columns) {
    check_shape(name, matrix, rows, columns);
    if (matrix.ld() != columns && rows > 1)
        throw error(NNBLAS_ERROR_LEADING, std::string(name) + " is not contiguous");
}

} // namespace detail

// ---- the algorithm on the caller's own contiguous arrays ----------------------------------------

inline void feedforward(const_matrix_view X, const_matrix_view W1, const_matrix_view W2,
                        matrix_view H_out, matrix_view O_out) {
    const std::size_t N = X.rows(), inputs = X.columns(), hidden = W1.columns(),
                      outputs = W2.columns();
    detail::check_contiguous("X", X, N, inputs);
    detail::check_contiguous("W1", W1, inputs, hidden);
    detail::check_contiguous("W2", W2, hidden, outputs);
    detail::check_contiguous("H_out", H_out, N, hidden);
    detail::check_contiguous("O_out", O_out, N, outputs);
    detail::check(nnblas_feedforward(N, inputs, hidden, outputs, X.data(), W1.data(), W2.data(),
                                     H_out.data(), O_out.data()));
}

// Returns the mse.
inline double backpropagate(const_matrix_view X, const_matrix_view Y, const_matrix_view W2,
                            const_matrix_view H_out, const_matrix_view O_out, matrix_view O_delta,
                            matrix_view H_delta, matrix_view W1_update, matrix_view W2_update) {
    const std::size_t N = X.rows(), inputs = X.columns(), hidden = W2.rows(),
                      outputs = W2.columns();
    detail::check_contiguous("X", X, N, inputs);
    detail::check_contiguous("Y", Y, N, outputs);
    detail::check_contiguous("W2", W2, hidden, outputs);
    detail::check_contiguous("H_out", H_out, N, hidden);
    detail::check_contiguous("O_out", O_out, N, outputs);
    detail::check_contiguous("O_delta", O_delta, N, outputs);
    detail::check_contiguous("H_delta", H_delta, N, hidden);
    detail::check_contiguous("W1_update", W1_update, inputs, hidden);
    detail::check_contiguous("W2_update", W2_update, hidden, outputs);
    double mse = 0.0;
    detail::check(nnblas_backpropagate(N, inputs, hidden, outputs, X.data(), Y.data(), W2.data(),
                                       H_out.data(), O_out.data(), O_delta.data(), H_delta.data(),
                                       W1_update.data(), W2_update.data(), &mse));
    return mse;
}

// Returns the cost before the step.
inline double gradient_step(const_matrix_view X, const_matrix_view Y, double learning_rate,
                            matrix_view W1, matrix_view W2) {
    const std::size_t N = X.rows(), inputs = X.columns(), hidden = W1.columns(),
                      outputs = W2.columns();
    detail::check_contiguous("X", X, N, inputs);
    detail::check_contiguous("Y", Y, N, outputs);
    detail::check_contiguous("W1", W1, inputs, hidden);
    detail::check_contiguous("W2", W2, hidden, outputs);
    double mse = 0.0;
    detail::check(nnblas_gradient_step(N, inputs, hidden, outputs, X.data(), Y.data(),
                                       learning_rate, W1.data(), W2.data(), &mse));
    return mse;
}

// ---- a network ----------------------------------------------------------------------------------

// A network in memory, as nnblas_net_save_to_memory makes it.
class bytes {
  public:
    bytes(void *data, std::size_t size) noexcept : data_(data), size_(size) {
    }

    [[nodiscard]] const unsigned char *data() const noexcept {
        return static_cast<const unsigned char *>(data_.get());
    }
    [[nodiscard]] std::size_t size() const noexcept {
        return size_;
    }
    [[nodiscard]] const unsigned char *begin() const noexcept {
        return data();
    }
    [[nodiscard]] const unsigned char *end() const noexcept {
        return data() + size_;
    }

    // To be released by nnblas_free.
    [[nodiscard]] void *release() noexcept {
        size_ = 0;
        return data_.release();
    }

  private:
    detail::owner<void, nnblas_free> data_;
    std::size_t size_;
};

/*
 * Rows that come in blocks, from functions that are any callable and are moved or copied into the
 * source. nnblas.h says what they may do and in which thread they run. One that throws has failed:
 * the call that uses the source throws what it threw.
 *
 *   auto read = [&](nnblas_block &block) { block.N = read_rows(block.X, block.Y, block.N); };
 *   nnblas::source rows(2, 1, read, [&] { rewind(); });
 */
class source {
  public:
    using next_block = std::function<void(nnblas_block &)>;
    using restart = std::function<void()>;
    using seek = std::function<void(std::size_t)>;

    source(std::size_t inputs, std::size_t labels, next_block next, restart again)
        : state_(std::make_shared<state>()) {
        state_->next = std::move(next);
        state_->again = std::move(again);
        nnblas_source *created = nullptr;
        detail::check(nnblas_source_create(
            inputs, labels, state_->next ? state::call_next : nullptr,
            state_->again ? state::call_restart : nullptr, state_.get(), &created));
        source_.reset(created);
    }

    [[nodiscard]] nnblas_source *get() const noexcept {
        return source_.get();
    }

    // An empty function for none.
    void set_seek(seek to_row) {
        detail::check(nnblas_source_set_seek(get(), to_row ? state::call_seek : nullptr));
        state_->to_row = std::move(to_row);
    }
    void set_weighted(bool weighted) {
        detail::check(nnblas_source_set_weighted(get(), weighted));
    }
    void set_block_rows(std::size_t rows) {
        detail::check(nnblas_source_set_block_rows(get(), rows));
    }
    void set_rows(std::size_t rows) {
        detail::check(nnblas_source_set_rows(get(), rows));
    }
    void set_read_ahead(bool read_ahead) {
        detail::check(nnblas_source_set_read_ahead(get(), read_ahead));
    }
    [[nodiscard]] std::size_t block_rows() const noexcept {
        return nnblas_source_block_rows(get());
    }

    // After a call of C that has ended with NNBLAS_ERROR_SOURCE: throws what a function of the
    // source threw, once.
    void rethrow() {
        state_->rethrow();
    }

  private:
    // What the library has a pointer to; it stays where it is when the source is moved.
    struct state {
        next_block next;
        restart again;
        seek to_row;
        std::exception_ptr thrown;
        std::atomic<std::size_t> failures{0};

        void rethrow() {
            if (thrown)
                std::rethrow_exception(std::exchange(thrown, nullptr));
        }
        static int call_next(void *user, nnblas_block *block) noexcept {
            state *self = static_cast<state *>(user);
            return self->run([&] { self->next(*block); });
        }
        // What was thrown before was in rows that no call has needed.
        static int call_restart(void *user) noexcept {
            state *self = static_cast<state *>(user);
            self->thrown = nullptr;
            return self->run([&] { self->again(); });
        }
        static int call_seek(void *user, std::size_t row) noexcept {
            state *self = static_cast<state *>(user);
            self->thrown = nullptr;
            return self->run([&] { self->to_row(row); });
        }

      private:
        template <class Function> int run(Function &&function) noexcept {
            try {
                function();
                return 0;
            } catch (...) {
                thrown = std::current_exception();
                failures++;
                return 1;
            }
        }
    };

    // Made before a call: what a function of the source throws during it.
    class failure {
      public:
        explicit failure(std::shared_ptr<state> used)
            : used_(std::move(used)), before_(used_ ? used_->failures.load() : 0) {
        }
        // What was read ahead and has failed is no failure of a call that did not need it.
        void rethrow(nnblas_status status) const {
            if (status == NNBLAS_ERROR_SOURCE && used_ && used_->failures != before_)
                used_->rethrow();
        }

      private:
        std::shared_ptr<state> used_; // null: there is no source
        std::size_t before_;
    };

    friend class net;
    friend class trainer;

    std::shared_ptr<state> state_; // outlives the source that points to it
    detail::owner<nnblas_source, nnblas_source_destroy> source_;
};

// A network.
class net {
  public:
    explicit net(basic_vector_view<const std::size_t> layer_sizes, unsigned flags = NNBLAS_BIAS) {
        nnblas_net *created = nullptr;
        detail::check(nnblas_net_create(layer_sizes.data(), layer_sizes.size(), flags, &created));
        net_.reset(created);
    }

    explicit net(std::initializer_list<std::size_t> layer_sizes, unsigned flags = NNBLAS_BIAS)
        : net(basic_vector_view<const std::size_t>(layer_sizes.begin(), layer_sizes.size()),
              flags) {
    }

    // Takes the ownership.
    explicit net(nnblas_net *owned) noexcept : net_(owned) {
    }

    [[nodiscard]] static net load(const std::string &path) {
        nnblas_net *loaded = nullptr;
        detail::check(nnblas_net_load(detail::check_text("path", path), &loaded));
        return net(loaded);
    }
    [[nodiscard]] static net load_from_memory(const void *data, std::size_t size) {
        nnblas_net *loaded = nullptr;
        detail::check(nnblas_net_load_from_memory(data, size, &loaded));
        return net(loaded);
    }

    [[nodiscard]] net clone() const {
        nnblas_net *made = nullptr;
        detail::check(nnblas_net_clone(get(), &made));
        return net(made);
    }

    [[nodiscard]] nnblas_net *get() noexcept {
        return net_.get();
    }
    [[nodiscard]] const nnblas_net *get() const noexcept {
        return net_.get();
    }
    // To be destroyed by nnblas_net_destroy.
    [[nodiscard]] nnblas_net *release() noexcept {
        return net_.release();
    }

    void set_hidden(nnblas_activation activation) {
        detail::check(nnblas_net_set_hidden(get(), activation));
    }
    void set_output(nnblas_activation activation, nnblas_cost cost) {
        detail::check(nnblas_net_set_output(get(), activation, cost));
    }
    void set_activation(std::size_t layer, nnblas_activation activation) {
        detail::check(nnblas_net_set_activation(get(), layer, activation));
    }
    [[nodiscard]] nnblas_activation activation(std::size_t layer) const noexcept {
        return nnblas_net_activation(get(), layer);
    }
    void set_cost_parameter(double parameter) {
        detail::check(nnblas_net_set_cost_parameter(get(), parameter));
    }
    [[nodiscard]] unsigned flags() const noexcept {
        return nnblas_net_flags(get());
    }
    [[nodiscard]] nnblas_activation hidden_activation() const noexcept {
        return nnblas_net_hidden_activation(get());
    }
    [[nodiscard]] nnblas_activation output_activation() const noexcept {
        return nnblas_net_output_activation(get());
    }
    [[nodiscard]] nnblas_cost cost() const noexcept {
        return nnblas_net_cost(get());
    }
    [[nodiscard]] double cost_parameter() const noexcept {
        return nnblas_net_cost_parameter(get());
    }

    void init(std::uint64_t seed) {
        detail::check(nnblas_net_init(get(), seed));
    }
    void init(nnblas_initialization) = delete; // a method is no seed
    void init_by(nnblas_initialization method, std::uint64_t seed) {
        detail::check(nnblas_net_init_by(get(), method, seed));
    }

    [[nodiscard]] std::size_t layer_count() const noexcept {
        return nnblas_net_layer_count(get());
    }
    [[nodiscard]] std::size_t layer_size(std::size_t layer) const noexcept {
        return nnblas_net_layer_size(get(), layer);
    }
    [[nodiscard]] std::size_t inputs() const noexcept {
        return layer_size(0);
    }
    [[nodiscard]] std::size_t outputs() const noexcept {
        return layer_size(layer_count() - 1);
    }
    // The columns of Y: outputs(), and half of them with NNBLAS_GAUSSIAN.
    [[nodiscard]] std::size_t label_count() const noexcept {
        return nnblas_net_label_count(get());
    }
    [[nodiscard]] std::size_t parameter_count() const noexcept {
        return nnblas_net_parameter_count(get());
    }

    // The views are valid until the network is destroyed, also where the object is moved. The
    // biases of a network without any are an empty view. With skip connections the rows of W_skip
    // follow those of the last hidden layer in the last matrix. NNBLAS_ERROR_VALUE where there is
    // no such layer.
    [[nodiscard]] vector_view parameters() {
        return {nnblas_net_parameters(get()), parameter_count()};
    }
    [[nodiscard]] const_vector_view parameters() const {
        return {nnblas_net_const_parameters(get()), parameter_count()};
    }
    [[nodiscard]] matrix_view weights(std::size_t layer) {
        double *W = detail::check_layer(nnblas_net_weights(get(), layer));
        return {W, count_rows(layer), layer_size(layer)};
    }
    [[nodiscard]] const_matrix_view weights(std::size_t layer) const {
        const double *W = detail::check_layer(nnblas_net_const_weights(get(), layer));
        return {W, count_rows(layer), layer_size(layer)};
    }
    [[nodiscard]] vector_view bias(std::size_t layer) {
        if (!(flags() & NNBLAS_BIAS))
            return {};
        return {detail::check_layer(nnblas_net_bias(get(), layer)), layer_size(layer)};
    }
    [[nodiscard]] const_vector_view bias(std::size_t layer) const {
        if (!(flags() & NNBLAS_BIAS))
            return {};
        return {detail::check_layer(nnblas_net_const_bias(get(), layer)), layer_size(layer)};
    }

    void predict(const_matrix_view X, matrix_view O_out) const {
        detail::check_shape("X", X, X.rows(), inputs());
        detail::check_shape("O_out", O_out, X.rows(), outputs());
        detail::check(
            nnblas_net_predict(get(), X.rows(), X.data(), X.ld(), O_out.data(), O_out.ld()));
    }
    // Row by row, without gaps.
    [[nodiscard]] std::vector<double> predict(const_matrix_view X) const {
        std::vector<double> O_out(X.rows() * outputs());
        predict(X, {O_out, outputs()});
        return O_out;
    }

    void predict_interval(const_matrix_view X, double level, matrix_view O_out, matrix_view lower,
                          matrix_view upper) const {
        detail::check_shape("X", X, X.rows(), inputs());
        detail::check_shape("O_out", O_out, X.rows(), outputs());
        detail::check_shape("lower", lower, X.rows(), outputs());
        detail::check_shape("upper", upper, X.rows(), outputs());
        detail::check(nnblas_net_predict_interval(get(), X.rows(), X.data(), X.ld(), level,
                                                  O_out.data(), O_out.ld(), lower.data(),
                                                  lower.ld(), upper.data(), upper.ld()));
    }
    [[nodiscard]] bool has_posterior() const noexcept {
        return nnblas_net_has_posterior(get()) == 1;
    }

    [[nodiscard]] double evaluate(const_matrix_view X, const_matrix_view Y) const {
        check_rows(X, Y);
        double mse = 0.0;
        detail::check(
            nnblas_net_evaluate(get(), X.rows(), X.data(), X.ld(), Y.data(), Y.ld(), &mse));
        return mse;
    }
    [[nodiscard]] double evaluate(const_matrix_view X, const_matrix_view Y,
                                  const_vector_view weights) const {
        check_rows(X, Y);
        detail::check_size("size of weights", weights.size(), X.rows());
        double mse = 0.0;
        detail::check(nnblas_net_evaluate_weighted(get(), X.rows(), X.data(), X.ld(), Y.data(),
                                                   Y.ld(), weights.data(), &mse));
        return mse;
    }

    // Writes parameter_count() numbers and returns the cost.
    double gradient(const_matrix_view X, const_matrix_view Y, vector_view gradient) const {
        check_rows(X, Y);
        detail::check_size("size of gradient", gradient.size(), parameter_count());
        double mse = 0.0;
        detail::check(nnblas_net_gradient(get(), X.rows(), X.data(), X.ld(), Y.data(), Y.ld(),
                                          gradient.data(), &mse));
        return mse;
    }
    double gradient(const_matrix_view X, const_matrix_view Y, const_vector_view weights,
                    vector_view gradient) const {
        check_rows(X, Y);
        detail::check_size("size of weights", weights.size(), X.rows());
        detail::check_size("size of gradient", gradient.size(), parameter_count());
        double mse = 0.0;
        detail::check(nnblas_net_gradient_weighted(get(), X.rows(), X.data(), X.ld(), Y.data(),
                                                   Y.ld(), weights.data(), gradient.data(), &mse));
        return mse;
    }

    // Over all rows of a source. Each throws what a function of the source threw.
    [[nodiscard]] double evaluate(source &rows) const {
        double mse = 0.0;
        const source::failure failure(rows.state_);
        const nnblas_status status = nnblas_net_evaluate_source(get(), rows.get(), &mse);
        failure.rethrow(status);
        detail::check(status);
        return mse;
    }
    double gradient(source &rows, vector_view gradient) const {
        detail::check_size("size of gradient", gradient.size(), parameter_count());
        double mse = 0.0;
        const source::failure failure(rows.state_);
        const nnblas_status status =
            nnblas_net_gradient_source(get(), rows.get(), gradient.data(), &mse);
        failure.rethrow(status);
        detail::check(status);
        return mse;
    }

    // Derivatives beyond the gradient. V has a row of outputs() numbers for each row of X.
    void input_gradient(const_matrix_view X, const_matrix_view V, matrix_view X_gradient) const {
        check_rows(X, V);
        detail::check_shape("X_gradient", X_gradient, X.rows(), inputs());
        detail::check(nnblas_net_input_gradient(get(), X.rows(), X.data(), X.ld(), V.data(), V.ld(),
                                                X_gradient.data(), X_gradient.ld()));
    }
    // X.rows() x outputs() x inputs(), without gaps.
    [[nodiscard]] std::vector<double> input_jacobian(const_matrix_view X) const {
        detail::check_shape("X", X, X.rows(), inputs());
        std::vector<double> J(X.rows() * outputs() * inputs());
        detail::check(nnblas_net_input_jacobian(get(), X.rows(), X.data(), X.ld(), J.data()));
        return J;
    }
    // A row for each output of each row of X, parameter_count() columns.
    void jacobian(const_matrix_view X, matrix_view J) const {
        detail::check_shape("X", X, X.rows(), inputs());
        detail::check_shape("J", J, X.rows() * outputs(), parameter_count());
        detail::check(nnblas_net_jacobian(get(), X.rows(), X.data(), X.ld(), J.data(), J.ld()));
    }
    void hessian_vector(const_matrix_view X, const_matrix_view Y, const_vector_view v,
                        vector_view Hv) const {
        check_rows(X, Y);
        detail::check_size("size of v", v.size(), parameter_count());
        detail::check_size("size of Hv", Hv.size(), parameter_count());
        detail::check(nnblas_net_hessian_vector(get(), X.rows(), X.data(), X.ld(), Y.data(), Y.ld(),
                                                v.data(), Hv.data()));
    }
    void hessian_diagonal(const_matrix_view X, const_matrix_view Y, vector_view diagonal) const {
        check_rows(X, Y);
        detail::check_size("size of diagonal", diagonal.size(), parameter_count());
        detail::check(nnblas_net_hessian_diagonal(get(), X.rows(), X.data(), X.ld(), Y.data(),
                                                  Y.ld(), diagonal.data()));
    }
    // The cost of the values and of given derivatives dYdX, a row of outputs() * inputs() numbers
    // for each row of X, and its gradient. weights: one for each row; empty: each row counts 1.
    [[nodiscard]] double evaluate_derivatives(const_matrix_view X, const_matrix_view Y,
                                              double derivative_weight, const_matrix_view dYdX,
                                              const_vector_view weights = {}) const {
        check_given(X, Y, dYdX, weights);
        double mse = 0.0;
        detail::check(
            nnblas_net_evaluate_derivatives(get(), X.rows(), X.data(), X.ld(), Y.data(), Y.ld(),
                                            weights.empty() ? nullptr : weights.data(),
                                            derivative_weight, dYdX.data(), dYdX.ld(), &mse));
        return mse;
    }
    double gradient_derivatives(const_matrix_view X, const_matrix_view Y, double derivative_weight,
                                const_matrix_view dYdX, vector_view gradient,
                                const_vector_view weights = {}) const {
        check_given(X, Y, dYdX, weights);
        detail::check_size("size of gradient", gradient.size(), parameter_count());
        double mse = 0.0;
        detail::check(nnblas_net_gradient_derivatives(
            get(), X.rows(), X.data(), X.ld(), Y.data(), Y.ld(),
            weights.empty() ? nullptr : weights.data(), derivative_weight, dYdX.data(), dYdX.ld(),
            gradient.data(), &mse));
        return mse;
    }

    void set_metadata(const std::string &key, const std::string &value) {
        detail::check(nnblas_net_set_metadata(get(), detail::check_text("key", key),
                                              detail::check_text("value", value)));
    }
    void remove_metadata(const std::string &key) {
        detail::check(nnblas_net_set_metadata(get(), detail::check_text("key", key), nullptr));
    }
    [[nodiscard]] std::optional<std::string> metadata(const std::string &key) const {
        const char *value = nnblas_net_metadata(get(), detail::check_text("key", key));
        return value ? std::optional<std::string>(value) : std::nullopt;
    }
    [[nodiscard]] std::vector<std::string> metadata_keys() const {
        std::vector<std::string> keys;
        for (std::size_t i = 0; i < nnblas_net_metadata_count(get()); i++)
            keys.emplace_back(nnblas_net_metadata_key(get(), i));
        return keys;
    }

    void save(const std::string &path) const {
        detail::check(nnblas_net_save(get(), detail::check_text("path", path)));
    }
    [[nodiscard]] bytes save_to_memory() const {
        void *data = nullptr;
        std::size_t size = 0;
        detail::check(nnblas_net_save_to_memory(get(), &data, &size));
        return {data, size};
    }

    void measure_plans(std::size_t N, nnblas_plan_purpose purpose, double seconds) const {
        detail::check(nnblas_net_measure_plans(get(), N, purpose, seconds));
    }
    [[nodiscard]] std::string plan_info(std::size_t N, nnblas_plan_purpose purpose) const {
        const char *info = nnblas_net_plan_info(get(), N, purpose);
        if (!info) // It refuses the same arguments with a status, and 0 seconds in any case.
            detail::check(nnblas_net_measure_plans(get(), N, purpose, 0.0));
        return info;
    }

  private:
    // Of the weights of a layer.
    [[nodiscard]] std::size_t count_rows(std::size_t layer) const noexcept {
        bool takes_inputs = layer == layer_count() - 1 && (flags() & NNBLAS_SKIP) != 0;
        return layer_size(layer - 1) + (takes_inputs ? inputs() : 0);
    }

    void check_rows(const_matrix_view X, const_matrix_view Y) const {
        detail::check_rows(X, Y, inputs(), label_count());
    }
    void check_given(const_matrix_view X, const_matrix_view Y, const_matrix_view dYdX,
                     const_vector_view weights) const {
        check_rows(X, Y);
        detail::check_shape("dYdX", dYdX, X.rows(), outputs() * inputs());
        if (!weights.empty())
            detail::check_size("size of weights", weights.size(), X.rows());
    }

    detail::owner<nnblas_net, nnblas_net_destroy> net_;
};

// ---- training -----------------------------------------------------------------------------------

// What set_..._schedule was given, and 0 for what the schedule does not have.
struct schedule {
    nnblas_schedule kind;
    std::size_t epochs;
    double factor, last;
    double scale, power; // of NNBLAS_SCHEDULE_INVERSE
};

// What set_adam was given.
struct adam {
    double beta1, beta2, epsilon;
};

// What set_lbfgs was given.
struct lbfgs {
    std::size_t memory;
    double tolerance;
};

// What set_levenberg_marquardt was given.
struct levenberg_marquardt {
    double damping, tolerance;
};

// As nnblas_trainer_evidence.
struct evidence {
    double decay, noise, effective, log_evidence;
};

// What set_checkpoint was given.
struct checkpoint {
    std::string path;
    std::size_t epochs;
};

// What set_validation_rows was given.
struct rows {
    const_matrix_view X, Y;
};

// Rows first .. first + count of all.
struct share {
    std::size_t first, count;
};

// The share of the group's rank in N rows.
[[nodiscard]] inline share get_share(const nnblas_group &group, std::size_t N) {
    share s{};
    detail::check(nnblas_group_share(nullptr, N, 0, &group, &s.first, &s.count));
    return s;
}
// The same in whole parts, for ordered sums.
[[nodiscard]] inline share get_ordered_share(const nnblas_group &group, const net &net,
                                             std::size_t N, bool weighted = false) {
    share s{};
    detail::check(nnblas_group_share(net.get(), N, weighted, &group, &s.first, &s.count));
    return s;
}

/*
 * A trainer. Its functions are those of nnblas_trainer_. It keeps a pointer to the network, not to
 * the object: the net may be moved, and must not be destroyed before the last fit. As in nnblas.h,
 * the caller keeps weights and validation rows until fit has returned.
 */
class trainer {
  public:
    explicit trainer(net &net) : state_(std::make_unique<state>()) {
        nnblas_trainer *created = nullptr;
        detail::check(nnblas_trainer_create(net.get(), &created));
        trainer_.reset(created);
    }

    [[nodiscard]] nnblas_trainer *get() noexcept {
        return trainer_.get();
    }
    [[nodiscard]] const nnblas_trainer *get() const noexcept {
        return trainer_.get();
    }
    // The network that is trained.
    [[nodiscard]] nnblas_net *get_net() const noexcept {
        return nnblas_trainer_net(get());
    }

    void set_optimizer(nnblas_optimizer optimizer) {
        detail::check(nnblas_trainer_set_optimizer(get(), optimizer));
    }
    [[nodiscard]] nnblas_optimizer optimizer() const noexcept {
        return nnblas_trainer_optimizer(get());
    }
    void set_learning_rate(double rate) {
        detail::check(nnblas_trainer_set_learning_rate(get(), rate));
    }
    [[nodiscard]] double learning_rate() const noexcept {
        return nnblas_trainer_learning_rate(get());
    }
    void set_momentum(double momentum) {
        detail::check(nnblas_trainer_set_momentum(get(), momentum));
    }
    [[nodiscard]] double momentum() const noexcept {
        return nnblas_trainer_momentum(get());
    }
    void set_adam(double beta1, double beta2, double epsilon) {
        detail::check(nnblas_trainer_set_adam(get(), beta1, beta2, epsilon));
    }
    [[nodiscard]] nnblas::adam adam() const {
        nnblas::adam set{};
        detail::check(nnblas_trainer_adam(get(), &set.beta1, &set.beta2, &set.epsilon));
        return set;
    }
    void set_lbfgs(std::size_t memory, double tolerance) {
        detail::check(nnblas_trainer_set_lbfgs(get(), memory, tolerance));
    }
    [[nodiscard]] nnblas::lbfgs lbfgs() const {
        nnblas::lbfgs set{};
        detail::check(nnblas_trainer_lbfgs(get(), &set.memory, &set.tolerance));
        return set;
    }
    void set_scaled_conjugate_gradient(double tolerance) {
        detail::check(nnblas_trainer_set_scaled_conjugate_gradient(get(), tolerance));
    }
    // The tolerance.
    [[nodiscard]] double scaled_conjugate_gradient() const noexcept {
        return nnblas_trainer_scaled_conjugate_gradient(get());
    }
    void set_l1(double l1) {
        detail::check(nnblas_trainer_set_l1(get(), l1));
    }
    [[nodiscard]] double l1() const noexcept {
        return nnblas_trainer_l1(get());
    }
    void set_levenberg_marquardt(double damping, double tolerance) {
        detail::check(nnblas_trainer_set_levenberg_marquardt(get(), damping, tolerance));
    }
    void set_bayesian(bool bayesian) {
        detail::check(nnblas_trainer_set_bayesian(get(), bayesian));
    }
    [[nodiscard]] bool bayesian() const noexcept {
        return nnblas_trainer_bayesian(get()) == 1;
    }
    // What Bayesian regularisation has estimated.
    [[nodiscard]] nnblas::evidence evidence() const {
        nnblas::evidence found{};
        detail::check(nnblas_trainer_evidence(get(), &found.decay, &found.noise, &found.effective,
                                              &found.log_evidence));
        return found;
    }
    void set_posterior(bool keep) {
        detail::check(nnblas_trainer_set_posterior(get(), keep));
    }
    [[nodiscard]] bool posterior() const noexcept {
        return nnblas_trainer_posterior(get()) == 1;
    }
    [[nodiscard]] nnblas::levenberg_marquardt levenberg_marquardt() const {
        nnblas::levenberg_marquardt set{};
        detail::check(nnblas_trainer_levenberg_marquardt(get(), &set.damping, &set.tolerance));
        return set;
    }
    void set_weight_decay(double decay) {
        detail::check(nnblas_trainer_set_weight_decay(get(), decay));
    }
    [[nodiscard]] double weight_decay() const noexcept {
        return nnblas_trainer_weight_decay(get());
    }

    void set_constant_schedule() {
        detail::check(nnblas_trainer_set_constant_schedule(get()));
    }
    void set_step_schedule(std::size_t epochs, double factor) {
        detail::check(nnblas_trainer_set_step_schedule(get(), epochs, factor));
    }
    void set_cosine_schedule(double last) {
        detail::check(nnblas_trainer_set_cosine_schedule(get(), last));
    }
    void set_plateau_schedule(std::size_t epochs, double factor) {
        detail::check(nnblas_trainer_set_plateau_schedule(get(), epochs, factor));
    }
    void set_inverse_schedule(double scale, double power) {
        detail::check(nnblas_trainer_set_inverse_schedule(get(), scale, power));
    }
    void set_adaptive_schedule(std::size_t epochs, double factor, double last) {
        detail::check(nnblas_trainer_set_adaptive_schedule(get(), epochs, factor, last));
    }
    [[nodiscard]] nnblas::schedule schedule() const {
        nnblas::schedule set{};
        detail::check(
            nnblas_trainer_schedule(get(), &set.kind, &set.epochs, &set.factor, &set.last));
        detail::check(nnblas_trainer_inverse_schedule(get(), &set.scale, &set.power));
        return set;
    }

    void set_batch_size(std::size_t rows) {
        detail::check(nnblas_trainer_set_batch_size(get(), rows));
    }
    [[nodiscard]] std::size_t batch_size() const noexcept {
        return nnblas_trainer_batch_size(get());
    }
    void set_shuffle(bool shuffle) {
        detail::check(nnblas_trainer_set_shuffle(get(), shuffle));
    }
    [[nodiscard]] bool shuffle() const noexcept {
        return nnblas_trainer_shuffle(get());
    }
    void set_seed(std::uint64_t seed) {
        detail::check(nnblas_trainer_set_seed(get(), seed));
    }
    [[nodiscard]] std::uint64_t seed() const noexcept {
        return nnblas_trainer_seed(get());
    }
    // One for each row of fit; an empty view: each row counts 1.
    void set_sample_weights(const_vector_view weights) {
        detail::check(nnblas_trainer_set_sample_weights(get(), or_null(weights)));
        state_->sample_weights = weights;
    }
    // Derivatives of the target, for each row of fit one of outputs() * inputs() of the network.
    void set_derivatives(double derivative_weight, const_matrix_view dYdX) {
        const nnblas_net *net = get_net();
        const std::size_t outputs = nnblas_net_layer_size(net, nnblas_net_layer_count(net) - 1);
        detail::check_shape("dYdX", dYdX, dYdX.rows(), outputs * inputs());
        detail::check(
            nnblas_trainer_set_derivatives(get(), derivative_weight, dYdX.data(), dYdX.ld()));
        state_->derivatives = dYdX.data();
        state_->derivative_rows = dYdX.rows();
    }
    void remove_derivatives() {
        detail::check(nnblas_trainer_set_derivatives(get(), 1.0, nullptr, 0));
    }
    // 0 where there are none.
    [[nodiscard]] double derivative_weight() const noexcept {
        double weight = 0.0;
        nnblas_trainer_derivatives(get(), &weight, nullptr, nullptr);
        return weight;
    }
    // The ranks of the group train together; what user points to stays the caller's.
    void set_group(const nnblas_group &group, bool ordered = false) {
        detail::check(nnblas_trainer_set_group(get(), &group, ordered));
    }
    void remove_group() {
        detail::check(nnblas_trainer_set_group(get(), nullptr, 0));
    }
    // All 0 where there is none.
    [[nodiscard]] nnblas_group group() const noexcept {
        nnblas_group group{};
        nnblas_trainer_group(get(), &group, nullptr);
        return group;
    }
    [[nodiscard]] bool has_ordered_sums() const noexcept {
        int ordered = 0;
        nnblas_trainer_group(get(), nullptr, &ordered);
        return ordered != 0;
    }
    // One for each parameter, 0 for those that keep their value; empty: all are trained.
    void set_mask(const std::vector<std::uint8_t> &mask) {
        if (!mask.empty())
            detail::check_size("mask", nnblas_net_parameter_count(get_net()), mask.size());
        detail::check(nnblas_trainer_set_mask(get(), mask.empty() ? nullptr : mask.data()));
    }
    // As many as there are parameters, or null.
    [[nodiscard]] const std::uint8_t *mask() const noexcept {
        return nnblas_trainer_mask(get());
    }
    // As many as fit has rows, or null.
    [[nodiscard]] const double *sample_weights() const noexcept {
        return nnblas_trainer_sample_weights(get());
    }

    void set_epochs(std::size_t epochs) {
        detail::check(nnblas_trainer_set_epochs(get(), epochs));
    }
    [[nodiscard]] std::size_t epochs() const noexcept {
        return nnblas_trainer_epochs(get());
    }
    void set_desired_cost(double mse) {
        detail::check(nnblas_trainer_set_desired_cost(get(), mse));
    }
    [[nodiscard]] double desired_cost() const noexcept {
        return nnblas_trainer_desired_cost(get());
    }
    void set_time_limit(double seconds) {
        detail::check(nnblas_trainer_set_time_limit(get(), seconds));
    }
    [[nodiscard]] double time_limit() const noexcept {
        return nnblas_trainer_time_limit(get());
    }
    void set_validation_fraction(double fraction) {
        detail::check(nnblas_trainer_set_validation_fraction(get(), fraction));
    }
    [[nodiscard]] double validation_fraction() const noexcept {
        return nnblas_trainer_validation_fraction(get());
    }
    // Set the rows before their weights. set_validation_fraction(0) is for none.
    void set_validation_rows(const_matrix_view X, const_matrix_view Y) {
        check_rows(X, Y);
        detail::check(nnblas_trainer_set_validation_rows(get(), X.rows(), X.data(), X.ld(),
                                                         Y.data(), Y.ld()));
    }
    // Null for none. It must exist until fit has returned.
    void set_validation_source(source *rows) {
        detail::check(nnblas_trainer_set_validation_source(get(), rows ? rows->get() : nullptr));
        state_->validation = rows ? rows->state_ : nullptr;
    }
    [[nodiscard]] nnblas_source *validation_source() const noexcept {
        return nnblas_trainer_validation_source(get());
    }
    [[nodiscard]] nnblas::rows validation_rows() const {
        std::size_t N = 0, ldx = 0, ldy = 0;
        const double *X = nullptr, *Y = nullptr;
        detail::check(nnblas_trainer_validation_rows(get(), &N, &X, &ldx, &Y, &ldy));
        return {{X, N, inputs(), ldx}, {Y, N, label_count(), ldy}};
    }
    void set_validation_weights(const_vector_view weights) {
        const std::size_t N = validation_rows().X.rows();
        if (N && !weights.empty())
            detail::check_size("size of weights", weights.size(), N);
        detail::check(nnblas_trainer_set_validation_weights(get(), or_null(weights)));
    }
    [[nodiscard]] const_vector_view validation_weights() const {
        const double *weights = nnblas_trainer_validation_weights(get());
        return {weights, weights ? validation_rows().X.rows() : 0};
    }
    void set_score(nnblas_score score) {
        detail::check(nnblas_trainer_set_score(get(), score));
    }
    [[nodiscard]] nnblas_score score() const noexcept {
        return nnblas_trainer_score(get());
    }
    void set_patience(std::size_t epochs) {
        detail::check(nnblas_trainer_set_patience(get(), epochs));
    }
    [[nodiscard]] std::size_t patience() const noexcept {
        return nnblas_trainer_patience(get());
    }
    void set_tolerance(double tolerance) {
        detail::check(nnblas_trainer_set_tolerance(get(), tolerance));
    }
    [[nodiscard]] double tolerance() const noexcept {
        return nnblas_trainer_tolerance(get());
    }

    /*
     * Anything that std::invoke calls with (std::size_t epoch, double mse), or (const nnblas_epoch
     * &epoch), and that returns nothing, or whether to stop. nullptr, a null pointer or an empty
     * std::function for none. It is moved or copied into the trainer. It may throw: the training
     * stops after that epoch, and fit throws the same exception.
     */
    template <class Callback> void set_callback(Callback &&callback) {
        auto kept = keep<std::size_t, double>(std::forward<Callback>(callback));
        detail::check(
            nnblas_trainer_set_callback(get(), kept ? state::call : nullptr, state_.get()));
        state_->callback = std::move(kept);
    }
    template <class Callback> void set_epoch_callback(Callback &&callback) {
        auto kept = keep<const nnblas_epoch &>(std::forward<Callback>(callback));
        detail::check(nnblas_trainer_set_epoch_callback(
            get(), kept ? state::call_with_epoch : nullptr, state_.get()));
        state_->epoch_callback = std::move(kept);
    }
    [[nodiscard]] bool has_callback() const {
        nnblas_callback *callback = nullptr;
        detail::check(nnblas_trainer_callback(get(), &callback, nullptr));
        return callback != nullptr;
    }
    [[nodiscard]] bool has_epoch_callback() const {
        nnblas_epoch_callback *callback = nullptr;
        detail::check(nnblas_trainer_epoch_callback(get(), &callback, nullptr));
        return callback != nullptr;
    }

    // From any thread and from a signal handler, also while fit runs.
    void cancel() noexcept {
        nnblas_trainer_cancel(get());
    }

    void set_history_limit(std::size_t epochs) {
        detail::check(nnblas_trainer_set_history_limit(get(), epochs));
    }
    [[nodiscard]] std::size_t history_limit() const noexcept {
        return nnblas_trainer_history_limit(get());
    }
    [[nodiscard]] std::size_t history_count() const noexcept {
        return nnblas_trainer_history_count(get());
    }
    [[nodiscard]] nnblas_epoch history_epoch(std::size_t index) const {
        nnblas_epoch epoch{};
        detail::check(nnblas_trainer_history_epoch(get(), index, &epoch, sizeof epoch));
        return epoch;
    }
    // All epochs of the history.
    [[nodiscard]] std::vector<nnblas_epoch> history() const {
        std::vector<nnblas_epoch> epochs(history_count());
        for (std::size_t i = 0; i < epochs.size(); i++)
            epochs[i] = history_epoch(i);
        return epochs;
    }

    void set_checkpoint(const std::string &path, std::size_t epochs) {
        detail::check(
            nnblas_trainer_set_checkpoint(get(), detail::check_text("path", path), epochs));
    }
    // Nothing where no checkpoints are asked for.
    [[nodiscard]] std::optional<nnblas::checkpoint> checkpoint() const {
        std::size_t epochs = 0;
        const char *path = nnblas_trainer_checkpoint(get(), &epochs);
        return path ? std::optional<nnblas::checkpoint>({path, epochs}) : std::nullopt;
    }
    void set_no_checkpoint() {
        detail::check(nnblas_trainer_set_checkpoint(get(), nullptr, 1));
    }
    void set_checkpoint_interval(double seconds) {
        detail::check(nnblas_trainer_set_checkpoint_interval(get(), seconds));
    }
    [[nodiscard]] double checkpoint_interval() const noexcept {
        return nnblas_trainer_checkpoint_interval(get());
    }
    // NNBLAS_OK, or why the last checkpoint could not be written; nothing is thrown.
    [[nodiscard]] nnblas_status checkpoint_status() const noexcept {
        return nnblas_trainer_checkpoint_status(get());
    }
    void resume(const std::string &path) {
        detail::check(nnblas_trainer_resume(get(), detail::check_text("path", path)));
    }
    void cancel_resume() {
        detail::check(nnblas_trainer_resume(get(), nullptr));
    }

    // Returns why the training ended, or throws what a callback threw.
    stop fit(const_matrix_view X, const_matrix_view Y) {
        try {
            check_fit(X, Y);
        } catch (...) {
            // In C a fit that is refused clears a cancel. So does this one, of no rows.
            nnblas_trainer_fit(get(), 0, nullptr, 0, nullptr, 0);
            throw;
        }
        begin();
        const nnblas_status status =
            nnblas_trainer_fit(get(), X.rows(), X.data(), X.ld(), Y.data(), Y.ld());
        rethrow(status);
        return static_cast<stop>(detail::check(status));
    }
    // The same on rows from a source. It also throws what a function of the source, or of that of
    // the validation rows, threw.
    stop fit(source &rows) {
        begin();
        const source::failure failure(rows.state_);
        const nnblas_status status = nnblas_trainer_fit_source(get(), rows.get());
        rethrow(status);
        failure.rethrow(status);
        return static_cast<stop>(detail::check(status));
    }
    // What the last fit has returned; of a failure nnblas_error_message() has the reason again.
    [[nodiscard]] nnblas_status fit_status() const noexcept {
        return nnblas_trainer_fit_status(get());
    }

    // Returns the cost before the step.
    double step(const_matrix_view X, const_matrix_view Y, const_vector_view weights = {}) {
        check_rows(X, Y);
        if (!weights.empty())
            detail::check_size("size of weights", weights.size(), X.rows());
        double mse = 0.0;
        detail::check(nnblas_trainer_step(get(), X.rows(), X.data(), X.ld(), Y.data(), Y.ld(),
                                          or_null(weights), &mse));
        return mse;
    }

  private:
    // What the library has a pointer to; it stays where it is when the trainer is moved.
    struct state {
        std::function<bool(std::size_t, double)> callback;
        std::function<bool(const nnblas_epoch &)> epoch_callback;
        std::exception_ptr thrown;
        std::shared_ptr<source::state> validation; // null: the validation rows have no source
        source::failure validation_failure{nullptr};
        const_vector_view sample_weights;
        const double *derivatives = nullptr;
        std::size_t derivative_rows = 0;

        static int call(void *user, std::size_t epoch, double mse) noexcept {
            state *self = static_cast<state *>(user);
            return self->run([&] { return self->callback(epoch, mse); });
        }
        static int call_with_epoch(void *user, const nnblas_epoch *epoch) noexcept {
            state *self = static_cast<state *>(user);
            return self->run([&] { return self->epoch_callback(*epoch); });
        }

      private:
        // After an exception of the other callback in the same epoch there is nothing to tell.
        template <class Function> int run(Function &&function) noexcept {
            try {
                return thrown || function() ? 1 : 0;
            } catch (...) {
                thrown = std::current_exception();
                return 1;
            }
        }
    };

    // std::function copies what it holds, which a callback need not allow.
    template <class... Arguments, class Callback>
    static std::function<bool(Arguments...)> keep(Callback &&callback) {
        using kept_type = std::decay_t<Callback>;
        if constexpr (!std::is_null_pointer_v<kept_type>)
            if (!detail::is_null(callback))
                return [kept = std::make_shared<kept_type>(std::forward<Callback>(callback))](
                           Arguments... arguments) {
                    if constexpr (std::is_void_v<std::invoke_result_t<kept_type &, Arguments...>>)
                        return std::invoke(*kept, arguments...), false;
                    else
                        return static_cast<bool>(std::invoke(*kept, arguments...));
                };
        return nullptr;
    }

    static const double *or_null(const_vector_view weights) noexcept {
        return weights.empty() ? nullptr : weights.data();
    }

    std::size_t inputs() const noexcept {
        return nnblas_net_layer_size(get_net(), 0);
    }
    std::size_t label_count() const noexcept {
        return nnblas_net_label_count(get_net());
    }
    void check_rows(const_matrix_view X, const_matrix_view Y) const {
        detail::check_rows(X, Y, inputs(), label_count());
    }

    void begin() {
        state_->thrown = nullptr;
        state_->validation_failure = source::failure(state_->validation);
    }

    // What a callback threw in the last fit, or the source of the validation rows.
    void rethrow(nnblas_status status) {
        if (state_->thrown)
            std::rethrow_exception(std::exchange(state_->thrown, nullptr));
        state_->validation_failure.rethrow(status);
    }

    // What was set by get() has a size that only the caller knows.
    void check_fit(const_matrix_view X, const_matrix_view Y) const {
        check_rows(X, Y);
        const const_vector_view weights = state_->sample_weights;
        if (!weights.empty() && weights.data() == sample_weights())
            detail::check_size("rows of X with sample weights", X.rows(), weights.size());
        const double *dYdX = nullptr;
        nnblas_trainer_derivatives(get(), nullptr, &dYdX, nullptr);
        if (dYdX && dYdX == state_->derivatives)
            detail::check_size("rows of X with derivatives", X.rows(), state_->derivative_rows);
    }

    friend std::vector<nnblas_status> fit_many(std::vector<trainer> &trainers, const_matrix_view X,
                                               const_matrix_view Y);

    std::unique_ptr<state> state_; // outlives the trainer that points to it
    detail::owner<nnblas_trainer, nnblas_trainer_destroy> trainer_;
};

/*
 * Trains the network of each trainer on the same rows, side by side. Callbacks run on the threads
 * that nnblas.h says. Returns the status of each training. One that fails throws nothing: its
 * status is below 0, and fit_status() of the trainer has the reason. What is refused throws,
 * before anything is trained, and so does, when all have ended, what a callback threw: of several
 * the one of the first trainer.
 */
[[nodiscard]] inline std::vector<nnblas_status> fit_many(std::vector<trainer> &trainers,
                                                         const_matrix_view X, const_matrix_view Y) {
    std::vector<nnblas_trainer *> pointers;
    for (trainer &one : trainers) {
        one.check_fit(X, Y);
        one.begin();
        pointers.push_back(one.get());
    }
    std::vector<nnblas_status> statuses(trainers.size());
    const nnblas_status status =
        nnblas_fit_many(pointers.data(), pointers.size(), X.rows(), X.data(), X.ld(), Y.data(),
                        Y.ld(), statuses.data());
    bool is_refused = status < 0;
    for (const nnblas_status one : statuses)
        is_refused = is_refused && one >= 0;
    if (is_refused)
        detail::throw_last(status);
    for (std::size_t i = 0; i < trainers.size(); i++)
        trainers[i].rethrow(statuses[i]);
    return statuses;
}

// ---- plans --------------------------------------------------------------------------------------

inline void plans_save(const std::string &path) {
    detail::check(nnblas_plans_save(detail::check_text("path", path)));
}
inline void plans_load(const std::string &path) {
    detail::check(nnblas_plans_load(detail::check_text("path", path)));
}
inline void plans_forget() noexcept {
    nnblas_plans_forget();
}

// ---- the library --------------------------------------------------------------------------------

[[nodiscard]] inline std::string version() {
    return nnblas_version();
}
[[nodiscard]] inline std::string blas_info() {
    return nnblas_blas_info();
}
[[nodiscard]] inline bool has(nnblas_feature feature) noexcept {
    return nnblas_has(feature) != 0;
}
[[nodiscard]] inline std::string status_string(nnblas_status status) {
    return nnblas_status_string(status);
}

inline void set_threads(int threads) {
    detail::check(nnblas_set_threads(threads));
}
inline void set_local_threads(int threads) {
    detail::check(nnblas_set_local_threads(threads));
}
[[nodiscard]] inline int threads() noexcept {
    return nnblas_threads();
}
[[nodiscard]] inline int local_threads() noexcept {
    return nnblas_local_threads();
}

// What set_parallel_for hands to the host: task(i) for each i below the count.
class task {
  public:
    task(nnblas_task *call, void *context) noexcept : call_(call), context_(context) {
    }
    void operator()(std::size_t i) const {
        call_(context_, i);
    }

  private:
    nnblas_task *call_;
    void *context_;
};

/*
 * run(std::size_t count, nnblas::task task) does what nnblas_parallel_for says in nnblas.h;
 * nullptr, a null pointer or an empty std::function: the library's workers run again. It must exist
 * until the last call that uses it has returned. An exception that leaves it ends the program.
 */
template <class Run> void set_parallel_for(Run &run) {
    nnblas_parallel_for *call = [](void *user, std::size_t count, nnblas_task *task,
                                   void *context) noexcept {
        std::invoke(*reinterpret_cast<Run *>(user), count, nnblas::task(task, context));
    };
    // As std::addressof(run), which is a pointer to const or to a function where run is.
    void *user = const_cast<void *>(reinterpret_cast<const volatile void *>(std::addressof(run)));
    detail::check(nnblas_set_parallel_for(detail::is_null(run) ? nullptr : call, user));
}
template <class Run> void set_parallel_for(const Run &&) = delete; // it would not exist any more
inline void set_parallel_for(std::nullptr_t) {
    detail::check(nnblas_set_parallel_for(nullptr, nullptr));
}

} // namespace nnblas

#if __cplusplus >= 202002L
// A std::span of the elements outlives the view.
template <class T>
inline constexpr bool std::ranges::enable_borrowed_range<nnblas::basic_vector_view<T>> = true;
#endif

#endif
