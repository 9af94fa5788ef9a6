# SPDX-License-Identifier: BSD-3-Clause
"""MLPRegressor: targets in a unit of their own, Bayesian training, standard deviations and intervals."""

import pickle

import numpy
import pytest

pytest.importorskip("sklearn")

from scipy.special import ndtri
from sklearn.base import clone
from sklearn.compose import TransformedTargetRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.preprocessing import StandardScaler

import nnblas
from nnblas import MLPClassifier, MLPRegressor

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
needs_lapack = pytest.mark.skipif(not nnblas.has("lapack"), reason="built without LAPACK")
BAYESIAN = {
    "hidden_layer_sizes": (10,),
    "activation": "tanh",
    "solver": "lm",
    "bayesian": True,
    "scale_targets": True,
    "random_state": 1,
}
# Of the noise in each target, in its unit.
DEVIATIONS = numpy.array([10.0, 0.002])


def make_rows(count, seed):
    """Two noisy targets in units of their own."""
    random = numpy.random.default_rng(seed)
    X = random.uniform(-2, 2, (count, 2))
    waves = [1000 + 50 * numpy.sin(1.5 * X[:, 0]), 0.01 * numpy.cos(3 * X[:, 0])]
    return X, numpy.transpose(waves) + DEVIATIONS * random.standard_normal((count, 2))


@pytest.fixture(scope="module")
def fitted():
    if not nnblas.has("lapack"):
        pytest.skip("built without LAPACK")
    return MLPRegressor(**BAYESIAN).fit(*make_rows(600, 1))


# ---- the unit of the targets


@pytest.mark.parametrize("weights", [None, numpy.arange(600.0) % 3])
def test_scaled_targets_are_those_of_a_scaler(weights):
    X, Y = make_rows(600, 1)
    settings = {"hidden_layer_sizes": (5,), "max_iter": 20, "random_state": 3}
    model = MLPRegressor(scale_targets=True, **settings).fit(X, Y, sample_weight=weights)
    kept = slice(None) if weights is None else weights > 0
    scaler = StandardScaler().fit(Y[kept], sample_weight=None if weights is None else weights[kept])
    inner = MLPRegressor(**settings).fit(X, scaler.transform(Y), sample_weight=weights)
    expected = scaler.inverse_transform(inner.predict(X))
    numpy.testing.assert_allclose(model.predict(X), expected, rtol=1e-9)
    assert model.loss_ == pytest.approx(inner.loss_, rel=1e-9)
    assert not hasattr(MLPRegressor(), "evidence_") and model.evidence_ is None


def test_scaled_targets_beside_scikit_learn():
    X, Y = make_rows(200, 2)
    settings = {"hidden_layer_sizes": (5,), "max_iter": 30, "random_state": 3}
    model = MLPRegressor(scale_targets=True, **settings).fit(X, Y[:, 0])
    other = TransformedTargetRegressor(MLPRegressor(**settings), transformer=StandardScaler())
    predicted = other.fit(X, Y[:, 0]).predict(X)
    numpy.testing.assert_allclose(model.predict(X), predicted, rtol=1e-9)


def test_the_unit_stays_that_of_the_first_rows():
    X, Y = make_rows(200, 2)
    model = MLPRegressor((5,), scale_targets=True, random_state=3, warm_start=True)
    predicted = model.partial_fit(X, Y).predict(X)
    network = model.networks_[0].predict(X)
    units = (predicted - predicted.mean(0)) / (network - network.mean(0))
    model.partial_fit(2 * X, 3 * Y)
    model.set_params(max_iter=2).fit(X, 2 * Y)
    predicted, network = model.predict(X), model.networks_[0].predict(X)
    numpy.testing.assert_allclose(
        predicted - predicted.mean(0), units.mean(0) * (network - network.mean(0)), rtol=1e-6
    )


@pytest.mark.parametrize("scales", [False, True])
def test_the_unit_is_not_changed_by_warm_start(scales):
    X, Y = make_rows(50, 2)
    model = MLPRegressor((3,), scale_targets=scales, random_state=3, warm_start=True, max_iter=2)
    predicted = model.fit(X, Y).predict(X)
    with pytest.raises(ValueError, match="scale_targets is .*was trained otherwise"):
        model.set_params(scale_targets=not scales).fit(X, Y)
    numpy.testing.assert_array_equal(model.predict(X), predicted)
    model.set_params(warm_start=False).fit(X, Y)


def test_constant_targets_are_predicted():
    X = make_rows(50, 3)[0]
    model = MLPRegressor((3,), solver="rprop", scale_targets=True, random_state=0, max_iter=300)
    model.fit(X, numpy.full(50, 1e6))
    numpy.testing.assert_allclose(model.predict(X), 1e6, rtol=1e-6)


def test_deviances_take_targets_as_they_are():
    with pytest.raises(ValueError, match="loss='poisson' takes targets as they are"):
        MLPRegressor(loss="poisson", scale_targets=True).fit([[1.0], [2.0]], [1.0, 2.0])


# ---- intervals


def test_coverage_of_each_target(fitted):
    X, Y = make_rows(4000, 2)
    for level, least, most in ((0.9, 0.87, 0.93), (0.5, 0.45, 0.55)):
        lower, upper = fitted.predict_interval(X, level)
        held = ((lower <= Y) & (Y <= upper)).mean(axis=0)
        assert ((least <= held) & (held <= most)).all(), (level, held)
    predicted, deviations = fitted.predict(X, return_std=True)
    numpy.testing.assert_allclose(predicted, fitted.predict(X), rtol=1e-12)
    assert (abs(deviations.mean(axis=0) / DEVIATIONS - 1) < 0.15).all()
    assert (deviations > 0.8 * DEVIATIONS).all()


def test_intervals_are_those_of_the_network(fitted):
    X = make_rows(50, 3)[0]
    units = fitted._units
    for level in (0.01, 0.5, 0.9, 0.999999):
        of_network = fitted.networks_[0].predict_interval(X, level)
        lower, upper = fitted.predict_interval(X, level)
        numpy.testing.assert_allclose(lower, units.undo(of_network[1]), rtol=1e-6)
        numpy.testing.assert_allclose(upper, units.undo(of_network[2]), rtol=1e-6)


def test_one_target_in_any_unit():
    X, Y = make_rows(200, 4)
    models = [MLPRegressor(**BAYESIAN).fit(X, unit * Y[:, 0] + 7 * unit) for unit in (1.0, 1024.0)]
    ends = [model.predict_interval(X) for model in models]
    assert ends[0][0].shape == (200,) and models[0].predict(X, return_std=True)[1].shape == (200,)
    for end in range(2):
        numpy.testing.assert_allclose(1024 * ends[0][end], ends[1][end], rtol=1e-6)


@needs_lapack
def test_without_a_unit():
    """The noise is in the unit of y then."""
    X, Y = make_rows(400, 4)
    y = (Y[:, 0] - 1000) / 36
    model = MLPRegressor(**{**BAYESIAN, "scale_targets": False}).fit(X, y)
    assert model.evidence_.noise**0.5 == pytest.approx(10 / 36, rel=0.15)
    assert model.predict(X, return_std=True)[1].mean() == pytest.approx(10 / 36, rel=0.2)


@needs_lapack
def test_an_ensemble_is_a_mixture():
    X, Y = make_rows(150, 5)
    model = MLPRegressor(**BAYESIAN, n_networks=3).fit(X, Y)
    X = 3 * X  # where there were no rows, the networks differ
    each = [net.predict_interval(X, 0.9) for net in model.networks_]
    reach = -ndtri(0.05)
    draws = numpy.random.default_rng(0).standard_normal((20000, 1))
    row = int(numpy.argmax(numpy.array([O for O, _, _ in each]).std(axis=0)[:, 0]))
    samples = numpy.concatenate(
        [O[row] + draws * (upper[row] - O[row]) / reach for O, _, upper in each]
    )
    mean, deviation = model.predict(X, return_std=True)
    units = model._units
    numpy.testing.assert_allclose(units.undo(samples.mean(0)), mean[row], rtol=0.02)
    numpy.testing.assert_allclose(samples.std(0) * units.scale, deviation[row], rtol=0.02)
    lower, upper = model.predict_interval(X, 0.9)
    numpy.testing.assert_allclose(upper - mean, reach * deviation, rtol=1e-9)
    numpy.testing.assert_allclose(mean - lower, reach * deviation, rtol=1e-9)


@needs_lapack
def test_restarts_keep_the_most_probable_with_its_posterior():
    X, Y = make_rows(150, 5)
    model = MLPRegressor(**BAYESIAN, n_restarts=3).fit(X, Y)
    each = MLPRegressor(**BAYESIAN, n_networks=3).fit(X, Y)
    evidence = [one.evidence_.log_evidence for one in [each, *each._others]]
    best = each.networks_[int(numpy.argmax(evidence))]
    assert numpy.array_equal(model.networks_[0].parameters, best.parameters)
    errors = model.networks_[0].predict(X) - model._units.apply(Y)
    left = errors.size - model.evidence_.effective
    assert model.evidence_.noise == pytest.approx((errors**2).sum() / left, rel=1e-3)
    assert (model.predict_interval(X)[0] < model.predict(X)).all()


def test_copies(fitted):
    X = make_rows(20, 6)[0]
    copied = pickle.loads(pickle.dumps(fitted))
    for one, other in zip(fitted.predict_interval(X), copied.predict_interval(X)):
        assert numpy.array_equal(one, other)
    assert copied.evidence_ == fitted.evidence_
    parameters = clone(fitted).get_params()
    assert parameters["bayesian"] is True and parameters["scale_targets"] is True


def test_the_evidence_takes_the_place_of_alpha(fitted):
    X, Y = make_rows(600, 1)
    other = MLPRegressor(**BAYESIAN, alpha=1000.0).fit(X, Y)
    assert numpy.array_equal(other.predict(X), fitted.predict(X))
    assert other.evidence_.noise**0.5 == pytest.approx(0.27, abs=0.05)
    assert 10 < other.evidence_.effective < 52


# ---- what is refused


@needs_lapack
def test_who_has_no_intervals(fitted):
    X, Y = make_rows(40, 7)
    message = "need a fit with bayesian=True"
    plain = MLPRegressor((3,), max_iter=2, random_state=0)
    with pytest.warns(ConvergenceWarning):
        plain.fit(X, Y)
    with pytest.raises(ValueError, match=message):
        plain.predict(X, return_std=True)
    with pytest.raises(ValueError, match=message):
        MLPRegressor((3,)).partial_fit(X, Y).predict_interval(X)
    for level in (0, 1, -1.0, numpy.nan):
        with pytest.raises(ValueError, match="level is .* above 0 and under 1"):
            fitted.predict_interval(X, level)
    changed = pickle.loads(pickle.dumps(fitted))
    changed.coefs_[0][0, 0] += 1
    with pytest.raises(ValueError, match="no posterior: the parameters were changed"):
        changed.predict_interval(X)
    with pytest.raises(ValueError, match="X has 3 features"):
        fitted.predict_interval(numpy.ones((2, 3)))


def test_bayesian_is_of_least_squares():
    X, Y = make_rows(40, 7)
    with pytest.raises(ValueError, match="bayesian=True needs solver='lm'"):
        MLPRegressor(bayesian=True).fit(X, Y)
    with pytest.raises(ValueError, match="and loss='squared_error'; they are 'lm' and 'huber'"):
        MLPRegressor(solver="lm", loss="huber", bayesian=True).fit(X, Y)
    with pytest.raises(TypeError, match="bayesian"):
        MLPClassifier(bayesian=True)


# ---- where Levenberg-Marquardt ends


@needs_lapack
@pytest.mark.parametrize("unit", [1e-3, 1.0, 1e6])
def test_lm_ends_where_the_loss_stops_falling(unit, capsys):
    X, Y = make_rows(300, 8)
    settings = {"hidden_layer_sizes": (10,), "activation": "tanh", "solver": "lm", "random_state": 1}
    y = unit * (Y[:, 0] - 1000)
    ended = MLPRegressor(**settings, tol=1e-4, max_iter=1000, verbose=True).fit(X, y)
    assert ended.n_iter_ < 150
    assert "times half the variance of y for 10 consecutive" in capsys.readouterr().out
    with pytest.warns(ConvergenceWarning):
        longer = MLPRegressor(**settings, tol=0, n_iter_no_change=numpy.inf, max_iter=150).fit(X, y)
    assert longer.n_iter_ == 150
    assert ended.score(X, y) > longer.score(X, y) - 0.01


@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
def test_scg_ends_by_the_gradient(kind):
    X, Y = make_rows(100, 9)
    y = Y[:, 0] > 1000 if kind is MLPClassifier else (Y[:, 0] - 1000) / 36
    model = kind((4,), "tanh", solver="scg", alpha=1.0, tol=1e-5, max_iter=3000, random_state=0)
    model.fit(X, y)
    net = model.networks_[0]
    slopes = net.gradient(X, y.reshape(-1, 1).astype(float))
    for layer, W in enumerate(model.coefs_):
        place = net.weights(layer + 1)
        begin = (place.ctypes.data - net.parameters.ctypes.data) // 8
        slopes[begin : begin + W.size] += 1.0 / len(X) * W.ravel()
    assert 5 < model.n_iter_ < 3000 and abs(slopes).max() <= 1e-5
    with pytest.raises(ValueError, match="takes no L1 penalty"):
        kind(solver="scg", l1_ratio=0.5).fit(X, y)


@pytest.mark.parametrize("factor", [1e160, 1e-170])
def test_targets_whose_variance_is_no_double_are_refused(factor):
    y = factor * numpy.sin(numpy.arange(30.0))
    with pytest.raises(ValueError, match="y is too large or too small to be scaled"):
        MLPRegressor((3,), scale_targets=True).fit(numpy.arange(30.0)[:, None], y)
