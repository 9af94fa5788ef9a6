-- SPDX-License-Identifier: BSD-3-Clause
-- nnblas.cdef as LuaJIT takes it: every declared function is there, with the right numbers.
-- usage: luajit check_cdef.lua CDEF LIBRARY
local ffi = require("ffi")

local cdef, library = arg[1], arg[2]
local text = assert(io.open(cdef)):read("*a")
ffi.cdef(text)
local lib = ffi.load(library)

local functions = 0
for line in text:gmatch("[^\n]+") do
    local name = not line:find("^typedef") and line:match("(nnblas_[%w_]+)%(")
    if name then
        assert(lib[name] ~= nil, name)
        functions = functions + 1
    end
end
assert(functions > 0, "no functions are declared")

local statuses = 0
for name in text:match("enum nnblas_status {(.-)}"):gmatch("NNBLAS_[%u_]+") do
    assert(ffi.string(lib.nnblas_status_string(lib[name])) == name, name)
    statuses = statuses + 1
end

local net = ffi.new("nnblas_net *[1]")
local seed = 0xffffffffffffffffULL
local layer_sizes = ffi.new("size_t[3]", 3, 5, 2)
assert(lib.nnblas_net_create(layer_sizes, 3, lib.NNBLAS_BIAS, net) == lib.NNBLAS_OK)
assert(lib.nnblas_net_init(net[0], seed) == lib.NNBLAS_OK)
assert(lib.nnblas_net_parameter_count(net[0]) == 3 * 5 + 5 + 5 * 2 + 2)
local O_out = ffi.new("double[2]", -1, -1)
assert(lib.nnblas_net_predict(net[0], 1, ffi.new("double[3]"), 3, O_out, 2) == lib.NNBLAS_OK)
assert(0 < O_out[0] and O_out[0] < 1 and 0 < O_out[1] and O_out[1] < 1)
lib.nnblas_net_destroy(net[0])
print(functions .. " functions, " .. statuses .. " statuses")
