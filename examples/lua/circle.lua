-- SPDX-License-Identifier: BSD-3-Clause
-- A network learns which points of a square lie within a circle.
local ffi = require("ffi")

local N, INPUTS, HIDDEN, OUTPUTS = 256, 2, 8, 1

local cdef_path = assert(io.popen("pkg-config --variable=cdef nnblas")):read("*l")
ffi.cdef(assert(io.open(cdef_path)):read("*a"))
-- Global, because LuaJIT may unload a local one before it destroys the last networks.
nnblas = ffi.load("nnblas")

-- A negative status is an error, a positive one a reason to stop early.
local function check(status)
    if tonumber(status) < 0 then
        error(ffi.string(nnblas.nnblas_error_message()), 2)
    end
end

local function create_net(layer_sizes, flags)
    local net = ffi.new("nnblas_net *[1]")
    local sizes = ffi.new("size_t[?]", #layer_sizes, layer_sizes)
    check(nnblas.nnblas_net_create(sizes, #layer_sizes, flags, net))
    return ffi.gc(net[0], nnblas.nnblas_net_destroy)
end

local function create_trainer(net)
    local trainer = ffi.new("nnblas_trainer *[1]")
    check(nnblas.nnblas_trainer_create(net, trainer))
    return ffi.gc(trainer[0], nnblas.nnblas_trainer_destroy)
end

-- The points of a grid, and for each a 1 where it lies within the circle, else a 0.
local function make_rows()
    local X, Y = ffi.new("double[?]", N * INPUTS), ffi.new("double[?]", N)
    for e = 0, N - 1 do
        local x, y = 2 * (e % 16) - 15, 2 * math.floor(e / 16) - 15
        X[2 * e], X[2 * e + 1] = x / 16, y / 16
        Y[e] = x * x + y * y < 100 and 1 or 0
    end
    return X, Y
end

local X, Y = make_rows()
local net = create_net({INPUTS, HIDDEN, OUTPUTS}, nnblas.NNBLAS_BIAS)
check(nnblas.nnblas_net_set_hidden(net, nnblas.NNBLAS_TANH))
check(nnblas.nnblas_net_init(net, 1))
local trainer = create_trainer(net)
check(nnblas.nnblas_trainer_set_optimizer(trainer, nnblas.NNBLAS_ADAM))
check(nnblas.nnblas_trainer_set_learning_rate(trainer, 0.01))
check(nnblas.nnblas_trainer_set_batch_size(trainer, 32))
check(nnblas.nnblas_trainer_set_seed(trainer, 1))
check(nnblas.nnblas_trainer_set_epochs(trainer, 300))
check(nnblas.nnblas_trainer_fit(trainer, N, X, INPUTS, Y, OUTPUTS))
local mse = ffi.new("double[1]")
check(nnblas.nnblas_net_evaluate(net, N, X, INPUTS, Y, OUTPUTS, mse))
print(string.format("mse %.18f", mse[0]))
