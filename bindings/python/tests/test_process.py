# SPDX-License-Identifier: BSD-3-Clause
"""The package and the library: how it is found, what all of it has, threads."""

import os
import pickle
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy
import pytest

import nnblas
from nnblas import _declarations, _library

PACKAGE = Path(nnblas.__file__).parent

# Functions that the package has no use for, and why.
UNUSED = {
    "nnblas_net_const_parameters": "the same address as without const",
    "nnblas_net_const_weights": "likewise",
    "nnblas_net_const_bias": "likewise",
    "nnblas_status_string": "Status has the names",
    "nnblas_trainer_net": "Trainer.net is its own object",
    "nnblas_trainer_set_callback": "the callback of an epoch is told more",
    "nnblas_trainer_callback": "callbacks are arguments of fit",
    "nnblas_trainer_epoch_callback": "likewise",
    "nnblas_trainer_sample_weights": "weights are arguments of fit",
    "nnblas_trainer_validation_rows": "validation rows are arguments of fit",
    "nnblas_trainer_validation_weights": "likewise",
    "nnblas_trainer_derivatives": "derivatives are arguments of fit",
    "nnblas_trainer_group": "groups are arguments of fit",
    "nnblas_trainer_validation_source": "a validation source is an argument of fit",
}


def run_python(code, **environment):
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        timeout=120,
    )


def test_every_function_is_used():
    declared = {name for name in dir(_library.lib) if name.startswith("nnblas_")}
    assert len(declared) > 80
    source = "\n".join(
        path.read_text() for path in PACKAGE.glob("*.py") if path.name != "_declarations.py"
    )
    used = set(re.findall(r"\blib\.(nnblas_\w+)", source))
    assert declared - used - set(UNUSED) == set()
    assert used | set(UNUSED) <= declared


@pytest.mark.parametrize(
    "constants, prefix",
    [
        (nnblas.Status, ""),
        (nnblas.Activation, ""),
        (nnblas.Cost, ""),
        (nnblas.Initialization, ""),
        (nnblas.PlanPurpose, "PLAN_"),
        (nnblas.Feature, "FEATURE_"),
    ],
)
def test_constants_are_those_of_the_header(constants, prefix):
    name = "nnblas_" + re.sub(r"(?<!^)(?=[A-Z])", "_", constants.__name__).lower()
    declared = _declarations.ffi.typeof(name).relements
    assert {f"NNBLAS_{prefix}{constant.name}": constant.value for constant in constants} == declared


def test_version():
    assert re.fullmatch(r"\d+\.\d+\.\d+", nnblas.version())
    assert nnblas.__version__ == nnblas.version()
    assert "BLAS" in nnblas.blas_info() or "BLIS" in nnblas.blas_info()
    assert nnblas.has("lbfgs") in (True, False)
    assert nnblas.has("lapack") in (True, False)


def test_library_that_is_not_there(tmp_path):
    run = run_python("import nnblas", NNBLAS_LIBRARY=str(tmp_path / "none.so"))
    assert run.returncode == 1
    assert "ImportError: nnblas finds no libnnblas. Tried: " in run.stderr
    assert "none.so" in run.stderr and "NNBLAS_LIBRARY" in run.stderr


def test_library_beside_the_package(tmp_path):
    """A wheel has it there."""
    copy = tmp_path / "nnblas"
    copy.mkdir()
    for path in PACKAGE.glob("*.py"):
        (copy / path.name).symlink_to(path)
    (copy / _library.SONAME).symlink_to(
        os.environ.get("NNBLAS_LIBRARY") or PACKAGE / _library.SONAME
    )
    code = "import nnblas, sys; sys.stdout.write(nnblas.__file__); nnblas.Net([1, 1])"
    environment = {"PYTHONPATH": str(tmp_path), "NNBLAS_LIBRARY": ""}
    run = run_python(code, **environment)
    assert run.stdout == str(copy / "__init__.py"), run.stderr


def test_import_is_quick_of_modules():
    code = "import sys, nnblas; print(sorted({'sklearn', 'scipy', 'pycparser'} & set(sys.modules)))"
    assert run_python(code).stdout == "[]\n"


def test_classes_have_public_names():
    for name in ("Net", "NotFiniteError", "Status", "MLPClassifier"):
        assert f"{getattr(nnblas, name).__module__}.{name}" == f"nnblas.{name}"
    assert b"nnblas._" not in pickle.dumps([nnblas.Net([1, 1]), nnblas.MLPRegressor()])


def test_threads():
    nnblas.set_threads(2)
    assert nnblas.threads() == 2
    nnblas.set_threads(0)
    nnblas.set_local_threads(1)
    assert nnblas.local_threads() == 1
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(nnblas.local_threads).result() == 0
    nnblas.set_local_threads(0)
    with pytest.raises(nnblas.ArgumentError):
        nnblas.set_threads(-1)


def test_threads_of_the_program(random):
    net = nnblas.Net([20, 16, 4])
    X, Y = random.random((20000, 20)), random.random((20000, 4))
    expected = net.gradient(X, Y)
    tasks = []
    with ThreadPoolExecutor(2) as pool:

        def run(count, task):
            tasks.append(count)
            list(pool.map(task, range(count)))

        nnblas.set_threads(2)
        nnblas.set_parallel_for(run)
        try:
            result = net.gradient(X, Y)
        finally:
            nnblas.set_parallel_for(None)
            nnblas.set_threads(0)
    numpy.testing.assert_array_equal(result, expected)
    assert tasks


def test_one_network_in_many_threads(net, rows):
    expected = net.gradient(*rows)
    with ThreadPoolExecutor(4) as pool:
        for result in pool.map(lambda _: net.gradient(*rows), range(200)):
            numpy.testing.assert_array_equal(result, expected)


def test_errors_are_pickled():
    with pytest.raises(nnblas.NNBlasError) as caught:
        nnblas.Net([1, 0])
    again = pickle.loads(pickle.dumps(caught.value))
    assert type(again) is nnblas.ArgumentError
    assert str(again) == str(caught.value) and again.status == caught.value.status
    file_error = nnblas.FileError("no such file", nnblas.Status.ERROR_FILE)
    assert str(file_error) == "no such file"
    assert isinstance(file_error, OSError) and isinstance(
        nnblas.OutOfMemoryError("", 0), MemoryError
    )


def test_networks_that_are_left_when_the_modules_are_gone():
    """As at the end of Python, where a network is in a cycle."""
    code = """
import gc, sys, nnblas
left = nnblas.Net([2, 1])._handle
for name in [name for name in sys.modules if name.startswith("nnblas")]:
    vars(sys.modules.pop(name)).clear()
del nnblas
gc.collect()
del left
"""
    assert run_python(code).returncode == 0


def test_estimators_say_what_they_need():
    code = """
import sys
sys.modules["sklearn"] = None
import nnblas
assert "MLPClassifier" in dir(nnblas)
nnblas.MLPClassifier
"""
    run = run_python(code)
    assert (
        "ImportError: nnblas.MLPClassifier needs scikit-learn: install python3-sklearn"
        in run.stderr
    )
    assert run_python("import nnblas; nnblas.MLPRegressor; nnblas.none").stderr.endswith(
        "AttributeError: module 'nnblas' has no attribute 'none'\n"
    )
