# SPDX-License-Identifier: BSD-3-Clause
"""Follows the fit of an estimator, and ends it where scikit-learn would."""

from typing import Any

import numpy

from ._trainer import Epoch


class Progress:
    """The callback of a fit: adds each epoch to the attributes of the estimator. Returns whether to
    stop.

    The library's costs are without the penalty, so losses and patience are counted here. Of an epoch of
    several steps the penalty is as if it changed by the same in each step.

    penalty: what a loss has for each unit of the estimator's measure of it. steps: of an epoch; 0 where the library computes
    the cost after the step.
    """

    def __init__(self, estimator: Any, rows: int, steps: int, penalty: float, scored: bool) -> None:
        self._estimator = estimator
        self._rows = rows
        self._penalty = penalty
        self._passed = (steps - 1) / (2 * steps) if steps else 1.0
        self._scored = scored
        self._measured = self._measure()
        self._printed_rate = float(estimator.learning_rate_init)

    def _measure(self) -> float:
        return float(self._estimator._measure_penalty()) if self._penalty > 0 else 0.0

    def __call__(self, epoch: Epoch) -> bool:
        e, before, after = self._estimator, self._measured, self._measure()
        self._measured = after
        penalty = self._penalty * (before + self._passed * (after - before))
        e.loss_ = epoch.cost / e._get_loss_scale() + penalty
        e.loss_curve_.append(e.loss_)
        e.n_iter_ += 1
        e.t_ += self._rows
        e._unimproved = 0 if self._improves(epoch) else e._unimproved + 1
        if e.verbose:
            self._print(epoch)
        return bool(e._watches_losses() and e._unimproved > e.n_iter_no_change)

    def _improves(self, epoch: Epoch) -> bool:
        """A tie is an improvement."""
        e = self._estimator
        if not self._scored:
            best = numpy.inf if e.best_loss_ is None else e.best_loss_
            e.best_loss_ = min(best, e.loss_)
            return not e.loss_ > best - e._loss_tolerance
        e.best_loss_ = None
        e.validation_scores_ = (e.validation_scores_ or []) + [epoch.score]
        losses = e.validation_loss_curve_ or []
        e.validation_loss_curve_ = losses + [epoch.validation_cost / e._get_loss_scale()]
        best = -numpy.inf if e.best_validation_score_ is None else e.best_validation_score_
        e.best_validation_score_ = max(best, epoch.score)
        return not epoch.score < best + e.tol

    def _print(self, epoch: Epoch) -> None:
        e = self._estimator
        if e._is_adaptive() and epoch.learning_rate != self._printed_rate:
            self._printed_rate = epoch.learning_rate
            stall = e._describe_stall(self._scored)
            print(f"{stall} Setting learning rate to {self._printed_rate:f}")
        print(f"Iteration {e.n_iter_}, loss = {e.loss_:.8f}")
        if self._scored:
            print(f"Validation score: {epoch.score:f}")
