/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * libnnblas: backpropagation as a numerical library.
 *
 * Feed-forward networks in double precision. At the core are sigmoid layers, the mean squared error
 * and gradient descent; around them are the other activations, costs and optimizers that small
 * networks are trained with. Every matrix product is a cblas_dgemm call; the rest are vectorised
 * loops.
 *
 *   symbol                                    shape              meaning
 *   X                                         N x inputs         examples, one a row
 *   Y                                         N x outputs        their labels
 *   W1                                        inputs x hidden    weights
 *   W2                                        hidden x outputs   weights
 *   H_in = X W1                               N x hidden
 *   H_out = sigmoid(H_in)                     N x hidden         sigmoid(a) = 1 / (1 + exp(-a))
 *   O_in = H_out W2                           N x outputs
 *   O_out = sigmoid(O_in)                     N x outputs        the network's outputs
 *   mse = 1/(2N) sum (O_out - Y)^2            1                  the cost
 *   O_delta = (O_out - Y) O_out (1 - O_out)   N x outputs        elementwise
 *   W2_update = H_out^T O_delta / N           hidden x outputs   d mse / d W2
 *   H_delta = (O_delta W2^T) H_out (1 - H_out)
 *                                             N x hidden         elementwise after the product
 *   W1_update = X^T H_delta / N               inputs x hidden    d mse / d W1
 *   W := W - learning_rate W_update                              one step of gradient descent, both
 *                                                                matrices, H_delta from the old W2
 *
 * Equations: D. E. Rumelhart, G. E. Hinton, R. J. Williams, "Learning representations by
 * back-propagating errors", Nature 323 (1986), with the factor 1/N of a mean.
 *
 * Rules for every function
 *
 * Matrices are row-major. Element (i, j) is m[i * ld + j], where ld, the leading dimension, is
 * counted in elements and is at least the number of columns, else NNBLAS_ERROR_LEADING. So a range
 * of columns of a wider table can be passed without a copy. The functions without ld arguments take
 * contiguous matrices. An array needs the alignment of double and no more.
 *
 * Sizes: NNBLAS_ERROR_SIZE for a size of 0, for a size or leading dimension above INT_MAX (BLAS
 * counts in int), and for a matrix that does not fit in the address space.
 *
 * Null: no pointer argument may be null unless its function says so, else NNBLAS_ERROR_NULL.
 *
 * Overlap: matrices that are only read may overlap. A matrix that is written shares no element with
 * another argument, else NNBLAS_ERROR_OVERLAP. Columns side by side in one table share none.
 *
 * Ownership and lifetime of what the library returns:
 *
 *   from                             valid until                           released by
 *   nnblas_net_create, _clone,
 *     _load, _load_from_memory       nnblas_net_destroy                    nnblas_net_destroy
 *   nnblas_trainer_create            nnblas_trainer_destroy                nnblas_trainer_destroy
 *   nnblas_source_create             nnblas_source_destroy                 nnblas_source_destroy
 *   nnblas_net_save_to_memory        nnblas_free                           nnblas_free
 *   nnblas_net_parameters,
 *     _weights, _bias, _const_...    the network is destroyed              the network
 *   nnblas_trainer_checkpoint, _mask it is set again, or the trainer is
 *                                    destroyed                             the trainer
 *   nnblas_net_metadata,             that key is set, or the network
 *     _metadata_key                  is destroyed                          the network
 *   nnblas_error_message             the next failure in the same thread   the library
 *   nnblas_blas_info,
 *     nnblas_net_plan_info           its next call in the same thread      the library
 *   nnblas_status_string, _version   the library is unloaded               the library
 *
 * What the caller passes in stays the caller's. The library keeps a pointer to it after the call in
 * these cases only; all other arguments may be freed or changed as soon as the call has returned:
 *
 *   kept by                                 what             until
 *   nnblas_trainer_create                   net              the trainer is destroyed
 *   nnblas_trainer_set_callback,
 *     _set_epoch_callback                   callback, user   they are set again
 *   nnblas_trainer_set_sample_weights       weights          they are set again
 *   nnblas_trainer_set_derivatives          dYdX             they are set again
 *   nnblas_trainer_set_validation_rows      X, Y             they or the fraction are set again
 *   nnblas_trainer_set_validation_weights   weights          they or the rows are set again
 *   nnblas_trainer_set_validation_source    source           it, rows or the fraction are set
 *   nnblas_source_create, _set_seek         functions, user  the source is destroyed
 *
 * Only nnblas_trainer_fit and nnblas_fit_many, which makes several fits, read the rows and weights
 * that a trainer keeps, and call its callbacks. What is said below of fit holds for both.
 * A network may be destroyed before its trainer: then nnblas_trainer_destroy is the only function
 * that may still be called on the trainer.
 *
 * Structs of this header may get members at their end in later versions, never elsewhere. A
 * function that fills one takes the size that the caller knows.
 *
 * Errors: a function that can fail returns an nnblas_status. When it refuses an argument, it has
 * written nothing. The library never prints, exits or aborts, and changes no locale, environment,
 * signal handler, rand() state or floating-point mode. It uses files only in the functions that
 * take a path, and in nnblas_trainer_fit where checkpoints are asked for; on Linux it also reads
 * the quota of processor time once (see nnblas_set_threads), and the name of the processor where
 * plans are saved or loaded.
 *
 * NaN and infinity: predictions, costs and gradients pass them on, as BLAS does. The functions that
 * change weights (nnblas_gradient_step, nnblas_trainer_fit, nnblas_trainer_step) never store a
 * weight that is not finite. They return NNBLAS_ERROR_NOT_FINITE, name the first number that is not
 * finite in nnblas_error_message, and leave the weights as they were before the step.
 *
 * Threads: every function may be called from any number of threads at once, as long as no object
 * and no output array is written by one call while another uses it. A const nnblas_net is only
 * read. The same inputs, seed, kernels, core type of the BLAS and measured plans give the same
 * bits, whatever the number of threads, whatever was computed before and wherever the arrays lie.
 *
 * Workers: a large call is run by the calling thread and by worker threads of the library (see
 * nnblas_set_threads), or by threads of the host (see nnblas_set_parallel_for). They are created
 * when they are first needed and sleep between the calls. Where none can be created, the calling
 * thread does all the work, with the same result. Workers
 *
 *   - call no function of the caller, except the callbacks of trainers in nnblas_fit_many: those of
 *     nnblas_trainer_fit run in the thread that called it. A row source is read in a thread that is
 *     no worker, and ends with the call;
 *   - block all signals but SIGSEGV, SIGBUS, SIGFPE and SIGILL, so that the host's signals reach
 *     the host's threads;
 *   - compute in the floating-point environment of the calling thread, such as its rounding mode;
 *     the exception flags that they raise are not passed back;
 *   - are named "nnblas" on Linux, and have stacks of 512 KiB;
 *   - do not exist in a forked child, which creates its own. Fork while no other thread is in a
 *     call: BLAS may otherwise leave the child a lock whose holder is gone, as OpenBLAS's for its
 *     buffers, and a product there would wait for it for good;
 *   - end when the library is unloaded (dlclose) or the process exits. No call may be running when
 *     the library is unloaded.
 *
 * BLAS threads: while a call uses workers, or products that OpenBLAS would divide among threads of
 * its own, it holds OpenBLAS at one thread, and then restores the number that it found.
 * nnblas_fit_many does so from its beginning to its end, also during callbacks. With a
 * pthread build of OpenBLAS that number is one for the whole process: products of the host that run
 * at the same time use one thread too.
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
    NNBLAS_ERROR_NULL = -1,         /* a pointer is null that may not be */
    NNBLAS_ERROR_SIZE = -2,         /* a size is zero, over INT_MAX, or too large together */
    NNBLAS_ERROR_LEADING = -3,      /* a leading dimension is smaller than the columns */
    NNBLAS_ERROR_OVERLAP = -4,      /* an output shares elements with another argument */
    NNBLAS_ERROR_VALUE = -5,        /* a setting is out of its range */
    NNBLAS_ERROR_NOT_FINITE = -6,   /* data, weights, cost or update hold a NaN or an infinity */
    NNBLAS_ERROR_MEMORY = -7,       /* out of memory */
    NNBLAS_ERROR_FILE = -8,         /* a file could not be opened, read or written */
    NNBLAS_ERROR_FORMAT = -9,       /* a file has another content than it must have */
    NNBLAS_ERROR_MISSING = -10,     /* the library was built without this feature */
    NNBLAS_ERROR_GROUP = -11,       /* processes that train together lost each other, or differ */
    NNBLAS_ERROR_SOURCE = -12,      /* a row source failed, or handed out what it may not */
    NNBLAS_STOPPED_COST = 1,        /* training reached the desired cost */
    NNBLAS_STOPPED_CALLBACK = 2,    /* the callback asked to stop */
    NNBLAS_STOPPED_PATIENCE = 3,    /* what is watched did not improve for too many epochs */
    NNBLAS_STOPPED_TIME = 4,        /* the time limit was reached */
    NNBLAS_STOPPED_CONVERGED = 5,   /* the gradient is as small as the optimizer's tolerance asks */
    NNBLAS_STOPPED_LINE_SEARCH = 6, /* L-BFGS: the line search found no lower cost */
    NNBLAS_STOPPED_CANCELLED = 7,   /* nnblas_trainer_cancel was called */
    NNBLAS_STOPPED_DAMPING = 8      /* no damping of a step leads to a lower cost */
} nnblas_status;

/* The constant's name, such as "NNBLAS_ERROR_SIZE"; "unknown status" for any other number. */
const char *nnblas_status_string(nnblas_status status);

/*
 * The last failure of the calling thread in words, such as "X holds a NaN at row 17, column 3"
 * (rows and columns count from 0); "" before the first. A call that succeeds does not clear it. The
 * text is valid until the next failure in the same thread.
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
 * Computes O_delta, H_delta, both updates (the gradient of the mse) and the mse from the outputs of
 * nnblas_feedforward. Changes no weight. Allocates nothing. mse may be null.
 */
nnblas_status nnblas_backpropagate(size_t N, size_t inputs, size_t hidden, size_t outputs,
                                   const double *X, const double *Y, const double *W2,
                                   const double *H_out, const double *O_out, double *O_delta,
                                   double *H_delta, double *W1_update, double *W2_update,
                                   double *mse);

/*
 * One step of gradient descent on W1 and W2 over all N rows. *mse is the cost before the step; mse
 * may be null. learning_rate is finite and 0 or above, else NNBLAS_ERROR_VALUE. The workspace does
 * not grow with N. On any error W1, W2 and *mse are untouched.
 */
nnblas_status nnblas_gradient_step(size_t N, size_t inputs, size_t hidden, size_t outputs,
                                   const double *X, const double *Y, double learning_rate,
                                   double *W1, double *W2, double *mse);

/* ---- a network ------------------------------------------------------------------------------- */

/*
 * An opaque network. All its parameters are one contiguous vector W1 [b1] W2 [b2] ... Each matrix
 * is row-major, (size of the layer before) x (size of the layer), and is followed by its biases,
 * where the network has them. With skip connections the last matrix has as many more rows as there
 * are inputs, W_skip, behind the others. The caller may read and write the parameters between
 * calls.
 */
typedef struct nnblas_net nnblas_net;

/*
 * Flags of nnblas_net_create.
 *
 *   NNBLAS_BIAS   each unit adds a bias, H_in = X W1 + b1
 *   NNBLAS_ZERO   the parameters begin at 0 and are not drawn: for a caller who sets them all
 *   NNBLAS_SKIP   skip connections: the outputs take the inputs too, O_in = H_out W2 + X W_skip
 * with the outputs H_out of the last hidden layer. So the network has a linear model of X in it,
 * and the hidden units learn what that leaves (as skip in the nnet of W. N. Venables, B. D. Ripley,
 * "Modern applied statistics with S", 4th ed. 2002). Of networks with a hidden layer
 */
typedef enum nnblas_flag { NNBLAS_BIAS = 1, NNBLAS_ZERO = 2, NNBLAS_SKIP = 4 } nnblas_flag;

/*
 * The activation function of a unit, of its input a.
 *
 *   NNBLAS_SIGMOID      1 / (1 + exp(-a))
 *   NNBLAS_TANH         tanh(a)
 *   NNBLAS_RELU         a where a > 0, else 0
 *   NNBLAS_IDENTITY     a: of outputs for targets of any range
 *   NNBLAS_SOFTMAX      exp(a_k) / sum_j exp(a_j): outputs only, k and j are those of one row
 *   NNBLAS_SOFTSIGN     a / (1 + |a|)
 *   NNBLAS_SOFTPLUS     ln(1 + exp(a)): of outputs for targets above 0
 *   NNBLAS_ELU          a where a > 0, else exp(a) - 1 (D.-A. Clevert, T. Unterthiner,
 *                       S. Hochreiter, "Fast and accurate deep network learning by exponential
 *                       linear units", ICLR 2016, with alpha = 1)
 *   NNBLAS_LEAKY_RELU   a where a > 0, else 0.01 a
 *   NNBLAS_GELU         a P(Z <= a) for a standard normal Z, a/2 (1 + erf(a / sqrt(2))), exactly
 *                       (D. Hendrycks, K. Gimpel, "Gaussian error linear units", 2016)
 *   NNBLAS_SILU         a / (1 + exp(-a))
 *   NNBLAS_SINE         sin(a): for targets that repeat themselves
 *   NNBLAS_EXPONENTIAL  exp(a): outputs only, for targets above 0
 *
 * The derivative of relu and leaky relu at 0 is that of a < 0. Sine is exact for every finite a.
 */
typedef enum nnblas_activation {
    NNBLAS_SIGMOID = 0,
    NNBLAS_TANH = 1,
    NNBLAS_RELU = 2,
    NNBLAS_IDENTITY = 3,
    NNBLAS_SOFTMAX = 4,
    NNBLAS_SOFTSIGN = 5,
    NNBLAS_SOFTPLUS = 6,
    NNBLAS_ELU = 7,
    NNBLAS_LEAKY_RELU = 8,
    NNBLAS_GELU = 9,
    NNBLAS_SILU = 10,
    NNBLAS_SINE = 11,
    NNBLAS_EXPONENTIAL = 12
} nnblas_activation;

/*
 * What training lowers, over N rows. Arguments that are called mse hold this cost, whichever it
 * is.
 *
 *   NNBLAS_MSE             1/(2N) sum (O_out - Y)^2
 *   NNBLAS_CROSS_ENTROPY   sigmoid outputs: -1/N sum (Y ln O_out + (1 - Y) ln(1 - O_out));
 *                          softmax outputs: -1/N sum Y ln O_out
 *   NNBLAS_HUBER           1/N sum h(O_out - Y). h(a) = a^2 / 2 where |a| <= delta, else delta
 *                          (|a| - delta / 2): errors beyond delta pull no harder than one of delta
 *                          (P. J. Huber, Annals of Mathematical Statistics 35 (1964))
 *   NNBLAS_QUANTILE        1/N sum q(Y - O_out). q(a) = tau a where a >= 0, else (tau - 1) a: O_out
 *                          comes to be the quantile tau of the labels that such a row may have (R.
 *                          Koenker, G. Bassett, Econometrica 46 (1978)). The derivative is 0 where
 *                          O_out = Y
 *   NNBLAS_POISSON         exponential outputs: 1/N sum (O_out - Y + Y ln(Y / O_out)), half of the
 *                          unit deviances, Y ln Y being 0 where Y is. O_out comes to be the mean of
 *                          counts, such as claims (P. McCullagh, J. A. Nelder, "Generalized linear
 *                          models", 2nd ed. 1989, as the next)
 *   NNBLAS_GAMMA           exponential outputs: 1/N sum (Y / O_out - 1 - ln(Y / O_out)), half of
 *                          the unit deviances. O_out comes to be the mean of labels whose deviation
 *                          grows with it, such as sums of money
 *   NNBLAS_HINGE           identity outputs: 1/N sum max(0, 1 - (2 Y - 1) O_out), for labels 0 and
 *                          1: a row is of the class where O_out is above 0, or where it is largest
 *                          (C. Cortes, V. Vapnik, Machine Learning 20 (1995); one against the rest:
 *                          R. Rifkin, A. Klautau, JMLR 5 (2004)). The derivative is 0 where the
 *                          maximum is
 *   NNBLAS_GAUSSIAN        identity outputs, two for each label: of T labels a row has first the T
 *                          means o and then the T logarithms s of their variances. 1/(2N) sum (s +
 *                          (o - Y)^2 exp(-s)), which is the mean of -ln p(Y) less T ln(2 pi) / 2
 *                          for labels that are normal around o with the variance exp(s): the
 *                          network learns how far off its means are, row by row (D. A. Nix, A. S.
 *                          Weigend, IEEE Int. Conf. on Neural Networks (1994))
 *
 * The Gaussian cost has no least value: where the network can meet a label exactly, a lower s costs
 * less without end. No s is cut off; validation rows or a weight decay keep it where it belongs.
 * So that neither the means nor the variances have far to go, labels should be scaled to a mean of
 * 0 and a variance of 1. The cost may be below 0.
 *
 * The Huber and the quantile cost, as the mse, go with all outputs, but not with softmax. delta and
 * tau are the parameter of the cost, see nnblas_net_set_cost_parameter.
 *
 * The deviances are computed from the inputs of the output units too, and have no negative sum. A
 * summand is 0 where O_out = Y, infinite where O_out is, and elsewhere within 32 units in the last
 * place of the exact one for an O_out within 4.
 *
 * The cross-entropy is computed from the inputs of the output units, not from rounded outputs: an
 * output that rounds to 0 or 1 keeps its exact cost and gradient. Each summand is within 4 units in
 * the last place of the exact one for that input, and finite unless it exceeds the largest double.
 *
 * (o - Y)^2 exp(-s) is within 8 units in the last place for the difference o - Y and an s above
 * -1400. Where o = Y, a label costs s / 2, and the derivative by o is 0, however low s is; else an
 * s that is too low makes the cost infinite.
 *
 * Y has a column for each output, and with NNBLAS_GAUSSIAN one for two outputs: as many as
 * nnblas_net_label_count says.
 *
 * Labels are from 0 to 1 for the cross-entropy, 0 or more for Poisson, above 0 for gamma, and 0 or
 * 1 for the hinge cost. nnblas_trainer_fit refuses others; nnblas_net_evaluate and
 * nnblas_net_gradient apply the formula to them. The labels of a softmax
 * row usually add up to 1. Where they add up to s, the row counts as one with the labels divided by
 * s and s times the weight.
 *
 * Rows may have weights: then the weight w_e of row e, divided by the sum of all weights, takes the
 * place of 1/N. Only the ratios of the weights count: they may be as small or as large as a double
 * can be. Rows of weight 0 are left out.
 */
typedef enum nnblas_cost {
    NNBLAS_MSE = 0,
    NNBLAS_CROSS_ENTROPY = 1,
    NNBLAS_HUBER = 2,
    NNBLAS_QUANTILE = 3,
    NNBLAS_POISSON = 4,
    NNBLAS_GAMMA = 5,
    NNBLAS_GAUSSIAN = 6,
    NNBLAS_HINGE = 7
} nnblas_cost;

/*
 * Creates a network from its layer sizes, inputs first: {4, 2, 3} with n_layers = 3 has 4 inputs, 2
 * hidden units and 3 outputs. n_layers is at least 2. flags is 0, or constants of nnblas_flag added
 * together. All units are sigmoids, the cost is the mse, and the parameters are those of
 * nnblas_net_init(net, 0), or 0 with NNBLAS_ZERO. NNBLAS_ERROR_VALUE for other flags, and for
 * NNBLAS_SKIP with n_layers = 2.
 *
 * *net is written only on success. The caller destroys it; nnblas_net_destroy accepts null. When a
 * network is destroyed, every pointer into it becomes invalid, and nnblas_trainer_destroy is the
 * only function that may still be called on a trainer of it.
 */
nnblas_status nnblas_net_create(const size_t *layer_sizes, size_t n_layers, unsigned flags,
                                nnblas_net **net);
void nnblas_net_destroy(nnblas_net *net);

/* A network of its own with the same sizes, activations, cost, parameters, posterior and metadata.
 * *clone is written only on success; the caller destroys it. */
nnblas_status nnblas_net_clone(const nnblas_net *net, nnblas_net **clone);

/*
 * The activation of all hidden units; that of the outputs, and the cost. NNBLAS_ERROR_VALUE for
 * softmax and exponential in hidden units, and for a cost that does not go with the outputs, or of
 * NNBLAS_GAUSSIAN with an odd number of them. The parameters stay as they are: nnblas_net_init,
 * called afterwards, draws ones that suit the activations.
 */
nnblas_status nnblas_net_set_hidden(nnblas_net *net, nnblas_activation activation);
nnblas_status nnblas_net_set_output(nnblas_net *net, nnblas_activation activation,
                                    nnblas_cost cost);

/*
 * The activation of one layer: 1 = the units behind W1, and the last layer is the outputs, whose
 * cost stays. The rules are those of the two functions above; NNBLAS_ERROR_VALUE where there is no
 * such layer.
 */
nnblas_status nnblas_net_set_activation(nnblas_net *net, size_t layer,
                                        nnblas_activation activation);

/* The activation of a layer. NNBLAS_SIGMOID, with the reason in nnblas_error_message, where net is
 * null or there is no such layer. */
nnblas_activation nnblas_net_activation(const nnblas_net *net, size_t layer);

/*
 * The parameter of the cost. nnblas_net_set_output sets the default, whatever it was before.
 *
 *   NNBLAS_HUBER      delta, in the unit of Y: finite and above 0; 1 by default
 *   NNBLAS_QUANTILE   tau, between 0 and 1, both excluded; 0.5, the median, by default
 *
 * NNBLAS_ERROR_VALUE for any other parameter, and with the other costs, which have none.
 */
nnblas_status nnblas_net_set_cost_parameter(nnblas_net *net, double parameter);

/* What create and the functions above were given; of the flags not NNBLAS_ZERO. Of the hidden
 * activations that of layer 1, also where other hidden layers have others, and NNBLAS_SIGMOID where
 * there are no hidden units; 0 for the parameter of a cost that has none. Where net is null: 0, and
 * nnblas_error_message says so. */
unsigned nnblas_net_flags(const nnblas_net *net);
nnblas_activation nnblas_net_hidden_activation(const nnblas_net *net);
nnblas_activation nnblas_net_output_activation(const nnblas_net *net);
nnblas_cost nnblas_net_cost(const nnblas_net *net);
double nnblas_net_cost_parameter(const nnblas_net *net);

/* How many columns Y has for this network and its cost, called labels below: as many as there are
 * outputs, and with NNBLAS_GAUSSIAN half of that. 0, with the reason in nnblas_error_message, where
 * net is null. */
size_t nnblas_net_label_count(const nnblas_net *net);

/*
 * How the weights of a layer with n inputs and m outputs are drawn; biases begin at 0. With skip
 * connections n of the last layer is the rows of its matrix.
 *
 *   NNBLAS_UNIFORM   uniformly from +-1/2
 *   NNBLAS_GLOROT    uniformly from +-g sqrt(6 / (n + m)), g = 4 in layers of sigmoids that lead to
 *                    the mse, else 1 (X. Glorot, Y. Bengio, "Understanding the difficulty of
 *                    training deep feedforward neural networks", AISTATS 2010)
 *   NNBLAS_HE        uniformly from +-sqrt(6 / n) (K. He, X. Zhang, S. Ren, J. Sun, "Delving deep
 *                    into rectifiers", ICCV 2015). The inputs of sines keep a variance of 1 by it
 *                    from layer to layer (V. Sitzmann et al., "Implicit neural representations with
 *                    periodic activation functions", NeurIPS 2020)
 */
typedef enum nnblas_initialization {
    NNBLAS_UNIFORM = 0,
    NNBLAS_GLOROT = 1,
    NNBLAS_HE = 2
} nnblas_initialization;

/*
 * Draws all parameters anew; the same seed gives the same ones on every machine. nnblas_net_init
 * takes NNBLAS_HE for layers of relu, leaky relu, ELU, GELU, SiLU, softplus and sine, and
 * NNBLAS_GLOROT for all others.
 */
nnblas_status nnblas_net_init(nnblas_net *net, uint64_t seed);
nnblas_status nnblas_net_init_by(nnblas_net *net, nnblas_initialization method, uint64_t seed);

/* The number of layers and their sizes, as given to create; layer 0 is the inputs. 0 where there is
 * no such layer. */
size_t nnblas_net_layer_count(const nnblas_net *net);
size_t nnblas_net_layer_size(const nnblas_net *net, size_t layer);

/*
 * The number of parameters, the vector of them, and in that vector the matrix of one layer (1 = W1)
 * and its biases (1 = b1). With skip connections W_skip follows in the last matrix, n_layers - 1:
 * it begins behind nnblas_net_layer_size(net, n_layers - 2) rows. 0 or null, with the reason in
 * nnblas_error_message, where net is null, there is no such layer, or the network has no biases.
 * Valid until the network is destroyed. The same addresses from a network that is only read have
 * const in their names.
 */
size_t nnblas_net_parameter_count(const nnblas_net *net);
double *nnblas_net_parameters(nnblas_net *net);
double *nnblas_net_weights(nnblas_net *net, size_t layer);
double *nnblas_net_bias(nnblas_net *net, size_t layer);
const double *nnblas_net_const_parameters(const nnblas_net *net);
const double *nnblas_net_const_weights(const nnblas_net *net, size_t layer);
const double *nnblas_net_const_bias(const nnblas_net *net, size_t layer);

/* Predicts: O_out (N x outputs) for the N rows of X (N x inputs). */
nnblas_status nnblas_net_predict(const nnblas_net *net, size_t N, const double *X, size_t ldx,
                                 double *O_out, size_t ldo);

/*
 * Predicts with an interval for each output: a label that is drawn as those of the training were
 * lies from lower to upper with about the probability level, above 0 and under 1, else
 * NNBLAS_ERROR_VALUE. O_out, lower and upper are N x outputs. The interval is O_out -+ q s, with
 * the quantile q of the normal distribution, and
 *
 *   s^2 = noise (1 + j A^-1 j^T), A = J^T J + N d,
 *
 * where J has the derivatives of the outputs of the N training rows by the parameters, d is their
 * weight decay, j the derivatives of this output, and noise the variance of the labels:
 * 1/(N K - g) sum (O_out - Y)^2, of K outputs and with g parameters that the rows determine. That
 * is the Gauss-Newton approximation around the parameters (D. J. C. MacKay, "A practical Bayesian
 * framework for backpropagation networks", Neural Computation 4 (1992)): right where noise is of
 * one variance and rows are many beside the parameters, too narrow far from all training rows.
 *
 * NNBLAS_ERROR_VALUE where the network has no posterior (see nnblas_trainer_set_posterior), or its
 * parameters are not those that the posterior belongs to. The memory does not grow with N.
 */
nnblas_status nnblas_net_predict_interval(const nnblas_net *net, size_t N, const double *X,
                                          size_t ldx, double level, double *O_out, size_t ldo,
                                          double *lower, size_t ldl, double *upper, size_t ldu);

/* 1 where nnblas_net_predict_interval has a posterior of the parameters as they are, else 0. */
int nnblas_net_has_posterior(const nnblas_net *net);

/* Scores the network: the cost over the N rows of X (N x inputs) and Y (N x labels). */
nnblas_status nnblas_net_evaluate(const nnblas_net *net, size_t N, const double *X, size_t ldx,
                                  const double *Y, size_t ldy, double *mse);

/*
 * d cost / d parameters over the N rows of X and Y, in the order of nnblas_net_parameters and with
 * nnblas_net_parameter_count elements. mse may be null.
 */
nnblas_status nnblas_net_gradient(const nnblas_net *net, size_t N, const double *X, size_t ldx,
                                  const double *Y, size_t ldy, double *gradient, double *mse);

/*
 * The same with a weight for each row: the cost is sum_e (w_e / sum w) cost_e, where cost_e is the
 * cost of row e alone. weights: N numbers, finite, else NNBLAS_ERROR_NOT_FINITE, 0 or above
 * and not all 0, else NNBLAS_ERROR_VALUE. Rows of weight 0 are left out: no NaN, infinity or
 * overflow in them has an effect. Where there are such rows, the call takes 4 bytes of memory for
 * each of the others.
 */
nnblas_status nnblas_net_evaluate_weighted(const nnblas_net *net, size_t N, const double *X,
                                           size_t ldx, const double *Y, size_t ldy,
                                           const double *weights, double *mse);
nnblas_status nnblas_net_gradient_weighted(const nnblas_net *net, size_t N, const double *X,
                                           size_t ldx, const double *Y, size_t ldy,
                                           const double *weights, double *gradient, double *mse);

/* ---- derivatives beyond the gradient -----------------------------------------------------------
 */

/*
 * Derivatives of the outputs, and second derivatives of the cost, for any network and any number of
 * rows. All are exact: made by the chain rule, not by differences. No step of an iterative method
 * is in them, and a NaN or an infinity in the rows is passed on. Where a relu has a kink, its
 * derivative is 0. Each call works in tiles of rows on the library's threads, and what it allocates
 * does not grow with N, but for NNBLAS_ERROR_MEMORY may be refused. Weights of rows have no call
 * here: scale V, or the rows of J.
 *
 * By the inputs. Row e of X_gradient (N x inputs) becomes row e of V (N x outputs) times the matrix
 * d O_out / d x of row e (outputs x inputs): the gradient, by the inputs, of any number of which
 * row e of V holds the derivatives by the outputs. V of ones in one column and zeros in the others
 * gives the derivatives of that output. It takes about as long as two predictions.
 */
nnblas_status nnblas_net_input_gradient(const nnblas_net *net, size_t N, const double *X,
                                        size_t ldx, const double *V, size_t ldv, double *X_gradient,
                                        size_t ldg);

/*
 * d O_out / d x of every row: J[(e outputs + k) inputs + i] is the derivative of output k of row e
 * by input i of row e. J is contiguous, N x outputs x inputs; NNBLAS_ERROR_SIZE where outputs times
 * inputs is above INT_MAX.
 */
nnblas_status nnblas_net_input_jacobian(const nnblas_net *net, size_t N, const double *X,
                                        size_t ldx, double *J);

/*
 * d O_out / d parameters of every row: row e outputs + k of J has the derivatives of output k of
 * row e by all parameters, in the order of nnblas_net_parameters. J is (N outputs) x parameters.
 */
nnblas_status nnblas_net_jacobian(const nnblas_net *net, size_t N, const double *X, size_t ldx,
                                  double *J, size_t ldj);

/*
 * Hv := H v, where H is the Hessian of the cost over the rows, d2 cost / d parameters^2 (parameters
 * x parameters), which is never formed. v and Hv have nnblas_net_parameter_count elements. It takes
 * two to three times as long as the gradient (B. A. Pearlmutter, "Fast exact multiplication by the
 * Hessian", Neural Computation 6 (1994)).
 */
nnblas_status nnblas_net_hessian_vector(const nnblas_net *net, size_t N, const double *X,
                                        size_t ldx, const double *Y, size_t ldy, const double *v,
                                        double *Hv);

/*
 * The diagonal of the same H, in the order of the parameters. Each row has a Hessian by the inputs
 * of each layer's units, which goes backward from layer to layer: a hidden layer of m units before
 * one of n takes m n (m + n) multiplications a row, the first one m n n, and outputs alone nothing.
 * So a network with one hidden layer takes about as long as a gradient, and a deep one about m
 * times as long, where m is the width of its layers. It allocates m^2 + 2 m n numbers a thread and
 * row of a tile.
 */
nnblas_status nnblas_net_hessian_diagonal(const nnblas_net *net, size_t N, const double *X,
                                          size_t ldx, const double *Y, size_t ldy,
                                          double *diagonal);

/*
 * The cost with derivatives that are given beside the labels, and its gradient, for training on
 * both (W. M. Czarnecki et al., "Sobolev training for neural networks", NeurIPS 2017; B. Huge, A.
 * Savine, "Differential machine learning", 2020):
 *
 *   cost of the values + derivative_weight / 2 sum_e (w_e / sum w) sum_k sum_i (J_eki - D_eki)^2
 *
 * J_eki is the derivative of output k of row e by its input i, as nnblas_net_input_jacobian has it,
 * and D_eki, the one that is given, is dYdX[e ldd + k inputs + i]: dYdX is N x (outputs inputs), in
 * the order of that J; with NNBLAS_GAUSSIAN the log variances have theirs too. The first term is
 * the cost of nnblas_net_evaluate. weights are those of nnblas_net_evaluate_weighted, with their
 * rules; null: 1 each, so that w_e / sum w is 1/N. derivative_weight is finite and above 0, else
 * NNBLAS_ERROR_VALUE. A NaN in dYdX is passed on, but not that of a row of weight 0.
 *
 * *mse becomes the cost; of the second call it may be null. gradient has the derivatives of the
 * cost by the parameters, nnblas_net_parameter_count of them. Where relu and leaky relu have a
 * kink, their second derivative is 0, and that of ELU is as at a < 0.
 *
 * A gradient takes 3 (1 + p) products a layer where nnblas_net_gradient takes 3, p being the
 * smaller of inputs and outputs: of one output about twice the time. The memory does not grow with
 * N but for 4 bytes a row where some have a weight of 0. NNBLAS_ERROR_MEMORY may be returned.
 */
nnblas_status nnblas_net_evaluate_derivatives(const nnblas_net *net, size_t N, const double *X,
                                              size_t ldx, const double *Y, size_t ldy,
                                              const double *weights, double derivative_weight,
                                              const double *dYdX, size_t ldd, double *mse);
nnblas_status nnblas_net_gradient_derivatives(const nnblas_net *net, size_t N, const double *X,
                                              size_t ldx, const double *Y, size_t ldy,
                                              const double *weights, double derivative_weight,
                                              const double *dYdX, size_t ldd, double *gradient,
                                              double *mse);

/* ---- rows from a source ---------------------------------------------------------------------- */

/*
 * A source of rows, for those that do not fit in memory or are made as they are needed: functions
 * of the caller's that hand out blocks of rows, one after the other. What is computed of a source
 * is what would be computed of all its rows in arrays, but for rounding. A source is used by one
 * call at a time, else NNBLAS_ERROR_VALUE.
 */
typedef struct nnblas_source nnblas_source;

/* A block of rows. */
typedef struct nnblas_block {
    /* The most rows that are wanted, at least 1. The function sets it to the number of rows that
     * there are, from 1 to this; 0 only after the last row. Fewer than wanted are no end. */
    size_t N;
    /* Room for N rows of X (N x inputs) and of Y (N x labels), which the function fills, without
     * gaps between them. Instead it may set X and ldx, or Y and ldy, to rows of its own, which are
     * only read; ldx is at least inputs, ldy at least labels, and both at most INT_MAX. They stay
     * as they are until the call that uses the source returns, like those of an array or of a
     * mapped file. */
    double *X;
    size_t ldx;
    double *Y;
    size_t ldy;
    /* Room for N weights, or a pointer to the function's own, where the source has weights; else
     * null. */
    double *weights;
} nnblas_block;

/*
 * The functions of a source. They return 0, or another number where they failed: the call that uses
 * the source then ends with NNBLAS_ERROR_SOURCE, and nnblas_error_message has the number and the
 * row.
 *
 *   nnblas_next_block   hands out the next rows
 *   nnblas_restart      goes back to the first row. Called before the first block, too
 *   nnblas_seek         the next block begins at this row, from 0
 *
 * With read-ahead they run in a thread of the library's, which hands out the next block while the
 * calling thread computes with the last one; a block that could not be foreseen, as the first, is
 * handed out in the calling thread. Without it they always run there. Never two run at once. They
 * must return, and must not use the network or the trainer.
 */
typedef int nnblas_next_block(void *user, nnblas_block *block);
typedef int nnblas_restart(void *user);
typedef int nnblas_seek(void *user, size_t row);

/*
 * inputs, labels: the columns of X and Y, which are those of each network that the source is used
 * with. user is passed to the functions unchanged. *source is written only on success; the caller
 * destroys it. nnblas_source_destroy accepts null.
 *
 * Settings, none of which may be changed while the source is used:
 *
 *   seek          null, the default: blocks come only in the order of the rows
 *   weighted      1 where rows have weights, with the rules of nnblas_trainer_set_sample_weights;
 *                 0, the default: each counts 1
 *   block_rows    how many rows are computed with at a time. However many the function hands out,
 *                 they are put together to blocks of this number, of which the last has what is
 *                 left. Once a training has counted the rows, or their number was set, there are as
 *                 many blocks, but equal ones: of N rows, ceil(N / blocks) each, and the last up to
 *                 blocks - 1 fewer. Bits depend on it, and with shuffling the order of the rows. 0,
 *                 the default: 64 MiB of X and Y, at least 1024 rows
 *   read_ahead    1, the default, or 0: then each block is asked for when it is needed. Bits do not
 *                 depend on it. Where no thread can be created it is as 0
 *   rows          how many rows there are in all, where the caller knows it: a training then reads
 *                 them once less, as its first pass is that of the first epoch. Fewer or more are
 *                 NNBLAS_ERROR_SOURCE; where they are fewer, seek may be asked for a row that is
 *                 not there, and must fail. 0, the default, where it is not known. At most 2^53 - 1
 *                 (NNBLAS_ERROR_SIZE)
 *
 * While a call uses a source, it takes memory for two blocks, of which a function that points to
 * rows of its own touches nothing.
 */
nnblas_status nnblas_source_create(size_t inputs, size_t labels, nnblas_next_block *next,
                                   nnblas_restart *restart, void *user, nnblas_source **source);
void nnblas_source_destroy(nnblas_source *source);
nnblas_status nnblas_source_set_seek(nnblas_source *source, nnblas_seek *seek);
nnblas_status nnblas_source_set_weighted(nnblas_source *source, int weighted);
nnblas_status nnblas_source_set_block_rows(nnblas_source *source, size_t rows);
nnblas_status nnblas_source_set_read_ahead(nnblas_source *source, int read_ahead);
nnblas_status nnblas_source_set_rows(nnblas_source *source, size_t rows);

/* How many rows a block has: what was set, or the default for these columns. 0 where source is
 * null, with the reason in nnblas_error_message. */
size_t nnblas_source_block_rows(const nnblas_source *source);

/*
 * The cost of a network over all rows of a source, and its gradient, in one pass: as
 * nnblas_net_evaluate_weighted and nnblas_net_gradient_weighted of the rows in arrays, but for
 * rounding. Means are made block by block. mse may be null for the gradient.
 *
 * NNBLAS_ERROR_SOURCE where a function fails or hands out what it may not, NNBLAS_ERROR_SIZE where
 * there are no rows, NNBLAS_ERROR_VALUE where the source has other columns than the network.
 * Nothing is written then.
 */
nnblas_status nnblas_net_evaluate_source(const nnblas_net *net, nnblas_source *source, double *mse);
nnblas_status nnblas_net_gradient_source(const nnblas_net *net, nnblas_source *source,
                                         double *gradient, double *mse);

/* ---- saving and loading ---------------------------------------------------------------------- */

/*
 * A text that is saved with the network, such as the scaling of its features, the names of its
 * labels or a licence. key is 1 to 100 printable ASCII characters; keys that begin with "nnblas."
 * are the library's own and refused. value is UTF-8; null removes the key. Both are copied.
 * NNBLAS_ERROR_VALUE for a bad key or value.
 *
 * nnblas_net_metadata returns the value, or null where the key has none. The text belongs to the
 * network and is valid until the key is set again or the network is destroyed.
 *
 * The keys, in the order in which they were first set: nnblas_net_metadata_key returns null, with
 * the reason in nnblas_error_message, where index is not below the count. A key is valid as long as
 * its value.
 */
nnblas_status nnblas_net_set_metadata(nnblas_net *net, const char *key, const char *value);
const char *nnblas_net_metadata(const nnblas_net *net, const char *key);
size_t nnblas_net_metadata_count(const nnblas_net *net);
const char *nnblas_net_metadata_key(const nnblas_net *net, size_t index);

/*
 * nnblas_net_save writes a safetensors file (https://huggingface.co/docs/safetensors): the tensors
 * W1, b1, W2, ... as F64, and in "__metadata__" the sizes, activations, cost and the texts above.
 * It writes a temporary file in the folder of path, flushes it to the disk and renames it. So path
 * holds the old file or the new one, and never a part, even after a crash. NNBLAS_ERROR_FILE where
 * that fails; NNBLAS_ERROR_NOT_FINITE where a parameter is not finite.
 *
 * nnblas_net_load does not trust the file. It refuses with NNBLAS_ERROR_FORMAT whatever is not a
 * complete network of this library, and weights that are not finite. The memory that it takes is
 * bounded by the size of the file. *net is written only on success; the caller destroys it with
 * nnblas_net_destroy.
 */
nnblas_status nnblas_net_save(const nnblas_net *net, const char *path);
nnblas_status nnblas_net_load(const char *path, nnblas_net **net);

/*
 * The same to and from memory. *bytes is a new array of *size bytes. The caller releases it with
 * nnblas_free, and with no other function. Both are written only on success. nnblas_free accepts
 * null. bytes that are loaded are copied.
 */
nnblas_status nnblas_net_save_to_memory(const nnblas_net *net, void **bytes, size_t *size);
nnblas_status nnblas_net_load_from_memory(const void *bytes, size_t size, nnblas_net **net);
void nnblas_free(void *bytes);

/* ---- training -------------------------------------------------------------------------------- */

/*
 * An opaque trainer: the settings of a training, and the history of the last one. It keeps a
 * pointer to its network, which it neither copies nor destroys. A network may have several
 * trainers, of which one may be at work at a time.
 */
typedef struct nnblas_trainer nnblas_trainer;

/*
 * Called after each epoch with its number, from 1, and its cost. The network holds the parameters
 * after that epoch, also with validation rows, where fit leaves the best ones in the end. Where the
 * callback returns another number than 0, the training stops and fit returns
 * NNBLAS_STOPPED_CALLBACK.
 *
 * It runs in the thread that called nnblas_trainer_fit, or of nnblas_fit_many in the thread that
 * trains this network; meanwhile no worker is computing for that fit. It may call
 * every function that takes a const nnblas_net or a const nnblas_trainer, such as predict, save and
 * the history, nnblas_trainer_cancel, and any function on other objects. It must not change or
 * destroy the network or the trainer, or call their fit. It must return: it must not throw, call
 * longjmp or end the thread.
 */
typedef int nnblas_callback(void *user, size_t epoch, double mse);

/*
 * Creates a trainer for net. *trainer is written only on success; the caller destroys it.
 * nnblas_trainer_destroy accepts null, and does not touch the network.
 *
 * Each setter below changes settings of the fits that follow. It returns NNBLAS_ERROR_VALUE for a
 * value out of range, and then changes nothing. No setter may be called while fit runs. The
 * defaults:
 *
 *   setting             default                     setter: nnblas_trainer_...
 *   optimizer           NNBLAS_GRADIENT_DESCENT     set_optimizer
 *   learning rate       1, constant; see below      set_learning_rate, set_..._schedule
 *   momentum            0.9                         set_momentum
 *   Adam                0.9, 0.999, 1e-8            set_adam
 *   L-BFGS              memory 20, tolerance 1e-12  set_lbfgs
 *   scaled conjugate    tolerance 1e-12             set_scaled_conjugate_gradient
 *     gradients
 *   Levenberg-          damping 1e-3,               set_levenberg_marquardt
 *   Marquardt           tolerance 1e-12
 *   Bayesian            0, none                     set_bayesian
 *   regularisation
 *   posterior           0, none                     set_posterior
 *   weight decay        0                           set_weight_decay
 *   L1                  0                           set_l1
 *   mask                none                        set_mask
 *   batch size          all rows                    set_batch_size
 *   shuffling           1, in each epoch            set_shuffle
 *   seed                0                           set_seed
 *   sample weights      1 each                      set_sample_weights
 *   derivatives         none                        set_derivatives
 *   epochs              1000                        set_epochs
 *   desired cost        none                        set_desired_cost
 *   time limit          none                        set_time_limit
 *   validation          none                        set_validation_fraction, _rows, _weights,
 *                                                   _source
 *   score               none                        set_score
 *   patience            none                        set_patience
 *   tolerance           0                           set_tolerance
 *   callbacks           none                        set_callback, set_epoch_callback
 *   history             all epochs                  set_history_limit
 *   checkpoints         none                        set_checkpoint, set_checkpoint_interval
 *
 * The learning rate is 1 whatever the optimizer. That suits gradient descent on sigmoids and the
 * mse, and NNBLAS_RPROP; for NNBLAS_ADAM it is a thousand times what its publication has, and with
 * other optimizers, activations and costs it may diverge: set it.
 */
nnblas_status nnblas_trainer_create(nnblas_net *net, nnblas_trainer **trainer);
void nnblas_trainer_destroy(nnblas_trainer *trainer);

/* ---- optimizer ---- */

/*
 * How a gradient g of the parameters W becomes a step, with the learning rate r. The constants are
 * those of the publications.
 *
 *   NNBLAS_GRADIENT_DESCENT  W := W - r g
 *   NNBLAS_MOMENTUM          v := m v - r g, W := W + v (B. T. Polyak, 1964)
 *   NNBLAS_NESTEROV          v := m v - r g, W := W + m v - r g (Y. Nesterov, 1983, in the form of
 *                            Y. Bengio, N. Boulanger-Lewandowski, R. Pascanu, ICASSP 2013)
 *   NNBLAS_RPROP             iRPROP-, for all rows at once. Each parameter has a step size. It
 *                            begins at r / 10, is multiplied by 1.2 where the gradient keeps its
 *                            sign and by 0.5 where it changes, and stays within 1e-6 and 50
 *                            (C. Igel, M. Huesken, Neurocomputing 50 (2003))
 *   NNBLAS_ADAM              D. P. Kingma, J. L. Ba, "Adam: a method for stochastic
 *                            optimization", ICLR 2015. Set the learning rate: the publication has
 *                            0.001, and the default of the trainer is 1
 *   NNBLAS_LBFGS             limited-memory BFGS by liblbfgs, with the line search of More and
 *                            Thuente, for all rows at once (D. C. Liu, J. Nocedal, Mathematical
 *                            Programming 45 (1989)). An epoch is one of its iterations. Learning
 *                            rate, schedule and batch size have no effect. NNBLAS_ERROR_MISSING
 *                            where the library was built without it.
 *   NNBLAS_SCALED_CONJUGATE_GRADIENT  for all rows at once. An epoch is a step along a direction p
 *                            that is conjugate to the one before, as far as the slope and the
 *                            curvature along it say: W := W - p^T g / (p^T H p + lambda p^T p) p.
 *                            The curvature p^T H p is a difference of two gradients; lambda falls
 *                            where the cost falls as predicted, and rises where it does not. The
 *                            constants of the publication are sigma 1e-4 and lambda 1e-6
 *                            (M. F. Moller, Neural Networks 6 (1993)). An epoch takes two
 *                            gradients, and one more for each step that leads to no lower cost.
 *                            Learning rate, schedule and batch size have no effect.
 *   NNBLAS_LEVENBERG_MARQUARDT
 *                            least squares, for the mse over all rows at once. With the Jacobian J
 *                            of all outputs by all parameters, the errors e = O_out - Y and the
 *                            weight decay d, the step p solves
 *                              (J^T J / N + d + mu) p = - (J^T e / N + d W),
 *                            where d counts only for weights (K. Levenberg, Quarterly of Applied
 *                            Mathematics 2 (1944); D. W. Marquardt, SIAM J. 11 (1963)). The damping
 *                            mu follows the ratio of the cost's fall to the one that was predicted
 *                            (H. B. Nielsen, IMM-REP-1999-05). An epoch is a step that lowers the
 *                            cost; others are tried again with more damping. Learning rate,
 *                            schedule and batch size have no effect. It arrives where the others
 *                            crawl: for up to a few thousand parameters. fit takes parameters^2
 *                            times 8 bytes before its first step, whatever N, and returns
 *                            NNBLAS_ERROR_MEMORY with the number of bytes where malloc refuses
 *                            them. No other bound is checked. malloc may grant more than is free:
 *                            by default Linux refuses only what is more than all memory and swap
 *                            of the machine or than RLIMIT_AS allows, and ends the process where
 *                            the matrix, once it is written, exceeds what is free or the limit of
 *                            a control group. A step takes rows x outputs x parameters^2
 *                            multiplications for the products, and parameters^3 / 3 for the
 *                            Cholesky factor.
 *                            NNBLAS_ERROR_VALUE in fit with another cost than NNBLAS_MSE,
 *                            NNBLAS_ERROR_MISSING where the library was built without LAPACK.
 */
typedef enum nnblas_optimizer {
    NNBLAS_GRADIENT_DESCENT = 0,
    NNBLAS_MOMENTUM = 1,
    NNBLAS_NESTEROV = 2,
    NNBLAS_RPROP = 3,
    NNBLAS_ADAM = 4,
    NNBLAS_LBFGS = 5,
    NNBLAS_LEVENBERG_MARQUARDT = 6,
    NNBLAS_SCALED_CONJUGATE_GRADIENT = 7
} nnblas_optimizer;

nnblas_status nnblas_trainer_set_optimizer(nnblas_trainer *trainer, nnblas_optimizer optimizer);
/* rate: finite and above 0. */
nnblas_status nnblas_trainer_set_learning_rate(nnblas_trainer *trainer, double rate);
/* momentum: m above, of NNBLAS_MOMENTUM and NNBLAS_NESTEROV; 0 or above and under 1. */
nnblas_status nnblas_trainer_set_momentum(nnblas_trainer *trainer, double momentum);
/* The constants of Adam. beta1, beta2: 0 or above and under 1. epsilon: finite and above 0; under
 * 1e-140 it counts as 1e-140, because the squares of gradients so small are 0. */
nnblas_status nnblas_trainer_set_adam(nnblas_trainer *trainer, double beta1, double beta2,
                                      double epsilon);
/*
 * memory: how many of the last steps L-BFGS estimates the curvature from, 1 to 1000. Each takes two
 * vectors as long as the parameters. tolerance: 0 or above and under 1. fit returns
 *
 *   NNBLAS_STOPPED_CONVERGED    where the norm of the gradient is 0 or at most tolerance times what
 *                               it was when fit began; before the first epoch where it begins at 0
 *   NNBLAS_STOPPED_LINE_SEARCH  where no lower cost is found even along the gradient: at a kink of
 *                               relu units, or because rounding hides any gain
 *
 * Where the outputs are NNBLAS_IDENTITY, the search and the norm measure the parameters of the
 * output layer in a unit of their own: the sum of their mean magnitude at the beginning and that of
 * Y, rounded to a power of two. So neither the search nor the tolerance depends on the scale of Y.
 */
nnblas_status nnblas_trainer_set_lbfgs(nnblas_trainer *trainer, size_t memory, double tolerance);
/*
 * tolerance: of scaled conjugate gradients; 0 or above and under 1. fit returns
 * NNBLAS_STOPPED_CONVERGED as L-BFGS does, with the same unit for the parameters of identity
 * outputs, and
 *
 *   NNBLAS_STOPPED_DAMPING      where no lower cost is found even along the gradient, however small
 *                               the step, or in 1000 epochs neither the cost nor the gradient falls
 *                               by more than rounding
 */
nnblas_status nnblas_trainer_set_scaled_conjugate_gradient(nnblas_trainer *trainer,
                                                           double tolerance);
/*
 * Of NNBLAS_LEVENBERG_MARQUARDT. damping: the first mu, as a multiple of the largest element of the
 * diagonal of J^T J / N + d; finite and above 0. tolerance: 0 or above and under 1. fit returns
 *
 *   NNBLAS_STOPPED_CONVERGED  where the norm of the gradient is 0 or at most tolerance times what
 *                             it was when fit began; before the first epoch where it begins at 0
 *   NNBLAS_STOPPED_DAMPING    where no damping gives a step to a lower cost that is long enough to
 *                             count beside the parameters: because rounding hides any gain, or at
 *                             a kink of relu units
 *
 * With NNBLAS_IDENTITY outputs, mu and the norm measure the parameters of the output layer in the
 * unit that nnblas_trainer_set_lbfgs describes, so that neither depends on the scale of Y.
 */
nnblas_status nnblas_trainer_set_levenberg_marquardt(nnblas_trainer *trainer, double damping,
                                                     double tolerance);
/*
 * bayesian: 1 for Bayesian regularisation, 0 for none; else NNBLAS_ERROR_VALUE. After each epoch of
 * NNBLAS_LEVENBERG_MARQUARDT the weight decay, which is one for all parameters here, biases
 * included, and the variance of the noise in the labels are estimated anew from the evidence
 * (D. J. C. MacKay, "Bayesian interpolation", Neural Computation 4 (1992); F. D. Foresee,
 * M. T. Hagan, "Gauss-Newton approximation to Bayesian learning", ICNN 1997). So a network may have
 * more units than it needs, and no rows are set aside. Scale inputs and labels to a standard
 * deviation near 1, as the decay is the same for all. The weight decay that was set has no effect.
 * An epoch takes the time of three Cholesky factors more. fit returns NNBLAS_ERROR_VALUE with other
 * optimizers.
 */
nnblas_status nnblas_trainer_set_bayesian(nnblas_trainer *trainer, int bayesian);
/*
 * keep: 1 for a fit that leaves the posterior of the parameters on the network, for
 * nnblas_net_predict_interval; 0 for none; else NNBLAS_ERROR_VALUE. It takes parameters^2 times 8
 * bytes there. nnblas_net_clone copies it, nnblas_net_save saves it, and it is of no use any more
 * as soon as a parameter changes or another fit begins. Only NNBLAS_LEVENBERG_MARQUARDT has one:
 * fit returns NNBLAS_ERROR_VALUE with another optimizer. There is none after a fit of which the
 * rows do not determine all parameters, without weight decay or Bayesian regularisation, and where
 * the error is 0 or so small that rounding hides it. With a weight decay, biases that no row
 * determines, as those of units that the decay has drawn to 0, count as known. Decay and noise are
 * those of the end of the fit, also where validation rows choose the parameters of an epoch before.
 */
nnblas_status nnblas_trainer_set_posterior(nnblas_trainer *trainer, int keep);
/* decay: training lowers the cost plus decay / 2 times the sum of the squares of all weights,
 * without the biases. Reported costs do not include this term. Finite and 0 or above. */
nnblas_status nnblas_trainer_set_weight_decay(nnblas_trainer *trainer, double decay);
/*
 * l1: training lowers the cost plus l1 times the sum of the magnitudes of all weights, without the
 * biases, beside any weight decay. Weights that are not worth their term become 0 exactly. Reported
 * costs do not include the term. Finite and 0 or above. fit refuses it with NNBLAS_LBFGS.
 *
 * A step with the learning rate r is a proximal one: the step of the optimizer is taken without
 * this term, and then each weight is moved by r l1 towards 0, but not through it (I. Daubechies, M.
 * Defrise, C. De Mol, Communications on Pure and Applied Mathematics 57 (2004)). NNBLAS_MOMENTUM
 * keeps as v how far the weight has come (P. Ochs, Y. Chen, T. Brox, T. Pock, SIAM J. Imaging
 * Sciences 7 (2014)), NNBLAS_NESTEROV takes the step from where it looks ahead to (A. Beck, M.
 * Teboulle, SIAM J. Imaging Sciences 2 (2009)), and NNBLAS_ADAM moves by l1 times r over the root
 * of its second moment, as it moves by the first (J. Yun, A. Lozano, E. Yang, NeurIPS 2021).
 * NNBLAS_RPROP looks only at signs: it takes the slope on the side to which the sum falls, and
 * ends a step that would pass 0 there (G. Andrew, J. Gao, ICML 2007).
 */
nnblas_status nnblas_trainer_set_l1(nnblas_trainer *trainer, double l1);

/*
 * mask: one byte for each parameter, in the order of nnblas_net_parameters; null: all are trained.
 * A parameter whose byte is 0 keeps its bits in every fit and step, with any optimizer, and the
 * others are trained as if the gradient were 0 there: frozen layers, or the weights that pruning or
 * a sparse design has set to 0. It is copied. nnblas_trainer_mask returns the copy, with 1 for each
 * byte that is not 0, or null where all parameters are trained; it is valid until the mask is set
 * again or the trainer is destroyed. Bayesian regularisation and a posterior cover only the
 * parameters that are trained: the others count as known.
 */
nnblas_status nnblas_trainer_set_mask(nnblas_trainer *trainer, const uint8_t *mask);

/*
 * The learning rate of epoch e = 0, 1, ..., from the rate r that was set. Each call replaces the
 * schedule before.
 *
 * - constant: r. The default.
 * - step: r factor^floor(e / epochs). epochs is at least 1, factor above 0 and at most 1.
 * - cosine: last + (r - last) (1 + cos(pi e / (E - 1))) / 2, where E is the number of epochs of the
 *   trainer. last is finite and 0 or above.
 * - plateau: r at first, multiplied by factor whenever what is watched (see patience) has not
 *   improved for that many epochs in a row. epochs and factor as for step.
 * - inverse: r / (1 + scale e)^power, both finite and 0 or above. scikit-learn's "invscaling" has
 *   the number of training rows as scale, and power_t as power.
 * - adaptive: as plateau, but where the rate is at or under last when it would be multiplied, fit
 *   stops with NNBLAS_STOPPED_PATIENCE. last as for cosine. scikit-learn's "adaptive" has
 *   n_iter_no_change + 1 epochs, the factor 1/5, and last 1e-6, and takes a gain of exactly the
 *   tolerance for an improvement. A patience has its own effect: it
 *   counts the epochs since the last improvement, whatever the rate was in them, and the first of
 *   the two to end it ends the training.
 */
typedef enum nnblas_schedule {
    NNBLAS_SCHEDULE_CONSTANT = 0,
    NNBLAS_SCHEDULE_STEP = 1,
    NNBLAS_SCHEDULE_COSINE = 2,
    NNBLAS_SCHEDULE_PLATEAU = 3,
    NNBLAS_SCHEDULE_INVERSE = 4,
    NNBLAS_SCHEDULE_ADAPTIVE = 5
} nnblas_schedule;

nnblas_status nnblas_trainer_set_constant_schedule(nnblas_trainer *trainer);
nnblas_status nnblas_trainer_set_step_schedule(nnblas_trainer *trainer, size_t epochs,
                                               double factor);
nnblas_status nnblas_trainer_set_cosine_schedule(nnblas_trainer *trainer, double last);
nnblas_status nnblas_trainer_set_plateau_schedule(nnblas_trainer *trainer, size_t epochs,
                                                  double factor);
nnblas_status nnblas_trainer_set_inverse_schedule(nnblas_trainer *trainer, double scale,
                                                  double power);
nnblas_status nnblas_trainer_set_adaptive_schedule(nnblas_trainer *trainer, size_t epochs,
                                                   double factor, double last);

/*
 * rows: the mini-batch size, the number of rows of one step; 0 for all rows. Each epoch uses every
 * row once, in a newly shuffled order; the last batch has the rows that are left. A batch of all
 * rows is not shuffled. shuffle: 1, or 0 for batches of neighbouring rows, the same in each epoch;
 * else NNBLAS_ERROR_VALUE. seed: of the shuffling and of the choice of validation rows.
 */
nnblas_status nnblas_trainer_set_batch_size(nnblas_trainer *trainer, size_t rows);
nnblas_status nnblas_trainer_set_shuffle(nnblas_trainer *trainer, int shuffle);
nnblas_status nnblas_trainer_set_seed(nnblas_trainer *trainer, uint64_t seed);

/*
 * weights: one for each row of fit, kept by the caller until fit returns. They are finite, 0 or
 * above and not all 0, and only their ratios count. A step is taken over the weighted mean of its
 * batch. Rows of weight 0 are left out as if they were not there: batches are made of the others,
 * and no cost that overflows in them has an effect. They must be finite all the same. Null: each
 * row counts 1.
 */
nnblas_status nnblas_trainer_set_sample_weights(nnblas_trainer *trainer, const double *weights);

/*
 * Trains on derivatives of the target too: dYdX has one row for each row of fit, and is kept by the
 * caller until fit returns. The cost of the training rows, which fit reports and compares with the
 * desired one, is then that of nnblas_net_evaluate_derivatives, with this derivative_weight and the
 * sample weights. Where X and Y have a standard deviation near 1, a derivative_weight of 1 over the
 * inputs lets the derivatives of an output count about as much as its values.
 *
 * dYdX null: no derivatives; the other arguments are then not looked at. NNBLAS_ERROR_VALUE where
 * derivative_weight is not finite and above 0. fit checks dYdX as it checks X and Y: a NaN or an
 * infinity is NNBLAS_ERROR_NOT_FINITE, named with its row and column.
 *
 * Validation costs and scores count only the values, and so are nnblas_trainer_step's
 * steps. fit returns NNBLAS_ERROR_VALUE with NNBLAS_LEVENBERG_MARQUARDT, and so with Bayesian
 * regularisation, which are for squared errors of values; every other optimizer takes derivatives,
 * over all rows and in mini-batches. The memory beside that of other fits is that of the tiles.
 */
nnblas_status nnblas_trainer_set_derivatives(nnblas_trainer *trainer, double derivative_weight,
                                             const double *dYdX, size_t ldd);

/* ---- a group of processes ---- */

/*
 * Processes, or threads with a network and a trainer each, that train one network together, each on
 * rows of its own: ranks 0 to ranks - 1. The library adds up and passes on numbers by these calls,
 * which the caller makes of MPI (nnblas_mpi.h does), of sockets or of shared memory:
 *
 *   begin_sum    begins to replace each of the count values by the sum of that value over all
 *                ranks, which must have the same bits on all of them. It may return before that is
 *                done: the values stay where they are and untouched until finish_sums returns.
 *   finish_sums  returns when all sums that were begun are done.
 *   broadcast    copies the values of rank from to all ranks, and returns when they are here. No
 *                sum is at work meanwhile.
 *
 * All ranks make the same calls with the same counts in the same order. The calls are made in the
 * thread that called fit, one at a time. They return 0, or another number where a rank is lost:
 * then no further call is made, and fit returns NNBLAS_ERROR_GROUP with what describe_failure,
 * which may be null, says of it. user is passed on unchanged. Doubles are passed on with their
 * bits, also those of NaN and of negative zeros in a broadcast. No later version adds a member.
 */
typedef int nnblas_begin_sum(void *user, double *values, size_t count);
typedef int nnblas_finish_sums(void *user);
typedef int nnblas_broadcast(void *user, double *values, size_t count, size_t from);
typedef const char *nnblas_describe_failure(void *user);
typedef struct nnblas_group {
    size_t rank;
    size_t ranks;
    nnblas_begin_sum *begin_sum;
    nnblas_finish_sums *finish_sums;
    nnblas_broadcast *broadcast;
    nnblas_describe_failure *describe_failure;
    void *user;
} nnblas_group;

/*
 * Makes fit a training by all ranks of the group. Each rank calls it and then nnblas_trainer_fit,
 * with its own share of the rows, perhaps none (N = 0), and the same settings. The rows of the
 * training are those of all ranks behind one another, rank 0's first: it takes the steps that one
 * process with all rows would take, from the same gradient except for rounding. So
 *
 *   - all ranks begin with the parameters of rank 0, and have the same bits from then on, which is
 *     checked after each epoch;
 *   - batch sizes, the validation fraction and sample weights are those of all rows: the order of
 *     the rows is drawn over all of them, and a rank may have no row of a batch. An epoch has as
 *     many steps as in one process;
 *   - validation rows of the caller's own are a share as well: each rank sets its own, or none, and
 *     validation cost and score are those of all. Derivatives are those of a rank's own rows;
 *   - where the callback of one rank asks to stop, one is cancelled or at its time limit, all stop
 *     after that epoch (or step, as nnblas_trainer_cancel says), for the same reason;
 *   - only rank 0 writes checkpoints, and only its nnblas_trainer_checkpoint_status tells of one
 *     that failed. To resume one, call nnblas_trainer_resume on rank 0 alone, which passes it on to
 *     the others. The number of ranks may be another one than before;
 *   - sample weights under 2^-1000 of the largest count as 0.
 *
 * Where one rank is refused (for a NaN, or settings that are not those of rank 0), all return that
 * error, and the message names the rank: "rank 2: X holds a NaN at row 17, column 3", row 17 of
 * those of rank 2. NNBLAS_ERROR_VALUE where settings differ; not compared are callbacks, time
 * limit, history limit and checkpoints. NNBLAS_ERROR_GROUP where ranks have other parameters after
 * an epoch, as different processors may compute them, or where a call of the group fails; the
 * parameters are then those of some epoch or step before.
 *
 * ordered: not 0 for the bits of one process that has all rows, whatever the number of ranks. The
 * sums are then passed from rank to rank, which takes longer. It is for steps over all rows, with
 * the shares of nnblas_group_share.
 *
 * group null, the default: this process trains alone. The struct is copied. NNBLAS_ERROR_VALUE
 * where rank is not below ranks, NNBLAS_ERROR_NULL where a call but describe_failure is null.
 * nnblas_trainer_step and nnblas_fit_many refuse trainers with a group.
 */
nnblas_status nnblas_trainer_set_group(nnblas_trainer *trainer, const nnblas_group *group,
                                       int ordered);

/*
 * The share of the group's rank in N rows: rows *first to *first + *count - 1, perhaps none. With
 * net null the shares differ by one row at most. With a net they are whole parts of the sums of one
 * process, as ordered sums need them; weighted: whether the rows will have weights.
 * NNBLAS_ERROR_VALUE where one process would take all N rows in one part: such a training is too
 * small to divide.
 */
nnblas_status nnblas_group_share(const nnblas_net *net, size_t N, int weighted,
                                 const nnblas_group *group, size_t *first, size_t *count);

/* ---- stopping and validation ---- */

/* epochs: how many epochs a fit has at most, those before a resumed checkpoint included; at least
 * 1. */
nnblas_status nnblas_trainer_set_epochs(nnblas_trainer *trainer, size_t epochs);
/*
 * mse: fit stops with NNBLAS_STOPPED_COST when a cost is at or under it. Finite and 0 or above; 0
 * for never. With mini-batches the cost of an epoch is looked at after the epoch, with a batch of
 * all rows before its step, with NNBLAS_LBFGS, NNBLAS_LEVENBERG_MARQUARDT and
 * NNBLAS_SCALED_CONJUGATE_GRADIENT before the first step and after each.
 */
nnblas_status nnblas_trainer_set_desired_cost(nnblas_trainer *trainer, double mse);
/* seconds: fit stops with NNBLAS_STOPPED_TIME at the end of the first epoch by which it has run
 * this long, the time before a resumed checkpoint included. Finite and 0 or above; 0 for no limit.
 */
nnblas_status nnblas_trainer_set_time_limit(nnblas_trainer *trainer, double seconds);

/*
 * Validation rows are not trained on; the cost over them is computed after each epoch. With
 * validation rows, fit ends with the parameters of the epoch that had the lowest validation cost,
 * or with a score the highest score.
 * They are either
 *
 *   - a fraction of the rows of fit, drawn by the seed: 0 or above and under 1; 0 for none, or
 *   - N rows of the caller's own, which the caller keeps until fit returns; N = 0 for none.
 *
 * Each of these two calls replaces what the other has set.
 *
 * With sample weights, the fraction is drawn from the rows whose weight is above 0: at least one of
 * these is trained on and at least one validates. fit returns NNBLAS_ERROR_VALUE where there are
 * fewer than two. nnblas_trainer_set_validation_weights sets weights of the caller's own validation
 * rows, with the rules of sample weights; null: each row counts 1. Set the rows first: a new set of
 * rows has no weights. NNBLAS_ERROR_VALUE where there are no rows.
 */
nnblas_status nnblas_trainer_set_validation_fraction(nnblas_trainer *trainer, double fraction);
nnblas_status nnblas_trainer_set_validation_rows(nnblas_trainer *trainer, size_t N, const double *X,
                                                 size_t ldx, const double *Y, size_t ldy);
nnblas_status nnblas_trainer_set_validation_weights(nnblas_trainer *trainer, const double *weights);

/*
 * Validation rows from a source, which is read before the first epoch and after each epoch. It is
 * another one than the training rows come from. The trainer keeps a pointer to it until a fraction,
 * rows or another source are set; of these only the one set last counts. Null for none.
 */
nnblas_status nnblas_trainer_set_validation_source(nnblas_trainer *trainer, nnblas_source *source);

/*
 * A score says how good the outputs are, where the cost is only what training can lower: 1 for the
 * best, and the higher the better. Each goes with any network. Rows count by their weights.
 *
 *   NNBLAS_SCORE_NONE      early stopping goes by the cost: the default
 *   NNBLAS_SCORE_ACCURACY  the share of the rows in which the largest output is where the largest
 *                          label is, of equal ones the first; with one output as LABELS
 *   NNBLAS_SCORE_LABELS    the share of the rows in which each output is above 1/2 where its label
 *                          is above 1/2, and nowhere else; with the hinge cost, above 0
 *   NNBLAS_SCORE_R2        the coefficient of determination 1 - sum (O_out - Y)^2 / sum (Y - m)^2
 *                          of each output, m the mean of its labels, and of several outputs the
 *                          mean. Where all labels of an output are the same: 1 if each O_out is
 *                          equal to its label, else 0. So does scikit-learn's r2_score, but for one
 *                          row, of which it knows none.
 *
 * With a score, fit computes that of the validation rows after each epoch, and early stopping goes
 * by it: patience, tolerance, the schedules with plateaus and the choice of the best parameters.
 * Their cost is still reported. fit returns NNBLAS_ERROR_VALUE where there are no validation rows.
 * It takes one more pass over them, and memory for the outputs of some of them, not of all.
 * An R2 that is too low for a double is the lowest double. With NNBLAS_GAUSSIAN all three are of
 * the means, and leave the log variances out.
 */
typedef enum nnblas_score {
    NNBLAS_SCORE_NONE = 0,
    NNBLAS_SCORE_ACCURACY = 1,
    NNBLAS_SCORE_LABELS = 2,
    NNBLAS_SCORE_R2 = 3
} nnblas_score;

nnblas_status nnblas_trainer_set_score(nnblas_trainer *trainer, nnblas_score score);

/*
 * Early stopping. What is watched is the score where there is one, else the validation cost, or
 * without validation rows the cost of the epoch. It improves when it is better than the best before
 * by more than the tolerance, which is finite and 0 or above: higher than the highest score, lower
 * than the lowest cost. fit stops with NNBLAS_STOPPED_PATIENCE when it has not improved for this
 * many epochs in a row; 0 for never.
 */
nnblas_status nnblas_trainer_set_patience(nnblas_trainer *trainer, size_t epochs);
nnblas_status nnblas_trainer_set_tolerance(nnblas_trainer *trainer, double tolerance);

/* ---- progress ---- */

/* One epoch. Later versions may add members at the end. */
typedef struct nnblas_epoch {
    /* From 1. */
    size_t epoch;
    /* The mean over the batches of the cost before the step. With NNBLAS_LBFGS,
     * NNBLAS_LEVENBERG_MARQUARDT and NNBLAS_SCALED_CONJUGATE_GRADIENT: the cost after it. */
    double cost;
    /* After the last step of the epoch; NaN where there are no validation rows. */
    double validation_cost;
    /* By the schedule. With NNBLAS_LBFGS: the step length that the line search chose, mostly 1.
     * With NNBLAS_SCALED_CONJUGATE_GRADIENT: the factor of the direction. With
     * NNBLAS_LEVENBERG_MARQUARDT: the damping. */
    double learning_rate;
    /* Since fit began, the time before a resumed checkpoint included. */
    double seconds;
    /* Of the validation rows after the last step; NaN where no score is set. */
    double score;
} nnblas_epoch;

/*
 * As nnblas_callback, with all that the history has of the epoch, also where a limit keeps it out
 * of the history. *epoch is valid until the callback returns. It has at least the members of this
 * header.
 */
typedef int nnblas_epoch_callback(void *user, const nnblas_epoch *epoch);

/*
 * callback: null for none. user is passed to it unchanged; the library does not look at it. Where
 * both callbacks are set, each epoch calls both, nnblas_callback first, whatever it returns.
 */
nnblas_status nnblas_trainer_set_callback(nnblas_trainer *trainer, nnblas_callback *callback,
                                          void *user);
nnblas_status nnblas_trainer_set_epoch_callback(nnblas_trainer *trainer,
                                                nnblas_epoch_callback *callback, void *user);

/*
 * Stops the fit that is running, or where none is, the next one: fit then returns
 * NNBLAS_STOPPED_CANCELLED, or where it ends at that moment for another reason, that one. It may be
 * called while fit runs, from any thread, from a callback and from a signal handler, and returns at
 * once. fit ends after the step that it is at: of an epoch with
 * mini-batches the other batches, the history entry and the callbacks are left out. Where
 * checkpoints are asked for, it ends after the epoch, so that the last checkpoint has all that was
 * learnt. A fit that returns, for any reason, clears the request.
 */
nnblas_status nnblas_trainer_cancel(nnblas_trainer *trainer);

/*
 * The history: the epochs of the last fit, or of one that is running so far. nnblas_trainer_fit
 * alone writes it: it clears the history once it has accepted its arguments, and adds an epoch
 * before it calls the callbacks.
 *
 * nnblas_trainer_history_epoch copies an epoch to *epoch: index is 0 for the oldest and under the
 * count, else NNBLAS_ERROR_VALUE. size is sizeof(nnblas_epoch) as the caller knows it, so that
 * programs and libraries of other versions fit together: members that the library does not know
 * become 0, and those that the caller does not know are left out. NNBLAS_ERROR_SIZE where not even
 * the first one fits.
 */
size_t nnblas_trainer_history_count(const nnblas_trainer *trainer);
nnblas_status nnblas_trainer_history_epoch(const nnblas_trainer *trainer, size_t index,
                                           nnblas_epoch *epoch, size_t size);

/*
 * What Bayesian regularisation has estimated after the last epoch of the last fit, or of one that
 * is running. Output arguments may be null.
 *
 *   decay         the weight decay: alpha / (beta N), of N rows
 *   noise         the variance of the labels around the outputs, 1 / beta
 *   effective     the number of parameters that the rows determine, of all
 *   log_evidence  ln of the density of the labels, given alpha and beta. Of networks of different
 *                 sizes on the same rows, the one with the highest is the most probable
 *
 * They are those of the last parameters; with validation rows, fit may end with others.
 * NNBLAS_ERROR_VALUE where there are none: without Bayesian regularisation, before an epoch, and
 * where the outputs are the labels, so that there is no noise.
 */
nnblas_status nnblas_trainer_evidence(const nnblas_trainer *trainer, double *decay, double *noise,
                                      double *effective, double *log_evidence);

/*
 * epochs: how many of the last epochs the history keeps, from the next fit on; SIZE_MAX for all, 0
 * for none. The trainer takes memory for at most twice as many, 48 bytes each.
 */
nnblas_status nnblas_trainer_set_history_limit(nnblas_trainer *trainer, size_t epochs);

/* ---- checkpoints ---- */

/*
 * path: the file to which fit saves all that it needs to be resumed; null for none. It is copied.
 * Not with NNBLAS_LBFGS: fit then returns NNBLAS_ERROR_VALUE.
 *
 * A checkpoint is written when fit ends without an error after an epoch, and after each epoch whose
 * number is a multiple of epochs (at least 1), unless fit began or wrote the last one less than the
 * interval ago. The interval is in seconds, finite and 0 or above. So epochs = 1 with an interval
 * of 60 writes one checkpoint a minute.
 *
 * The file is written as nnblas_net_save does, and nnblas_net_load reads the network in it. While a
 * fit of more than 1024 epochs is running, the older part of its history is in a second file, whose
 * name is path with ".epochs" appended; to move such a checkpoint, move both. The last checkpoint
 * holds all epochs, and the second file is removed.
 */
nnblas_status nnblas_trainer_set_checkpoint(nnblas_trainer *trainer, const char *path,
                                            size_t epochs);
nnblas_status nnblas_trainer_set_checkpoint_interval(nnblas_trainer *trainer, double seconds);

/*
 * Whether the last fit, or one that is running, could write all its checkpoints: NNBLAS_OK, or the
 * status of the last failure, with its reason in nnblas_error_message. A failure, such as a full
 * disk, does not end the training: the old checkpoint stays, and the next is tried when it is due.
 */
nnblas_status nnblas_trainer_checkpoint_status(const nnblas_trainer *trainer);

/*
 * The next fit continues from the checkpoint at path. A training that ended at any point and is
 * resumed with the same rows and settings has the same bits in the end as one that was not
 * interrupted, also with another number of threads and other measured plans: those of the training
 * are in the checkpoint. One that had ended by itself takes no step, and fit returns the same
 * status again. The history begins with the epochs in the checkpoint, as many as the limits of both
 * trainers allow.
 *
 * The file is read now; the next fit does not need it. The parameters of the network change when
 * fit begins and not before, and it makes no difference what they are until then. A resumption
 * stays pending while fit or a later nnblas_trainer_resume is refused; a later one that succeeds
 * takes its place. path = null cancels it, so that the next fit begins anew.
 *
 * These settings may be others than those that the checkpoint was written with: the epochs (but for
 * a cosine schedule, whose rates depend on them), desired cost, patience, time limit, callback,
 * history limit, path, epochs and interval of the checkpoints, whether fit leaves a posterior, and
 * threads. All others are compared now, and again in fit, so that setters may be called before or
 * after; of weights only whether there are any, and of derivatives only their weight.
 *
 * NNBLAS_ERROR_FILE where a file cannot be opened or read, as where there is none at path yet.
 * NNBLAS_ERROR_FORMAT where it is no checkpoint or a damaged one: one that holds an impossible
 * number, or whose second file, path with ".epochs" appended, is missing or of another checkpoint.
 * NNBLAS_ERROR_VALUE where it belongs to another network or other settings. Network and trainer are
 * then untouched. The file is untrusted: each of its numbers is checked, and memory is taken only
 * for what it really holds. fit returns NNBLAS_ERROR_VALUE where it has another number of training
 * or validation rows than before, and NNBLAS_ERROR_FORMAT where the file has more steps than its
 * epochs of these rows can have. Both leave the parameters and the history.
 */
nnblas_status nnblas_trainer_resume(nnblas_trainer *trainer, const char *path);

/*
 * Trains the network on the N rows of X (N x inputs) and Y (N x labels), beginning with the
 * parameters that it has. Each fit begins anew with the other things: the vectors of the optimizer,
 * the schedule, the shuffling by the seed and the epochs, except after nnblas_trainer_resume.
 *
 * Returns NNBLAS_OK after the last epoch, or a positive status where it stopped before; the
 * parameters and all costs in the history are then finite.
 *
 * Before the first step it checks the rows, and leaves parameters and history untouched where it
 * returns
 *
 *   NNBLAS_ERROR_NOT_FINITE  a NaN or an infinity in X, Y, the weights, the derivatives, the
 *                            validation rows or the parameters
 *   NNBLAS_ERROR_VALUE       labels outside the range of the cost, weights that are
 *                            negative or all 0, or settings that do not go together
 *   NNBLAS_ERROR_OVERLAP     rows, weights or derivatives that share memory with the parameters
 *
 * Where a number overflows later (NNBLAS_ERROR_NOT_FINITE), the parameters are those before the
 * step that failed, or with validation rows the best ones so far. The usual cause is a learning
 * rate that is too large; the message then has the epoch and the rate.
 */
nnblas_status nnblas_trainer_fit(nnblas_trainer *trainer, size_t N, const double *X, size_t ldx,
                                 const double *Y, size_t ldy);

/*
 * Trains the network on the rows of a source, as nnblas_trainer_fit does on rows in arrays. A first
 * pass counts and checks the rows, as fit checks them, and counts their weights. Each later pass
 * must have the same rows: NNBLAS_ERROR_SOURCE where there are fewer or more. Where their number
 * was set (nnblas_source_set_rows) and they have no weights, there is no such pass: the first one
 * that trains checks them, a block at a time before it is computed with, and the message is the
 * same. Later passes search the rows only where a cost or a gradient is not finite;
 * NNBLAS_ERROR_NOT_FINITE then names the row, as in the first pass.
 *
 * Full batch, and the searches for the lowest cost (L-BFGS, Levenberg-Marquardt, scaled conjugate
 * gradients): each cost or gradient is one pass in the order of the rows. The trajectory is that of
 * fit but for rounding.
 *
 * Mini-batches: an epoch is one pass. With shuffling the rows of a block are shuffled, and where
 * the source can seek the blocks are taken in a newly drawn order; else in their own. Rows that are
 * left of a block and are no batch are the beginning of the next batch, so that only the last
 * batch of an epoch may be smaller. The orders depend on the seed, the epoch, block_rows and
 * whether there is seek, and on nothing else. Memory: two blocks, one batch, and 4 bytes for each
 * block where their order is drawn: of more than 2^26 blocks that is NNBLAS_ERROR_MEMORY.
 *
 * With a group (nnblas_trainer_set_group) each rank has a source of its own, perhaps without rows
 * or without one of a weight above 0, and takes its share of each batch, to a row, from the orders
 * of its own blocks: other batches than one process takes, and as many steps, but for batches that
 * have fewer rows than there are ranks and so perhaps none. Full batch is that of fit. There are no
 * ordered sums then.
 *
 * Weights are those of the source. Of the settings of rows in arrays, sample weights, derivatives
 * and a validation fraction are refused with NNBLAS_ERROR_VALUE; validation rows may be in arrays
 * or come from a source of their own. Checkpoints are resumed with the same block_rows, with seek
 * or without as they were written, and with as many rows of the same total weight: whether the rows
 * are the same is not known.
 *
 * NNBLAS_ERROR_SOURCE where the source fails: the parameters are those before the step that needed
 * it, or with validation rows the best ones so far.
 */
nnblas_status nnblas_trainer_fit_source(nnblas_trainer *trainer, nnblas_source *source);

/*
 * What the last fit of the trainer has returned, in whichever thread it ran; NNBLAS_OK before the
 * first. Of a failure nnblas_error_message has the reason again.
 */
nnblas_status nnblas_trainer_fit_status(const nnblas_trainer *trainer);

/*
 * Trains count networks side by side on the same rows, as nnblas_trainer_fit trains each: from
 * several seeds, to keep the best (multi-start) or to average their predictions (an ensemble), with
 * several settings, or for the folds of a cross-validation, each trainer with sample weights of 0
 * for the rows that it holds out. Each training uses one thread; as many run at the same time as a
 * call may use threads (see nnblas_set_threads), and the next begins where one ends. Each network
 * gets the bits of its own nnblas_trainer_fit, whatever the number of threads. A single trainer
 * (count = 1) uses the threads that its fit would use.
 *
 * Networks that are too small for fit to divide among threads train side by side as many times
 * faster as there are processors. For fewer large ones than threads, fits one after the other may
 * be faster.
 *
 * statuses: count of them, or null. statuses[i] becomes what nnblas_trainer_fit would have returned
 * for trainers[i]. The return value is NNBLAS_OK where no training failed, for whatever reason they
 * stopped; else the error of the first in the array that failed, which nnblas_error_message names,
 * as in "trainer 3: the cost of epoch 9 overflows"; nnblas_trainer_fit_status has that of each. One
 * that fails ends none of the others.
 *
 * Nothing is trained, and no status written, where it returns
 *
 *   NNBLAS_ERROR_NULL    trainers, a trainer, X or Y is null
 *   NNBLAS_ERROR_SIZE    count or N is 0 or above INT_MAX
 *   NNBLAS_ERROR_VALUE   two trainers have the same network, validation source or path for
 *                        checkpoints, or one has a group
 *   NNBLAS_ERROR_MEMORY  out of memory, 16 bytes for each trainer
 *
 * While it runs, nothing else uses the trainers and their networks, with two exceptions.
 * nnblas_trainer_cancel ends one training as it ends a fit; one that has not begun then takes no
 * step. To end all, cancel each. And the callbacks of a trainer may use that trainer and its
 * network as in a fit. They run on the thread that trains the network: the calling thread, a worker
 * or a thread of the host. Those of one trainer run one at a time, those of several at the same
 * time; calls that they make use one thread. A program whose functions must not be called from
 * other threads, as in R, Octave and LuaJIT, sets no callbacks, or nnblas_set_local_threads(1)
 * before: then all networks are trained in the calling thread, one after the other.
 *
 * The seconds of a time limit and of the history count from the beginning of each training.
 * Weights and validation rows may be shared by trainers, and lie in the parameters of none. Memory:
 * that of a fit for each training that is running, and each trainer's history.
 */
nnblas_status nnblas_fit_many(nnblas_trainer *const *trainers, size_t count, size_t N,
                              const double *X, size_t ldx, const double *Y, size_t ldy,
                              nnblas_status *statuses);

/*
 * One step of the optimizer over the N rows of X and Y, for rows that arrive one by one or in
 * batches. Unlike fit, it goes on where the step before ended: the trainer keeps the vectors of the
 * optimizer from step to step. They begin anew after nnblas_trainer_set_optimizer and after a fit
 * that has accepted its arguments.
 *
 * Of the settings, those of the optimizer count: the learning rate (constant, whatever the
 * schedule), momentum, the constants of Adam, weight decay, L1. All others have no effect.
 * NNBLAS_RPROP compares the gradients of two steps: give it the same rows each time.
 * NNBLAS_ERROR_VALUE with NNBLAS_LBFGS, NNBLAS_LEVENBERG_MARQUARDT and
 * NNBLAS_SCALED_CONJUGATE_GRADIENT, which have no single steps.
 *
 * weights: one for each row, with the rules of sample weights; null: each row counts 1. *mse is the
 * cost before the step; mse may be null. Arguments are checked as fit checks them. On any error
 * the parameters, the vectors of the optimizer and *mse are untouched.
 */
nnblas_status nnblas_trainer_step(nnblas_trainer *trainer, size_t N, const double *X, size_t ldx,
                                  const double *Y, size_t ldy, const double *weights, double *mse);

/* ---- what was set ---- */

/*
 * The network of the trainer, and its settings: what each setter was given last, or the default.
 * Output arguments may be null. Where trainer is null: 0 or null, with the reason in
 * nnblas_error_message.
 */
nnblas_net *nnblas_trainer_net(const nnblas_trainer *trainer);
nnblas_optimizer nnblas_trainer_optimizer(const nnblas_trainer *trainer);
double nnblas_trainer_learning_rate(const nnblas_trainer *trainer);
double nnblas_trainer_momentum(const nnblas_trainer *trainer);
nnblas_status nnblas_trainer_adam(const nnblas_trainer *trainer, double *beta1, double *beta2,
                                  double *epsilon);
nnblas_status nnblas_trainer_lbfgs(const nnblas_trainer *trainer, size_t *memory,
                                   double *tolerance);
double nnblas_trainer_scaled_conjugate_gradient(const nnblas_trainer *trainer);
nnblas_status nnblas_trainer_levenberg_marquardt(const nnblas_trainer *trainer, double *damping,
                                                 double *tolerance);
int nnblas_trainer_bayesian(const nnblas_trainer *trainer);
int nnblas_trainer_posterior(const nnblas_trainer *trainer);
double nnblas_trainer_weight_decay(const nnblas_trainer *trainer);
double nnblas_trainer_l1(const nnblas_trainer *trainer);
/* The schedule, and the numbers that its setter took; 0 for those that it did not take. */
nnblas_status nnblas_trainer_schedule(const nnblas_trainer *trainer, nnblas_schedule *schedule,
                                      size_t *epochs, double *factor, double *last);
nnblas_status nnblas_trainer_inverse_schedule(const nnblas_trainer *trainer, double *scale,
                                              double *power);
size_t nnblas_trainer_batch_size(const nnblas_trainer *trainer);
int nnblas_trainer_shuffle(const nnblas_trainer *trainer);
uint64_t nnblas_trainer_seed(const nnblas_trainer *trainer);
const uint8_t *nnblas_trainer_mask(const nnblas_trainer *trainer);
const double *nnblas_trainer_sample_weights(const nnblas_trainer *trainer);
/* All 0 and null where there are no derivatives. */
nnblas_status nnblas_trainer_derivatives(const nnblas_trainer *trainer, double *derivative_weight,
                                         const double **dYdX, size_t *ldd);
size_t nnblas_trainer_epochs(const nnblas_trainer *trainer);
double nnblas_trainer_desired_cost(const nnblas_trainer *trainer);
double nnblas_trainer_time_limit(const nnblas_trainer *trainer);
double nnblas_trainer_validation_fraction(const nnblas_trainer *trainer);
nnblas_status nnblas_trainer_validation_rows(const nnblas_trainer *trainer, size_t *N,
                                             const double **X, size_t *ldx, const double **Y,
                                             size_t *ldy);
const double *nnblas_trainer_validation_weights(const nnblas_trainer *trainer);
nnblas_source *nnblas_trainer_validation_source(const nnblas_trainer *trainer);
nnblas_score nnblas_trainer_score(const nnblas_trainer *trainer);
size_t nnblas_trainer_patience(const nnblas_trainer *trainer);
double nnblas_trainer_tolerance(const nnblas_trainer *trainer);
/* All 0 and null where there is no group. */
nnblas_status nnblas_trainer_group(const nnblas_trainer *trainer, nnblas_group *group,
                                   int *ordered);
nnblas_status nnblas_trainer_callback(const nnblas_trainer *trainer, nnblas_callback **callback,
                                      void **user);
nnblas_status nnblas_trainer_epoch_callback(const nnblas_trainer *trainer,
                                            nnblas_epoch_callback **callback, void **user);
size_t nnblas_trainer_history_limit(const nnblas_trainer *trainer);
/* The path, valid until it is set again or the trainer is destroyed, or null for none; *epochs is
 * then 0. */
const char *nnblas_trainer_checkpoint(const nnblas_trainer *trainer, size_t *epochs);
double nnblas_trainer_checkpoint_interval(const nnblas_trainer *trainer);

/* ---- plans ----------------------------------------------------------------------------------- */

/*
 * A plan is how a call is computed: in how many parts and tiles of rows, which matrices are
 * transposed, which widths are padded. It depends on the layer sizes, the biases, whether outputs
 * are softmax, the cost, the number of rows and the purpose, and the library estimates which is the
 * fastest. The estimate is right to some percent on the processors that it was made for, and may be
 * further off on others: then measure. The library never measures by itself.
 *
 *   NNBLAS_PLAN_PREDICT    nnblas_net_predict, _evaluate; validation rows in a training
 *   NNBLAS_PLAN_GRADIENT   nnblas_net_gradient
 *   NNBLAS_PLAN_TRAIN      a step of nnblas_trainer_fit, nnblas_trainer_step,
 *                          nnblas_gradient_step
 */
typedef enum nnblas_plan_purpose {
    NNBLAS_PLAN_PREDICT = 0,
    NNBLAS_PLAN_GRADIENT = 1,
    NNBLAS_PLAN_TRAIN = 2
} nnblas_plan_purpose;

/*
 * Times the plans for calls with this network, or another with the same sizes, biases, kind of
 * outputs and cost, and N rows, and keeps the fastest: calls that begin after it, in this process,
 * use it. A training with mini-batches makes calls of as many rows as a batch has; one without, of
 * all rows that it trains on. The plan holds for rows with weights and shuffled rows too. Measured
 * plans are found by their exact N.
 *
 * It takes about this many seconds, finite and above 0, with the threads that a call would use.
 * Large problems have some hundred plans: give them a few seconds. For a small network in small
 * batches a tenth is enough. Other threads may call the library meanwhile, but what runs beside it,
 * in this process or in others, makes the result less certain. Nothing of the network is written.
 * The rows are made up. They take at most 256 MB: where N rows would need more, fewer are computed
 * in the same tiles, and the time is scaled.
 *
 * Plans have different roundings: the bits of results depend on which plans are measured or loaded,
 * though never on the number of threads. A call of up to 64 rows of a small network, except a step
 * of a trainer, needs no plan and stays as it is.
 *
 * NNBLAS_ERROR_VALUE where purpose or seconds are out of their range. NNBLAS_ERROR_SIZE for a
 * network of more than 64 layers of weights, and where the process has 4096 measured plans of other
 * calls. After a failure the plans are as before.
 */
nnblas_status nnblas_net_measure_plans(const nnblas_net *net, size_t N, nnblas_plan_purpose purpose,
                                       double seconds);

/*
 * The plan of such calls in words, with the threads that the calling thread may use at present and
 * the time where it was measured, such as "rows, 8 parts, up to 2 threads, tiles of 128; measured:
 * 812.5 us, by the estimated plan 903.1 us". Without a measured plan it ends in "; estimated". The
 * form may change from release to release. Null where an argument is refused. Valid until the
 * calling thread's next call of this function.
 */
const char *nnblas_net_plan_info(const nnblas_net *net, size_t N, nnblas_plan_purpose purpose);

/*
 * Plans are kept in a file: a text with a line for each, under a head that says what they were
 * measured with (library version, BLAS and its version, core type, processor, set of kernels).
 *
 * save writes all measured and loaded plans of the process, as nnblas_net_save writes: path is the
 * old file or the whole new one. Nothing of an old file is kept; load it before, to add to it.
 *
 * load adds the plans of a file to those of the process; one for the same calls is replaced. It
 * returns NNBLAS_ERROR_VALUE where the file was written with another library version, BLAS, core
 * type, processor or set of kernels: its plans may be slow here. NNBLAS_ERROR_FORMAT where it is no
 * file of plans or a damaged one. The file is untrusted: every number is checked, and no plan takes
 * more memory than one of the library's own. After a failure the plans are as before.
 */
nnblas_status nnblas_plans_save(const char *path);
nnblas_status nnblas_plans_load(const char *path);

/* Drops all plans that were measured or loaded: calls that begin after it use estimated ones. */
void nnblas_plans_forget(void);

/* ---- the library ----------------------------------------------------------------------------- */

/* The version of this header. */
typedef enum nnblas_version_number {
    NNBLAS_VERSION_MAJOR = 0,
    NNBLAS_VERSION_MINOR = 2,
    NNBLAS_VERSION_PATCH = 0
} nnblas_version_number;

/* "major.minor.patch" of the library that is loaded. */
const char *nnblas_version(void);

/*
 * Features that a build of the library may lack. The functions of one that is missing return
 * NNBLAS_ERROR_MISSING.
 *
 *   NNBLAS_FEATURE_LBFGS   NNBLAS_LBFGS, by liblbfgs
 *   NNBLAS_FEATURE_LAPACK  NNBLAS_LEVENBERG_MARQUARDT, by the LAPACK of OpenBLAS or another
 */
typedef enum nnblas_feature { NNBLAS_FEATURE_LBFGS = 1, NNBLAS_FEATURE_LAPACK = 2 } nnblas_feature;

/* 1 where the library that is loaded has the feature, else 0; 0 for any other number. */
int nnblas_has(nnblas_feature feature);

/*
 * How many threads a call may use, the calling thread included; 0, the default, for the number of
 * processors that the thread which first makes a call that could use several may run on, or fewer
 * where a control group of Linux has a quota of their time (read once, from /proc and /sys).
 * NNBLAS_ERROR_VALUE where it is negative. It is one setting for the whole process, and holds for
 * calls that begin after it. It changes the time of a call and no bit of its result.
 *
 * A call uses fewer threads where more would hardly be faster. Where other threads use the
 * processors, so that workers make their callers wait for milliseconds, calls use one thread for a
 * while. All calls together use at most 64 workers beside their callers (32 where size_t has 32
 * bits).
 */
nnblas_status nnblas_set_threads(int threads);

/* The same only for calls of the calling thread, in place of the process's number: a thread that
 * sets it before a call and 0 after it limits that call. 0, the default: as nnblas_set_threads
 * says. */
nnblas_status nnblas_set_local_threads(int threads);

/* What the two functions were given, the second in the calling thread. */
int nnblas_threads(void);
int nnblas_local_threads(void);

/*
 * Threads of the host instead of the library's workers.
 *
 * run(user, count, task, context) calls task(context, i) once for each i below count, in any order,
 * on any threads, and returns when all have returned. It may be called by several threads at once,
 * and from a thread that runs a task of the host's own. count is at most what nnblas_set_threads
 * and nnblas_set_local_threads allow; as many of the tasks as the host likes may run at the same
 * time, also one after the other. A task throws no exception, waits for no other task, and has the
 * floating-point environment of the thread that called the library. run must not throw or longjmp.
 */
typedef void nnblas_task(void *context, size_t i);
typedef void nnblas_parallel_for(void *user, size_t count, nnblas_task *task, void *context);

/*
 * Calls that begin after it run on the host's threads; run = null, the default: on the library's
 * workers. The results have the same bits. user is passed to run unchanged, and both must be valid
 * until the last call that began before the next nnblas_set_parallel_for has returned. One setting
 * for the whole process. Workers that exist already go on sleeping.
 */
nnblas_status nnblas_set_parallel_for(nnblas_parallel_for *run, void *user);

/*
 * The loaded BLAS in words: library, version, core type, threads, and advice where another core
 * type suits this processor better. Valid until the calling thread's next call of this function.
 */
const char *nnblas_blas_info(void);

#ifdef __cplusplus
}
#endif

#endif
