# SPDX-License-Identifier: BSD-3-Clause
"""A network learns which points of a square lie within a circle: with ctypes, without a package."""
import ctypes
from ctypes import POINTER, byref, c_char_p, c_double, c_int, c_size_t, c_uint, c_uint64, c_void_p

BIAS, TANH, ADAM = 1, 1, 4  # of nnblas.h
N, INPUTS, HIDDEN, OUTPUTS = 256, 2, 8, 1
matrix = POINTER(c_double)

library = ctypes.CDLL("libnnblas.so.0")
library.nnblas_error_message.restype = c_char_p


class NnblasError(Exception):
    pass


def check(status, function, arguments):
    """A negative status is an error, a positive one a reason to stop early."""
    if status < 0:
        raise NnblasError(library.nnblas_error_message().decode())
    return status


def declare(name, *argument_types, returns=c_int):
    function = library["nnblas_" + name]
    function.argtypes = argument_types
    function.restype = returns
    if returns is c_int:
        function.errcheck = check
    return function


net_create = declare("net_create", POINTER(c_size_t), c_size_t, c_uint, POINTER(c_void_p))
net_set_hidden = declare("net_set_hidden", c_void_p, c_int)
net_init = declare("net_init", c_void_p, c_uint64)
net_evaluate = declare("net_evaluate", c_void_p, c_size_t, matrix, c_size_t, matrix, c_size_t, matrix)
net_destroy = declare("net_destroy", c_void_p, returns=None)
trainer_create = declare("trainer_create", c_void_p, POINTER(c_void_p))
trainer_set_optimizer = declare("trainer_set_optimizer", c_void_p, c_int)
trainer_set_learning_rate = declare("trainer_set_learning_rate", c_void_p, c_double)
trainer_set_batch_size = declare("trainer_set_batch_size", c_void_p, c_size_t)
trainer_set_seed = declare("trainer_set_seed", c_void_p, c_uint64)
trainer_set_epochs = declare("trainer_set_epochs", c_void_p, c_size_t)
trainer_fit = declare("trainer_fit", c_void_p, c_size_t, matrix, c_size_t, matrix, c_size_t)
trainer_destroy = declare("trainer_destroy", c_void_p, returns=None)

points = [(2 * (e % 16) - 15, 2 * (e // 16) - 15) for e in range(N)]
X = (c_double * (N * INPUTS))(*(coordinate / 16 for point in points for coordinate in point))
Y = (c_double * N)(*(x * x + y * y < 100 for x, y in points))

net, trainer, mse = c_void_p(), c_void_p(), c_double()
try:
    net_create((c_size_t * 3)(INPUTS, HIDDEN, OUTPUTS), 3, BIAS, byref(net))
    net_set_hidden(net, TANH)
    net_init(net, 1)
    trainer_create(net, byref(trainer))
    trainer_set_optimizer(trainer, ADAM)
    trainer_set_learning_rate(trainer, 0.01)
    trainer_set_batch_size(trainer, 32)
    trainer_set_seed(trainer, 1)
    trainer_set_epochs(trainer, 300)
    trainer_fit(trainer, N, X, INPUTS, Y, OUTPUTS)
    net_evaluate(net, N, X, INPUTS, Y, OUTPUTS, byref(mse))
    print(f"mse {mse.value:.18f}")
finally:
    trainer_destroy(trainer)
    net_destroy(net)
