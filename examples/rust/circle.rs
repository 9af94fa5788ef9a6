// SPDX-License-Identifier: BSD-3-Clause
//! A network learns which points of a square lie within a circle.
use std::error::Error;
use std::ffi::{c_void, CStr};
use std::os::raw::{c_char, c_int, c_uint};
use std::ptr::null_mut;

// Of nnblas.h.
const BIAS: c_uint = 1;
const TANH: c_int = 1;
const ADAM: c_int = 4;

const N: usize = 256;
const INPUTS: usize = 2;
const HIDDEN: usize = 8;
const OUTPUTS: usize = 1;

#[link(name = "nnblas")]
extern "C" {
    fn nnblas_error_message() -> *const c_char;
    fn nnblas_net_create(sizes: *const usize, n: usize, flags: c_uint, net: *mut *mut c_void) -> c_int;
    fn nnblas_net_destroy(net: *mut c_void);
    fn nnblas_net_set_hidden(net: *mut c_void, activation: c_int) -> c_int;
    fn nnblas_net_init(net: *mut c_void, seed: u64) -> c_int;
    fn nnblas_net_evaluate(net: *const c_void, n: usize, x: *const f64, ldx: usize, y: *const f64,
                           ldy: usize, mse: *mut f64) -> c_int;
    fn nnblas_trainer_create(net: *mut c_void, trainer: *mut *mut c_void) -> c_int;
    fn nnblas_trainer_destroy(trainer: *mut c_void);
    fn nnblas_trainer_set_optimizer(trainer: *mut c_void, optimizer: c_int) -> c_int;
    fn nnblas_trainer_set_learning_rate(trainer: *mut c_void, rate: f64) -> c_int;
    fn nnblas_trainer_set_batch_size(trainer: *mut c_void, rows: usize) -> c_int;
    fn nnblas_trainer_set_seed(trainer: *mut c_void, seed: u64) -> c_int;
    fn nnblas_trainer_set_epochs(trainer: *mut c_void, epochs: usize) -> c_int;
    fn nnblas_trainer_fit(trainer: *mut c_void, n: usize, x: *const f64, ldx: usize, y: *const f64,
                          ldy: usize) -> c_int;
}

/// A negative status is an error, a positive one a reason to stop early.
fn check(status: c_int) -> Result<(), String> {
    if status >= 0 {
        return Ok(());
    }
    let message = unsafe { CStr::from_ptr(nnblas_error_message()) };
    Err(message.to_string_lossy().into_owned())
}

struct Net(*mut c_void);

impl Drop for Net {
    fn drop(&mut self) {
        unsafe { nnblas_net_destroy(self.0) }
    }
}

struct Trainer(*mut c_void);

impl Drop for Trainer {
    fn drop(&mut self) {
        unsafe { nnblas_trainer_destroy(self.0) }
    }
}

/// The points of a grid, and for each a 1 where it lies within the circle, else a 0.
fn make_rows() -> (Vec<f64>, Vec<f64>) {
    let points = (0..N as i32).map(|e| (2 * (e % 16) - 15, 2 * (e / 16) - 15));
    let x_rows = points.clone().flat_map(|(x, y)| [f64::from(x) / 16.0, f64::from(y) / 16.0]);
    let y_rows = points.map(|(x, y)| f64::from(u8::from(x * x + y * y < 100)));
    (x_rows.collect(), y_rows.collect())
}

fn main() -> Result<(), Box<dyn Error>> {
    let (x, y) = make_rows();
    let layer_sizes = [INPUTS, HIDDEN, OUTPUTS];
    let (mut net, mut trainer, mut mse) = (Net(null_mut()), Trainer(null_mut()), 0.0);
    unsafe {
        check(nnblas_net_create(layer_sizes.as_ptr(), layer_sizes.len(), BIAS, &mut net.0))?;
        check(nnblas_net_set_hidden(net.0, TANH))?;
        check(nnblas_net_init(net.0, 1))?;
        check(nnblas_trainer_create(net.0, &mut trainer.0))?;
        check(nnblas_trainer_set_optimizer(trainer.0, ADAM))?;
        check(nnblas_trainer_set_learning_rate(trainer.0, 0.01))?;
        check(nnblas_trainer_set_batch_size(trainer.0, 32))?;
        check(nnblas_trainer_set_seed(trainer.0, 1))?;
        check(nnblas_trainer_set_epochs(trainer.0, 300))?;
        check(nnblas_trainer_fit(trainer.0, N, x.as_ptr(), INPUTS, y.as_ptr(), OUTPUTS))?;
        check(nnblas_net_evaluate(net.0, N, x.as_ptr(), INPUTS, y.as_ptr(), OUTPUTS, &mut mse))?;
    }
    println!("mse {:.18}", mse);
    Ok(())
}
