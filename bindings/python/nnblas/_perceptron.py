# SPDX-License-Identifier: BSD-3-Clause
"""What both estimators share: parameters, training and attributes.

fit checks and encodes the rows here and then is one fit of the library.
"""

import warnings
from collections.abc import Iterable, Sequence
from numbers import Integral, Real
from typing import Any, Union

import numpy
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.utils import check_random_state, column_or_1d
from sklearn.utils._param_validation import Interval, Options, StrOptions
from sklearn.utils.validation import _check_sample_weight, check_is_fitted

from ._arrays import FloatArray
from ._errors import NotFiniteError, Status
from ._estimator_arrays import Array, Views, Weights, get_mean, to_rows, validate_data
from ._estimator_group import prepare_estimator, take_share
from ._estimator_networks import (
    TrainingRows,
    average,
    count_networks,
    train_networks,
)
from ._estimator_targets import measure_variances
from ._net import HIDDEN, Activation, Net
from ._progress import Progress
from ._trainer import Evidence, Score, Trainer

_ACTIVATIONS = {"logistic": "sigmoid"} | {
    activation.name.lower(): activation.name.lower()
    for activation in HIDDEN
    if activation is not Activation.SIGMOID
}
# The solvers that take mini-batches; 'sgd' is one of the three behind it by its momentum.
_STOCHASTIC = ("sgd", "adam", "gradient_descent", "momentum", "nesterov")
# Those that find each step by a search over all rows, until the gradient is small.
_SEARCHES = ("lbfgs", "scg", "lm")
_NAMES = {"lm": "levenberg_marquardt", "scg": "scaled_conjugate_gradient"}
_ALL_ROWS = (*_SEARCHES, "rprop")
# The rate under which an adaptive schedule stops, and what it divides by.
_ADAPTIVE_LAST, _ADAPTIVE_DIVISOR = 1e-6, 5.0


def is_stochastic(estimator: "Perceptron") -> bool:
    if estimator.solver not in _STOCHASTIC:
        raise AttributeError(
            "partial_fit is only available for stochastic optimizers. "
            f"{estimator.solver} is not stochastic."
        )
    return True


class _Count(Interval):
    """An integer from 1 on, of which a bool is none."""

    def __init__(self) -> None:
        super().__init__(Integral, 1, None, closed="left")

    def is_satisfied_by(self, val: Any) -> bool:
        return not isinstance(val, bool) and bool(super().is_satisfied_by(val))


class Perceptron(BaseEstimator):
    """What both estimators share."""

    _parameter_constraints: dict[str, list[Any]] = {
        "hidden_layer_sizes": ["array-like", Interval(Integral, 1, None, closed="left")],
        "activation": [StrOptions(set(_ACTIVATIONS)), "array-like"],
        "solver": [StrOptions({*_STOCHASTIC, *_ALL_ROWS} - {"lm"})],
        "alpha": [Interval(Real, 0, None, closed="left")],
        "l1_ratio": [Interval(Real, 0, 1, closed="both")],
        "skip": ["boolean"],
        "batch_size": [StrOptions({"auto"}), _Count()],
        "learning_rate": [StrOptions({"constant", "invscaling", "adaptive"})],
        "learning_rate_init": [Interval(Real, 0, None, closed="neither")],
        "power_t": [Interval(Real, 0, None, closed="left")],
        "max_iter": [_Count()],
        "shuffle": ["boolean"],
        "random_state": ["random_state"],
        "tol": [Interval(Real, 0, None, closed="left")],
        "verbose": ["verbose"],
        "warm_start": ["boolean"],
        "momentum": [Interval(Real, 0, 1, closed="both")],
        "nesterovs_momentum": ["boolean"],
        "early_stopping": ["boolean"],
        "validation_fraction": [Interval(Real, 0, 1, closed="left")],
        "beta_1": [Interval(Real, 0, 1, closed="left")],
        "beta_2": [Interval(Real, 0, 1, closed="left")],
        "epsilon": [Interval(Real, 0, None, closed="neither")],
        "n_iter_no_change": [_Count(), Options(Real, {numpy.inf})],
        "max_fun": [_Count()],
        "n_restarts": [_Count()],
        "n_networks": [_Count()],
    }

    def __init__(
        self,
        hidden_layer_sizes: Union[int, Sequence[int]] = (100,),
        activation: Union[str, Sequence[str]] = "relu",
        *,
        solver: str = "adam",
        alpha: float = 0.0001,
        batch_size: Union[int, str] = "auto",
        learning_rate: str = "constant",
        learning_rate_init: float = 0.001,
        power_t: float = 0.5,
        max_iter: int = 200,
        shuffle: bool = True,
        random_state: Any = None,
        tol: float = 1e-4,
        verbose: Union[bool, int] = False,
        warm_start: bool = False,
        momentum: float = 0.9,
        nesterovs_momentum: bool = True,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        n_iter_no_change: float = 10,
        max_fun: int = 15000,
        n_restarts: int = 1,
        n_networks: int = 1,
        l1_ratio: float = 0.0,
        skip: bool = False,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.solver = solver
        self.alpha = alpha
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.learning_rate_init = learning_rate_init
        self.power_t = power_t
        self.max_iter = max_iter
        self.shuffle = shuffle
        self.random_state = random_state
        self.tol = tol
        self.verbose = verbose
        self.warm_start = warm_start
        self.momentum = momentum
        self.nesterovs_momentum = nesterovs_momentum
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.n_iter_no_change = n_iter_no_change
        self.max_fun = max_fun
        self.n_restarts = n_restarts
        self.n_networks = n_networks
        self.l1_ratio = l1_ratio
        self.skip = skip

    # ---- what a kind of target decides

    _watched: Score
    out_activation_: str
    derivative_weight: float = 1.0  # of those that there are
    evidence_: Union[Evidence, None]
    _units_per_target = 1

    def _get_cost(self) -> tuple[str, Union[float, None]]:
        """What the network lowers, and the parameter of that cost."""
        raise NotImplementedError

    def _learn_target(self, y: Array, reset: bool) -> None:
        """What y tells of the outputs, or with reset=False whether it is like the y before."""
        raise NotImplementedError

    def _encode(self, y: Array) -> FloatArray:
        """The outputs that the network should have, shape (n_samples, n_outputs)."""
        raise NotImplementedError

    def _weigh_classes(self, y: Array) -> Weights:
        """A weight for each row by its class, or None."""
        return None

    def _get_strata(self, y: Array) -> Union[Array, None]:
        """What to spread evenly over training and validation rows."""
        return None

    def _scale(self, Y: FloatArray, weights: Weights, reset: bool) -> FloatArray:
        """Y in the unit of the outputs. reset: whether the unit is that of these rows."""
        return Y

    def _read_derivatives(
        self, dydx: Any, sample_weight: Any, X: FloatArray, Y: FloatArray
    ) -> Union[FloatArray, None]:
        """Those of the outputs by the inputs, for the rows that count, shape (n_samples, n_outputs,
        n_features)."""
        return None

    def _is_bayesian(self) -> bool:
        """Whether training estimates the weight decay."""
        return False

    def _take_evidence(self, trainer: Trainer) -> None:
        """What a fit has estimated."""

    # ---- rows

    def _read_rows(
        self, X: Any, y: Any, sample_weight: Any, reset: bool
    ) -> tuple[FloatArray, Array, Weights]:
        """Rows that count. Those of weight 0 are gone, as if they had not been there."""
        X, y = validate_data(
            self,
            X,
            y,
            accept_sparse=["csr", "csc"],
            multi_output=True,
            y_numeric=isinstance(self, RegressorMixin),
            dtype=numpy.float64,
            reset=reset,
        )
        X = to_rows(X)
        if reset:
            self._has_sparse_targets = hasattr(y, "toarray")
        if hasattr(y, "toarray"):
            y = y.toarray()
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        if sample_weight is None:
            return X, y, None
        weights = _check_sample_weight(sample_weight, X, dtype=numpy.float64)
        if (weights < 0).any():
            raise ValueError("sample_weight holds negative weights; they must be 0 or above")
        return self._drop_rows(X, y, weights)

    def _add_class_weights(
        self, X: FloatArray, y: Array, weights: Weights
    ) -> tuple[FloatArray, Array, Weights]:
        """Rows that count when their weights are multiplied by those of their classes."""
        factors = self._weigh_classes(y)
        if factors is None:
            return X, y, weights
        if not numpy.isfinite(factors).all() or (factors < 0).any():
            raise ValueError("class_weight has a weight that is not finite, or under 0")
        with numpy.errstate(over="ignore"):
            product = factors if weights is None else factors * weights
        if not numpy.isfinite(product).all():
            raise ValueError("sample_weight times class_weight overflows; only their ratios count")
        return self._drop_rows(X, y, product)

    @staticmethod
    def _drop_rows(
        X: FloatArray, y: Array, weights: FloatArray
    ) -> tuple[FloatArray, Array, Weights]:
        kept = weights > 0
        if kept.all():
            return X, y, numpy.require(weights, requirements=["C", "ALIGNED"])
        if not kept.any():
            raise ValueError("all rows have weight 0; at least one must have a weight above it")
        return X[kept], y[kept], weights[kept]

    def _split(
        self,
        X: FloatArray,
        y: Array,
        Y: FloatArray,
        weights: Weights,
        derivatives: Union[FloatArray, None],
        random: Any,
    ) -> TrainingRows:
        """Training rows, and validation rows for early stopping."""
        training, validating = train_test_split(
            numpy.arange(len(X)),
            random_state=random,
            test_size=self.validation_fraction,
            stratify=self._get_strata(y),
        )
        validation: tuple[FloatArray, ...] = X[validating], Y[validating]
        if weights is not None:
            validation += (weights[validating],)
            weights = weights[training]
        if derivatives is not None:
            derivatives = derivatives[training]
        return TrainingRows(X[training], Y[training], weights, validation, derivatives)

    # ---- the network

    def _get_layer_sizes(self, inputs: int, outputs: int) -> tuple[int, ...]:
        hidden = self.hidden_layer_sizes
        sizes = list(hidden) if isinstance(hidden, Iterable) else [hidden]
        for size in sizes:
            if not isinstance(size, Integral) or isinstance(size, bool):
                raise TypeError(f"hidden_layer_sizes must have integers, got {size!r}.")
        if any(size <= 0 for size in sizes):
            raise ValueError(f"hidden_layer_sizes must be > 0, got {sizes}.")
        return inputs, *(int(size) for size in sizes), outputs * self._units_per_target

    def _get_activations(self, n_hidden: int) -> list[str]:
        """One for each hidden layer, and that of the last for the outputs, whose weights
        scikit-learn draws like the others."""
        if isinstance(self.activation, str):
            return [self.activation] * (n_hidden + 1)
        names = list(self.activation)
        if len(names) != n_hidden or n_hidden == 0:
            raise ValueError(
                f"activation has {len(names)} names, and hidden_layer_sizes {n_hidden} layers"
            )
        unknown = [name for name in names if name not in _ACTIVATIONS]
        if unknown:
            raise ValueError(f"activation has {unknown[0]!r}; it may have {sorted(_ACTIVATIONS)}")
        return [*names, names[-1]]

    def _initialize(self, inputs: int, outputs: int, random: Any) -> None:
        """A new network with weights and biases drawn as scikit-learn draws them."""
        sizes = self._get_layer_sizes(inputs, outputs)
        activations = self._get_activations(len(sizes) - 2)
        self._net = Net(
            sizes,
            hidden=[_ACTIVATIONS[name] for name in activations[:-1]],
            skip=self.skip,
            initialization="zero",
        )
        self._set_output()
        for layer, activation in enumerate(activations, 1):
            factor = 2.0 if activation == "logistic" else 6.0
            weights, bias = self._net.weights(layer), self._net.bias(layer)
            bound = numpy.sqrt(factor / sum(weights.shape))
            weights[...] = random.uniform(-bound, bound, weights.shape)
            bias[...] = random.uniform(-bound, bound, bias.shape)
        self.n_iter_ = 0
        self.t_ = 0
        self.n_outputs_ = outputs
        self.n_layers_ = len(self._net.layer_sizes)
        self.loss_curve_: list[float] = []
        self.best_loss_: Union[float, None] = None
        self.validation_scores_: Union[list[float], None] = None
        self.best_validation_score_: Union[float, None] = None
        self.validation_loss_curve_: Union[list[float], None] = None
        self._unimproved = 0
        self._trainer: Union[Trainer, None] = None
        self._others: list[Perceptron] = []

    def _set_output(self) -> None:
        names = {"logistic": "sigmoid", "exp": "exponential"}
        output = names.get(self.out_activation_, self.out_activation_)
        self._net.set_output(output, *self._get_cost())

    def _check_net(self, inputs: int, outputs: int) -> None:
        sizes = self._get_layer_sizes(inputs, outputs)
        if sizes != self._net.layer_sizes:
            raise ValueError(
                f"the network that is trained on has the layer sizes {self._net.layer_sizes}, and "
                f"the parameters and rows are for {sizes}; a new one needs warm_start=False"
            )
        if self._net.has_skip != bool(self.skip):
            raise ValueError(
                f"the network that is trained on has skip={self._net.has_skip}, and the parameter "
                f"is {self.skip}; a new one needs warm_start=False"
            )
        self._set_output()

    @property
    def coefs_(self) -> list[FloatArray]:
        """The weight matrices, each of shape (units of the layer before, units), the last with skip=True
        with a row for each feature more: views of the network's, which takes the numbers of an array
        that is put here."""
        net = self._get_net()
        return Views(net.weights(layer) for layer in range(1, len(net.layer_sizes)))

    @coefs_.setter
    def coefs_(self, arrays: Sequence[Array]) -> None:
        Views.copy_all("coefs_", arrays, self.coefs_)

    @property
    def intercepts_(self) -> list[FloatArray]:
        """The biases, each of shape (units,): as coefs_."""
        net = self._get_net()
        return Views(net.bias(layer) for layer in range(1, len(net.layer_sizes)))

    @intercepts_.setter
    def intercepts_(self, arrays: Sequence[Array]) -> None:
        Views.copy_all("intercepts_", arrays, self.intercepts_)

    def _get_net(self) -> Net:
        if not hasattr(self, "_net"):
            raise AttributeError(f"this {type(self).__name__} is not fitted yet")
        return self._net

    @property
    def networks_(self) -> list[Net]:
        """The networks whose outputs are averaged: one, or as many as n_networks says."""
        return [self._get_net(), *(other._net for other in self._others)]

    def __getstate__(self) -> dict[str, Any]:
        state = dict(super().__getstate__())
        if "_trainer" in state:
            state["_trainer"] = None
        return state

    # ---- training

    def _make_trainer(self, rows: int, weights: Weights, seed: int) -> Trainer:
        """For so many training rows."""
        batch = self._get_batch_size(rows)
        trainer = Trainer(
            self._net,
            optimizer=self._get_optimizer(),
            batch_size=batch if batch < rows else 0,
            shuffle=bool(self.shuffle),
            seed=seed,
        )
        self._set_penalty(trainer, batch, weights)
        if self.solver not in _SEARCHES:
            trainer.learning_rate = self.learning_rate_init
            trainer.momentum = min(self.momentum, numpy.nextafter(1.0, 0.0))
            trainer.adam = self.beta_1, self.beta_2, self.epsilon
        return trainer

    def _set_penalty(self, trainer: Trainer, batch: int, weights: Weights) -> None:
        if self.l1_ratio > 0 and self.solver in _SEARCHES:
            raise ValueError(f"solver={self.solver!r} takes no L1 penalty: l1_ratio must be 0")
        decay = 0.0 if self._is_bayesian() else self._get_decay(batch, weights)
        trainer.weight_decay = decay * (1 - self.l1_ratio)
        trainer.l1 = decay * self.l1_ratio

    def _measure_penalty(self) -> float:
        """Of the weights, where alpha is 1."""
        return sum(
            (1 - self.l1_ratio) / 2 * float(numpy.vdot(W, W)) + self.l1_ratio * float(abs(W).sum())
            for W in self.coefs_
        )

    def _get_decay(self, batch: int, weights: Weights) -> float:
        """alpha for a step of so many rows, each of which counts as often as its weight says."""
        mean = get_mean(weights)
        decay = float(self.alpha) / batch / mean
        if decay > 1e100:  # steps would overflow
            raise ValueError(
                f"alpha / batch size / mean weight is too large: alpha is {self.alpha:g}, and the mean "
                f"of sample_weight times class_weight is {mean:g}"
            )
        return decay

    def _get_optimizer(self) -> str:
        if self.solver != "sgd":
            return _NAMES.get(self.solver, self.solver)
        if self.momentum == 0:
            return "gradient_descent"
        return "nesterov" if self.nesterovs_momentum else "momentum"

    def _get_batch_size(self, rows: int) -> int:
        if self.solver in _ALL_ROWS:
            return rows
        if self.batch_size == "auto":
            return min(200, rows)
        batch = int(self.batch_size)
        if batch > rows:
            warnings.warn(
                "Got `batch_size` less than 1 or larger than sample size. It is going to be clipped"
            )
        return min(batch, rows)

    def _get_loss_scale(self) -> int:
        """The library's costs are this times scikit-learn's losses."""
        return int(self.n_outputs_) if isinstance(self, RegressorMixin) else 1

    def _set_stopping(self, trainer: Trainer, rows: int, scored: bool) -> None:
        trainer.epochs = self.max_iter
        if self.solver in _SEARCHES:
            trainer.epochs = min(self.max_iter, self.max_fun)
            return
        if scored:
            trainer.score = self._watched
        if self._is_adaptive() and self.n_iter_no_change != numpy.inf:
            patience = int(self.n_iter_no_change) + 1
            trainer.tolerance = self.tol * (1 if scored else self._get_loss_scale())
            trainer.schedule = "adaptive", patience, 1 / _ADAPTIVE_DIVISOR, _ADAPTIVE_LAST
        elif self.solver == "sgd" and self.learning_rate == "invscaling":
            trainer.schedule = "inverse", rows, self.power_t

    def _compute_gradient(self, trainer: Trainer, rows: TrainingRows) -> FloatArray:
        """Of the cost and the penalty."""
        gradient = self._net.gradient(
            rows.X,
            rows.Y,
            weights=rows.weights,
            derivatives=rows.derivatives,
            derivative_weight=float(self.derivative_weight),
        )
        evidence = getattr(self, "evidence_", None)
        if evidence is not None:
            gradient += evidence.decay * self._net.parameters
            return gradient
        penalty = [
            part
            for W, bias in zip(self.coefs_, self.intercepts_)
            for part in (trainer.weight_decay * W.ravel(), numpy.zeros_like(bias))
        ]
        gradient += numpy.concatenate(penalty)
        return gradient

    def _set_gradient_tolerance(self, trainer: Trainer, rows: TrainingRows) -> None:
        """tol bounds the elements of the gradient, and so its norm does. The library compares that
        with the first one, and measures identity outputs in a unit that is known up to a factor of
        two: the tolerance holds for all units between."""
        Y, weights = rows.Y, rows.weights
        gradient = self._compute_gradient(trainer, rows)
        outputs = numpy.append(self.coefs_[-1], self.intercepts_[-1])
        units = [1.0]
        if self.out_activation_ == "identity":
            shares = None if weights is None else weights / weights.max()
            magnitude = abs(outputs).mean() + numpy.average(abs(Y).mean(axis=1), weights=shares)
            units = [magnitude / 2, magnitude * 2]
        hidden, last = numpy.split(gradient, [-outputs.size])
        tolerance = numpy.nextafter(1.0, 0.0)
        for unit in units:
            norm = numpy.hypot(numpy.linalg.norm(hidden), unit * numpy.linalg.norm(last))
            tolerance = min(tolerance, self.tol * min(unit, 1.0) / norm if norm > 0 else 0.0)
        trainer.lbfgs = trainer.lbfgs[0], tolerance
        trainer.levenberg_marquardt = trainer.levenberg_marquardt[0], tolerance
        trainer.scaled_conjugate_gradient = tolerance

    def _is_adaptive(self) -> bool:
        return self.solver == "sgd" and self.learning_rate == "adaptive"

    def _describe_stall(self, scored: bool) -> str:
        watched = "Validation score" if scored else "Training loss"
        unit = " times half the variance of y" if self.solver == "lm" else ""
        return (
            f"{watched} did not improve more than tol={self.tol:f}{unit} for {self.n_iter_no_change} "
            "consecutive epochs."
        )

    def _watches_losses(self) -> bool:
        """Whether a fit stops where they do not improve. Of 'adaptive' the library does, by its rate. The
        loss of Bayesian regularisation rises where the estimated decay does."""
        if self.solver == "lm":
            return not self._is_bayesian()
        return self.solver not in _SEARCHES and not self._is_adaptive()

    def _get_loss_tolerance(self, Y: FloatArray, weights: Weights) -> float:
        """Levenberg-Marquardt lowers the loss for ever by less and less: what counts is the share of the
        variance that it explains, in whatever unit y is."""
        if self.solver != "lm":
            return self.tol
        return self.tol * float(measure_variances(Y, weights).mean()) / 2

    def _prepare(
        self, X: Any, y: Any, sample_weight: Any, reset: bool, learns: bool, random: Any
    ) -> tuple[FloatArray, Array, FloatArray, Weights]:
        """The rows that count, their targets, the outputs for them and their weights, and a network
        for them: a new one with reset=True. learns: whether y tells which classes there are."""
        X, y, weights = self._read_rows(X, y, sample_weight, reset)
        self._learn_target(y, learns)
        X, y, weights = self._add_class_weights(X, y, weights)
        Y = self._scale(self._encode(y), weights, reset)
        if reset:
            self._initialize(X.shape[1], Y.shape[1], random)
        else:
            self._check_net(X.shape[1], Y.shape[1])
        return X, y, Y, weights

    def _fit(
        self, X: Any, y: Any, sample_weight: Any, dydx: Any = None, communicator: Any = None
    ) -> Any:
        def check() -> tuple[bool, Any]:
            self._validate_params()
            reset = not (self.warm_start and hasattr(self, "_net"))
            return reset, check_random_state(self.random_state)

        def prepare(reset: bool, random: Any) -> tuple[Array, TrainingRows, Trainer]:
            x, labels, Y, weights = self._prepare(X, y, sample_weight, reset, reset, random)
            derivatives = self._read_derivatives(dydx, sample_weight, x, Y)
            rows = TrainingRows(x, Y, weights, None, derivatives)
            if self.early_stopping and self.solver not in _SEARCHES:
                rows = self._split(x, labels, Y, weights, derivatives, random)
            return labels, rows, self._begin_training(rows, random)

        if communicator is None:
            reset, random = check()
            _, rows, trainer = prepare(reset, random)
            if count_networks(self) > 1 or self._others:
                train_networks(self, trainer, rows, random, reset)
                return self
        else:
            rows, trainer = prepare_estimator(self, communicator, check, prepare)
        share = rows if communicator is None else take_share(rows, communicator)
        progress = self._make_progress(trainer, rows)
        status = Status.STOPPED_CANCELLED
        try:
            status = trainer.fit(
                share.X,
                share.Y,
                weights=share.weights,
                derivatives=share.derivatives,
                derivative_weight=float(self.derivative_weight),
                validation=share.validation,
                callback=progress,
                communicator=communicator,
            )
        except KeyboardInterrupt:
            warnings.warn("Training interrupted by user.")
        except NotFiniteError as error:
            raise self._explain_divergence(self.n_iter_ + 1, error) from error
        self._take_evidence(trainer)
        self._end_training(trainer, rows, status)
        return self

    def _begin_training(self, rows: TrainingRows, random: Any) -> Trainer:
        trainer = self._make_trainer(len(rows.X), rows.weights, random.randint(2**31 - 1))
        self._loss_tolerance = self._get_loss_tolerance(rows.Y, rows.weights)
        if self._is_bayesian():
            trainer.bayesian = trainer.posterior = True
        elif self.solver in _SEARCHES:
            self._set_gradient_tolerance(trainer, rows)
        self._set_stopping(trainer, len(rows.X), rows.validation is not None)
        return trainer

    def _make_progress(self, trainer: Trainer, rows: TrainingRows) -> Progress:
        count = len(rows.X)
        batch = trainer.batch_size or count
        steps = -(-count // batch)
        penalty = (trainer.weight_decay + trainer.l1) * batch * steps / count
        self.loss_ = self.loss_curve_[-1] if self.loss_curve_ else numpy.inf
        scored = rows.validation is not None
        steps = 0 if self.solver in _SEARCHES else steps
        return Progress(self, count, steps, penalty, scored)

    def _end_training(self, trainer: Trainer, rows: TrainingRows, status: Status) -> None:
        """Warns where it ended too early, and says why it ended where that is wanted."""
        scored = rows.validation is not None
        failures = (Status.OK, Status.STOPPED_LINE_SEARCH, Status.STOPPED_DAMPING)
        if self.solver in _SEARCHES and status in failures:
            largest = abs(self._compute_gradient(trainer, rows)).max()
            self._warn_of_gradient(trainer, status, largest)
        elif status == Status.OK and self.n_iter_ == self.max_iter:
            warnings.warn(
                f"Stochastic Optimizer: Maximum iterations ({self.max_iter}) reached and the "
                "optimization hasn't converged yet.",
                ConvergenceWarning,
            )
        elif status in (Status.STOPPED_CALLBACK, Status.STOPPED_PATIENCE) and self.verbose:
            reason = " Learning rate too small." if self._is_adaptive() else ""
            print(f"{self._describe_stall(scored)}{reason} Stopping.")

    def _warn_of_gradient(self, trainer: Trainer, status: Status, largest: float) -> None:
        """Where a search has stopped before its gradient is as small as tol."""
        if largest <= self.tol:
            return
        search = "its line search finds no" if self.solver == "lbfgs" else "no step finds a"
        problem = (
            f"{self.solver} failed to converge after {trainer.epochs} iteration(s). Increase the "
            "number of iterations (max_iter) or scale the data."
            if status == Status.OK
            else f"{self.solver} failed to converge: {search} lower loss, at a kink of relu "
            "units or because rounding hides it."
        )
        warnings.warn(
            f"{problem} The largest element of the gradient is {largest:.1e}, and tol is "
            f"{self.tol:.1e}.",
            ConvergenceWarning,
        )

    def _explain_divergence(self, epoch: int, error: NotFiniteError) -> NotFiniteError:
        place = "" if "epoch" in str(error) else f" in epoch {epoch}"
        advice = "Scale the features (StandardScaler)"
        if self.solver not in _SEARCHES:
            advice += f", or lower learning_rate_init, which is {self.learning_rate_init:g}"
        return NotFiniteError(f"The training diverged{place}: {error}. {advice}.", error.status)

    # ---- training, a pass at a time

    def _partial_fit(self, X: Any, y: Any, sample_weight: Any, reset: bool) -> Any:
        self._validate_params()
        if count_networks(self) > 1:
            raise ValueError("partial_fit trains one network: n_restarts and n_networks must be 1")
        self._others = []
        if self.early_stopping:
            warnings.warn("partial_fit sets no rows aside, and does not stop by early_stopping")
        random = check_random_state(self.random_state)
        X, y, Y, weights = self._prepare(X, y, sample_weight, reset, False, random)
        if self._trainer is None:
            self._trainer = self._make_trainer(len(X), weights, 0)
        loss = self._step_through(self._trainer, X, Y, weights, random)
        self.n_iter_ += 1
        self.t_ += len(X)
        if self.verbose:
            print(f"Iteration {self.n_iter_}, loss = {loss:.8f}")
        self._adapt_rate(self._trainer, loss)
        self.loss_ = loss
        self.loss_curve_.append(loss)
        self.best_loss_ = min(self.loss_curve_)
        return self

    def _step_through(
        self, trainer: Trainer, X: FloatArray, Y: FloatArray, weights: Weights, random: Any
    ) -> float:
        """One pass over the rows in mini-batches. Returns the loss."""
        batch = self._get_batch_size(len(X))
        self._set_penalty(trainer, batch, weights)
        shares = numpy.full(len(X), 1 / len(X))
        if weights is not None:
            shares = weights / weights.max()
            shares /= shares.sum()
        rows = numpy.arange(len(X))
        if self.shuffle:
            random.shuffle(rows)
        cost = penalties = 0.0
        try:
            for begin in range(0, len(X), batch):
                chosen = rows[begin : begin + batch]
                chosen_weights = None if weights is None else weights[chosen]
                penalties += self._measure_penalty() if self.alpha > 0 else 0.0
                step_cost = trainer.step(X[chosen], Y[chosen], weights=chosen_weights)
                cost += step_cost * shares[chosen].sum()
        except NotFiniteError as error:
            raise self._explain_divergence(self.n_iter_ + 1, error) from error
        penalty = (trainer.weight_decay + trainer.l1) * batch / len(X) * penalties
        return float(cost / self._get_loss_scale() + penalty)

    def _adapt_rate(self, trainer: Trainer, loss: float) -> None:
        """The learning rate of the next pass, and how many passes have not lowered the loss."""
        if self.solver != "sgd":
            return
        if self.learning_rate == "invscaling":
            trainer.learning_rate = self.learning_rate_init / (self.t_ + 1) ** self.power_t
        best = min(self.loss_curve_, default=numpy.inf)
        self._unimproved = self._unimproved + 1 if loss > best - self.tol else 0
        if self._unimproved > self.n_iter_no_change and self.learning_rate == "adaptive":
            self._unimproved = 0
            if trainer.learning_rate > _ADAPTIVE_LAST:
                trainer.learning_rate /= _ADAPTIVE_DIVISOR
                if self.verbose:
                    stall = self._describe_stall(False)
                    print(f"{stall} Setting learning rate to {trainer.learning_rate:f}")

    # ---- predicting

    def _read_features(self, X: Any) -> FloatArray:
        check_is_fitted(self)
        options = {"accept_sparse": ["csr", "csc"], "dtype": numpy.float64, "reset": False}
        return to_rows(validate_data(self, X, **options))

    def _compute_outputs(self, X: Any) -> FloatArray:
        return self._average_outputs(self._read_features(X))

    def _average_outputs(self, X: FloatArray) -> FloatArray:
        return average(net.predict(X) for net in self.networks_)
