# SPDX-License-Identifier: BSD-3-Clause
"""Networks: their numbers beside NumPy's, their copies, their memory."""

import copy
import errno
import gc
import math
import pickle

import numpy
import pytest

import nnblas


def sigmoid(a):
    return 1 / (1 + numpy.exp(-a))


def predict_plainly(net, X):
    H = X
    for layer in range(1, len(net.layer_sizes)):
        H = sigmoid(H @ net.weights(layer) + net.bias(layer))
    return H


def test_predict_and_evaluate_are_the_formulas(net, rows):
    X, Y = rows
    expected = predict_plainly(net, X)
    numpy.testing.assert_allclose(net.predict(X), expected, rtol=1e-13)
    assert net.evaluate(X, Y) == pytest.approx(((expected - Y) ** 2).sum() / 16, rel=1e-13)


def test_gradient_is_the_difference_of_costs(net, rows):
    X, Y = rows
    cost, gradient = net.cost_and_gradient(X, Y)
    assert cost == net.evaluate(X, Y)
    numpy.testing.assert_array_equal(gradient, net.gradient(X, Y, out=numpy.empty_like(gradient)))
    for i in range(gradient.size):
        sides = []
        for step in (1e-6, -2e-6):
            net.parameters[i] += step
            sides.append(net.evaluate(X, Y))
        net.parameters[i] += 1e-6
        assert (sides[0] - sides[1]) / 2e-6 == pytest.approx(gradient[i], abs=1e-9)


def test_skip_connections_are_those_of_nnet(rows):
    """R's nnet(skip=TRUE, linout=TRUE) has a list of connections: a unit takes the bias, unit 0, and
    each unit that leads to it. Its sum of squares is 2 N times the mse."""
    X, Y = rows
    inputs, hidden, outputs = X.shape[1], 5, Y.shape[1]
    net = nnblas.Net(
        [inputs, hidden, outputs], hidden="sigmoid", output="identity", skip=True, seed=2
    )
    net.bias(1)[:], net.bias(2)[:] = 0.1, -0.2
    assert net.has_skip and net.weights(2).shape == (hidden + inputs, outputs)
    assert net.parameters.size == (inputs + 1) * hidden + (hidden + inputs + 1) * outputs
    first = range(1 + inputs, 1 + inputs + hidden)
    last = range(1 + inputs + hidden, 1 + inputs + hidden + outputs)
    leads_to = {u: [0, *range(1, 1 + inputs)] for u in first}
    leads_to |= {u: [0, *first, *range(1, 1 + inputs)] for u in last}
    weights = {}
    for u, W, b in [(u, net.weights(1)[:, j], net.bias(1)[j]) for j, u in enumerate(first)] + [
        (u, net.weights(2)[:, k], net.bias(2)[k]) for k, u in enumerate(last)
    ]:
        weights |= {(i, u): w for i, w in zip(leads_to[u], [b, *W])}
    slopes, squares = dict.fromkeys(weights, 0.0), 0.0
    for x, y in zip(X, Y):
        value, error = {0: 1.0} | dict(enumerate(x, 1)), {}
        for u in (*first, *last):
            total = sum(weights[i, u] * value[i] for i in leads_to[u])
            value[u] = total if u in last else sigmoid(total)
        for u, target in zip(last, y):
            error[u] = 2 * (value[u] - target)
            squares += (value[u] - target) ** 2
        for u in first:
            total = sum(error[k] * weights[u, k] for k in last)
            error[u] = total * value[u] * (1 - value[u])
        for i, u in weights:
            slopes[i, u] += error[u] * value[i]
    cost, gradient = net.cost_and_gradient(X, Y)
    assert cost == pytest.approx(squares / (2 * len(X)), rel=1e-13)
    expected = [[slopes[i, u] for u in units] for units in (first, last) for i in
                (*leads_to[units[0]][1:], 0)]
    numpy.testing.assert_allclose(
        2 * len(X) * gradient, numpy.concatenate(expected), rtol=1e-12, atol=1e-13
    )


def test_skip_connections_are_kept(tmp_path, rows):
    X = rows[0]
    net = nnblas.Net([X.shape[1], 3, 2], skip=True, seed=4)
    net.save(tmp_path / "skip.safetensors")
    copies = [net.clone(), pickle.loads(pickle.dumps(net)), copy.deepcopy(net)]
    for other in [*copies, nnblas.Net.load(tmp_path / "skip.safetensors")]:
        assert other.has_skip
        numpy.testing.assert_array_equal(other.predict(X), net.predict(X))
    assert not nnblas.Net([2, 3, 2]).has_skip
    with pytest.raises(nnblas.ArgumentError, match="skip connections go past"):
        nnblas.Net([3, 2], skip=True)


def test_derivatives_are_differences(net, rows):
    X, Y = rows
    N, inputs = X.shape
    by_inputs, by_parameters = net.input_jacobian(X), net.jacobian(X)
    assert by_inputs.shape == (N, Y.shape[1], inputs)
    assert by_parameters.shape == (N, Y.shape[1], net.parameters.size)
    for i in range(inputs):
        step = numpy.zeros(inputs)
        step[i] = 1e-6
        difference = (net.predict(X + step) - net.predict(X - step)) / 2e-6
        numpy.testing.assert_allclose(by_inputs[:, :, i], difference, atol=1e-9)
    V = numpy.random.default_rng(1).uniform(-1, 1, Y.shape)
    expected = numpy.einsum("nk,nki->ni", V, by_inputs)
    out = numpy.full((N, inputs + 2), 7.0)
    net.input_gradient(X, V, out=out[:, 1:-1])
    numpy.testing.assert_allclose(out[:, 1:-1], expected, rtol=1e-12, atol=1e-15)
    assert (out[:, [0, -1]] == 7).all()
    numpy.testing.assert_array_equal(net.input_gradient(X, V), out[:, 1:-1])
    error = net.predict(X) - Y
    numpy.testing.assert_allclose(
        numpy.einsum("nk,nkp->p", error, by_parameters) / N, net.gradient(X, Y), atol=1e-14
    )


def test_second_derivatives_are_differences_of_the_gradient(net, rows):
    X, Y = rows
    start = net.parameters.copy()
    diagonal = net.hessian_diagonal(X, Y)
    H = numpy.array([net.hessian_vector(X, Y, v) for v in numpy.eye(start.size)])
    numpy.testing.assert_allclose(H, H.T, atol=1e-15)
    numpy.testing.assert_allclose(numpy.diag(H), diagonal, atol=1e-15)
    for i in range(start.size):
        sides = []
        for step in (1e-6, -2e-6):
            net.parameters[i] += step
            sides.append(net.gradient(X, Y))
        net.parameters = start
        numpy.testing.assert_allclose((sides[0] - sides[1]) / 2e-6, H[i], atol=1e-9)
    with pytest.raises(ValueError, match="v has shape"):
        net.hessian_vector(X, Y, start[1:])


def test_given_derivatives_are_compared_with_the_network(net, rows):
    X, Y = rows
    weights = numpy.arange(8.0)
    given = {"weights": weights, "derivatives": numpy.full((8, 2, 5), 0.1), "derivative_weight": 0.7}
    errors = net.input_jacobian(X) - given["derivatives"]
    expected = 0.35 * numpy.average((errors**2).sum(axis=(1, 2)), weights=weights)
    cost, gradient = net.cost_and_gradient(X, Y, **given)
    assert cost - net.evaluate(X, Y, weights=weights) == pytest.approx(expected)
    assert net.evaluate(X, Y, **given) == pytest.approx(cost)
    start = net.parameters.copy()
    for i in range(start.size):
        sides = []
        for step in (1e-6, -2e-6):
            net.parameters[i] += step
            sides.append(net.evaluate(X, Y, **given))
        net.parameters = start
        assert (sides[0] - sides[1]) / 2e-6 == pytest.approx(gradient[i], abs=1e-9)
    assert net.evaluate(X, Y, derivatives=net.input_jacobian(X)) == net.evaluate(X, Y)
    for wrong in (numpy.zeros((8, 5, 2)), numpy.zeros((7, 2, 5)), numpy.zeros((8, 10))):
        with pytest.raises(ValueError, match="derivatives has shape"):
            net.gradient(X, Y, derivatives=wrong)
    with pytest.raises(nnblas.ArgumentError, match="derivative_weight is 0"):
        net.gradient(X, Y, derivatives=given["derivatives"], derivative_weight=0)


def test_weights_of_rows_count_them(net, rows):
    X, Y = rows
    weights = numpy.array([0, 1, 2, 0, 1, 0, 0, 3.0])
    repeated = numpy.repeat(numpy.arange(8), weights.astype(int))
    assert net.evaluate(X, Y, weights=weights) == pytest.approx(
        net.evaluate(X[repeated], Y[repeated])
    )
    numpy.testing.assert_allclose(
        net.gradient(X, Y, weights=weights), net.gradient(X[repeated], Y[repeated]), atol=1e-15
    )


def test_parameters_are_the_matrices_in_a_row(net):
    parts = [net.weights(1).ravel(), net.bias(1), net.weights(2).ravel(), net.bias(2)]
    numpy.testing.assert_array_equal(numpy.concatenate(parts), net.parameters)
    net.bias(2)[1] = 42
    assert net.parameters[-1] == 42


def test_parameters_may_be_assigned(net, rows):
    start = net.parameters.copy()
    gradient = net.gradient(*rows)
    net.parameters -= gradient
    numpy.testing.assert_array_equal(net.parameters, start - gradient)
    other = numpy.arange(float(start.size))
    net.parameters = other
    other[:] = -1
    assert net.parameters[3] == 3
    for wrong in (0.0, other[1:]):
        with pytest.raises(ValueError, match="parameters has shape"):
            net.parameters = wrong


class Named(nnblas.Net):
    name = None


@pytest.mark.parametrize(
    "duplicate", [copy.copy, copy.deepcopy, lambda net: pickle.loads(pickle.dumps(net))]
)
def test_duplicates_keep_what_a_subclass_adds(duplicate):
    net = Named([2, 1])
    net.name, net.rows = "a", [1]
    other = duplicate(net)
    assert type(other) is Named and other.name == "a" and other.rows == [1]
    assert (other.rows is net.rows) == (duplicate is copy.copy)
    other.parameters[:] = 0
    assert net.parameters.any()


def test_a_misspelt_attribute_is_refused(net):
    with pytest.raises(AttributeError):
        net.hiden = "tanh"


def test_views_keep_the_network(net):
    kept = net.weights(1)
    before = kept.copy()
    del net
    gc.collect()
    for _ in range(100):
        nnblas.Net([5, 3, 2])
    numpy.testing.assert_array_equal(kept, before)


def test_layers_that_are_not_there(net):
    for layer in (0, 3):
        with pytest.raises(nnblas.ArgumentError, match=f"layer is {layer}"):
            net.weights(layer)
    with pytest.raises(nnblas.ArgumentError, match="without biases"):
        nnblas.Net([2, 1], bias=False).bias(1)


def make_decorated():
    net = nnblas.Net(
        [3, 4, 2], hidden="tanh", output="softmax", cost="cross_entropy", bias=False, seed=3
    )
    net.metadata["labels"] = "a, ü"
    return net


@pytest.mark.parametrize(
    "duplicate",
    [
        nnblas.Net.clone,
        copy.copy,
        copy.deepcopy,
        lambda net: pickle.loads(pickle.dumps(net)),
        lambda net: nnblas.Net.from_bytes(net.to_bytes()),
    ],
)
def test_duplicates_are_equal_and_their_own(duplicate):
    net = make_decorated()
    other = duplicate(net)
    assert repr(other) == repr(net)
    assert dict(other.metadata) == {"labels": "a, ü"}
    numpy.testing.assert_array_equal(other.parameters, net.parameters)
    other.parameters[:] = 0
    assert net.parameters.all()


def test_file(tmp_path):
    net = make_decorated()
    path = tmp_path / "net.safetensors"
    net.save(path)
    numpy.testing.assert_array_equal(nnblas.Net.load(str(path)).parameters, net.parameters)
    with pytest.raises(OSError, match="missing") as caught:
        nnblas.Net.load(tmp_path / "missing")
    assert caught.value.status == nnblas.Status.ERROR_FILE
    path.write_bytes(b"no network")
    with pytest.raises(ValueError) as caught:
        nnblas.Net.load(path)
    assert caught.value.status == nnblas.Status.ERROR_FORMAT


@pytest.mark.parametrize("call", [nnblas.Net.load, make_decorated().save, nnblas.load_plans])
def test_a_nul_in_a_path_is_refused(call, tmp_path):
    with pytest.raises(ValueError, match="NUL"):
        call(f"{tmp_path}/a\0b")
    assert not list(tmp_path.iterdir())


def test_what_the_system_says_of_a_file(net, tmp_path):
    path = str(tmp_path / "missing")
    with pytest.raises(FileNotFoundError) as caught:
        nnblas.Net.load(path)
    for error in (caught.value, pickle.loads(pickle.dumps(caught.value))):
        assert isinstance(error, nnblas.MissingFileError) and path in str(error)
    assert caught.value.errno == errno.ENOENT and caught.value.filename == path
    with pytest.raises(nnblas.FileError) as caught:
        nnblas.Net.load(tmp_path)
    assert caught.value.errno is None and caught.value.filename == str(tmp_path)


def test_metadata_is_a_mapping(net):
    texts = net.metadata
    assert len(texts) == 0 and "a" not in texts
    texts.update(b="2", a="1")
    assert list(net.metadata) == ["b", "a"] and texts["a"] == "1"
    texts["a"] = "x\ny"
    del texts["b"]
    assert dict(texts) == {"a": "x\ny"}
    with pytest.raises(KeyError):
        del texts["b"]
    with pytest.raises(ValueError, match="NUL"):
        texts["a"] = "x\0y"
    with pytest.raises(ValueError, match="NUL"):
        texts["x\0y"] = "x"
    for key, value in ((3, "x"), ("x", 3)):
        with pytest.raises(TypeError, match="metadata maps str to str"):
            texts[key] = value
    assert 3 not in texts and texts.get(3) is None and "a\0b" not in texts
    with pytest.raises(nnblas.ArgumentError):
        texts["nnblas.own"] = "1"


def test_initialization():
    zero = nnblas.Net([3, 2], initialization="zero")
    assert not zero.parameters.any()
    zero.initialize(5, "uniform")
    one = zero.parameters.copy()
    assert abs(zero.weights(1)).max() <= 0.5 and not zero.bias(1).any()
    zero.initialize(5, nnblas.Initialization.UNIFORM)
    numpy.testing.assert_array_equal(zero.parameters, one)


def test_settings_that_are_refused():
    with pytest.raises(ValueError, match="hidden is 'selu'; it must be one of 'sigmoid', 'tanh'"):
        nnblas.Net([2, 1], hidden="selu")
    with pytest.raises(nnblas.ArgumentError):
        nnblas.Net([2, 2], output="identity", cost="cross_entropy")
    with pytest.raises(nnblas.ArgumentError) as caught:
        nnblas.Net([2, 0, 1])
    assert caught.value.status == nnblas.Status.ERROR_SIZE
    with pytest.raises(nnblas.ArgumentError, match="a layer size is -1"):
        nnblas.Net([2, -1])
    with pytest.raises(TypeError):
        nnblas.Net([2, 1.5])


def test_messages_name_what_may_be_given(net):
    for value in ("softmax", 4, 13):
        with pytest.raises(ValueError, match="'silu', 'sine'$"):
            net.hidden = value
    with pytest.raises(ValueError, match="'sigmoid', .*'softmax', .*'exponential'$"):
        net.set_output("swish", "mse")
    with pytest.raises(nnblas.ArgumentError, match="sigmoid or softmax outputs"):
        net.set_output("tanh", "cross_entropy")
    with pytest.raises(ValueError, match="'zero'"):
        nnblas.Net([2, 1], initialization="xavier")
    assert not nnblas.Net([2, 1], initialization="Zero").parameters.any()
    for call in (
        lambda: nnblas.Net([2, 1], seed=-1),
        lambda: net.weights(-1),
        lambda: net.plan_info(-1),
        lambda: nnblas.set_threads(-1),
    ):
        with pytest.raises(nnblas.ArgumentError, match="is -1; it must be 0 or above"):
            call()


def test_activations_may_be_set(net):
    net.hidden = "identity"
    net.set_output("identity", "mse")
    assert net.hidden is nnblas.Activation.IDENTITY
    assert net.output is nnblas.Activation.IDENTITY and net.cost is nnblas.Cost.MSE
    X = numpy.eye(5)
    linear = (X @ net.weights(1) + net.bias(1)) @ net.weights(2) + net.bias(2)
    numpy.testing.assert_allclose(net.predict(X), linear, rtol=1e-13)


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("softsign", lambda a: a / (1 + abs(a))),
        ("softplus", lambda a: numpy.log1p(numpy.exp(a))),
        ("elu", lambda a: numpy.where(a > 0, a, numpy.expm1(a))),
        ("leaky_relu", lambda a: numpy.where(a > 0, a, 0.01 * a)),
        ("gelu", lambda a: a / 2 * (1 + numpy.vectorize(math.erf)(a / math.sqrt(2)))),
        ("silu", lambda a: a / (1 + numpy.exp(-a))),
        ("sine", numpy.sin),
    ],
)
def test_activations(name, function):
    net = nnblas.Net([3, 4, 2], hidden=name, output=name, seed=3)
    X = numpy.random.default_rng(2).normal(size=(9, 3))
    expected = function(function(X @ net.weights(1) + net.bias(1)) @ net.weights(2) + net.bias(2))
    numpy.testing.assert_allclose(net.predict(X), expected, rtol=1e-12)
    assert nnblas.Net.from_bytes(net.to_bytes()).activations == net.activations


def test_layers_may_have_activations_of_their_own(tmp_path):
    net = nnblas.Net([3, 4, 5, 2], hidden=["tanh", "relu"], output="identity", seed=2)
    TANH, RELU, IDENTITY = (nnblas.Activation(i) for i in (1, 2, 3))
    assert net.activations == (TANH, RELU, IDENTITY) and net.hidden is TANH
    assert "hidden=['tanh', 'relu']" in repr(net)
    X = numpy.random.default_rng(1).normal(size=(7, 3))
    hidden = numpy.maximum(numpy.tanh(X @ net.weights(1) + net.bias(1)) @ net.weights(2) + net.bias(2), 0)
    numpy.testing.assert_allclose(net.predict(X), hidden @ net.weights(3) + net.bias(3), rtol=1e-12)
    net.save(tmp_path / "net")
    loaded = nnblas.Net.load(tmp_path / "net")
    assert loaded.activations == net.activations == pickle.loads(pickle.dumps(net)).activations
    net.set_activation(1, "relu")
    assert net.activations == (RELU, RELU, IDENTITY) and "hidden='relu'" in repr(net)
    net.hidden = [nnblas.Activation.IDENTITY, "tanh"]
    assert net.activations == (IDENTITY, TANH, IDENTITY)
    for hidden in (["tanh"], ["tanh"] * 3, [], ["tanh", "softmax"], 4.5):
        with pytest.raises(ValueError, match="hidden"):
            net.hidden = hidden
    assert net.activations == (IDENTITY, TANH, IDENTITY)
    with pytest.raises(nnblas.ArgumentError, match="layers 1 to 3"):
        net.set_activation(4, "tanh")


@pytest.mark.parametrize(
    ("cost", "parameter", "output", "compute"),
    [
        ("huber", 0.3, "identity", lambda e, y: numpy.where(abs(e) <= 0.3, e**2 / 2, 0.3 * (abs(e) - 0.15))),
        ("quantile", 0.8, "identity", lambda e, y: numpy.where(e > 0, 0.2 * e, -0.8 * e)),
        ("poisson", 0, "exponential", lambda e, y: e + y * numpy.log(y / (y + e))),
        ("gamma", 0, "exponential", lambda e, y: -e / (y + e) - numpy.log(y / (y + e))),
        ("hinge", 0, "identity", lambda e, y: numpy.maximum(0, 1 - (2 * y - 1) * (y + e))),
    ],
)
def test_costs(cost, parameter, output, compute, tmp_path):
    net = nnblas.Net([3, 4, 2], output=output, cost=cost, cost_parameter=parameter or None, seed=4)
    assert net.cost is nnblas.Cost[cost.upper()] and net.cost_parameter == parameter
    rng = numpy.random.default_rng(3)
    X, Y = rng.normal(size=(20, 3)), rng.integers(0, 2, size=(20, 2)).astype(float)
    if output == "exponential":
        Y += 0.5
    expected = compute(net.predict(X) - Y, Y).sum() / 20
    numpy.testing.assert_allclose(net.evaluate(X, Y), expected, rtol=1e-12)
    net.save(tmp_path / "net.safetensors")
    loaded = nnblas.Net.load(tmp_path / "net.safetensors")
    assert loaded.cost_parameter == parameter and loaded.evaluate(X, Y) == net.evaluate(X, Y)


def test_gaussian_cost(tmp_path):
    net = nnblas.Net([3, 4, 4], hidden="tanh", output="identity", cost="gaussian", seed=4)
    assert net.cost is nnblas.Cost.GAUSSIAN and net.n_labels == 2
    assert nnblas.Net([3, 4, 4]).n_labels == 4
    rng = numpy.random.default_rng(3)
    X, Y, weights = rng.normal(size=(20, 3)), rng.normal(size=(20, 2)), rng.uniform(size=20)
    mean, log_variance = numpy.split(net.predict(X), 2, axis=1)
    rows = ((log_variance + (mean - Y) ** 2 / numpy.exp(log_variance)) / 2).sum(axis=1)
    numpy.testing.assert_allclose(net.evaluate(X, Y), rows.mean(), rtol=1e-12)
    numpy.testing.assert_allclose(
        net.evaluate(X, Y, weights=weights), numpy.average(rows, weights=weights), rtol=1e-12
    )
    trainer = nnblas.Trainer(net, optimizer="rprop", epochs=20)
    trainer.fit(X, Y, validation=(X[:5], Y[:5]))
    assert net.evaluate(X, Y) < rows.mean()
    assert net.hessian_diagonal(X, Y).shape == net.parameters.shape
    net.save(tmp_path / "net.safetensors")
    assert nnblas.Net.load(tmp_path / "net.safetensors").evaluate(X, Y) == net.evaluate(X, Y)
    for wrong in (numpy.zeros((20, 4)), numpy.zeros((20, 1))):
        with pytest.raises(ValueError, match=r"Y has shape \(20, [14]\)"):
            trainer.fit(X, wrong)
    with pytest.raises(nnblas.ArgumentError, match="an odd number of outputs, 3"):
        nnblas.Net([3, 3], output="identity", cost="gaussian")


def test_cost_parameters(net):
    net.set_output("identity", "huber")
    assert net.cost_parameter == 1
    net.cost_parameter = 2.5
    assert net.clone().cost_parameter == 2.5
    net.set_output("identity", "quantile", 0.9)
    assert net.cost_parameter == 0.9
    with pytest.raises(ValueError, match="tau of the quantile cost; it must be between 0 and 1"):
        net.cost_parameter = 1
    net.set_output("identity", "mse")
    with pytest.raises(ValueError, match="the mse has no parameter"):
        net.cost_parameter = 1


def test_plans(net, tmp_path):
    assert net.plan_info(5000, "gradient").endswith("estimated")
    net.measure_plans(5000, "gradient", seconds=0.01)
    assert "measured" in net.plan_info(5000, "gradient")
    path = tmp_path / "plans"
    nnblas.save_plans(path)
    nnblas.forget_plans()
    assert net.plan_info(5000, "gradient").endswith("estimated")
    nnblas.load_plans(path)
    assert "measured" in net.plan_info(5000, "gradient")
    nnblas.forget_plans()
