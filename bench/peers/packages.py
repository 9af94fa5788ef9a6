# SPDX-License-Identifier: BSD-3-Clause
"""The software that is compared: whether it is there, which version, on which BLAS."""

import importlib
import os
import re
import shutil
import subprocess


class Package:
    """By itself: loops of this directory, without a BLAS."""

    modules = ()

    @classmethod
    def is_installed(cls, setting):
        try:
            for module in cls.modules:
                importlib.import_module(module)
        except ImportError:
            return False
        return True

    @classmethod
    def get_version(cls, setting):
        return importlib.import_module(cls.modules[0]).__version__ if cls.modules else None

    @classmethod
    def find_binary(cls, setting):
        """The file whose BLAS is the one that is used; None where there is no BLAS."""
        return None


class Library(Package):
    @classmethod
    def get_version(cls, setting):
        return setting.library.nnblas_version().decode()

    @classmethod
    def find_binary(cls, setting):
        return setting.library._name


class Products(Package):
    @classmethod
    def find_binary(cls, setting):
        return setting.peers._name


class NumPy(Package):
    modules = ("numpy",)

    @classmethod
    def find_binary(cls, setting):
        from numpy.core import _multiarray_umath

        return _multiarray_umath.__file__


class Sklearn(NumPy):
    modules = ("sklearn", "sklearn.neural_network")


class SciPy(NumPy):
    modules = ("scipy", "scipy.optimize")


class Torch(Package):
    modules = ("torch",)

    @classmethod
    def find_binary(cls, setting):
        import torch

        return os.path.join(os.path.dirname(torch.__file__), "lib", "libtorch_cpu.so")


class Fann(Package):
    @classmethod
    def is_installed(cls, setting):
        return setting.peers.has_fann()

    @classmethod
    def get_version(cls, setting):
        """FANN has no call for it; the name of its file has it."""
        with open("/proc/self/maps", encoding="utf-8") as file:
            found = re.search(r"libdoublefann\.so\.([\d.]+)", file.read())
        return found[1] if found else None


class Nnet(Package):
    """R's package of that name."""

    VERSION = "cat(as.character(packageVersion('nnet')))"

    @classmethod
    def ask(cls):
        command = ["Rscript", "--vanilla", "-e", cls.VERSION]
        return subprocess.run(command, capture_output=True, text=True)

    @classmethod
    def is_installed(cls, setting):
        return shutil.which("Rscript") is not None and cls.ask().returncode == 0

    @classmethod
    def get_version(cls, setting):
        return cls.ask().stdout
