# SPDX-License-Identifier: BSD-3-Clause
"""MLPClassifier and MLPRegressor: estimators with the parameters and attributes of scikit-learn's.

What differs from scikit-learn is listed in the README of the package, under "Estimators".
"""

import contextlib
import warnings
from collections.abc import Sequence
from numbers import Real
from typing import Any, Union

import numpy
from scipy.sparse import csr_matrix
from sklearn.base import ClassifierMixin, RegressorMixin
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.class_weight import compute_class_weight, compute_sample_weight
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets, type_of_target, unique_labels

from ._arrays import FloatArray
from ._errors import ArgumentError
from ._estimator_arrays import Array, Weights, to_rows
from ._estimator_targets import TargetUnits, drop_axis, get_quantile, predict_spread
from ._estimator_texts import (
    CLASS_WEIGHT,
    CLASSES,
    EVIDENCE,
    LEAST_SQUARES,
    LEAST_SQUARES_TOLERANCE,
    LOSSES,
    TARGETS,
    describe,
)
from ._net import Cost
from ._perceptron import Perceptron, is_stochastic
from ._trainer import Score, Trainer


class MLPClassifier(ClassifierMixin, Perceptron):
    __doc__ = describe(
        kind="classifier",
        lowers="the log-loss",
        score="accuracy",
        parameters=CLASS_WEIGHT,
        attributes=CLASSES,
    )

    _parameter_constraints = {
        **Perceptron._parameter_constraints,
        "class_weight": [StrOptions({"balanced"}), dict, list, None],
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
        class_weight: Any = None,
    ) -> None:
        super().__init__(
            hidden_layer_sizes=hidden_layer_sizes,
            activation=activation,
            solver=solver,
            alpha=alpha,
            batch_size=batch_size,
            learning_rate=learning_rate,
            learning_rate_init=learning_rate_init,
            power_t=power_t,
            max_iter=max_iter,
            shuffle=shuffle,
            random_state=random_state,
            tol=tol,
            verbose=verbose,
            warm_start=warm_start,
            momentum=momentum,
            nesterovs_momentum=nesterovs_momentum,
            early_stopping=early_stopping,
            validation_fraction=validation_fraction,
            beta_1=beta_1,
            beta_2=beta_2,
            epsilon=epsilon,
            n_iter_no_change=n_iter_no_change,
            max_fun=max_fun,
            n_restarts=n_restarts,
            n_networks=n_networks,
            l1_ratio=l1_ratio,
            skip=skip,
        )
        self.class_weight = class_weight

    def _get_cost(self) -> tuple[str, Union[float, None]]:
        return "cross_entropy", None

    # ---- labels

    def _learn_classes(self, y: Array) -> None:
        check_classification_targets(y)
        kind = type_of_target(y)
        if kind == "multiclass-multioutput":
            raise ValueError(
                "y holds several multiclass targets; there may be one, or a 0 or 1 for each label"
            )
        self._is_multilabel = kind == "multilabel-indicator"
        self.classes_ = numpy.arange(y.shape[1]) if self._is_multilabel else numpy.unique(y)
        softmax = not self._is_multilabel and len(self.classes_) > 2
        self.out_activation_ = "softmax" if softmax else "logistic"
        self._watched = Score.LABELS if self._is_multilabel else Score.ACCURACY

    def _learn_target(self, y: Array, reset: bool) -> None:
        if reset:
            self._learn_classes(y)
            return
        if type_of_target(y).startswith("multilabel") != self._is_multilabel:
            raise ValueError(
                "`y` has one label for each row in some calls, and a 0 or 1 for each label in others"
            )
        classes = unique_labels(y)
        if self.warm_start and set(classes) != set(self.classes_):
            raise ValueError(
                "warm_start can only be used where `y` has the same classes as in the previous "
                f"call to fit. Previously got {self.classes_}, `y` has {classes}"
            )
        if not set(classes) <= set(self.classes_):
            raise ValueError(
                f"`y` has classes not in `self.classes_`. `self.classes_` has {self.classes_}. "
                f"'y' has {classes}."
            )

    def _encode(self, y: Array) -> FloatArray:
        if self._is_multilabel:
            return to_rows(y)
        codes = numpy.searchsorted(self.classes_, y)
        if len(self.classes_) <= 2:
            return codes.astype(numpy.float64)[:, None]
        Y = numpy.zeros((len(y), len(self.classes_)))
        Y[numpy.arange(len(y)), codes] = 1
        return Y

    def _weigh_classes(self, y: Array) -> Weights:
        if self.class_weight is None:
            return None
        if self._is_multilabel:
            return numpy.asarray(compute_sample_weight(self.class_weight, y))
        weights = compute_class_weight(self.class_weight, classes=self.classes_, y=y)
        return numpy.asarray(weights[numpy.searchsorted(self.classes_, y)], numpy.float64)

    def _get_strata(self, y: Array) -> Union[Array, None]:
        """Classes, where each has two rows, and there are no fewer training or validation rows than
        classes."""
        if self._is_multilabel:
            return None
        classes, counts = numpy.unique(y, return_counts=True)
        validating = int(numpy.ceil(self.validation_fraction * len(y)))
        fewest = min(validating, len(y) - validating)
        if counts.min() >= 2 and fewest >= len(classes):
            return y
        reason = f"class {classes[counts.argmin()]!r} has a single row"
        if counts.min() >= 2:
            reason = f"{validating} of {len(y)} rows validate, and there are {len(classes)} classes"
        warnings.warn(
            f"{reason}; the validation rows of early_stopping are drawn without regard to the "
            "classes"
        )
        return None

    # ---- the estimator

    def fit(
        self, X: Any, y: Any, sample_weight: Any = None, *, communicator: Any = None
    ) -> "MLPClassifier":
        """Fits the network to the rows of X and the labels y.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
        y : array-like of shape (n_samples,) or (n_samples, n_labels)
            Class labels of any type, or for several labels a row a 0 or 1 for each.
        sample_weight : array-like of shape (n_samples,), default=None
            Rows of weight 0 count as if they were not there.
        communicator : mpi4py.MPI.Comm, default=None
            All its processes call fit with all rows, the same ones to the bit and in the same order, and
            the same parameters, and fit one network together, each on a share of the rows; all raise
            ValueError where a rank has others. random_state is rank 0's. Not with n_restarts or
            n_networks. An addition.

        Returns
        -------
        self
        """
        fitted: MLPClassifier = self._fit(X, y, sample_weight, communicator=communicator)
        return fitted

    @available_if(is_stochastic)
    def partial_fit(
        self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None
    ) -> "MLPClassifier":
        """One pass over the rows in mini-batches, which goes on where the call before stopped.

        A copy (pickle, copy.deepcopy, joblib) has the weights and not the state of the optimizer: its
        next call begins with moments of 0 and the first learning rate.

        Parameters
        ----------
        X, y, sample_weight
            As for `fit`.
        classes : array-like of shape (n_classes,), default=None
            All labels that y will have, in this call and in later ones. Needed in the first call.

        Returns
        -------
        self
        """
        reset = not hasattr(self, "_net")
        if self.class_weight == "balanced":
            raise ValueError(
                "partial_fit does not know how many rows of each class will come, as "
                "class_weight='balanced' needs it: pass a dict, such as the weights that "
                "sklearn.utils.class_weight.compute_class_weight finds for typical labels"
            )
        if reset:
            if classes is None:
                raise ValueError("classes must be passed on the first call to partial_fit.")
            self._validate_params()
            multilabel = type_of_target(y).startswith("multilabel")
            labels = y.toarray() if hasattr(y, "toarray") else numpy.asarray(y)
            self._learn_classes(labels if multilabel else unique_labels(classes))
            if multilabel and not numpy.array_equal(self.classes_, unique_labels(classes)):
                raise ValueError(
                    f"`classes={classes!r}` is not {self.classes_!r}, the labels that the columns of "
                    "`y` are for"
                )
        elif classes is not None and not numpy.array_equal(self.classes_, unique_labels(classes)):
            raise ValueError(
                f"`classes={classes!r}` is not the same as on last call to partial_fit, was: "
                f"{self.classes_!r}"
            )
        fitted: MLPClassifier = self._partial_fit(X, y, sample_weight, reset)
        return fitted

    def predict(self, X: Any) -> Array:
        """The labels of the rows of X, shape (n_samples, n_features), as y was given to `fit`."""
        outputs = self._compute_outputs(X)
        if self._is_multilabel:
            labels: Array = (outputs > 0.5).astype(int)
            if self._has_sparse_targets:
                labels = csr_matrix(labels)
            return labels
        if self.n_outputs_ == 1:
            codes = (outputs[:, 0] > 0.5) & (len(self.classes_) > 1)
        else:
            codes = outputs.argmax(axis=1)
        return numpy.asarray(self.classes_[codes.astype(int)])

    def predict_proba(self, X: Any) -> FloatArray:
        """The probability of each class of `classes_`, shape (n_samples, n_classes)."""
        outputs = self._compute_outputs(X)
        if self.n_outputs_ == 1:
            return numpy.hstack([1 - outputs, outputs])
        return outputs

    def predict_log_proba(self, X: Any) -> FloatArray:
        """The logarithm of `predict_proba`."""
        probabilities = self.predict_proba(X)
        return numpy.log(probabilities, out=probabilities)

    def decision_function(self, X: Any) -> FloatArray:
        """The inputs of the output units, shape (n_samples,) for two classes, else (n_samples,
        n_classes): log-odds, or with softmax log-probabilities plus a number of each row. With
        n_networks, those of the mean probabilities. An addition."""
        X = self._read_features(X)
        if self._others:
            outputs = self._average_outputs(X).clip(1e-300, 1 - 2.0**-53)
            odds: FloatArray = numpy.log(outputs)
            if self.out_activation_ == "logistic":
                odds -= numpy.log1p(-outputs)
            return odds.ravel() if self.n_outputs_ == 1 else odds
        linear = self._net.clone()
        linear.set_output("identity", "mse")
        outputs = linear.predict(X)
        return outputs.ravel() if self.n_outputs_ == 1 else outputs

    def _more_tags(self) -> dict[str, bool]:
        return {"multilabel": True}

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        tags.input_tags.sparse = True
        return tags


class MLPRegressor(RegressorMixin, Perceptron):
    __doc__ = describe(
        kind="regressor",
        lowers="half of the mean squared error, or another loss",
        score="coefficient of determination (R2)",
        parameters=LOSSES + TARGETS,
        attributes=EVIDENCE,
        solvers=LEAST_SQUARES,
        tolerance=LEAST_SQUARES_TOLERANCE,
    )

    _parameter_constraints = {
        **Perceptron._parameter_constraints,
        "solver": [*Perceptron._parameter_constraints["solver"], StrOptions({"lm"})],
        "loss": [
            StrOptions({"squared_error", "huber", "quantile", "poisson", "gamma", "gaussian"})
        ],
        "huber_delta": [Interval(Real, 0, None, closed="neither")],
        "quantile": [Interval(Real, 0, 1, closed="neither")],
        "scale_targets": ["boolean"],
        "bayesian": ["boolean"],
        "derivative_weight": [Interval(Real, 0, None, closed="neither")],
    }
    _watched = Score.R2

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
        loss: str = "squared_error",
        huber_delta: float = 1.0,
        quantile: float = 0.5,
        scale_targets: bool = False,
        bayesian: bool = False,
        derivative_weight: float = 1.0,
    ) -> None:
        super().__init__(
            hidden_layer_sizes=hidden_layer_sizes,
            activation=activation,
            solver=solver,
            alpha=alpha,
            batch_size=batch_size,
            learning_rate=learning_rate,
            learning_rate_init=learning_rate_init,
            power_t=power_t,
            max_iter=max_iter,
            shuffle=shuffle,
            random_state=random_state,
            tol=tol,
            verbose=verbose,
            warm_start=warm_start,
            momentum=momentum,
            nesterovs_momentum=nesterovs_momentum,
            early_stopping=early_stopping,
            validation_fraction=validation_fraction,
            beta_1=beta_1,
            beta_2=beta_2,
            epsilon=epsilon,
            n_iter_no_change=n_iter_no_change,
            max_fun=max_fun,
            n_restarts=n_restarts,
            n_networks=n_networks,
            l1_ratio=l1_ratio,
            skip=skip,
        )
        self.loss = loss
        self.huber_delta = huber_delta
        self.quantile = quantile
        self.scale_targets = scale_targets
        self.bayesian = bayesian
        self.derivative_weight = derivative_weight

    def _is_bayesian(self) -> bool:
        if self.bayesian and (self.solver != "lm" or self.loss != "squared_error"):
            raise ValueError(
                f"bayesian=True needs solver='lm' and loss='squared_error'; they are {self.solver!r} and "
                f"{self.loss!r}"
            )
        return bool(self.bayesian)

    def _take_evidence(self, trainer: Trainer) -> None:
        self.evidence_ = None
        if self._is_bayesian():
            with contextlib.suppress(ArgumentError):  # before an epoch, and of rows that are met exactly
                self.evidence_ = trainer.evidence

    def _scale(self, Y: FloatArray, weights: Weights, reset: bool) -> FloatArray:
        if self.scale_targets and self.loss in ("poisson", "gamma"):
            raise ValueError(f"loss={self.loss!r} takes targets as they are: scale_targets must be False")
        if reset:
            self._units = TargetUnits.measure(Y, weights) if self.scale_targets else None
        elif bool(self.scale_targets) != (self._units is not None):
            raise ValueError(
                f"scale_targets is {self.scale_targets!r}, and the network that fit goes on with was trained "
                "otherwise: leave it as it was, or set warm_start=False"
            )
        return Y if self._units is None else self._units.apply(Y)

    def _read_derivatives(
        self, dydx: Any, sample_weight: Any, X: FloatArray, Y: FloatArray
    ) -> Union[FloatArray, None]:
        if dydx is None:
            return None
        if self.loss == "gaussian":
            raise ValueError(
                "loss='gaussian' takes no dydx, as that would need the derivatives of the variances too"
            )
        derivatives: FloatArray = numpy.asarray(dydx, numpy.float64)
        if sample_weight is not None and len(derivatives) == numpy.size(sample_weight):
            derivatives = derivatives[numpy.ravel(sample_weight) > 0]
        shape = len(X), Y.shape[1], X.shape[1]
        if derivatives.shape not in (shape, (shape[0], shape[2]) if shape[1] == 1 else shape):
            raise ValueError(
                f"dydx has shape {derivatives.shape}; it must have (n_samples, n_outputs, n_features), "
                f"here {shape}, or for one target (n_samples, n_features)"
            )
        derivatives = derivatives.reshape(shape)
        if not numpy.isfinite(derivatives).all():
            raise ValueError("dydx holds a NaN or an infinity")
        if self._units is not None:
            derivatives = derivatives / self._units.scale[:, None]
        return numpy.ascontiguousarray(derivatives)

    def _get_cost(self) -> tuple[str, Union[float, None]]:
        parameters = {"huber": self.huber_delta, "quantile": self.quantile}
        return {"squared_error": "mse"}.get(self.loss, self.loss), parameters.get(self.loss)

    @property
    def _units_per_target(self) -> int:  # type: ignore[override]
        return 2 if self.loss == "gaussian" else 1

    def _learn_target(self, y: Array, reset: bool) -> None:
        self.out_activation_ = "exp" if self.loss in ("poisson", "gamma") else "identity"
        lowest = {"poisson": 0.0, "gamma": numpy.nextafter(0.0, 1.0)}.get(self.loss, -numpy.inf)
        if (y < lowest).any():
            needs = "0 or more" if self.loss == "poisson" else "above 0"
            raise ValueError(f"y has {y.min()}; the loss {self.loss!r} needs targets {needs}")

    def _encode(self, y: Array) -> FloatArray:
        return to_rows(y.reshape(len(y), -1))

    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        dydx: Any = None,
        *,
        communicator: Any = None,
    ) -> "MLPRegressor":
        """Fits the network to the rows of X and the targets y.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        sample_weight : array-like of shape (n_samples,), default=None
            Rows of weight 0 count as if they were not there.
        dydx : array-like of shape (n_samples, n_outputs, n_features), default=None
            The derivatives of the targets by the features, as they are in X and y; of one target
            also (n_samples, n_features). They are learned too: each row's loss has derivative_weight / 2
            times the sum of their squared errors more, over the number of outputs. Of features that
            were divided by sx the derivatives are those of the target times sx. Validation scores
            are of the values alone. Not with the solver 'lm' or the loss 'gaussian'. An addition.
        communicator : mpi4py.MPI.Comm, default=None
            All its processes call fit with all rows, the same ones to the bit and in the same order, and
            the same parameters, and fit one network together, each on a share of the rows; all raise
            ValueError where a rank has others. random_state is rank 0's. Not with n_restarts or
            n_networks. An addition.

        Returns
        -------
        self
        """
        fitted: MLPRegressor = self._fit(X, y, sample_weight, dydx, communicator)
        return fitted

    @available_if(is_stochastic)
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> "MLPRegressor":
        """One pass over the rows in mini-batches, which goes on where the call before stopped.

        A copy (pickle, copy.deepcopy, joblib) has the weights and not the state of the optimizer: its
        next call begins with moments of 0 and the first learning rate.

        Parameters
        ----------
        X, y, sample_weight
            As for `fit`.

        Returns
        -------
        self
        """
        fitted: MLPRegressor = self._partial_fit(X, y, sample_weight, not hasattr(self, "_net"))
        return fitted

    def predict(
        self, X: Any, return_std: bool = False
    ) -> Union[FloatArray, tuple[FloatArray, FloatArray]]:
        """The targets of the rows of X.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
        return_std : bool, default=False
            Whether to return the standard deviations of new targets around their predictions too: with
            loss='gaussian' those that the network has learnt, and after a fit with bayesian=True those of
            the noise, and of the outputs by the posterior of the weights. With n_networks they are those
            of the mixture of the networks' distributions (B. Lakshminarayanan et al., NeurIPS 2017).

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_outputs)
        y_std : ndarray of the same shape
            With return_std=True.
        """
        if return_std:
            return self._predict_spread(X)
        return drop_axis(self._compute_outputs(X)[:, : self.n_outputs_], self._units)

    def predict_interval(self, X: Any, level: float = 0.9) -> tuple[FloatArray, FloatArray]:
        """Intervals around the predictions for the rows of X, with loss='gaussian' or after a fit with
        bayesian=True. An addition.

        A new target is within its interval with about the probability level: the noise is taken as
        normal and, but with loss='gaussian', as the same for all rows, and of several targets, in the
        unit that they are trained in, as the same for all of them. With n_networks the distribution is the normal one with the mean
        and the variance of the mixture of theirs.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
        level : float, default=0.9
            Above 0 and under 1.

        Returns
        -------
        lower, upper : ndarray of shape (n_samples,) or (n_samples, n_outputs)
        """
        if not 0 < level < 1:
            raise ValueError(f"level is {level!r}; it must be above 0 and under 1")
        mean, deviation = self._predict_spread(X)
        reach = get_quantile(level) * deviation
        return mean - reach, mean + reach

    def _predict_spread(self, X: Any) -> tuple[FloatArray, FloatArray]:
        X = self._read_features(X)
        has_own = self._net.cost is Cost.GAUSSIAN
        if not has_own and getattr(self, "evidence_", None) is None:
            raise ValueError(
                "standard deviations and intervals need a fit with bayesian=True, or loss='gaussian'"
            )
        mean, deviation = predict_spread(self.networks_, X)
        if self._units is not None:
            deviation = deviation * self._units.scale
        return drop_axis(mean, self._units), drop_axis(deviation)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        tags.input_tags.sparse = True
        return tags
