/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * libnnblas: backpropagation as a numerical library.
 *
 * A feed-forward network of sigmoid layers, the mean squared error, and gradient descent, in double
 * precision. Every matrix product is a cblas_dgemm call; the rest are vectorised loops.
 *
 *   symbol                     shape              meaning
 *   X, Y                       N x inputs, N x outputs   examples and their labels
 *   W1, W2                     inputs x hidden, hidden x outputs   weights
 *   H_in  = X W1               N x hidden
 *   H_out = sigmoid(H_in)      N x hidden         sigmoid(a) = 1 / (1 + exp(-a))
 *   O_in  = H_out W2           N x outputs
 *   O_out = sigmoid(O_in)      N x outputs
 *   mse   = 1/(2N) sum (O_out - Y)^2              the cost; N counts examples
 *   O_delta = (O_out - Y) O_out (1 - O_out)       elementwise
 *   W2_update = H_out^T O_delta / N               d mse / d W2
 *   H_delta = (O_delta W2^T) H_out (1 - H_out)    elementwise behind the product
 *   W1_update = X^T H_delta / N                   d mse / d W1
 *   W := W - learning_rate W_update               one gradient step, with the old W2 in H_delta
 *
 * Equations: D. E. Rumelhart, G. E. Hinton, R. J. Williams, "Learning representations by
 * back-propagating errors", Nature 323 (1986), with the factor 1/N of a mean.
 *
 * Rules that hold for every function
 *
 * Matrices are row-major. Element (i, j) of a matrix with leading dimension ld, counted in elements
 * and at least the number of columns, is m[i * ld + j]; so a range of columns of a wider table is
 * used where it lies. The functions without ld arguments take contiguous matrices. Arrays need the
 * alignment of double and no more.
 *
 * Sizes: a zero, a size or leading dimension over INT_MAX (what BLAS counts in), and a matrix whose
 * bytes do not fit in the address space are refused with NNBLAS_ERROR_SIZE.
 *
 * Null: no pointer argument may be null unless its function says so; NNBLAS_ERROR_NULL.
 *
 * Aliasing: matrices that are only read may overlap freely. A matrix that is written may share no
 * element with another argument (columns side by side in one table share none);
 * NNBLAS_ERROR_OVERLAP.
 *
 * Errors: a function that can fail returns an nnblas_status. When an argument is refused, nothing
 * has been written. The library never prints, exits or aborts, and changes no locale, environment,
 * signal handler, rand() state or floating-point mode.
 *
 * NaN and infinity: predictions, costs and gradients pass them on, as BLAS does. The functions that
 * change weights (nnblas_gradient_step, nnblas_trainer_fit) never store a weight that is not
 * finite: they return NNBLAS_ERROR_NOT_FINITE, name the first culprit, and leave the weights as
 * they were before the step.
 *
 * Threads: every function may be called from any number of threads at once, as long as no object
 * and no output array is written by one call while another uses it. A const nnblas_net is only
 * read. The same inputs, seed, machine and thread count give the same bits.
 */
#ifndef NNBLAS_H
#define NNBLAS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- status ---------------------------------------------------------------------------------- */

/* 0 is success, negative an error, positive a reason to stop early that is no error. */
typedef enum nnblas_status {
    NNBLAS_OK = 0,
    NNBLAS_ERROR_NULL = -1,       /* a pointer is null that may not be */
    NNBLAS_ERROR_SIZE = -2,       /* a size is zero, over INT_MAX, or too large together */
    NNBLAS_ERROR_LEADING = -3,    /* a leading dimension is smaller than the columns */
    NNBLAS_ERROR_OVERLAP = -4,    /* an output shares elements with another argument */
    NNBLAS_ERROR_VALUE = -5,      /* a setting is out of its range */
    NNBLAS_ERROR_NOT_FINITE = -6, /* data, weights, cost or update hold a NaN or an infinity */
    NNBLAS_ERROR_MEMORY = -7,     /* memory could not be had */
    NNBLAS_STOPPED_COST = 1,      /* training reached the desired cost */
    NNBLAS_STOPPED_CALLBACK = 2   /* the callback asked to stop */
} nnblas_status;

/* The constant's name, such as "NNBLAS_ERROR_SIZE"; never null, also for a number that is none. */
const char *nnblas_status_string(nnblas_status status);

/*
 * The calling thread's last failure in words with the numbers in it, such as "X holds a NaN at row
 * 17, column 3" (rows and columns count from 0); "" before the first. Valid until the thread's next
 * failure; a success does not clear it.
 */
const char *nnblas_error_message(void);

/* ---- the algorithm on the caller's own contiguous arrays ------------------------------------- */

/*
 * H_out = sigmoid(X W1), O_out = sigmoid(H_out W2). Allocates nothing.
 */
nnblas_status nnblas_feedforward(size_t N, size_t inputs, size_t hidden, size_t outputs,
                                 const double *X, const double *W1, const double *W2, double *H_out,
                                 double *O_out);

/*
 * From the outputs of nnblas_feedforward to O_delta, H_delta, both updates (the gradient of the
 * mse, divided by N) and the mse. Changes no weight. Allocates nothing. mse may be null.
 */
nnblas_status nnblas_backpropagate(size_t N, size_t inputs, size_t hidden, size_t outputs,
                                   const double *X, const double *Y, const double *W2,
                                   const double *H_out, const double *O_out, double *O_delta,
                                   double *H_delta, double *W1_update, double *W2_update,
                                   double *mse);

/*
 * One step of gradient descent on W1 and W2. *mse is the cost before the step; mse may be null.
 * learning_rate is finite and not negative, else NNBLAS_ERROR_VALUE. The workspace does not grow
 * with N. On any error W1, W2 and *mse are untouched.
 */
nnblas_status nnblas_gradient_step(size_t N, size_t inputs, size_t hidden, size_t outputs,
                                   const double *X, const double *Y, double learning_rate,
                                   double *W1, double *W2, double *mse);

/* ---- a network ------------------------------------------------------------------------------- */

/*
 * An opaque network. Its parameters lie in one contiguous vector W1 W2 ..., each matrix row-major,
 * (size of the layer before) x (size of the layer). The caller may write to them between calls.
 */
typedef struct nnblas_net nnblas_net;

/*
 * A network of the n_layers >= 2 layer sizes, inputs first: {4, 2, 3}, 3 is 4 inputs, 2 hidden, 3
 * outputs. flags is 0. The weights are those of nnblas_net_init(net, 0). *net is written only on
 * success, and is then released by nnblas_net_destroy, which accepts null.
 */
nnblas_status nnblas_net_create(const size_t *layer_sizes, size_t n_layers, unsigned flags,
                                nnblas_net **net);
void nnblas_net_destroy(nnblas_net *net);

/*
 * Draws every weight of a layer with n inputs and m outputs uniformly from +-4 sqrt(6 / (n + m))
 * (X. Glorot, Y. Bengio, "Understanding the difficulty of training deep feedforward neural
 * networks", AISTATS 2010, for the logistic sigmoid). The same seed gives the same weights on every
 * machine.
 */
nnblas_status nnblas_net_init(nnblas_net *net, uint64_t seed);

/* The number of layers and their sizes as given to create; layer 0 is the inputs. 0 if none such.
 */
size_t nnblas_net_layer_count(const nnblas_net *net);
size_t nnblas_net_layer_size(const nnblas_net *net, size_t layer);

/*
 * The number of parameters, the vector of them, and the matrix of one layer (1 = W1) inside it.
 * 0 or null, with a message, where net is null or the layer has no such matrix. Valid until the
 * network is destroyed.
 */
size_t nnblas_net_parameter_count(const nnblas_net *net);
double *nnblas_net_parameters(nnblas_net *net);
double *nnblas_net_weights(nnblas_net *net, size_t layer);

/* O_out (N x outputs) for the N rows of X (N x inputs). */
nnblas_status nnblas_net_predict(const nnblas_net *net, size_t N, const double *X, size_t ldx,
                                 double *O_out, size_t ldo);

/* The mse over the N rows of X and Y. */
nnblas_status nnblas_net_evaluate(const nnblas_net *net, size_t N, const double *X, size_t ldx,
                                  const double *Y, size_t ldy, double *mse);

/*
 * d mse / d parameters over the N rows of X and Y, in the order of nnblas_net_parameters and with
 * nnblas_net_parameter_count elements. mse may be null.
 */
nnblas_status nnblas_net_gradient(const nnblas_net *net, size_t N, const double *X, size_t ldx,
                                  const double *Y, size_t ldy, double *gradient, double *mse);

/* ---- training -------------------------------------------------------------------------------- */

/* An opaque training plan for one network, which must outlive it. */
typedef struct nnblas_trainer nnblas_trainer;

/*
 * Called after each epoch with its number, from 1, and the mse that the epoch began with. A
 * non-zero return stops the training. The callback may read the network, and may not change it.
 */
typedef int nnblas_callback(void *user, size_t epoch, double mse);

/* Full-batch gradient descent: learning rate 1, 1000 epochs, no desired cost, no callback. */
nnblas_status nnblas_trainer_create(nnblas_net *net, nnblas_trainer **trainer);
void nnblas_trainer_destroy(nnblas_trainer *trainer);

/* rate: finite and above 0. */
nnblas_status nnblas_trainer_set_learning_rate(nnblas_trainer *trainer, double rate);
/* epochs: how many steps of gradient descent fit takes at most; above 0. */
nnblas_status nnblas_trainer_set_epochs(nnblas_trainer *trainer, size_t epochs);
/* mse: fit stops before the step at which the cost is at or under it; 0 or above, 0 = never. */
nnblas_status nnblas_trainer_set_desired_cost(nnblas_trainer *trainer, double mse);
/* callback: null for none; user is handed to it as it is. */
nnblas_status nnblas_trainer_set_callback(nnblas_trainer *trainer, nnblas_callback *callback,
                                          void *user);

/*
 * Trains the network on the N rows of X (N x inputs) and Y (N x outputs), from the weights it has.
 * Returns NNBLAS_OK when all epochs were done, NNBLAS_STOPPED_COST or NNBLAS_STOPPED_CALLBACK when
 * it stopped before. X and Y are searched for NaN and infinity once, before the first step.
 */
nnblas_status nnblas_trainer_fit(nnblas_trainer *trainer, size_t N, const double *X, size_t ldx,
                                 const double *Y, size_t ldy);

/* ---- the library ----------------------------------------------------------------------------- */

/* "major.minor.patch" of the library that is loaded. */
const char *nnblas_version(void);

/*
 * How many threads a call may use; 0, the default, lets the library decide. Negative:
 * NNBLAS_ERROR_VALUE. One setting for the whole process, taken by calls that start after it.
 */
nnblas_status nnblas_set_threads(int threads);

/*
 * The BLAS in words: library, version, core type, threads, and advice where the core type is slower
 * than this processor. Valid until the calling thread's next call of this function.
 */
const char *nnblas_blas_info(void);

#ifdef __cplusplus
}
#endif

#endif
