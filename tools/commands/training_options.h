/* SPDX-License-Identifier: BSD-3-Clause */
/* The options of nnblas train for the network and the trainer. */
#ifndef NNBLAS_COMMANDS_TRAINING_OPTIONS_H
#define NNBLAS_COMMANDS_TRAINING_OPTIONS_H

#include "cli/options.h"
#include "commands/training_settings.h"

#define TRAINING_OPTIONS_HELP                                                                      \
    "  --hidden N[,N...]     units of each hidden layer, 0 for none (default one layer of\n"       \
    "                        1 unit a hundred rows, from 32 to 100)\n"                             \
    "  --activation A[,A...] of the hidden units: sigmoid, tanh, relu, identity, softsign,\n"      \
    "                        softplus, elu, leaky-relu, gelu, silu, sine (default relu); one\n"    \
    "                        for all hidden layers, or one for each\n"                             \
    "  --skip                the outputs take the features too, beside the last hidden layer, "    \
    "so\n"                                                                                         \
    "                        that a linear model is part of the network\n"                         \
    "  --cost C              what training lowers, of targets that are numbers: mse,\n"            \
    "                        huber[:DELTA] (few rows far off, DELTA in deviations of the "         \
    "target,\n"                                                                                    \
    "                        default 1), quantile[:TAU] (default 0.5, the median), poisson\n"      \
    "                        (counts), gamma (sums above 0), gaussian (with a deviation for\n"     \
    "                        each row) (default mse)\n"                                            \
    "  --epochs N            the most epochs (default with adam 60, fewer of more than\n"          \
    "                        1000 rows, and at least 300 steps; 200 with the others)\n"            \
    "  --batch N             rows in a mini-batch (default 32), or all\n"                          \
    "  --optimizer NAME      gradient-descent, momentum, nesterov, rprop, adam, lbfgs,\n"          \
    "                        levenberg-marquardt, scg (default adam); rprop and the last three\n"  \
    "                        use all rows in each step, and levenberg-marquardt lowers squared\n"  \
    "                        errors alone\n"                                                       \
    "  --learning-rate R     how large the steps are (default 0.02 with adam, else 0.1)\n"         \
    "  --momentum M          of momentum and nesterov (default 0.9)\n"                             \
    "  --lbfgs-memory N      of lbfgs: the last steps that the curvature is estimated from\n"      \
    "                        (default 20)\n"                                                       \
    "  --lbfgs-tolerance T   of lbfgs: stop where the gradient is T times that of the beginning\n" \
    "                        (default 1e-12)\n"                                                    \
    "  --scg-tolerance T     the same of scg, scaled conjugate gradients (default 1e-12)\n"        \
    "  --damping D           of levenberg-marquardt: the first damping (default 1e-3)\n"           \
    "  --damping-tolerance T  the same as --lbfgs-tolerance of levenberg-marquardt\n"              \
    "  --bayesian            of levenberg-marquardt: estimate the weight decay and the noise of\n" \
    "                        the target from the rows; a model of numbers gets the posterior of\n" \
    "                        its weights, for nnblas predict --intervals\n"                        \
    "  --schedule S          of the learning rate: constant, step:EPOCHS:FACTOR, cosine,\n"        \
    "                        cosine:LAST, plateau:EPOCHS:FACTOR, adaptive:EPOCHS:FACTOR:LAST,\n"   \
    "                        inverse, inverse:SCALE:POWER (default inverse with adam, else\n"      \
    "                        constant)\n"                                                          \
    "  --weight-decay D      how strongly weights are kept small (default 4 / rows for\n"          \
    "                        classes, 0.4 / rows with levenberg-marquardt, and about 2 / rows\n"   \
    "                        for numbers)\n"                                                       \
    "  --l1 L                makes weights 0 that lower the cost by less than L times their\n"     \
    "                        size (default 0); not with lbfgs\n"                                   \
    "  --validation F        use the fraction F of the rows as a validation set, and keep the\n"   \
    "                        network of the epoch with the lowest cost on it (default 0: none)\n"  \
    "  --patience N          stop after N epochs without improvement of the cost, on the\n"        \
    "                        validation set if there is one (default 20); 0: never. With\n"        \
    "                        levenberg-marquardt an improvement is one of more than 1e-5, and\n"   \
    "                        the default with --bayesian is 0\n"                                   \
    "  --score               go by the accuracy of classes or the R2 of numbers on the\n"          \
    "                        validation set, not by its cost: which network is kept,\n"            \
    "                        --patience, --schedule\n"                                             \
    "  --time-limit SECONDS  stop after this many seconds\n"                                       \
    "  --seed S              of the initial weights and of the row order (default 1)\n"            \
    "  --threads N           use at most N threads (default 0: the library decides)\n"

#define CHECKPOINT_OPTIONS_HELP                                                                    \
    "  --checkpoint FILE     save the state of the training to FILE\n"                             \
    "  --checkpoint-every N  after every N epochs and at the end (default a tenth\n"               \
    "                        of them, at most 10)\n"                                               \
    "  --resume              continue from the checkpoint, if there is one\n"

/* The options that are not a single number, as given. */
typedef struct {
    const char *hidden, *activation, *batch, *optimizer, *schedule, *cost;
} training_texts;

enum { N_TRAINING_OPTIONS = 27 };
void list_training_options(training_settings *settings, training_texts *texts,
                           command_option *options);

/* CARRY_ON, or EXIT_USAGE with a message on stderr. */
int take_training_texts(const char *command, const training_texts *texts,
                        training_settings *settings);

/* An option that would have no effect is refused, so that nobody waits for its effect. Which those
 * are with the optimizer of the settings; 0 where there are none. */
unsigned find_without_effect(const training_texts *texts, const training_settings *settings);
bool is_without_effect(const char *option, unsigned found);
/* CARRY_ON where none was found; or EXIT_USAGE with a message. */
int refuse_without_effect(const char *command, unsigned found, const char *optimizer);
/* Of several trials, those have them whose optimizer has an effect for them. */
void leave_out_without_effect(training_settings *settings);

#endif
