# SPDX-License-Identifier: BSD-3-Clause
"""Estimators of several networks: restarts and ensembles."""

import pickle
import warnings

import numpy
import pytest

sklearn = pytest.importorskip("sklearn")

from sklearn.base import clone  # noqa: E402
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris  # noqa: E402
from sklearn.preprocessing import StandardScaler  # noqa: E402

import nnblas  # noqa: E402

SETTINGS = {"hidden_layer_sizes": (5,), "max_iter": 30, "random_state": 3}

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


@pytest.fixture
def iris():
    X, y = load_iris(return_X_y=True)
    return StandardScaler().fit_transform(X), y


@pytest.fixture
def cancer():
    X, y = load_breast_cancer(return_X_y=True)
    return StandardScaler().fit_transform(X), y


@pytest.fixture
def diabetes():
    X, y = load_diabetes(return_X_y=True)
    return X, (y - y.mean()) / y.std()


@pytest.mark.parametrize("solver", ["adam", "sgd", "rprop", "lbfgs"])
def test_an_ensemble_averages_its_networks(iris, solver):
    X, y = iris
    one = nnblas.MLPClassifier(solver=solver, **SETTINGS).fit(X, y)
    five = nnblas.MLPClassifier(solver=solver, n_networks=5, **SETTINGS).fit(X, y)
    assert len(one.networks_) == 1 and len(five.networks_) == 5
    numpy.testing.assert_array_equal(five.networks_[0].parameters, one.networks_[0].parameters)
    assert five.loss_curve_ == one.loss_curve_
    outputs = [net.predict(X) for net in five.networks_]
    assert all(abs(a - b).max() > 1e-3 for a, b in zip(outputs, outputs[1:]))
    numpy.testing.assert_allclose(five.predict_proba(X), numpy.mean(outputs, axis=0), rtol=1e-14)
    numpy.testing.assert_array_equal(
        five.predict(X), five.classes_[five.predict_proba(X).argmax(axis=1)]
    )


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_threads_change_no_bit(iris, threads):
    X, y = iris
    model = nnblas.MLPClassifier(n_networks=4, early_stopping=True, **SETTINGS)
    expected = clone(model).fit(X, y).predict_proba(X)
    nnblas.set_threads(threads)
    try:
        numpy.testing.assert_array_equal(model.fit(X, y).predict_proba(X), expected)
    finally:
        nnblas.set_threads(0)


def test_an_ensemble_of_regressors(diabetes):
    X, y = diabetes
    model = nnblas.MLPRegressor(n_networks=3, **SETTINGS).fit(X, y)
    mean = numpy.mean([net.predict(X)[:, 0] for net in model.networks_], axis=0)
    numpy.testing.assert_allclose(model.predict(X), mean, rtol=1e-13)


@pytest.mark.parametrize("networks", [1, 3])
def test_decision_function_is_that_of_the_probabilities(cancer, iris, networks):
    X, y = cancer
    model = nnblas.MLPClassifier(n_networks=networks, **SETTINGS).fit(X, y)
    probability = model.predict_proba(X)[:, 1]
    odds = model.decision_function(X)
    assert odds.shape == y.shape
    numpy.testing.assert_allclose(1 / (1 + numpy.exp(-odds)), probability, rtol=1e-12)
    X, y = iris
    model.fit(X, y)
    odds = model.decision_function(X)
    differences = odds - odds[:, :1]
    expected = model.predict_log_proba(X)
    numpy.testing.assert_allclose(differences, expected - expected[:, :1], atol=1e-12)


def find_single(X, y, model, count):
    """The losses and scores that each restart ends with: those of an ensemble of them."""
    ensemble = clone(model).set_params(n_restarts=1, n_networks=count).fit(X, y)
    members = [ensemble, *ensemble._others]
    return members, [m.loss_ for m in members], [m.best_validation_score_ for m in members]


def test_restarts_keep_the_lowest_loss(iris):
    X, y = iris
    model = nnblas.MLPClassifier(n_restarts=6, **SETTINGS).fit(X, y)
    members, losses, _ = find_single(X, y, model, 6)
    best = int(numpy.argmin(losses))
    assert len(set(losses)) == 6 and best != 0
    assert len(model.networks_) == 1
    assert model.loss_ == losses[best] and model.loss_curve_ == members[best].loss_curve_
    numpy.testing.assert_array_equal(model.coefs_[0], members[best].coefs_[0])


def test_restarts_keep_the_highest_score(diabetes):
    X, y = diabetes
    model = nnblas.MLPRegressor(n_restarts=6, early_stopping=True, **SETTINGS).fit(X, y)
    members, _, scores = find_single(X, y, model, 6)
    best = int(numpy.argmax(scores))
    assert best != 0
    assert model.best_validation_score_ == scores[best] == max(model.validation_scores_)
    numpy.testing.assert_array_equal(model.predict(X), members[best]._net.predict(X)[:, 0])


def test_a_copy_has_all_networks(iris):
    X, y = iris
    model = nnblas.MLPClassifier(n_networks=3, **SETTINGS).fit(X, y)
    copied = pickle.loads(pickle.dumps(model))
    numpy.testing.assert_array_equal(copied.predict_proba(X), model.predict_proba(X))


def test_warm_start_goes_on_with_all(iris):
    X, y = iris
    model = nnblas.MLPClassifier(n_networks=3, warm_start=True, **SETTINGS).fit(X, y)
    nets, before = model.networks_, [net.parameters.copy() for net in model.networks_]
    model.fit(X, y)
    assert model.networks_ == nets and model.n_iter_ == 60
    assert all((net.parameters != old).any() for net, old in zip(nets, before))
    with pytest.raises(ValueError, match="goes on with the 3 network"):
        model.set_params(n_networks=1).fit(X, y)
    with pytest.raises(ValueError, match="n_restarts 1"):
        nnblas.MLPClassifier(n_restarts=2, warm_start=True, **SETTINGS).fit(X, y).fit(X, y)
    model.set_params(warm_start=False, n_networks=1).fit(X, y)
    assert len(model.networks_) == 1


def test_what_is_refused(iris):
    X, y = iris
    with pytest.raises(ValueError, match="one of them must be 1"):
        nnblas.MLPClassifier(n_networks=3, n_restarts=2, **SETTINGS).fit(X, y)
    with pytest.raises(ValueError, match="n_networks"):
        nnblas.MLPClassifier(n_networks=0, **SETTINGS).fit(X, y)
    with pytest.raises(ValueError, match="partial_fit trains one network"):
        nnblas.MLPClassifier(n_networks=3, **SETTINGS).partial_fit(X, y, classes=[0, 1, 2])


def test_partial_fit_leaves_one_network(iris):
    X, y = iris
    model = nnblas.MLPClassifier(n_networks=3, **SETTINGS).fit(X, y)
    model.set_params(n_networks=1).partial_fit(X, y)
    assert len(model.networks_) == 1


def test_divergence_is_of_the_network(diabetes):
    X, y = diabetes
    model = nnblas.MLPRegressor(
        solver="gradient_descent", learning_rate_init=1e300, n_networks=2, **SETTINGS
    )
    with pytest.raises(nnblas.NotFiniteError, match="diverged in epoch 1: network 0: .*learning_rate_init"):
        model.fit(X * 1e6, y)


def test_ctrl_c_keeps_what_is_learnt(iris, monkeypatch):
    X, y = iris

    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("nnblas._estimator_networks.run_many", interrupt)
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        model = nnblas.MLPClassifier(n_networks=2, **SETTINGS).fit(X, y)
    assert any("interrupted by user" in str(warning.message) for warning in found)
    assert model.predict(X).shape == y.shape
