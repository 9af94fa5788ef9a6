# SPDX-License-Identifier: BSD-3-Clause
"""libnnblas, and what is compiled beside it for comparison, through ctypes."""

import ctypes
import os
import re
import sys

import options

size_t = ctypes.c_size_t
double = ctypes.c_double
pointer = ctypes.c_void_p

# Of nnblas.h.
BIAS, SOFTMAX, CROSS_ENTROPY = 1, 4, 1
TRAINER_SETTERS = {
    "learning_rate": double,
    "batch_size": size_t,
    "epochs": size_t,
    "seed": ctypes.c_uint64,
}


class NaiveIteration(ctypes.Structure):
    """naive_iteration of naive.h."""

    SIZES = ("N", "inputs", "hidden", "outputs")
    ARRAYS = ("X", "Y", "W1", "W2")
    WORKSPACE = ("H_out", "O_out", "O_delta", "H_delta", "W1_update", "W2_update")
    _fields_ = [(name, size_t) for name in SIZES] + [
        (name, pointer) for name in ARRAYS + WORKSPACE
    ]


class PlainProblem(ctypes.Structure):
    """problem of problem.h."""

    _fields_ = [(name, size_t) for name in NaiveIteration.SIZES] + [
        (name, pointer) for name in ("X", "Y", "parameters")
    ]


class FannPeer(ctypes.Structure):
    """fann_peer of peers/fann_peer.h."""

    _fields_ = [(name, pointer) for name in ("problem", "net", "O_out", "examples")]


def load(*path):
    file = os.path.join(*path)
    try:
        return ctypes.CDLL(file)
    except OSError as error:
        options.fail(f"no library to load: {error}; bench/peers/run builds it, or see --build")


def declare(library, name, result, *arguments):
    try:
        function = getattr(library, name)
    except AttributeError as error:
        options.fail(f"an old build: {error}; bench/peers/run builds it anew")
    function.restype = result
    function.argtypes = arguments


def load_library(build):
    library = load(build, "lib", "libnnblas.so")
    four_sizes = (size_t,) * 4
    for name in ("nnblas_error_message", "nnblas_version", "nnblas_blas_info"):
        declare(library, name, ctypes.c_char_p)
    declare(library, "nnblas_set_threads", ctypes.c_int, ctypes.c_int)
    declare(
        library,
        "nnblas_net_create",
        ctypes.c_int,
        ctypes.POINTER(size_t),
        size_t,
        ctypes.c_uint,
        ctypes.POINTER(pointer),
    )
    declare(library, "nnblas_net_init", ctypes.c_int, pointer, ctypes.c_uint64)
    declare(library, "nnblas_net_parameters", pointer, pointer)
    declare(library, "nnblas_net_destroy", None, pointer)
    declare(
        library,
        "nnblas_gradient_step",
        ctypes.c_int,
        *four_sizes,
        pointer,
        pointer,
        double,
        pointer,
        pointer,
        pointer,
    )
    declare(library, "nnblas_feedforward", ctypes.c_int, *four_sizes, *(pointer,) * 5)
    rows = (size_t, pointer, size_t, pointer, size_t)
    declare(library, "nnblas_net_predict", ctypes.c_int, pointer, *rows)
    declare(library, "nnblas_net_set_output", ctypes.c_int, pointer, ctypes.c_int, ctypes.c_int)
    declare(library, "nnblas_trainer_create", ctypes.c_int, pointer, ctypes.POINTER(pointer))
    declare(library, "nnblas_trainer_destroy", None, pointer)
    for name, type_ in TRAINER_SETTERS.items():
        declare(library, f"nnblas_trainer_set_{name}", ctypes.c_int, pointer, type_)
    declare(library, "nnblas_trainer_fit", ctypes.c_int, pointer, *rows)
    library.nnblas_net_gradient.restype = ctypes.c_int
    return library


def load_peers(build):
    peers = load(build, "bench", "libnnblas_peers.so")
    iteration = ctypes.POINTER(NaiveIteration)
    fann = ctypes.POINTER(FannPeer)
    declare(peers, "naive_count_workspace", size_t, iteration)
    declare(peers, "naive_lay_out_workspace", None, iteration, pointer)
    declare(peers, "naive_gradient", double, iteration)
    declare(peers, "compute_five_products", None, iteration)
    declare(peers, "set_five_threads", None, ctypes.c_int)
    declare(peers, "has_fann", ctypes.c_bool)
    declare(peers, "make_fann_peer", FannPeer, ctypes.POINTER(PlainProblem))
    declare(peers, "prepare_fann_gradient", None, fann)
    declare(peers, "run_fann_gradient", double, fann)
    declare(peers, "free_fann_peer", None, fann)
    return peers


def require_ok(library, status):
    if status != 0:
        options.fail(f"libnnblas: {library.nnblas_error_message().decode()}")


def create_net(library, sizes, flags=0):
    net = pointer()
    status = library.nnblas_net_create((size_t * 3)(*sizes), 3, flags, ctypes.byref(net))
    require_ok(library, status)
    return net


def create_trainer(library, net, **settings):
    """settings: what comes after nnblas_trainer_set_, and its value."""
    trainer = pointer()
    require_ok(library, library.nnblas_trainer_create(net, ctypes.byref(trainer)))
    for name, value in settings.items():
        set_option(library, trainer, name, value)
    return trainer


def set_option(library, trainer, name, value):
    require_ok(library, getattr(library, f"nnblas_trainer_set_{name}")(trainer, value))


def view_parameters(library, net, count):
    """The net's parameter vector as a view: writing to it writes to the net."""
    import numpy

    address = library.nnblas_net_parameters(net)
    return numpy.ctypeslib.as_array((double * count).from_address(address))


def set_threads(threads):
    """Before any library is loaded, as all of them read the environment only then."""
    for name in ("OPENBLAS", "BLIS", "MKL", "OMP"):
        os.environ[f"{name}_NUM_THREADS"] = str(threads)


def restart_with_better_core(library):
    """The variable counts when OpenBLAS is loaded, so this program has to begin again."""
    advice = re.search(
        r"OPENBLAS_CORETYPE=([^ ;,.]+)", library.nnblas_blas_info().decode()
    )
    kept = os.environ.get("NNBLAS_KEEP_CORETYPE") == "1" or "OPENBLAS_CORETYPE" in os.environ
    if not advice or kept:
        return
    os.environ["OPENBLAS_CORETYPE"] = advice[1]
    options.warn(
        f"starting again with {advice[0]}, which is faster on this processor "
        "(NNBLAS_KEEP_CORETYPE=1 prevents it)"
    )
    os.execv(sys.executable, [sys.executable] + sys.orig_argv[1:])


def open_libraries(chosen):
    """Both libraries, with the threads and the core type that the options ask for."""
    set_threads(chosen.threads)
    library = load_library(chosen.build)
    restart_with_better_core(library)
    require_ok(library, library.nnblas_set_threads(chosen.threads))
    peers = load_peers(chosen.build)
    peers.set_five_threads(chosen.threads)
    return library, peers


def open_package(chosen):
    """The same, and the Python package of the build can be imported."""
    libraries = open_libraries(chosen)
    os.environ["NNBLAS_LIBRARY"] = os.path.join(chosen.build, "lib", "libnnblas.so")
    sys.path.insert(0, os.path.join(chosen.build, "bindings", "python"))
    return libraries
