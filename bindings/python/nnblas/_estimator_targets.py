# SPDX-License-Identifier: BSD-3-Clause
"""Targets of a regression in a unit of their own, and how far they may be from their predictions."""

import math
from collections.abc import Sequence
from typing import NamedTuple, Union

import numpy
from scipy.special import ndtri

from ._arrays import FloatArray
from ._errors import ArgumentError
from ._estimator_arrays import Weights
from ._net import Cost, Net

# Of a normal distribution, what is within one standard deviation.
_ONE_DEVIATION = math.erf(math.sqrt(0.5))


def _average(values: FloatArray, weights: Weights) -> FloatArray:
    """Of each column. Weights may be so large that their sum overflows."""
    shares = None if weights is None else weights / weights.max()
    mean: FloatArray = numpy.average(values, axis=0, weights=shares)
    return mean


def measure_variances(Y: FloatArray, weights: Weights) -> FloatArray:
    """Of each target."""
    return _average((Y - _average(Y, weights)) ** 2, weights)


class TargetUnits(NamedTuple):
    """Scaled targets have a mean of 0 and a standard deviation of 1."""

    mean: FloatArray
    scale: FloatArray

    @staticmethod
    def measure(Y: FloatArray, weights: Weights) -> "TargetUnits":
        """A target that is always the same keeps its unit."""
        scale = numpy.sqrt(measure_variances(Y, weights))
        is_measured = numpy.isfinite(scale) & ((scale > 0) | (Y == Y[0]).all(axis=0))
        if not is_measured.all():
            raise ValueError("y is too large or too small to be scaled: its variance is no double")
        return TargetUnits(_average(Y, weights), numpy.where(scale > 0, scale, 1.0))

    def apply(self, Y: FloatArray) -> FloatArray:
        return (Y - self.mean) / self.scale

    def undo(self, outputs: FloatArray) -> FloatArray:
        return outputs * self.scale + self.mean


def _predict_moments(net: Net, X: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The mean and the variance of a label: what the network has learnt, or by its posterior."""
    if net.cost is Cost.GAUSSIAN:
        mean, log_variance = numpy.split(net.predict(X), 2, axis=1)
        return mean, numpy.exp(log_variance)
    mean, lower, upper = net.predict_interval(X, _ONE_DEVIATION)
    return mean, ((upper - lower) / 2) ** 2


def predict_spread(networks: Sequence[Net], X: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The mean and the standard deviation of a label: those of the equal mixture of what each network
    predicts."""
    try:
        predicted = [_predict_moments(net, X) for net in networks]
    except ArgumentError as error:
        raise ValueError(
            "there is no posterior: the parameters were changed since fit, or fit found no noise in "
            "targets that it fits exactly"
        ) from error
    means, variances = numpy.array([each[0] for each in predicted]), [each[1] for each in predicted]
    variance: FloatArray = numpy.mean(variances, axis=0) + means.var(axis=0)
    return means.mean(axis=0), numpy.sqrt(variance)


def get_quantile(level: float) -> float:
    """How many standard deviations an interval around a normal mean reaches."""
    return float(-ndtri((1 - level) / 2))


def drop_axis(outputs: FloatArray, units: Union[TargetUnits, None] = None) -> FloatArray:
    """As predict returns them: in the unit of y, and of one target without the second axis."""
    restored = outputs if units is None else units.undo(outputs)
    return restored.ravel() if outputs.shape[1] == 1 else restored
