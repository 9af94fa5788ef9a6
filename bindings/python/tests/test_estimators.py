# SPDX-License-Identifier: BSD-3-Clause
"""The estimators: scikit-learn's checks, and what each parameter and attribute is."""

import copy
import pickle
import warnings

import joblib
import numpy
import pandas
import pytest
import scipy.sparse
import sklearn.base
import sklearn.neural_network
from sklearn.datasets import (
    load_breast_cancer,
    load_diabetes,
    load_digits,
    load_iris,
    make_multilabel_classification,
)
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.metrics import mean_gamma_deviance, mean_pinball_loss, mean_poisson_deviance
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator

import nnblas
from nnblas import MLPClassifier, MLPRegressor

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
IRIS_NAMES = load_iris().target_names


@pytest.fixture(scope="module")
def iris():
    X, y = load_iris(return_X_y=True)
    return StandardScaler().fit_transform(X), y


@pytest.fixture(scope="module")
def cancer():
    X, y = load_breast_cancer(return_X_y=True)
    return StandardScaler().fit_transform(X), y


@pytest.fixture(scope="module")
def diabetes():
    X, y = load_diabetes(return_X_y=True)
    return StandardScaler().fit_transform(X), (y - y.mean()) / y.std()


@pytest.fixture(scope="module")
def labels():
    X, Y = make_multilabel_classification(n_samples=120, n_classes=4, random_state=3)
    return StandardScaler().fit_transform(X), Y


SOLVERS = ["lbfgs", "sgd", "adam", "rprop", "gradient_descent", "momentum", "nesterov", "scg"]
CHECKED = [
    {},
    *({"solver": solver} for solver in SOLVERS if solver != "adam"),
    *({"solver": solver, "early_stopping": True} for solver in ("adam", "sgd", "rprop")),
]
# Of the regressor alone.
CHECKED_REGRESSORS = [
    {"scale_targets": True},
    {"solver": "lm", "hidden_layer_sizes": (10,)},
    {"solver": "lm", "hidden_layer_sizes": (10,), "bayesian": True, "scale_targets": True},
]
# What the estimator cannot meet with these settings. scikit-learn's own fail the first four too,
# and have no weights, which the others check.
UNMET = {
    # 'lbfgs' finds probabilities that are 1.
    "check_classifiers_multilabel_output_format_predict_proba": {"lbfgs"},
    # A few validation rows are right at once, and training stops after the first epochs. Gradient
    # descent is too slow at the default rate.
    "check_classifiers_classes": {"adam early", "sgd early", "rprop early", "gradient_descent"},
    "check_classifiers_train": {"sgd early", "gradient_descent"},
    "check_regressors_train": {"gradient_descent"},
    "check_class_weight_classifiers": {"adam early", "sgd early", "rprop early"},
    # The rows are in another order there, so that others validate.
    "check_sample_weights_invariance zeros": {"sgd early"},
}


def name_settings(settings):
    flags = {"early_stopping": "early", "bayesian": "bayesian", "scale_targets": "scaled"}
    words = [settings.get("solver", ""), *(word for flag, word in flags.items() if flag in settings)]
    return " ".join(words) if len(words) > 1 else words[0]


def list_estimators():
    for settings in CHECKED:
        for estimator in (MLPClassifier, MLPRegressor):
            yield name_settings(settings), estimator(**settings)
    for settings in CHECKED_REGRESSORS:
        yield name_settings(settings), MLPRegressor(**settings)


def list_checks():
    for name, estimator in list_estimators():
        for instance, check in check_estimator(estimator, generate_only=True):
            kind = check.keywords.get("kind", "")
            if name in UNMET.get(f"{check.func.__name__} {kind}".strip(), ()):
                continue
            words = [type(estimator).__name__, name, check.func.__name__]
            words += [str(check.keywords)] if check.keywords else []
            yield pytest.param(instance, check, id="-".join(word for word in words if word))


@pytest.mark.parametrize("estimator, check", list_checks())
def test_check(estimator, check):
    """Of check_estimator. A check that scikit-learn would skip fails."""
    try:
        check(estimator)
    except BaseException as error:
        if type(error).__name__ == "SkipTest":
            pytest.fail(f"skipped: {error}")
        raise


# ---- beside scikit-learn's


@pytest.fixture
def problems(iris, cancer, diabetes, labels):
    X, y = diabetes
    several = X, numpy.column_stack([y, X[:, 2] - y])
    return {
        "iris": iris,
        "cancer": cancer,
        "labels": labels,
        "diabetes": diabetes,
        "several": several,
    }


SGD = {"solver": "sgd", "learning_rate_init": 0.05}


@pytest.mark.parametrize("problem", ["iris", "cancer", "labels", "diabetes", "several"])
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"activation": "tanh", "alpha": 1.0},
        {"activation": "logistic", "hidden_layer_sizes": (7, 5)},
        {"activation": "identity"},
        SGD,
        {**SGD, "nesterovs_momentum": False},
        {**SGD, "momentum": 0},
        {**SGD, "learning_rate": "invscaling", "learning_rate_init": 0.2, "power_t": 0.2},
        {**SGD, "learning_rate": "adaptive", "tol": 0.02, "n_iter_no_change": 2},
        {"tol": 0.01, "n_iter_no_change": 4},
        {"early_stopping": True, "learning_rate_init": 0.02, "n_iter_no_change": 5},
    ],
)
def test_trajectory_is_that_of_scikit_learn(problems, problem, settings):
    """With all rows in a batch there is no order of rows in which the two could differ. Adam has its
    epsilon in another place: it does not count here."""
    X, y = problems[problem]
    name = "MLPRegressor" if problem in ("diabetes", "several") else "MLPClassifier"
    if "early_stopping" in settings and problem == "iris":
        return  # scikit-learn does not stratify three classes
    settings = {
        "random_state": 3,
        "max_iter": 40,
        "batch_size": len(X),
        "epsilon": 1e-30,
        **settings,
    }
    compare_trajectories(name, settings, X, y)


@pytest.mark.parametrize(
    "settings", [{}, SGD, {"early_stopping": True, "learning_rate_init": 0.02}]
)
def test_trajectory_without_shuffling_is_that_of_scikit_learn(cancer, settings):
    settings = {"random_state": 3, "max_iter": 20, "shuffle": False, "epsilon": 1e-30, **settings}
    compare_trajectories("MLPClassifier", {**settings, "batch_size": 70, "alpha": 0}, *cancer)


@pytest.mark.parametrize("settings", [{"alpha": 5.0}, {**SGD, "alpha": 0.2}])
def test_losses_of_batches_have_the_penalty(diabetes, settings):
    """The batches are equal: scikit-learn divides the penalty by the rows of a shorter one."""
    settings = {"random_state": 3, "max_iter": 20, "shuffle": False, "epsilon": 1e-30, **settings}
    compare_trajectories("MLPRegressor", {**settings, "batch_size": 34}, *diabetes)


@pytest.mark.parametrize("settings", [{}, SGD])
def test_losses_of_partial_fit_are_those_of_scikit_learn(diabetes, settings):
    settings = {"random_state": 3, "shuffle": False, "epsilon": 1e-30, "batch_size": 34, **settings}
    ours = MLPRegressor(alpha=5.0, **settings)
    theirs = sklearn.neural_network.MLPRegressor(alpha=5.0, **settings)
    for _ in range(5):
        ours.partial_fit(*diabetes)
        theirs.partial_fit(*diabetes)
    numpy.testing.assert_allclose(ours.loss_curve_, theirs.loss_curve_, rtol=1e-9)


@pytest.mark.parametrize("tol", [0.0, 0.5])
def test_ties_are_improvements_as_in_scikit_learn(tol):
    """A loss that is the best one, or exactly tol lower, and the same with scores."""
    X = numpy.zeros((20, 2))
    regressor = {"hidden_layer_sizes": (), "alpha": 0, "n_iter_no_change": 3, "max_iter": 30}
    classifier = {**regressor, "early_stopping": True, "random_state": 1}
    y = numpy.arange(20) % 2
    for name, settings, labels in (
        ("MLPRegressor", regressor, numpy.zeros(20)),
        ("MLPClassifier", classifier, y),
    ):
        counts = []
        for module in (nnblas, sklearn.neural_network):
            model = getattr(module, name)(tol=tol, **settings)
            if name == "MLPRegressor":
                model.set_params(warm_start=True, max_iter=1).fit(X, labels)
                model.coefs_, model.intercepts_ = [numpy.zeros((2, 1))], [numpy.zeros(1)]
                model.best_loss_ = tol
                model.set_params(max_iter=30)
            counts.append(model.fit(X, labels).n_iter_)
        assert counts[0] == counts[1], name


def test_loss_of_lbfgs_has_the_penalty(diabetes):
    X, y = diabetes
    model = MLPRegressor((4,), solver="lbfgs", alpha=20.0, max_iter=5, random_state=0).fit(X, y)
    penalty = 20.0 / 442 / 2 * sum((W**2).sum() for W in model.coefs_)
    expected = ((model.predict(X) - y) ** 2).mean() / 2 + penalty
    assert model.loss_ == pytest.approx(expected, rel=1e-12)


def compare_trajectories(name, settings, X, y):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ours = getattr(nnblas, name)(**settings).fit(X, y)
        theirs = getattr(sklearn.neural_network, name)(**settings).fit(X, y)
    for attribute in ("n_iter_", "t_", "n_outputs_", "n_layers_", "out_activation_"):
        assert getattr(ours, attribute) == getattr(theirs, attribute), attribute
    for one, other in zip(ours.coefs_ + ours.intercepts_, theirs.coefs_ + theirs.intercepts_):
        numpy.testing.assert_allclose(one, other, rtol=1e-6, atol=1e-9)
    rtol = 1e-6 if settings["batch_size"] >= len(X) else 2e-3
    numpy.testing.assert_allclose(ours.loss_curve_, theirs.loss_curve_, rtol=rtol)
    if "early_stopping" in settings:
        numpy.testing.assert_allclose(ours.validation_scores_, theirs.validation_scores_, atol=1e-9)


# ---- what is learnt


def test_classes_are_learnt(iris):
    X, y = iris
    names = IRIS_NAMES[y]
    model = MLPClassifier(max_iter=1000, random_state=1).fit(X, names)
    assert model.classes_.tolist() == sorted(IRIS_NAMES)
    assert model.out_activation_ == "softmax" and model.n_outputs_ == 3 and model.n_layers_ == 3
    assert model.score(X, names) > 0.97
    probabilities = model.predict_proba(X)
    numpy.testing.assert_allclose(probabilities.sum(axis=1), 1)
    numpy.testing.assert_array_equal(model.classes_[probabilities.argmax(axis=1)], model.predict(X))
    numpy.testing.assert_allclose(model.predict_log_proba(X), numpy.log(probabilities))
    difference = model.decision_function(X) - model.predict_log_proba(X)
    numpy.testing.assert_allclose(difference, difference[:, :1] * numpy.ones((1, 3)))


def test_two_classes_have_one_output(cancer):
    X, y = cancer
    model = MLPClassifier(random_state=1).fit(X, y == 1)
    assert model.n_outputs_ == 1 and model.out_activation_ == "logistic"
    assert model.predict(X).dtype == bool and model.score(X, y == 1) > 0.97
    odds = model.predict_proba(X)
    numpy.testing.assert_allclose(odds.sum(axis=1), 1)
    numpy.testing.assert_allclose(
        model.decision_function(X), numpy.log(odds[:, 1] / odds[:, 0]), rtol=1e-6
    )


def test_several_labels_a_row(labels):
    X, Y = labels
    model = MLPClassifier(max_iter=800, random_state=1).fit(X, Y)
    assert model.n_outputs_ == 4 and model.classes_.tolist() == [0, 1, 2, 3]
    assert model.predict_proba(X).shape == (120, 4)
    assert model.score(X, Y) > 0.9
    sparse = MLPClassifier(max_iter=800, random_state=1).fit(X, scipy.sparse.csr_matrix(Y))
    assert scipy.sparse.isspmatrix_csr(sparse.predict(X))
    numpy.testing.assert_array_equal(sparse.predict(X).toarray(), model.predict(X))
    assert sparse.score(X, Y) == model.score(X, Y)
    assert isinstance(sparse.fit(X, Y).predict(X), numpy.ndarray)


def test_several_targets(diabetes):
    X, y = diabetes
    Y = numpy.column_stack([y, X[:, 2] - y])
    model = MLPRegressor(max_iter=500, random_state=1).fit(X, Y)
    assert model.predict(X).shape == Y.shape and model.score(X, Y) > 0.7
    expected = ((model.predict(X) - Y) ** 2).mean() / 2
    assert model.loss_ == pytest.approx(expected, rel=0.1)


def test_one_class():
    model = MLPClassifier(max_iter=3).fit(numpy.eye(4), ["a"] * 4)
    assert model.predict(numpy.eye(4)).tolist() == ["a"] * 4


def test_sparse_rows_and_names_of_features(iris):
    X, y = iris
    dense = MLPClassifier(max_iter=20, random_state=0).fit(X, y)
    sparse = MLPClassifier(max_iter=20, random_state=0).fit(scipy.sparse.csc_matrix(X), y)
    numpy.testing.assert_array_equal(
        sparse.predict_proba(scipy.sparse.csr_matrix(X)), dense.predict_proba(X)
    )
    frame = pandas.DataFrame(X, columns=list("abcd"))
    named = MLPClassifier(max_iter=20, random_state=0).fit(frame, y)
    assert named.feature_names_in_.tolist() == list("abcd") and named.n_features_in_ == 4
    numpy.testing.assert_array_equal(named.predict_proba(frame), dense.predict_proba(X))


COLUMN = numpy.linspace(-1, 1, 40)


def make_packed(rows, columns):
    """Fields that are not aligned, in records of an odd size."""
    return numpy.zeros(rows, [("flag", "u1"), ("numbers", "f8", (columns,))])["numbers"]


@pytest.mark.parametrize(
    "X",
    [
        COLUMN[::-1, None],
        pandas.DataFrame({"a": COLUMN}).iloc[::-1],
        numpy.broadcast_to(numpy.ones((1, 1)), (40, 1)),
        numpy.broadcast_to(COLUMN[:3], (40, 3)),
        make_packed(40, 1),
        make_packed(40, 2),
        numpy.frombuffer(bytearray(641), numpy.float64, 80, 1).reshape(40, 2),
        numpy.asfortranarray(numpy.ones((40, 2))),
        numpy.ones((40, 6))[:, 1:3],
        numpy.ones((40, 6))[::-1, ::3],
    ],
)
def test_rows_of_any_layout(X):
    """Not only where the library takes them without a copy."""
    y = make_packed(40, 1)[:, 0]
    y[:] = COLUMN
    weights = numpy.frombuffer(b"x" + numpy.ones(40).tobytes(), numpy.float64, 40, 1)
    model = MLPRegressor(max_iter=3, random_state=0).fit(X, y, sample_weight=weights)
    expected = MLPRegressor(max_iter=3, random_state=0).fit(X.copy(), COLUMN)
    numpy.testing.assert_allclose(model.predict(X), expected.predict(X.copy()))


# ---- parameters


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("activation", ["identity", "logistic", "tanh", "relu", "softplus", "sine"])
def test_solvers_and_activations(iris, diabetes, solver, activation):
    rate = {"adam": 0.01, "rprop": 0.1}.get(solver, 0.1)
    settings = {
        "solver": solver,
        "activation": activation,
        "learning_rate_init": rate,
        "random_state": 1,
    }
    model = MLPClassifier(max_iter=400, **settings).fit(*iris)
    assert model.score(*iris) > 0.94
    settings["learning_rate_init"] = rate if solver in ("adam", "rprop") else 0.01
    assert MLPRegressor(max_iter=400, **settings).fit(*diabetes).score(*diabetes) > 0.45


def test_layers_may_have_activations_of_their_own(iris):
    settings = {"hidden_layer_sizes": (6, 5), "max_iter": 400, "random_state": 1}
    mixed = MLPClassifier(activation=("tanh", "relu"), **settings).fit(*iris)
    assert mixed.score(*iris) > 0.9
    layer = numpy.tanh(iris[0] @ mixed.coefs_[0] + mixed.intercepts_[0])
    layer = numpy.maximum(layer @ mixed.coefs_[1] + mixed.intercepts_[1], 0)
    outputs = layer @ mixed.coefs_[2] + mixed.intercepts_[2]
    expected = numpy.exp(outputs) / numpy.exp(outputs).sum(axis=1, keepdims=True)
    numpy.testing.assert_allclose(mixed.predict_proba(iris[0]), expected, rtol=1e-9)
    same = MLPClassifier(activation=["relu", "relu"], **settings).fit(*iris)
    plain = MLPClassifier(activation="relu", **settings).fit(*iris)
    numpy.testing.assert_array_equal(same.predict_proba(iris[0]), plain.predict_proba(iris[0]))
    for activation in (["relu"], ["relu"] * 3, ["relu", "sigmoid"], []):
        with pytest.raises(ValueError, match="activation has"):
            MLPClassifier(activation=activation, **settings).fit(*iris)


@pytest.mark.parametrize("schedule", ["invscaling", "adaptive"])
def test_schedules(iris, schedule):
    model = MLPClassifier(
        solver="sgd", learning_rate=schedule, learning_rate_init=0.5, max_iter=2000, random_state=1
    ).fit(*iris)
    assert model.score(*iris) > (0.3 if schedule == "invscaling" else 0.94)


def test_more_alpha_makes_smaller_weights(iris):
    norms = [
        sum((W**2).sum() for W in MLPClassifier(alpha=alpha, random_state=0).fit(*iris).coefs_)
        for alpha in (1e-4, 1.0, 10.0)
    ]
    assert norms[0] > norms[1] > norms[2]


def test_hidden_layers(iris):
    assert [W.shape for W in MLPClassifier((5, 6), max_iter=2).fit(*iris).coefs_] == [
        (4, 5),
        (5, 6),
        (6, 3),
    ]
    assert [b.shape for b in MLPClassifier(7, max_iter=2).fit(*iris).intercepts_] == [(7,), (3,)]
    assert [W.shape for W in MLPClassifier((), max_iter=2).fit(*iris).coefs_] == [(4, 3)]
    with pytest.raises(ValueError, match="must be > 0"):
        MLPClassifier((5, 0)).fit(*iris)
    for sizes in ([2.5], (True,), (5, numpy.float64(3)), True):
        with pytest.raises(TypeError, match="hidden_layer_sizes must have integers"):
            MLPClassifier(sizes).fit(*iris)
    assert MLPClassifier(numpy.array([5]), max_iter=2).fit(*iris).coefs_[0].shape == (4, 5)


@pytest.mark.parametrize(
    "name", ["max_iter", "batch_size", "n_iter_no_change", "max_fun", "n_restarts", "n_networks"]
)
def test_a_bool_is_no_count(iris, name):
    with pytest.raises(ValueError, match=f"The '{name}' parameter of MLPClassifier must be"):
        MLPClassifier(**{name: True}).fit(*iris)


def test_parameters_that_are_assigned(iris):
    X, y = iris
    model = MLPClassifier(max_iter=5, random_state=0).fit(X, y)
    other = MLPClassifier(max_iter=5, random_state=1).fit(X, y)
    other.coefs_ = model.coefs_
    other.intercepts_[0] = model.intercepts_[0]
    other.intercepts_[-1] = model.intercepts_[1].tolist()
    numpy.testing.assert_array_equal(other.predict_proba(X), model.predict_proba(X))
    other.coefs_[0][:] = 0
    assert model.coefs_[0].all()
    assert isinstance(model.coefs_, list) and pickle.loads(pickle.dumps(model.coefs_))[1].all()
    with pytest.raises(ValueError, match=r"layer 0 has shape \(4, 100\), and not \(\)"):
        other.coefs_[0] = 1
    with pytest.raises(ValueError, match="intercepts_ has 2 arrays, and not 1"):
        other.intercepts_ = model.intercepts_[:1]
    with pytest.raises(AttributeError, match="not fitted"):
        MLPClassifier().coefs_ = model.coefs_


def test_stopping(iris):
    with pytest.warns(ConvergenceWarning, match=r"Maximum iterations \(5\)"):
        model = MLPClassifier(max_iter=5).fit(*iris)
    assert model.n_iter_ == 5 == len(model.loss_curve_) and model.t_ == 750
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = MLPClassifier(tol=10, n_iter_no_change=3, max_iter=500).fit(*iris)
    assert model.n_iter_ == 5  # the first improves; then more than 3 that do not
    with pytest.warns(ConvergenceWarning, match="lbfgs failed to converge"):
        MLPClassifier(solver="lbfgs", max_iter=2).fit(*iris)
    assert MLPClassifier(tol=10, n_iter_no_change=numpy.inf, max_iter=50).fit(*iris).n_iter_ == 50


def find_largest_slope(model, X, Y):
    """The largest magnitude in the gradient of the cost and the penalty."""
    gradient = model._net.gradient(X, Y)
    begin = 0
    for W, bias in zip(model.coefs_, model.intercepts_):
        gradient[begin : begin + W.size] += model.alpha / len(X) * W.ravel()
        begin += W.size + bias.size
    return abs(gradient).max()


@pytest.mark.parametrize("alpha", [1.0, 10.0])
@pytest.mark.parametrize("tol", [1e-2, 1e-3, 1e-4])
def test_lbfgs_stops_by_its_gradient(cancer, diabetes, tol, alpha):
    X, y = cancer
    settings = {"solver": "lbfgs", "activation": "tanh", "hidden_layer_sizes": (5,), "alpha": alpha}
    settings |= {"tol": tol, "max_iter": 5000, "random_state": 0}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = MLPClassifier(**settings).fit(X, y)
        assert find_largest_slope(model, X, y[:, None].astype(float)) <= tol
        X, y = diabetes
        for scale in (0.05, 1.0, 20.0):
            model = MLPRegressor(**settings).fit(X, y * scale)
            assert find_largest_slope(model, X, y[:, None] * scale) <= tol


def test_lbfgs_warns_where_its_line_search_fails(iris):
    X, y = iris
    model = MLPClassifier((8,), solver="lbfgs", random_state=0, max_iter=1000)
    with pytest.warns(ConvergenceWarning, match="its line search finds no lower loss.*4.5e-04"):
        model.fit(X, y)
    assert model.n_iter_ < 1000 and find_largest_slope(model, X, numpy.eye(3)[y]) > 1e-4


@pytest.mark.skipif(not nnblas.has("lapack"), reason="built without LAPACK")
def test_lm_is_for_regression(iris, diabetes):
    X, y = diabetes
    settings = {"solver": "lm", "activation": "tanh", "hidden_layer_sizes": (4,), "alpha": 1.0}
    settings["n_iter_no_change"] = numpy.inf
    model = MLPRegressor(**settings, tol=1e-6, max_iter=300, random_state=0).fit(X, y)
    assert find_largest_slope(model, X, y[:, None]) <= 1e-6
    assert model.loss_curve_ == sorted(model.loss_curve_, reverse=True)
    slow = MLPRegressor(**settings | {"solver": "adam"}, max_iter=20, random_state=0)
    with pytest.warns(ConvergenceWarning):
        slow.fit(X, y)
    assert model.loss_ < slow.loss_ and model.n_iter_ == len(model.loss_curve_)
    with pytest.warns(ConvergenceWarning, match=r"lm failed to converge after 2 iteration"):
        MLPRegressor(solver="lm", max_iter=2).fit(X, y)
    with pytest.raises(ValueError, match="solver"):
        MLPClassifier(solver="lm").fit(*iris)


def test_lbfgs_without_a_gradient():
    model = MLPRegressor((), solver="lbfgs", tol=0, alpha=0, max_iter=50, random_state=0)
    model.fit(numpy.zeros((10, 2)), numpy.zeros(10))
    again = model.set_params(warm_start=True)
    model.coefs_, model.intercepts_ = [numpy.zeros((2, 1))], [numpy.zeros(1)]
    epochs = model.n_iter_
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert again.fit(numpy.zeros((10, 2)), numpy.zeros(10)).n_iter_ == epochs


def test_losses(iris):
    X, y = iris
    model = MLPClassifier(random_state=0, alpha=0).fit(X, y)
    assert model.loss_ == model.loss_curve_[-1] and model.best_loss_ == min(model.loss_curve_)
    assert model.validation_scores_ is None and model.best_validation_score_ is None
    loss = -numpy.log(model.predict_proba(X)[numpy.arange(150), y]).mean()
    assert model.loss_ == pytest.approx(loss, rel=0.02)


@pytest.fixture(scope="module")
def counts():
    rng = numpy.random.default_rng(5)
    X = rng.uniform(-1, 1, size=(400, 2))
    return X, rng.poisson(numpy.exp(1 + X[:, 0])).astype(float)


@pytest.mark.parametrize("loss", ["poisson", "gamma"])
def test_deviances(counts, loss):
    X, y = counts
    y = y + (loss == "gamma")
    model = MLPRegressor((8,), loss=loss, solver="lbfgs", alpha=0, max_iter=300, random_state=1)
    predicted = model.fit(X, y).predict(X)
    assert model.out_activation_ == "exp" and (predicted > 0).all()
    deviance = {"poisson": mean_poisson_deviance, "gamma": mean_gamma_deviance}[loss]
    numpy.testing.assert_allclose(model.loss_, deviance(y, predicted) / 2, rtol=1e-9)
    # The bias of an exponential output leaves no error on average: of gamma, relative to the output.
    means = y / predicted if loss == "gamma" else y / predicted.mean()
    numpy.testing.assert_allclose(means.mean(), 1, rtol=1e-2)
    with pytest.raises(ValueError, match=f"the loss '{loss}' needs targets"):
        model.fit(X, -y)


def test_two_targets_of_a_deviance_share_the_loss(counts):
    X, y = counts
    both = MLPRegressor((8,), loss="poisson", random_state=1, max_iter=3)
    both.fit(X, numpy.column_stack([y, 2 * y]))
    before = MLPRegressor((8,), loss="poisson", random_state=1, max_iter=2)
    before.fit(X, numpy.column_stack([y, 2 * y]))
    predicted = before.predict(X)
    halves = [mean_poisson_deviance((k + 1) * y, predicted[:, k]) / 2 for k in range(2)]
    numpy.testing.assert_allclose(numpy.mean(halves), both.loss_, rtol=0.2)


@pytest.mark.parametrize("quantile", [0.1, 0.5, 0.9])
def test_quantiles(counts, quantile):
    X, y = counts
    rng = numpy.random.default_rng(6)
    y = X[:, 0] + (1.5 + X[:, 1]) * rng.normal(size=len(y))
    model = MLPRegressor(
        (8,), loss="quantile", quantile=quantile, solver="rprop", max_iter=500, random_state=1
    )
    model.learning_rate_init = 0.1
    below = (y <= model.fit(X, y).predict(X)).mean()
    assert abs(below - quantile) < 0.05
    numpy.testing.assert_allclose(
        model.loss_, mean_pinball_loss(y, model.predict(X), alpha=quantile), rtol=0.05
    )


def test_huber_resists_what_is_far_off(diabetes):
    X, y = diabetes
    wild = y.copy()
    wild[::20] += 100
    settings = {"hidden_layer_sizes": (4,), "solver": "lbfgs", "max_iter": 100, "random_state": 1}
    robust = MLPRegressor(loss="huber", huber_delta=0.5, **settings).fit(X, wild)
    plain = MLPRegressor(**settings).fit(X, wild)
    kept = numpy.ones(len(y), bool)
    kept[::20] = False
    assert robust.score(X[kept], y[kept]) > 0.3 > 0 > plain.score(X[kept], y[kept])


def test_a_loss_that_is_changed_is_taken_by_warm_start(counts):
    X, y = counts
    model = MLPRegressor((4,), random_state=1, warm_start=True, max_iter=2).fit(X, y)
    model.loss = "poisson"
    model.fit(X, y)
    assert model.out_activation_ == "exp" and (model.predict(X) > 0).all()


@pytest.mark.parametrize("n_networks", [1, 3])
def test_gaussian_learns_the_noise_of_each_row(n_networks):
    rng = numpy.random.default_rng(5)
    X = rng.uniform(-1, 1, size=(2000, 1))
    deviation = numpy.column_stack([0.3 * numpy.exp(X[:, 0]), numpy.full(2000, 0.3)])
    y = numpy.column_stack([numpy.sin(2 * X[:, 0]), X[:, 0]]) + deviation * rng.normal(size=(2000, 2))
    settings = dict(activation="tanh", hidden_layer_sizes=(15,), max_iter=300, random_state=1)
    model = MLPRegressor(
        loss="gaussian", learning_rate_init=0.01, n_networks=n_networks, **settings
    ).fit(X, y)
    assert model.n_outputs_ == 2 and model.coefs_[-1].shape == (15, 4)
    mean, std = model.predict(X, return_std=True)
    numpy.testing.assert_allclose(mean, model.predict(X), rtol=1e-12, atol=1e-12)
    assert abs(std / deviation - 1).mean() < 0.1
    inside = abs(y - mean) < 1.6449 * std
    assert abs(inside[X[:, 0] > 0].mean() - 0.9) < 0.02 and abs(inside[X[:, 0] < 0].mean() - 0.9) < 0.02
    outputs = numpy.array([net.predict(X) for net in model.networks_])
    means, variances = outputs[:, :, :2], numpy.exp(outputs[:, :, 2:])
    second_moment = (variances + means**2).mean(axis=0)
    numpy.testing.assert_allclose(std**2, second_moment - means.mean(axis=0) ** 2, rtol=1e-9)
    alone = MLPRegressor(loss="gaussian", scale_targets=True, **settings).fit(X, 1e3 * y[:, 0] + 5e5)
    mean, std = alone.predict(X, return_std=True)
    assert mean.shape == std.shape == (2000,) and alone.score(X, 1e3 * y[:, 0] + 5e5) > 0.5
    assert abs(std / (1e3 * deviation[:, 0]) - 1).mean() < 0.15
    lower, upper = alone.predict_interval(X, 0.9)
    numpy.testing.assert_allclose(upper - lower, 2 * 1.6448536 * std, rtol=1e-6)
    with pytest.raises(ValueError, match="or loss='gaussian'"):
        MLPRegressor(max_iter=1).fit(X, y).predict(X, return_std=True)


@pytest.mark.parametrize("settings", [{"loss": "absolute"}, {"huber_delta": 0}, {"quantile": 1}])
def test_losses_that_are_refused(diabetes, settings):
    with pytest.raises(ValueError, match=next(iter(settings))):
        MLPRegressor(**settings).fit(*diabetes)


@pytest.mark.parametrize("solver", ["sgd", "adam", "gradient_descent", "rprop"])
def test_l1_makes_zeros(diabetes, solver):
    X, y = diabetes
    settings = {"hidden_layer_sizes": (8,), "solver": solver, "max_iter": 300, "alpha": 20.0}
    settings |= {"learning_rate_init": 0.01, "random_state": 1, "tol": 0}
    sparse = MLPRegressor(l1_ratio=1.0, **settings).fit(X, y)
    mixed = MLPRegressor(l1_ratio=0.5, **settings).fit(X, y)
    plain = MLPRegressor(**settings).fit(X, y)
    zeros = [sum((W == 0).sum() for W in m.coefs_) for m in (sparse, mixed, plain)]
    assert zeros[0] > 0 and zeros[1] > 0 and zeros[2] == 0
    magnitudes = sum(abs(W).sum() for W in sparse.coefs_)
    if solver == "rprop":  # the loss of an epoch is that before its step
        return
    steps = 3  # of 200 rows, each with the whole of alpha
    loss = ((y - sparse.predict(X)) ** 2).mean() / 2 + steps * 20.0 * magnitudes / len(X)
    numpy.testing.assert_allclose(sparse.loss_, loss, rtol=0.1)


def test_skip_learns_a_linear_target():
    """Which one hidden unit cannot."""
    random = numpy.random.default_rng(5)
    X = random.normal(size=(80, 3))
    y = X @ [3.0, -1.0, 0.5] + 2
    settings = {"hidden_layer_sizes": (1,), "activation": "tanh", "solver": "lbfgs"}
    settings |= {"alpha": 0.0, "max_iter": 2000, "tol": 1e-9, "random_state": 1}
    skip = MLPRegressor(skip=True, **settings).fit(X, y)
    plain = MLPRegressor(**settings).fit(X, y)
    assert skip.score(X, y) > 1 - 1e-9 > plain.score(X, y)
    assert [W.shape for W in skip.coefs_] == [(3, 1), (4, 1)]
    assert skip.networks_[0].has_skip and not plain.networks_[0].has_skip


def test_skip_of_a_classifier(iris):
    X, y = iris
    model = MLPClassifier((4,), skip=True, solver="rprop", max_iter=200, random_state=1)
    assert model.fit(X, y).score(X, y) > 0.95
    assert model.coefs_[-1].shape == (4 + X.shape[1], 3)
    model.set_params(skip=False, warm_start=True)
    with pytest.raises(ValueError, match="has skip=True, and the parameter is False"):
        model.fit(X, y)
    with pytest.raises(ValueError, match="skip connections go past"):
        MLPClassifier((), skip=True).fit(X, y)


def test_lbfgs_takes_no_l1(diabetes):
    with pytest.raises(ValueError, match="l1_ratio must be 0"):
        MLPRegressor(solver="lbfgs", l1_ratio=0.5).fit(*diabetes)


def test_large_batches_are_clipped(iris):
    with pytest.warns(UserWarning, match="It is going to be clipped"):
        MLPClassifier(batch_size=1000, max_iter=2).fit(*iris)


def test_random_state(iris):
    X, y = iris

    def fit(state):
        model = MLPClassifier(batch_size=20, max_iter=5, random_state=state).fit(X, y)
        return model.predict_proba(X)

    numpy.testing.assert_array_equal(fit(3), fit(3))
    numpy.testing.assert_array_equal(fit(3), fit(numpy.random.RandomState(3)))
    assert (fit(3) != fit(4)).any()


def test_warm_start(iris):
    X, y = iris
    model = MLPClassifier(max_iter=10, warm_start=True, random_state=0).fit(X, y)
    first = model.loss_
    assert model.fit(X, y).n_iter_ == 20 and model.loss_ < first and len(model.loss_curve_) == 20
    with pytest.raises(
        ValueError, match="warm_start can only be used where `y` has the same classes"
    ):
        model.fit(X, y % 2)
    with pytest.raises(ValueError, match="layer sizes"):
        model.set_params(hidden_layer_sizes=(3,)).fit(X, y)
    assert model.set_params(warm_start=False).fit(X, y).n_iter_ == 10


def test_warm_start_warns_at_max_iter_alone(iris):
    """As scikit-learn's, whose count of epochs goes on."""
    model = MLPClassifier(max_iter=3, warm_start=True)
    with pytest.warns(ConvergenceWarning):
        model.fit(*iris)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model.fit(*iris)


@pytest.mark.parametrize("method", ["fit", "partial_fit"])
def test_verbose_as_scikit_learn(iris, capsys, method):
    """With each change of the learning rate, whose rows all are in one batch."""
    X, y = iris
    settings = {**SGD, "learning_rate": "adaptive", "tol": 0.05, "n_iter_no_change": 2}
    settings |= {"batch_size": 150, "random_state": 0, "verbose": True, "max_iter": 200, "alpha": 0}
    printed = []
    for module in (nnblas, sklearn.neural_network):
        model = module.MLPClassifier(**settings)
        if method == "fit":
            model.fit(X, y)
        else:
            for _ in range(20):
                model.partial_fit(X, y, classes=[0, 1, 2])
        printed.append(capsys.readouterr().out.splitlines())
    ours, theirs = ([line[:-2] if "loss = " in line else line for line in p] for p in printed)
    assert ours == theirs and any("Setting learning rate to 0.010000" in line for line in ours)
    assert method == "partial_fit" or "Learning rate too small. Stopping." in ours[-1]


def test_verbose(iris, capsys):
    MLPClassifier(max_iter=2, verbose=True, random_state=0).fit(*iris)
    lines = capsys.readouterr().out.splitlines()
    assert [line[:20] for line in lines] == ["Iteration 1, loss = ", "Iteration 2, loss = "]
    MLPClassifier(early_stopping=True, tol=10, n_iter_no_change=1, verbose=True).fit(*iris)
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].startswith("Validation score: 0.")
    assert lines[-1] == (
        "Validation score did not improve more than tol=10.000000 for 1 consecutive epochs. Stopping."
    )


@pytest.mark.parametrize(
    "settings",
    [
        {"solver": "none"},
        {"activation": "sigmoid"},
        {"alpha": -1},
        {"momentum": 2},
        {"learning_rate_init": 0},
        {"class_weight": "equal"},
        {"batch_size": 0},
    ],
)
def test_parameters_that_are_refused(iris, settings):
    with pytest.raises(ValueError):
        MLPClassifier(**settings).fit(*iris)


# ---- early stopping


@pytest.mark.parametrize("named", [False, True])
def test_early_stopping_of_classes(cancer, named):
    X, y = cancer
    y = numpy.array(["malignant", "benign"])[y] if named else y
    model = MLPClassifier(early_stopping=True, max_iter=2000, random_state=1).fit(X, y)
    assert model.n_iter_ < 2000 and model.score(X, y) > 0.95
    assert len(model.validation_scores_) == model.n_iter_ == len(model.validation_loss_curve_)
    assert model.best_validation_score_ == max(model.validation_scores_)
    assert set(numpy.round(numpy.array(model.validation_scores_) * 57, 9)) <= set(range(58))
    assert model.best_loss_ is None


def test_early_stopping_keeps_the_best_network(diabetes):
    X, y = diabetes
    model = MLPRegressor(
        early_stopping=True, max_iter=2000, validation_fraction=0.3, random_state=1
    )
    model.fit(X, y)
    best = numpy.argmax(model.validation_scores_)
    again = MLPRegressor(
        early_stopping=True, max_iter=best + 1, validation_fraction=0.3, random_state=1
    )
    again.fit(X, y)
    numpy.testing.assert_array_equal(again.predict(X), model.predict(X))
    assert best + 1 < len(model.validation_scores_) <= best + 12


def test_early_stopping_of_labels(labels):
    model = MLPClassifier(early_stopping=True, max_iter=50, random_state=1).fit(*labels)
    assert 0 <= model.best_validation_score_ <= 1


@pytest.fixture
def splits(monkeypatch):
    """The validation rows that estimators set aside."""
    drawn = []
    split = MLPClassifier._split

    def note(self, *arguments):
        result = split(self, *arguments)
        drawn.append(result[3])
        return result

    monkeypatch.setattr(MLPClassifier, "_split", note)
    return drawn


def test_validation_rows_are_stratified(random, splits):
    """With the rare class in a hundredth of the rows."""
    X, y = random.random((1000, 2)), numpy.repeat([0, 1, 2], [10, 490, 500])
    MLPClassifier(early_stopping=True, max_iter=2, random_state=0).fit(X, y)
    assert splits[0][1].sum(axis=0).tolist() == [1, 49, 50]


def test_validation_rows_have_their_weights(cancer, random, splits):
    X, y = cancer
    model = MLPClassifier(early_stopping=True, max_iter=3, random_state=0)
    model.fit(X, y, sample_weight=random.random(len(X)) ** 4)
    rows, labels, weights = splits[0]
    right = model.predict(rows) == labels[:, 0]
    assert model.best_validation_score_ == pytest.approx((right * weights).sum() / weights.sum())


def test_class_with_a_single_row(iris):
    X, y = iris
    y = y.copy()
    y[0] = 7
    with pytest.warns(UserWarning, match="class 7 has a single row"):
        MLPClassifier(early_stopping=True, max_iter=2).fit(X, y)


@pytest.mark.parametrize("rows, fraction", [(slice(0, 60), 0.1), (slice(0, 1797), 0.001)])
def test_fewer_validation_rows_than_classes(rows, fraction):
    X, y = load_digits(return_X_y=True)
    model = MLPClassifier(early_stopping=True, validation_fraction=fraction, max_iter=3)
    with pytest.warns(UserWarning, match="rows validate, and there are 10 classes"):
        model.fit(X[rows], y[rows])
    assert len(model.validation_scores_) == model.n_iter_ and len(model.classes_) == 10


def test_fewer_training_rows_than_classes(iris):
    X, y = iris
    model = MLPClassifier(early_stopping=True, validation_fraction=0.7, max_iter=3)
    with pytest.warns(UserWarning, match="5 of 6 rows validate, and there are 3 classes"):
        model.fit(X[::25], y[::25])


# ---- weights


@pytest.mark.parametrize(
    "settings", [{}, {"solver": "lbfgs"}, {"batch_size": 20}, {"early_stopping": True}]
)
def test_rows_of_weight_0_are_not_there(iris, diabetes, settings):
    for model, (X, y) in ((MLPClassifier(), iris), (MLPRegressor(), diabetes)):
        model.set_params(max_iter=15, random_state=0, **settings)
        weights = numpy.linspace(0.5, 2, len(X))
        kept = numpy.arange(len(X)) % 3 > 0
        some = sklearn.base.clone(model).fit(X[kept], y[kept], sample_weight=weights[kept])
        X = X.copy()
        X[~kept] *= 1000
        y = y.copy()
        y[~kept] = 55
        whole = model.fit(X, y, sample_weight=weights * kept)
        numpy.testing.assert_array_equal(whole.predict(X), some.predict(X))
        for one, other in zip(whole.coefs_, some.coefs_):
            numpy.testing.assert_array_equal(one, other)
        assert whole.loss_curve_ == some.loss_curve_


@pytest.mark.parametrize("settings", [{"solver": "lbfgs"}, {"solver": "adam"}])
def test_a_weight_counts_a_row_so_often(iris, settings):
    """Also for the penalty of the weights."""
    X, y = iris
    counts = numpy.arange(150) % 3 + 1
    settings = {"max_iter": 10, "random_state": 0, "alpha": 1.0, "batch_size": 300, **settings}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        weighted = MLPClassifier(**settings).fit(X, y, sample_weight=counts)
        repeated = MLPClassifier(**settings).fit(X.repeat(counts, axis=0), y.repeat(counts))
    numpy.testing.assert_allclose(weighted.predict_proba(X), repeated.predict_proba(X), rtol=1e-7)


def test_weights_that_are_refused(iris):
    X, y = iris
    with pytest.raises(ValueError, match="all rows have weight 0"):
        MLPClassifier().fit(X, y, sample_weight=numpy.zeros(150))
    with pytest.raises(ValueError, match="holds negative weights"):
        MLPClassifier().fit(X, y, sample_weight=-numpy.ones(150))


@pytest.mark.parametrize("weight", [-1, numpy.nan, numpy.inf])
def test_class_weights_that_are_refused(iris, weight):
    model = MLPClassifier(class_weight={0: weight})
    with pytest.raises(
        ValueError, match="class_weight has a weight that is not finite, or under 0"
    ):
        model.fit(*iris)
    with pytest.raises(
        ValueError, match="class_weight has a weight that is not finite, or under 0"
    ):
        model.partial_fit(*iris, classes=[0, 1, 2])


@pytest.mark.parametrize("method", ["fit", "partial_fit"])
def test_extreme_weights(iris, method):
    X, y = iris

    def train(weight, **settings):
        model = MLPClassifier(max_iter=3, random_state=0, **settings)
        first = {} if method == "fit" else {"classes": [0, 1, 2]}
        return getattr(model, method)(X, y, sample_weight=numpy.full(150, weight), **first)

    for weight in (1e-320, 1e-300):
        with pytest.raises(ValueError, match="alpha / batch size / mean weight is too large"):
            train(weight)
    expected = train(1.0, alpha=0)
    for weight in (1e308, 1e-300):
        model = train(weight, alpha=0)
        numpy.testing.assert_allclose(model.coefs_[0], expected.coefs_[0])
        assert model.loss_ == pytest.approx(expected.loss_)
    large, small = train(1e308, alpha=1e307), train(1.0, alpha=0.1)
    numpy.testing.assert_allclose(large.coefs_[0], small.coefs_[0])
    with pytest.raises(ValueError, match="sample_weight times class_weight overflows"):
        train(1e308, class_weight={0: 10})


def test_class_weights(iris):
    X, y = iris
    settings = {"max_iter": 20, "random_state": 0}
    rows = numpy.r_[0:50, 50:60, 100:150]
    balanced = MLPClassifier(class_weight="balanced", **settings).fit(X[rows], y[rows])
    weights = numpy.array([1, 5, 1]) * 110 / 150
    expected = MLPClassifier(**settings).fit(X[rows], y[rows], sample_weight=weights[y[rows]])
    numpy.testing.assert_allclose(balanced.predict_proba(X), expected.predict_proba(X), rtol=1e-9)
    without = MLPClassifier(class_weight={0: 1, 1: 0, 2: 1}, **settings).fit(X, y)
    assert 1 in without.classes_ and 1 not in without.predict(X)


# ---- partial_fit


def test_partial_fit_keeps_the_state_of_the_optimizer(iris):
    """One pass over all rows at once is an epoch of fit."""
    X, y = iris
    settings = {"batch_size": 150, "random_state": 0, "max_iter": 10}
    whole = MLPClassifier(**settings).fit(X, y)
    model = MLPClassifier(**settings)
    for _ in range(10):
        model.partial_fit(X, y, classes=[0, 1, 2])
    numpy.testing.assert_allclose(model.loss_curve_, whole.loss_curve_, rtol=1e-9)
    numpy.testing.assert_allclose(model.predict_proba(X), whole.predict_proba(X), rtol=1e-7)
    assert model.n_iter_ == 10 and model.t_ == 1500


def test_partial_fit_of_classes_that_come_later(iris):
    X, y = iris
    model = MLPClassifier(random_state=0, learning_rate_init=0.01)
    with pytest.raises(ValueError, match="classes must be passed on the first call"):
        model.partial_fit(X, y)
    for _ in range(40):
        for rows in (slice(0, 100, 2), slice(1, 150, 2)):
            model.partial_fit(X[rows], y[rows], classes=[0, 1, 2])
    assert model.score(X, y) > 0.9
    with pytest.raises(ValueError, match="not in `self.classes_`"):
        model.partial_fit(X, y + 1)
    with pytest.raises(ValueError, match="not the same as on last call"):
        model.partial_fit(X, y, classes=[0, 1])


def test_partial_fit_of_other_targets(labels, diabetes):
    model = MLPClassifier(random_state=0)
    for _ in range(3):
        model.partial_fit(*labels, classes=[0, 1, 2, 3])
    assert model.predict(labels[0]).shape == (120, 4)
    X, Y = labels
    sparse = MLPClassifier(random_state=0)
    for _ in range(3):
        sparse.partial_fit(X, scipy.sparse.csr_matrix(Y), classes=[0, 1, 2, 3])
    numpy.testing.assert_array_equal(sparse.predict(X).toarray(), model.predict(X))
    with pytest.raises(ValueError, match="the labels that the columns of `y` are for"):
        MLPClassifier().partial_fit(X, Y, classes=[0, 1])
    with pytest.raises(ValueError, match="one label for each row in some calls"):
        model.partial_fit(X, Y[:, 0])
    regressor = MLPRegressor(random_state=0, learning_rate_init=0.01)
    for _ in range(50):
        regressor.partial_fit(*diabetes, sample_weight=numpy.ones(442))
    assert regressor.score(*diabetes) > 0.4


def test_partial_fit_with_class_weights(iris):
    """Also where rows of the weighted class come later."""
    X, y = iris
    model = MLPClassifier(random_state=0, class_weight={1: 5.0})
    expected = MLPClassifier(random_state=0)
    for rows in (slice(0, 50), slice(0, 150)):
        weights = numpy.where(y[rows] == 1, 5.0, 1.0)
        model.partial_fit(X[rows], y[rows], classes=[0, 1, 2])
        expected.partial_fit(X[rows], y[rows], classes=[0, 1, 2], sample_weight=weights)
    numpy.testing.assert_allclose(model.predict_proba(X), expected.predict_proba(X), rtol=1e-9)
    with pytest.raises(ValueError, match="class_weight='balanced'.*pass a dict"):
        MLPClassifier(class_weight="balanced").partial_fit(X, y, classes=[0, 1, 2])


def test_partial_fit_does_not_stop_early(iris):
    model = MLPClassifier(early_stopping=True)
    with pytest.warns(UserWarning, match="partial_fit sets no rows aside"):
        model.partial_fit(*iris, classes=[0, 1, 2])
    assert model.validation_scores_ is None and model.best_loss_ == model.loss_


@pytest.mark.parametrize("solver", ["lbfgs", "rprop"])
def test_partial_fit_is_of_solvers_with_batches(solver):
    assert not hasattr(MLPClassifier(solver=solver), "partial_fit")
    assert hasattr(MLPClassifier(), "partial_fit")


@pytest.mark.parametrize("schedule", ["constant", "invscaling", "adaptive"])
def test_partial_fit_with_a_schedule(iris, schedule):
    X, y = iris
    model = MLPClassifier(
        solver="sgd", learning_rate=schedule, learning_rate_init=0.1, tol=1, n_iter_no_change=2
    )
    for _ in range(8):
        model.partial_fit(X, y, classes=[0, 1, 2])
    expected = {"constant": 0.1, "invscaling": 0.1 / 1201**0.5, "adaptive": 0.1 / 25}[schedule]
    assert model._trainer.learning_rate == pytest.approx(expected)


# ---- what goes wrong


@pytest.mark.parametrize("early_stopping", [False, True])
def test_divergence_says_what_to_do(iris, early_stopping):
    X, y = iris
    model = MLPClassifier(
        solver="sgd", learning_rate_init=1e200, activation="identity", early_stopping=early_stopping
    )
    with pytest.raises(
        ValueError, match="diverged in epoch 1: .*StandardScaler.*learning_rate_init"
    ) as caught:
        model.fit(X * 1e200, IRIS_NAMES[y])
    assert caught.value.status == nnblas.Status.ERROR_NOT_FINITE


def test_divergence_of_lbfgs_has_no_learning_rate():
    model = MLPRegressor((), solver="lbfgs", random_state=0)
    with pytest.raises(ValueError, match="diverged.*StandardScaler") as caught:
        model.fit(numpy.full((10, 1), 1e200), numpy.arange(10.0))
    assert "rate" not in str(caught.value)


def test_ctrl_c_keeps_what_is_learnt(iris, monkeypatch):
    def interrupt(self, epoch):
        if epoch.epoch == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr("nnblas._progress.Progress._print", interrupt)
    with pytest.warns(UserWarning, match="Training interrupted by user"):
        model = MLPClassifier(verbose=True).fit(*iris)
    assert model.n_iter_ == 3 and model.predict(iris[0]).shape == (150,)


def test_not_fitted(iris):
    with pytest.raises(NotFittedError):
        MLPClassifier().predict(iris[0])
    assert not hasattr(MLPClassifier(), "coefs_")


# ---- copies, and scikit-learn's tools


@pytest.mark.parametrize(
    "duplicate", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))]
)
def test_duplicates(iris, duplicate):
    X, y = iris
    model = MLPClassifier(max_iter=5, random_state=0).fit(X, y)
    other = duplicate(model)
    numpy.testing.assert_array_equal(other.predict_proba(X), model.predict_proba(X))
    other.coefs_[0][:] = 0
    assert model.coefs_[0].all()
    assert duplicate(model.partial_fit(X, y)).partial_fit(X, y).n_iter_ == 7


def test_joblib_file(iris, tmp_path):
    model = MLPClassifier(max_iter=5, random_state=0).fit(*iris)
    joblib.dump(model, tmp_path / "model")
    numpy.testing.assert_array_equal(joblib.load(tmp_path / "model").coefs_[0], model.coefs_[0])


@pytest.mark.parametrize("jobs", [1, 2])
def test_search(iris, jobs):
    pipeline = make_pipeline(StandardScaler(), MLPClassifier(max_iter=60, random_state=0))
    grid = {"mlpclassifier__alpha": [1e-4, 100.0], "mlpclassifier__solver": ["adam", "lbfgs"]}
    search = GridSearchCV(pipeline, grid, n_jobs=jobs, cv=3).fit(*iris)
    assert search.best_params_["mlpclassifier__alpha"] == 1e-4 and search.best_score_ > 0.9


@pytest.mark.parametrize("backend", ["loky", "multiprocessing", "threading"])
def test_parallel_backends(cancer, backend):
    """Also after this process has used workers of its own."""
    nnblas.Net([30, 64, 1]).gradient(numpy.ones((20000, 30)), numpy.ones((20000, 1)))
    model = MLPClassifier(max_iter=20, random_state=0)
    expected = cross_val_score(model, *cancer, cv=3)
    with joblib.parallel_backend(backend, n_jobs=2):
        numpy.testing.assert_array_equal(cross_val_score(model, *cancer, cv=3), expected)


def draw_slopes(random, count=60):
    """Two targets of two features, and their derivatives."""
    X = random.uniform(-2, 2, (count, 2))
    u, v = X.T
    y = numpy.stack([numpy.sin(u) * v, numpy.cos(v)], axis=1)
    dydx = numpy.zeros((count, 2, 2))
    dydx[:, 0, 0], dydx[:, 0, 1] = numpy.cos(u) * v, numpy.sin(u)
    dydx[:, 1, 1] = -numpy.sin(v)
    return X, y, dydx


SLOPES = {"activation": "tanh", "solver": "rprop", "learning_rate_init": 0.1, "random_state": 1}


@pytest.mark.parametrize("settings", [{}, {"early_stopping": True}, {"n_networks": 2}])
def test_derivatives_of_the_targets_are_learned(random, settings):
    X, y, dydx = draw_slopes(random)
    errors = []
    for given in (None, dydx):
        model = MLPRegressor((12,), max_iter=300, alpha=0, **SLOPES, **settings)
        model.set_params(derivative_weight=0.5).fit(X, y, dydx=given)
        errors.append(numpy.abs(model.networks_[0].input_jacobian(X) - dydx).mean())
    assert errors[1] < errors[0] / 1.5


def test_derivatives_are_scaled_with_their_targets(random):
    X, y, dydx = draw_slopes(random)
    y, dydx = 1000 * y + 5, 1000 * dydx
    model = MLPRegressor((8,), max_iter=40, alpha=0, scale_targets=True, **SLOPES)
    model.fit(X, y, dydx=dydx)
    mean, scale = y.mean(axis=0), y.std(axis=0)
    plain = MLPRegressor((8,), max_iter=40, alpha=0, **SLOPES)
    plain.fit(X, (y - mean) / scale, dydx=dydx / scale[:, None])
    numpy.testing.assert_allclose(model.predict(X), plain.predict(X) * scale + mean, rtol=1e-6)


def test_derivatives_of_rows_that_count(random):
    X, y, dydx = draw_slopes(random)
    weights = numpy.where(numpy.arange(len(X)) % 7 == 3, 0.0, 1.0)
    wrong = numpy.where((weights > 0)[:, None], dydx[:, 0], 1e6)
    first, second = (MLPRegressor((8,), max_iter=20, **SLOPES) for _ in range(2))
    first.fit(X, y[:, 0], weights, dydx=wrong)
    kept = weights > 0
    second.fit(X[kept], y[kept, 0], dydx=dydx[kept, :1])
    numpy.testing.assert_allclose(first.predict(X), second.predict(X), rtol=1e-9)


def test_derivatives_that_are_refused(random):
    X, y, dydx = draw_slopes(random)
    model = MLPRegressor((8,), **SLOPES)
    for wrong in (dydx[:-1], dydx[:, 0], dydx[:, :, :1]):
        with pytest.raises(ValueError, match="dydx has shape"):
            model.fit(X, y, dydx=wrong)
    dydx[3, 1, 0] = numpy.nan
    with pytest.raises(ValueError, match="dydx holds a NaN"):
        model.fit(X, y, dydx=dydx)
    dydx[3, 1, 0] = 0
    with pytest.raises(ValueError, match="takes no derivatives"):
        model.set_params(solver="lm").fit(X, y, dydx=dydx)
    with pytest.raises(ValueError, match="takes no dydx"):
        model.set_params(solver="rprop", loss="gaussian").fit(X, y, dydx=dydx)
    with pytest.raises(ValueError, match="derivative_weight"):
        model.set_params(loss="huber", derivative_weight=0).fit(X, y, dydx=dydx)
