// SPDX-License-Identifier: BSD-3-Clause
// A network learns which points of a square lie within a circle.
import koffi from "koffi";

const BIAS = 1, TANH = 1, ADAM = 4; // of nnblas.h
const N = 256, INPUTS = 2, HIDDEN = 8, OUTPUTS = 1;

const library = koffi.load("libnnblas.so.0");
koffi.opaque("nnblas_net");
koffi.opaque("nnblas_trainer");
const errorMessage = library.func("const char *nnblas_error_message(void)");

/** A function whose negative status is thrown as an error; a positive one is a reason to stop early. */
function declare(prototype) {
  const call = library.func(`int nnblas_${prototype}`);
  return (...args) => {
    if (call(...args) < 0) throw new Error(errorMessage());
  };
}

/** A function that creates an object and returns it, which C writes to its last argument. */
function declareCreate(prototype) {
  const create = declare(prototype);
  return (...args) => {
    const created = [null];
    create(...args, created);
    return created[0];
  };
}

const netCreate = declareCreate(
  "net_create(const size_t *layer_sizes, size_t n_layers, unsigned int flags, _Out_ nnblas_net **net)");
const netSetHidden = declare("net_set_hidden(nnblas_net *net, int activation)");
const netInit = declare("net_init(nnblas_net *net, uint64_t seed)");
const netEvaluate = declareCreate(
  "net_evaluate(const nnblas_net *net, size_t N, const double *X, size_t ldx, const double *Y," +
  " size_t ldy, _Out_ double *mse)");
const trainerCreate = declareCreate("trainer_create(nnblas_net *net, _Out_ nnblas_trainer **trainer)");
const setOptimizer = declare("trainer_set_optimizer(nnblas_trainer *trainer, int optimizer)");
const setLearningRate = declare("trainer_set_learning_rate(nnblas_trainer *trainer, double rate)");
const setBatchSize = declare("trainer_set_batch_size(nnblas_trainer *trainer, size_t rows)");
const setSeed = declare("trainer_set_seed(nnblas_trainer *trainer, uint64_t seed)");
const setEpochs = declare("trainer_set_epochs(nnblas_trainer *trainer, size_t epochs)");
const fit = declare(
  "trainer_fit(nnblas_trainer *trainer, size_t N, const double *X, size_t ldx, const double *Y," +
  " size_t ldy)");
const netDestroy = library.func("void nnblas_net_destroy(nnblas_net *net)");
const trainerDestroy = library.func("void nnblas_trainer_destroy(nnblas_trainer *trainer)");

const points = Array.from({ length: N }, (_, e) => [2 * (e % 16) - 15, 2 * Math.floor(e / 16) - 15]);
const X = Float64Array.from(points.flat(), (coordinate) => coordinate / 16);
const Y = Float64Array.from(points, ([x, y]) => x * x + y * y < 100);

let net = null, trainer = null;
try {
  net = netCreate([INPUTS, HIDDEN, OUTPUTS], 3, BIAS);
  netSetHidden(net, TANH);
  netInit(net, 1);
  trainer = trainerCreate(net);
  setOptimizer(trainer, ADAM);
  setLearningRate(trainer, 0.01);
  setBatchSize(trainer, 32);
  setSeed(trainer, 1);
  setEpochs(trainer, 300);
  fit(trainer, N, X, INPUTS, Y, OUTPUTS);
  const mse = netEvaluate(net, N, X, INPUTS, Y, OUTPUTS);
  console.log(`mse ${mse.toFixed(18)}`);
} finally {
  trainerDestroy(trainer);
  netDestroy(net);
}
