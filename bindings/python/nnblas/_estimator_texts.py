# SPDX-License-Identifier: BSD-3-Clause
"""The documentation that both estimators share."""

_TEXT = """A {kind} that is a feed-forward network of libnnblas.

Training lowers {lowers}. Parameters, attributes and their meanings are those of scikit-learn's
estimator of the same name, with the additions that are marked.

Parameters
----------
hidden_layer_sizes : int or array-like of int, default=(100,)
    Units of each hidden layer.
activation : {{'identity', 'logistic', 'tanh', 'relu', 'softsign', 'softplus', 'elu', 'leaky_relu', \
'gelu', 'silu', 'sine'}} or a sequence of them, default='relu'
    Activation of the hidden units. Those behind 'relu' are additions, and so is a sequence with one
    for each layer.
solver : {{'lbfgs', 'sgd', 'adam', 'rprop', 'gradient_descent', 'momentum', 'nesterov', 'scg'}}
    The optimizer, by default 'adam'. 'rprop' and those behind it are additions; 'scg' are scaled
    conjugate gradients. 'lbfgs', 'scg' and 'rprop' take all rows at once.{solvers}
alpha : float, default=0.0001
    Penalty of the weights, divided by the rows of a step.
l1_ratio : float, default=0
    The share of the penalty that is L1, as of ElasticNet:
    ``alpha ((1 - l1_ratio) / 2 sum w^2 + l1_ratio sum |w|)``. Weights that are not worth it become 0.
    Not with 'lbfgs', 'scg' and 'lm'. An addition.
skip : bool, default=False
    Whether the outputs take the features too, beside the last hidden layer, so that a linear model is
    part of the network. It needs a hidden layer. An addition.
batch_size : int or 'auto', default='auto'
    Rows of a step; 'auto' is min(200, n_samples).
learning_rate : {{'constant', 'invscaling', 'adaptive'}}, default='constant'
    Schedule of 'sgd': constant, learning_rate_init / t^power_t after t rows, or divided by 5
    whenever more than n_iter_no_change epochs have not improved.
learning_rate_init : float, default=0.001
    The learning rate at first. For 'rprop' a tenth of it is the first step size.
power_t : float, default=0.5
    Exponent of 'invscaling'.
max_iter : int, default=200
    Most epochs; for 'lbfgs', 'scg' and 'lm', most iterations.
shuffle : bool, default=True
    Whether each epoch has the rows in another order.
random_state : int, RandomState instance or None, default=None
    Of the initial weights, the validation rows and the order of rows.
tol : float, default=1e-4
    Training stops where the loss, or with early_stopping the score, has not improved by more than
    this for more than n_iter_no_change epochs. 'lbfgs', 'scg' and 'lm' stop where no element of
    the gradient is larger. 'adaptive' looks at the loss without the penalty.{tolerance}
verbose : bool, default=False
    Whether to print each epoch.
warm_start : bool, default=False
    Whether fit begins with the weights that it finds.
momentum : float, default=0.9
    Of 'sgd'.
nesterovs_momentum : bool, default=True
    Whether the momentum of 'sgd' is Nesterov's.
early_stopping : bool, default=False
    Whether to set rows aside and to stop by the {score} on them. The network has the weights of the
    best epoch then. Not with 'lbfgs', 'scg', 'lm' or in partial_fit.
validation_fraction : float, default=0.1
    The share of rows that early_stopping sets aside.
beta_1, beta_2, epsilon : float, default=0.9, 0.999, 1e-8
    Constants of 'adam'.
n_iter_no_change : int, default=10
    See tol.
max_fun : int, default=15000
    Bounds the iterations of 'lbfgs', 'scg' and 'lm', each of which evaluates the loss at least once.
n_restarts : int, default=1
    An addition. So many networks are trained side by side from weights of their own, and the best is
    kept: the one with the lowest last loss, with bayesian=True the highest evidence, or with
    early_stopping the highest score on the same validation rows. One thread each, so that the result does not depend on the number of threads.
n_networks : int, default=1
    An addition. An ensemble: this many networks are trained in the same way, and their outputs are
    averaged. The first is the one that n_networks=1 makes; ``coefs_``, ``loss_curve_`` and the
    attributes behind them are its own. Not in partial_fit.
{parameters}
Attributes
----------
{attributes}coefs_, intercepts_ : list of ndarray
    Weights, shape (units before, units), with skip=True of the last layer (units before + features,
    units), and biases, shape (units,), of each layer: views of the network's parameters, to which
    arrays that are assigned are copied.
networks_ : list of Net
    One, or those of n_networks: an addition.
loss_ : float
    The last loss of ``loss_curve_``.
loss_curve_ : list of float
    The loss of each epoch, with the penalty of the weights. Of an epoch with several steps the
    penalty is interpolated between its first and its last weights; that of partial_fit is not.
best_loss_ : float or None
    The lowest loss; None with early_stopping.
validation_scores_ : list of float or None
    The {score} of each epoch on the validation rows.
best_validation_score_ : float or None
    The highest of them.
validation_loss_curve_ : list of float or None
    The loss of each epoch on the validation rows, without the penalty: an addition.
n_iter_ : int
    Epochs so far.
t_ : int
    Training rows seen so far.
n_features_in_ : int
    Features.
feature_names_in_ : ndarray of str
    Their names, where X had some.
n_layers_ : int
    Layers, with inputs and outputs.
n_outputs_ : int
    Outputs of the network; with the loss 'gaussian' half of them, the means.
out_activation_ : str
    Activation of the outputs.

See Also
--------
nnblas.Net, nnblas.Trainer : What the estimators are made of.
"""

CLASS_WEIGHT = """class_weight : dict, 'balanced' or None, default=None
    Weights of the classes, 0 or above, which multiply those of the rows; partial_fit does not take
    'balanced'. An addition.
"""

LOSSES = """loss : {'squared_error', 'huber', 'quantile', 'poisson', 'gamma', 'gaussian'}
    What training lowers, by default 'squared_error'. 'huber' counts errors of more than huber_delta by
    their size and not by its square. 'quantile' predicts that quantile. 'poisson', for targets of 0 or
    more, and 'gamma', above 0, are half of the deviances, and predict means by exponential outputs.
    'gaussian' learns a mean and a variance for each row, by the likelihood of y (-ln p(y) less
    ln(2 pi) / 2), and ``predict(X, return_std=True)`` has both; y should have a variance of about 1, see
    scale_targets. The network has twice as many outputs then: the means and, behind them, the
    logarithms of the variances.
huber_delta : float, default=1.0
    Of 'huber', in the unit of y. An addition.
quantile : float, default=0.5
    Of 'quantile'. An addition.
"""

TARGETS = """scale_targets : bool, default=False
    Whether each target is trained with its mean at 0 and a standard deviation of 1, those of the rows of
    fit or of the first partial_fit. Predictions and intervals are in the unit of y; losses,
    huber_delta and ``coefs_`` are of the scaled targets. Not with the losses 'poisson' and 'gamma'.
    An addition.
bayesian : bool, default=False
    Whether the solver 'lm' estimates the penalty of all weights and biases, and the noise of the
    targets, from the rows (MacKay, 1992). alpha has no effect then, and tol decides alone whether to
    warn of max_iter. Scale the features, and set scale_targets. `predict` with return_std and
    `predict_interval` need it; the posterior takes 8 bytes for the square of the number of weights, in
    a pickle too. An addition.
derivative_weight : float, default=1.0
    Of the dydx that `fit` is given, where it is; with scale_targets, of the derivatives of the scaled
    targets. An addition.
"""

EVIDENCE = """evidence_ : Evidence or None
    What bayesian=True has estimated, of the targets as they were trained: ``decay``, ``noise`` (their
    variance around the outputs), ``effective`` and ``log_evidence``. An addition.
"""

CLASSES = """classes_ : ndarray of shape (n_classes,)
    The labels.
"""


LEAST_SQUARES = """
    'lm', Levenberg-Marquardt, an addition too: least squares for up to a few thousand weights, in
    memory for their square. It takes all rows at once."""
LEAST_SQUARES_TOLERANCE = """
    'lm' also stops where the loss has not improved by more than tol times half the variance of y for
    more than n_iter_no_change iterations."""


def describe(
    kind: str,
    lowers: str,
    score: str,
    parameters: str,
    attributes: str,
    solvers: str = "",
    tolerance: str = "",
) -> str:
    return _TEXT.format(
        kind=kind,
        lowers=lowers,
        score=score,
        parameters=parameters,
        attributes=attributes,
        solvers=solvers,
        tolerance=tolerance,
    )
