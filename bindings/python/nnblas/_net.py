# SPDX-License-Identifier: BSD-3-Clause
"""Networks."""

import copy
import enum
import os
from collections.abc import Iterable, Iterator, MutableMapping, Sequence
from typing import Any, Optional, TypeVar, Union

import numpy

from ._arrays import (
    FloatArray,
    read_array,
    read_derivatives,
    read_matrix,
    read_rows,
    view_memory,
    write_array,
    write_rows,
)
from ._errors import check, raise_last, read_count
from ._library import ffi, lib
from ._source import Source, run_source

Path = Union[str, "os.PathLike[str]"]


class Activation(enum.IntEnum):
    """The activation function of a unit."""

    SIGMOID = 0
    TANH = 1
    RELU = 2
    IDENTITY = 3
    SOFTMAX = 4
    SOFTSIGN = 5
    SOFTPLUS = 6
    ELU = 7
    LEAKY_RELU = 8
    GELU = 9
    SILU = 10
    SINE = 11
    EXPONENTIAL = 12


class Cost(enum.IntEnum):
    """What training lowers, over N rows: 1/(2N) of the sum of squared errors, or 1/N of the sum of
    another cost."""

    MSE = 0
    CROSS_ENTROPY = 1
    HUBER = 2
    QUANTILE = 3
    POISSON = 4
    GAMMA = 5
    GAUSSIAN = 6
    HINGE = 7


class Initialization(enum.IntEnum):
    """How weights are drawn."""

    UNIFORM = 0
    GLOROT = 1
    HE = 2


class PlanPurpose(enum.IntEnum):
    """Which calls a plan is for."""

    PREDICT = 0
    GRADIENT = 1
    TRAIN = 2


_Enum = TypeVar("_Enum", bound=enum.IntEnum)


HIDDEN = tuple(
    activation
    for activation in Activation
    if activation not in (Activation.SOFTMAX, Activation.EXPONENTIAL)
)


def to_constant(
    kind: type[_Enum],
    name: str,
    value: Union[str, int],
    *,
    allowed: Sequence[_Enum] = (),
    others: Sequence[str] = (),
) -> _Enum:
    """The constant that a name, in letters of any case, or a number stands for. allowed: where not
    all of the kind are; others: names that the caller knows beside them."""
    try:
        constant = kind[value.upper()] if isinstance(value, str) else kind(value)
        if not allowed or constant in allowed:
            return constant
    except (KeyError, ValueError):
        pass
    names = [constant.name.lower() for constant in allowed or kind] + list(others)
    known = ", ".join(map(repr, names))
    raise ValueError(f"{name} is {value!r}; it must be one of {known}")


def encode_path(path: Path) -> bytes:
    return _refuse_nul("the path", os.fsencode(path))


def _refuse_nul(name: str, text: bytes) -> bytes:
    if b"\0" in text:
        raise ValueError(f"{name} holds a NUL character")
    return text


class Metadata(MutableMapping[str, str]):
    """The texts that are saved with a network, as a mapping that writes to it."""

    def __init__(self, handle: Any) -> None:
        self._handle = handle

    def __getitem__(self, key: str) -> str:
        try:
            text = lib.nnblas_net_metadata(self._handle, _encode_text("the key", key))
        except (TypeError, ValueError):
            raise KeyError(key) from None
        if text == ffi.NULL:
            raise KeyError(key)
        value: bytes = ffi.string(text)
        return value.decode()

    def __setitem__(self, key: str, value: str) -> None:
        name, text = _encode_text("the key", key), _encode_text("the text", value)
        check(lib.nnblas_net_set_metadata(self._handle, name, text))

    def __delitem__(self, key: str) -> None:
        self[key]  # KeyError where there is none
        check(lib.nnblas_net_set_metadata(self._handle, key.encode(), ffi.NULL))

    def __iter__(self) -> Iterator[str]:
        keys = [lib.nnblas_net_metadata_key(self._handle, index) for index in range(len(self))]
        return iter([ffi.string(key).decode() for key in keys])

    def __len__(self) -> int:
        return int(lib.nnblas_net_metadata_count(self._handle))

    def __repr__(self) -> str:
        return f"Metadata({dict(self)!r})"


def _encode_text(name: str, text: str) -> bytes:
    if not isinstance(text, str):
        raise TypeError(f"{name} is {text!r}; metadata maps str to str")
    return _refuse_nul(name, text.encode())


def _get_additions(net: Any) -> dict[str, Any]:
    """What a subclass has beside the slots of Net."""
    return getattr(net, "__dict__", {})


class Net:
    """A feed-forward network in double precision.

    Parameters
    ----------
    layer_sizes : sequence of int
        Inputs first: ``[4, 2, 3]`` has 4 inputs, 2 hidden units and 3 outputs.
    hidden : {'sigmoid', 'tanh', 'relu', 'identity', 'softsign', 'softplus', 'elu', 'leaky_relu', \
'gelu', 'silu', 'sine'}, or a sequence of them
        Activation of all hidden units, or one for each hidden layer.
    output : 'softmax', 'exponential' or any of those above
        Activation of the outputs.
    cost : {'mse', 'cross_entropy', 'huber', 'quantile', 'poisson', 'gamma', 'hinge', \
'gaussian'}
        What training lowers. 'cross_entropy' goes with sigmoid and softmax outputs, 'poisson' and
        'gamma' (half of the deviances) with exponential ones, 'hinge' and 'gaussian' with
        identity, and the others with all, but 'huber' and 'quantile' not with softmax. 'gaussian'
        takes two outputs for each label: first all means, then the logarithms of all variances.
    cost_parameter : float, optional
        The error beyond which 'huber' grows no longer as a square, 1 by default; the quantile,
        0.5 by default. No other cost has one.
    bias : bool
        Whether each unit adds a bias.
    skip : bool
        Whether the outputs take the inputs too, beside the last hidden layer: skip connections.
    initialization : {None, 'uniform', 'glorot', 'he', 'zero'}
        How the weights are drawn; None for what suits the activations.
    seed : int
        The same seed draws the same weights on every machine.

    Notes
    -----
    Any number of threads may predict, evaluate and take gradients at once, as long as none of them
    writes parameters or trains. Pickling and copying keep parameters, activations, cost and metadata,
    and the attributes of a subclass; `clone` keeps the network alone.
    """

    # A misspelt attribute is an error.
    __slots__ = (
        "__weakref__",
        "_handle",
        "_inputs",
        "_layer_sizes",
        "_outputs",
        "_parameter_shape",
    )

    def __init__(
        self,
        layer_sizes: Sequence[int],
        *,
        hidden: Union[str, Activation, Sequence[Union[str, Activation]]] = "sigmoid",
        output: Union[str, Activation] = "sigmoid",
        cost: Union[str, Cost] = "mse",
        cost_parameter: Optional[float] = None,
        bias: bool = True,
        skip: bool = False,
        initialization: Union[str, Initialization, None] = None,
        seed: int = 0,
    ) -> None:
        flags = lib.NNBLAS_ZERO | (lib.NNBLAS_BIAS if bias else 0)
        flags |= lib.NNBLAS_SKIP if skip else 0
        result = ffi.new("nnblas_net **")
        sizes = [read_count("a layer size", size) for size in layer_sizes]
        check(lib.nnblas_net_create(sizes, len(sizes), flags, result))
        self._own(result[0])
        self.hidden = hidden  # type: ignore[assignment]
        self.set_output(output, cost, cost_parameter)
        self.initialize(seed, initialization)

    def _own(self, pointer: Any) -> None:
        self._handle = ffi.gc(pointer, lib.nnblas_net_destroy)
        sizes = [
            lib.nnblas_net_layer_size(pointer, i)
            for i in range(lib.nnblas_net_layer_count(pointer))
        ]
        self._layer_sizes = tuple(int(size) for size in sizes)
        self._inputs, self._outputs = self._layer_sizes[0], self._layer_sizes[-1]
        self._parameter_shape = (int(lib.nnblas_net_parameter_count(pointer)),)

    @classmethod
    def _wrap(cls, pointer: Any) -> "Net":
        net = cls.__new__(cls)
        net._own(pointer)
        return net

    def set_output(
        self,
        output: Union[str, Activation],
        cost: Union[str, Cost],
        cost_parameter: Optional[float] = None,
    ) -> None:
        """Sets the activation of the outputs, the cost, and its parameter; None for the default.
        The parameters of the network stay."""
        output = to_constant(Activation, "output", output)
        cost = to_constant(Cost, "cost", cost)
        check(lib.nnblas_net_set_output(self._handle, output, cost))
        if cost_parameter is not None:
            self.cost_parameter = cost_parameter

    def initialize(self, seed: int = 0, method: Union[str, Initialization, None] = None) -> None:
        """Draws all weights anew, or with 'zero' makes them 0; biases become 0. method: None for what
        suits the activations."""
        seed = read_count("seed", seed)
        if method is None:
            check(lib.nnblas_net_init(self._handle, seed))
        elif isinstance(method, str) and method.lower() == "zero":
            self.parameters[:] = 0
        else:
            method = to_constant(Initialization, "initialization", method, others=["zero"])
            check(lib.nnblas_net_init_by(self._handle, method, seed))

    @property
    def layer_sizes(self) -> tuple[int, ...]:
        """Inputs first."""
        return self._layer_sizes

    @property
    def n_labels(self) -> int:
        """The columns of Y: one for each output, and with the cost 'gaussian' one for two outputs."""
        return int(lib.nnblas_net_label_count(self._handle))

    @property
    def hidden(self) -> Activation:
        """Activation of the hidden units, those of the first layer where layers differ; see
        `activations`. It may be set, to one for all hidden layers or to a sequence with one for
        each, and the parameters stay."""
        return Activation(lib.nnblas_net_hidden_activation(self._handle))

    @hidden.setter
    def hidden(
        self, activation: Union[str, Activation, Sequence[Union[str, Activation]]]
    ) -> None:
        if isinstance(activation, str) or not isinstance(activation, Iterable):
            activation = to_constant(Activation, "hidden", activation, allowed=HIDDEN)
            check(lib.nnblas_net_set_hidden(self._handle, activation))
            return
        layers = [to_constant(Activation, "hidden", each, allowed=HIDDEN) for each in activation]
        if len(layers) != len(self._layer_sizes) - 2:
            raise ValueError(
                f"hidden has {len(layers)} activations; the network has "
                f"{len(self._layer_sizes) - 2} hidden layers"
            )
        for layer, each in enumerate(layers, 1):
            check(lib.nnblas_net_set_activation(self._handle, layer, each))

    @property
    def activations(self) -> tuple[Activation, ...]:
        """The activation of each layer, that of the outputs last."""
        return tuple(
            Activation(lib.nnblas_net_activation(self._handle, layer))
            for layer in range(1, len(self._layer_sizes))
        )

    def set_activation(self, layer: int, activation: Union[str, Activation]) -> None:
        """Sets the activation of one layer, 1 for the first behind the inputs. Of the outputs, the
        last layer, the cost stays. So do the parameters."""
        activation = to_constant(Activation, "activation", activation)
        check(
            lib.nnblas_net_set_activation(self._handle, read_count("layer", layer), activation)
        )

    @property
    def output(self) -> Activation:
        """Activation of the outputs; see `set_output`."""
        return Activation(lib.nnblas_net_output_activation(self._handle))

    @property
    def cost(self) -> Cost:
        """What training lowers; see `set_output`."""
        return Cost(lib.nnblas_net_cost(self._handle))

    @property
    def cost_parameter(self) -> float:
        """The parameter of the cost, 0 where it has none; it may be set where the cost has one."""
        return float(lib.nnblas_net_cost_parameter(self._handle))

    @cost_parameter.setter
    def cost_parameter(self, parameter: float) -> None:
        check(lib.nnblas_net_set_cost_parameter(self._handle, parameter))

    @property
    def has_bias(self) -> bool:
        """Whether each unit adds a bias."""
        return bool(lib.nnblas_net_flags(self._handle) & lib.NNBLAS_BIAS)

    @property
    def has_skip(self) -> bool:
        """Whether the outputs take the inputs too."""
        return bool(lib.nnblas_net_flags(self._handle) & lib.NNBLAS_SKIP)

    @property
    def metadata(self) -> Metadata:
        """Texts that are saved with the network: a mapping of str to str that may be written."""
        return Metadata(self._handle)

    # ---- parameters

    @property
    def parameters(self) -> FloatArray:
        """All parameters, shape (n_parameters,): W1, b1, W2, b2, ... in a row. Writing to this array
        or to its parts writes to the network, which is kept as long as they are. What is assigned is
        copied."""
        return view_memory(
            self._handle, lib.nnblas_net_parameters(self._handle), self._parameter_shape
        )

    @parameters.setter
    def parameters(self, values: FloatArray) -> None:
        shape = numpy.shape(values)
        if shape != self._parameter_shape:
            raise ValueError(
                f"parameters has shape {shape}; it must have {self._parameter_shape}"
            )
        self.parameters[:] = values

    def weights(self, layer: int) -> FloatArray:
        """The weights that lead to a layer, 1 for the first behind the inputs. A view of shape (size
        of the layer before, size of the layer). With skip connections the weights of the inputs
        follow in the last one, as more rows."""
        pointer = lib.nnblas_net_weights(self._handle, read_count("layer", layer))
        if pointer == ffi.NULL:
            raise_last()
        rows, columns = self._layer_sizes[layer - 1 : layer + 1]
        if self.has_skip and layer == len(self._layer_sizes) - 1:
            rows += self._inputs
        return view_memory(self._handle, pointer, (rows, columns))

    def bias(self, layer: int) -> FloatArray:
        """The biases of a layer, 1 for the first behind the inputs. A view of shape (size,)."""
        pointer = lib.nnblas_net_bias(self._handle, read_count("layer", layer))
        if pointer == ffi.NULL:
            raise_last()
        return view_memory(self._handle, pointer, (self._layer_sizes[layer],))

    # ---- calls on rows

    def predict(self, X: FloatArray, *, out: Union[FloatArray, None] = None) -> FloatArray:
        """The outputs for the rows of X.

        Parameters
        ----------
        X : ndarray of float64, shape (N, inputs)
            It may be a range of columns of a wider table; so may out.
        out : ndarray of float64, shape (N, outputs), optional
            Where to write; else a new array.

        Returns
        -------
        ndarray of shape (N, outputs)
        """
        x, N, ldx = read_matrix("X", X, self._inputs)
        if out is None:
            out = numpy.empty((N, self._outputs))
        o, ldo = write_rows("out", out, self._outputs, N)
        status = lib.nnblas_net_predict(self._handle, N, x, ldx, o, ldo)
        if status:
            check(status)
        return out

    def predict_interval(
        self, X: FloatArray, level: float = 0.9
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """The outputs for the rows of X, and intervals around them.

        A label is within its interval with about the probability level. The network needs a
        posterior: train it by 'levenberg_marquardt' with ``Trainer.posterior``.

        Parameters
        ----------
        X : ndarray of float64, shape (N, inputs)
        level : float, default=0.9
            Above 0 and under 1.

        Returns
        -------
        O_out, lower, upper : ndarray, shape (N, outputs)
        """
        x, N, ldx = read_matrix("X", X, self._inputs)
        O_out, lower, upper = (numpy.empty((N, self._outputs)) for _ in range(3))
        o, ldo = write_rows("O_out", O_out, self._outputs, N)
        low, ldl = write_rows("lower", lower, self._outputs, N)
        up, ldu = write_rows("upper", upper, self._outputs, N)
        check(
            lib.nnblas_net_predict_interval(
                self._handle, N, x, ldx, level, o, ldo, low, ldl, up, ldu
            )
        )
        return O_out, lower, upper

    @property
    def has_posterior(self) -> bool:
        """Whether `predict_interval` has a posterior of the parameters as they are."""
        return bool(lib.nnblas_net_has_posterior(self._handle))

    def evaluate(
        self,
        X: FloatArray,
        Y: FloatArray,
        *,
        weights: Union[FloatArray, None] = None,
        derivatives: Union[FloatArray, None] = None,
        derivative_weight: float = 1.0,
    ) -> float:
        """The cost over the rows of X, shape (N, inputs), and their labels Y, shape (N, n_labels).

        weights: one for each row, shape (N,), of which only the ratios count. derivatives: of each
        output by each input of its row, shape (N, outputs, inputs) as of `input_jacobian`. The cost
        has then derivative_weight / 2 times the mean over the rows of the sum of their squared errors
        more.
        """
        x, N, ldx = read_matrix("X", X, self._inputs)
        y, ldy = read_rows("Y", Y, self.n_labels, N)
        cost = ffi.new("double *")
        if derivatives is not None:
            w = ffi.NULL if weights is None else read_array("weights", weights, (N,))
            d, ldd = read_derivatives(derivatives, N, self._outputs, self._inputs)
            status = lib.nnblas_net_evaluate_derivatives(
                self._handle, N, x, ldx, y, ldy, w, derivative_weight, d, ldd, cost
            )
        elif weights is None:
            status = lib.nnblas_net_evaluate(self._handle, N, x, ldx, y, ldy, cost)
        else:
            w = read_array("weights", weights, (N,))
            status = lib.nnblas_net_evaluate_weighted(self._handle, N, x, ldx, y, ldy, w, cost)
        if status:
            check(status)
        return float(cost[0])

    def cost_and_gradient(
        self,
        X: FloatArray,
        Y: FloatArray,
        *,
        weights: Union[FloatArray, None] = None,
        derivatives: Union[FloatArray, None] = None,
        derivative_weight: float = 1.0,
        out: Union[FloatArray, None] = None,
    ) -> tuple[float, FloatArray]:
        """The cost over the rows, as `evaluate`, and its derivatives by all parameters, shape
        (n_parameters,), in the order of `parameters`; written to out where it is given."""
        x, N, ldx = read_matrix("X", X, self._inputs)
        y, ldy = read_rows("Y", Y, self.n_labels, N)
        if out is None:
            out = numpy.empty(self._parameter_shape)
        gradient = write_array("out", out, self._parameter_shape)
        cost = ffi.new("double *")
        if derivatives is not None:
            w = ffi.NULL if weights is None else read_array("weights", weights, (N,))
            d, ldd = read_derivatives(derivatives, N, self._outputs, self._inputs)
            status = lib.nnblas_net_gradient_derivatives(
                self._handle, N, x, ldx, y, ldy, w, derivative_weight, d, ldd, gradient, cost
            )
        elif weights is None:
            status = lib.nnblas_net_gradient(self._handle, N, x, ldx, y, ldy, gradient, cost)
        else:
            w = read_array("weights", weights, (N,))
            status = lib.nnblas_net_gradient_weighted(
                self._handle, N, x, ldx, y, ldy, w, gradient, cost
            )
        if status:
            check(status)
        return cost[0], out

    def gradient(
        self,
        X: FloatArray,
        Y: FloatArray,
        *,
        weights: Union[FloatArray, None] = None,
        derivatives: Union[FloatArray, None] = None,
        derivative_weight: float = 1.0,
        out: Union[FloatArray, None] = None,
    ) -> FloatArray:
        """The gradient of `cost_and_gradient` alone."""
        return self.cost_and_gradient(
            X,
            Y,
            weights=weights,
            derivatives=derivatives,
            derivative_weight=derivative_weight,
            out=out,
        )[1]

    def evaluate_source(self, source: Source) -> float:
        """The cost over all rows of a `Source`, in one pass."""
        cost = ffi.new("double *")
        run_source(source, lib.nnblas_net_evaluate_source, self._handle, source._handle, cost)
        return float(cost[0])

    def cost_and_gradient_source(self, source: Source) -> tuple[float, FloatArray]:
        """The cost over all rows of a `Source` and its derivatives by all parameters, in one pass."""
        cost, gradient = ffi.new("double *"), numpy.empty(self._parameter_shape)
        out = write_array("gradient", gradient, gradient.shape)
        function = lib.nnblas_net_gradient_source
        run_source(source, function, self._handle, source._handle, out, cost)
        return float(cost[0]), gradient

    # ---- derivatives beyond the gradient

    def input_gradient(
        self, X: FloatArray, V: FloatArray, *, out: Union[FloatArray, None] = None
    ) -> FloatArray:
        """The derivatives by the inputs of any number that is made of the outputs.

        Parameters
        ----------
        X : ndarray of float64, shape (N, inputs)
        V : ndarray of float64, shape (N, outputs)
            In each row, the derivatives of the row's number by its outputs.
        out : ndarray of float64, shape (N, inputs), optional
            Where to write; else a new array.

        Returns
        -------
        ndarray of shape (N, inputs)
            Each row of V times the matrix of `input_jacobian` for its row of X.
        """
        x, N, ldx = read_matrix("X", X, self._inputs)
        v, ldv = read_rows("V", V, self._outputs, N)
        if out is None:
            out = numpy.empty((N, self._inputs))
        o, ldo = write_rows("out", out, self._inputs, N)
        check(lib.nnblas_net_input_gradient(self._handle, N, x, ldx, v, ldv, o, ldo))
        return out

    def input_jacobian(self, X: FloatArray) -> FloatArray:
        """The derivatives of the outputs by the inputs for the rows of X: shape (N, outputs, inputs)."""
        x, N, ldx = read_matrix("X", X, self._inputs)
        J = numpy.empty((N, self._outputs, self._inputs))
        check(lib.nnblas_net_input_jacobian(self._handle, N, x, ldx, write_array("J", J, J.shape)))
        return J

    def jacobian(self, X: FloatArray) -> FloatArray:
        """The derivatives of the outputs by all parameters for the rows of X: shape (N, outputs,
        n_parameters), in the order of `parameters`."""
        x, N, ldx = read_matrix("X", X, self._inputs)
        n = self._parameter_shape[0]
        J = numpy.empty((N, self._outputs, n))
        check(lib.nnblas_net_jacobian(self._handle, N, x, ldx, write_array("J", J, J.shape), n))
        return J

    def hessian_vector(self, X: FloatArray, Y: FloatArray, v: FloatArray) -> FloatArray:
        """The Hessian of the cost over the rows of X and Y times v, shape (n_parameters,), exactly and
        without the Hessian, in two to three times the time of a gradient."""
        x, N, ldx = read_matrix("X", X, self._inputs)
        y, ldy = read_rows("Y", Y, self.n_labels, N)
        direction = read_array("v", v, self._parameter_shape)
        result = numpy.empty(self._parameter_shape)
        product = write_array("the result", result, self._parameter_shape)
        check(
            lib.nnblas_net_hessian_vector(self._handle, N, x, ldx, y, ldy, direction, product)
        )
        return result

    def hessian_diagonal(self, X: FloatArray, Y: FloatArray) -> FloatArray:
        """The diagonal of the Hessian of the cost over the rows of X and Y, shape (n_parameters,),
        exactly. A deep network with wide layers takes many times as long as for a gradient."""
        x, N, ldx = read_matrix("X", X, self._inputs)
        y, ldy = read_rows("Y", Y, self.n_labels, N)
        result = numpy.empty(self._parameter_shape)
        diagonal = write_array("the result", result, self._parameter_shape)
        check(lib.nnblas_net_hessian_diagonal(self._handle, N, x, ldx, y, ldy, diagonal))
        return result

    # ---- saving, loading, copying

    def save(self, path: Path) -> None:
        """Writes a safetensors file. path holds the old file or the whole new one."""
        check(lib.nnblas_net_save(self._handle, encode_path(path)))

    @classmethod
    def load(cls, path: Path) -> "Net":
        """The network in a file that `save` or a training wrote. The file is not trusted."""
        result = ffi.new("nnblas_net **")
        check(lib.nnblas_net_load(encode_path(path), result))
        return cls._wrap(result[0])

    def to_bytes(self) -> bytes:
        """What `save` writes."""
        data, size = ffi.new("void **"), ffi.new("size_t *")
        check(lib.nnblas_net_save_to_memory(self._handle, data, size))
        try:
            return bytes(ffi.buffer(data[0], size[0]))
        finally:
            lib.nnblas_free(data[0])

    @classmethod
    def from_bytes(cls, data: Union[bytes, bytearray, memoryview]) -> "Net":
        """The network in the bytes of `to_bytes`. They are not trusted."""
        result = ffi.new("nnblas_net **")
        check(lib.nnblas_net_load_from_memory(ffi.from_buffer(data), len(data), result))
        return cls._wrap(result[0])

    def clone(self) -> "Net":
        """A network of its own with the same sizes, activations, cost, parameters and metadata; of a
        subclass, without what it adds."""
        result = ffi.new("nnblas_net **")
        check(lib.nnblas_net_clone(self._handle, result))
        return self._wrap(result[0])

    def __copy__(self) -> "Net":
        other = self.clone()
        _get_additions(other).update(_get_additions(self))
        return other

    def __deepcopy__(self, memo: dict[int, Any]) -> "Net":
        other = memo[id(self)] = self.clone()
        _get_additions(other).update(copy.deepcopy(_get_additions(self), memo))
        return other

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self).from_bytes, (self.to_bytes(),), _get_additions(self) or None

    # ---- plans

    def measure_plans(
        self, N: int, purpose: Union[str, PlanPurpose] = "train", *, seconds: float
    ) -> None:
        """Times plans for calls with N rows for about this many seconds, and keeps the fastest for this
        process. purpose: 'predict', 'gradient' or 'train'."""
        purpose = to_constant(PlanPurpose, "purpose", purpose)
        N = read_count("N", N)
        check(lib.nnblas_net_measure_plans(self._handle, N, purpose, seconds))

    def plan_info(self, N: int, purpose: Union[str, PlanPurpose] = "train") -> str:
        """The plan of calls with N rows in words."""
        text = lib.nnblas_net_plan_info(
            self._handle, read_count("N", N), to_constant(PlanPurpose, "purpose", purpose)
        )
        if text == ffi.NULL:
            raise_last()
        value: bytes = ffi.string(text)
        return value.decode()

    def __repr__(self) -> str:
        hidden = [activation.name.lower() for activation in self.activations[:-1]]
        are_same = all(name == hidden[0] for name in hidden)
        parameter = f", cost_parameter={self.cost_parameter!r}" if self.cost_parameter else ""
        skip = ", skip=True" if self.has_skip else ""
        return (
            f"Net({list(self.layer_sizes)}, "
            f"hidden={self.hidden.name.lower() if are_same else hidden!r}, "
            f"output={self.output.name.lower()!r}, cost={self.cost.name.lower()!r}{parameter}, "
            f"bias={self.has_bias}{skip})"
        )
