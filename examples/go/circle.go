// SPDX-License-Identifier: BSD-3-Clause

// A network learns which points of a square lie within a circle.
package main

// #cgo pkg-config: nnblas
// #include <nnblas.h>
import "C"

import (
	"errors"
	"fmt"
	"log"
	"runtime"
)

const (
	n       = 256
	inputs  = 2
	hidden  = 8
	outputs = 1
)

// makeRows returns the points of a grid, and for each a 1 where it lies within the circle, else a 0.
func makeRows() (X [n * inputs]C.double, Y [n]C.double) {
	for e := 0; e < n; e++ {
		x, y := 2*(e%16)-15, 2*(e/16)-15
		X[2*e], X[2*e+1] = C.double(x)/16, C.double(y)/16
		if x*x+y*y < 100 {
			Y[e] = 1
		}
	}
	return X, Y
}

// failure keeps the first error of several calls. Those that follow it are refused, as they get a null.
type failure struct{ err error }

// check takes a negative status for an error. A positive one is a reason to stop early.
func (f *failure) check(status C.nnblas_status) {
	if status < 0 && f.err == nil {
		f.err = errors.New(C.GoString(C.nnblas_error_message()))
	}
}

func train() (float64, error) {
	// The library keeps the message of the last failure for each thread of the system.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()

	var f failure
	var net *C.nnblas_net
	var trainer *C.nnblas_trainer
	var mse C.double
	layerSizes := [...]C.size_t{inputs, hidden, outputs}
	X, Y := makeRows()
	f.check(C.nnblas_net_create(&layerSizes[0], 3, C.NNBLAS_BIAS, &net))
	defer C.nnblas_net_destroy(net)
	f.check(C.nnblas_net_set_hidden(net, C.NNBLAS_TANH))
	f.check(C.nnblas_net_init(net, 1))
	f.check(C.nnblas_trainer_create(net, &trainer))
	defer C.nnblas_trainer_destroy(trainer)
	f.check(C.nnblas_trainer_set_optimizer(trainer, C.NNBLAS_ADAM))
	f.check(C.nnblas_trainer_set_learning_rate(trainer, 0.01))
	f.check(C.nnblas_trainer_set_batch_size(trainer, 32))
	f.check(C.nnblas_trainer_set_seed(trainer, 1))
	f.check(C.nnblas_trainer_set_epochs(trainer, 300))
	f.check(C.nnblas_trainer_fit(trainer, n, &X[0], inputs, &Y[0], outputs))
	f.check(C.nnblas_net_evaluate(net, n, &X[0], inputs, &Y[0], outputs, &mse))
	return float64(mse), f.err
}

func main() {
	mse, err := train()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("mse %.18f\n", mse)
}
