# SPDX-License-Identifier: BSD-3-Clause
"""Several networks of one estimator, trained side by side: of restarts the best is kept, and the
outputs of an ensemble are averaged."""

import copy
import warnings
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, Union

from ._arrays import FloatArray
from ._errors import NotFiniteError, Status, make_error
from ._estimator_arrays import Weights
from ._fit_many import run_many
from ._trainer import Trainer

# What a training gives an estimator.
_LEARNT = (
    "_net",
    "_unimproved",
    "n_iter_",
    "t_",
    "loss_",
    "loss_curve_",
    "best_loss_",
    "validation_scores_",
    "best_validation_score_",
    "validation_loss_curve_",
    "evidence_",
)


class TrainingRows(NamedTuple):
    X: FloatArray
    Y: FloatArray
    weights: Weights
    validation: Union[tuple[FloatArray, ...], None]
    derivatives: Union[FloatArray, None]


def count_networks(estimator: Any) -> int:
    """How many are trained."""
    if estimator.n_restarts > 1 and estimator.n_networks > 1:
        raise ValueError(
            f"n_restarts is {estimator.n_restarts} and n_networks {estimator.n_networks}; one of them "
            "must be 1"
        )
    return int(max(estimator.n_restarts, estimator.n_networks))


def average(outputs: Iterable[FloatArray]) -> FloatArray:
    each = list(outputs)
    mean = each[0]
    for other in each[1:]:
        mean += other
    if len(each) > 1:
        mean /= len(each)
    return mean


def _make_others(
    estimator: Any, rows: TrainingRows, random: Any, reset: bool
) -> list[tuple[Any, Trainer]]:
    """The networks beside the first: copies of the estimator with networks of their own."""
    count = count_networks(estimator) - 1
    others = estimator._others
    if reset:
        others = [copy.copy(estimator) for _ in range(count)]
    elif estimator.n_restarts > 1 or len(others) != count:
        raise ValueError(
            f"warm_start goes on with the {len(others) + 1} network(s) that there are: n_networks must "
            "be their number, and n_restarts 1"
        )
    pairs = []
    for other in others:
        if reset:
            other._initialize(rows.X.shape[1], rows.Y.shape[1], random)
        pairs.append((other, other._begin_training(rows, random)))
    return pairs


def _fit_all(
    members: Sequence[Any], trainers: Sequence[Trainer], rows: TrainingRows
) -> tuple[Sequence[Status], str]:
    progress = [member._make_progress(trainer, rows) for member, trainer in zip(members, trainers)]
    try:
        return run_many(
            trainers,
            rows.X,
            rows.Y,
            [rows.weights] * len(trainers),
            [rows.validation] * len(trainers),
            progress,
            derivatives=rows.derivatives,
            derivative_weight=float(members[0].derivative_weight),
            in_turns=False,  # each has an estimator of its own
        )
    except KeyboardInterrupt:
        warnings.warn("Training interrupted by user.")
        return [Status.STOPPED_CANCELLED] * len(trainers), ""


def _raise_failure(members: Sequence[Any], statuses: Sequence[Status], message: str) -> None:
    failed = next(i for i, status in enumerate(statuses) if status < 0)
    error = make_error(statuses[failed], message.replace("trainer ", "network ", 1))
    if isinstance(error, NotFiniteError):
        raise members[failed]._explain_divergence(members[failed].n_iter_ + 1, error) from error
    raise error


def _keep_best(members: Sequence[Any], good: Sequence[int]) -> int:
    """The first estimator gets what the best has learnt. The loss of a training that chooses its penalty
    tells less of it than its evidence does."""
    evidence = [getattr(members[i], "evidence_", None) for i in good]
    has_evidence = all(found is not None for found in evidence)

    def rank(i: int) -> tuple[float, float]:
        score = members[i].best_validation_score_
        value = members[i].evidence_.log_evidence if has_evidence else -members[i].loss_
        return (0.0 if score is None else score), value

    best = max(good, key=rank)
    learnt = vars(members[best])
    vars(members[0]).update({name: learnt[name] for name in _LEARNT if name in learnt})
    return best


def train_networks(
    estimator: Any, trainer: Trainer, rows: TrainingRows, random: Any, reset: bool
) -> None:
    """trainer: of the estimator's own network, the first. Of restarts one that is good is enough, of an
    ensemble each counts."""
    others = _make_others(estimator, rows, random, reset)
    members = [estimator, *(other for other, _ in others)]
    trainers = [trainer, *(of_other for _, of_other in others)]
    statuses, message = _fit_all(members, trainers, rows)
    kept = [i for i, status in enumerate(statuses) if status >= 0]
    for i in kept:
        members[i]._take_evidence(trainers[i])
    if not kept or (estimator.n_restarts == 1 and len(kept) < len(members)):
        _raise_failure(members, statuses, message)
    if estimator.n_restarts > 1:
        kept = [_keep_best(members, kept)]
    else:
        estimator._others = members[1:]
    for i in kept:
        members[i]._end_training(trainers[i], rows, statuses[i])
