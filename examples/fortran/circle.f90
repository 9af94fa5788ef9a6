! SPDX-License-Identifier: BSD-3-Clause
! A network learns which points of a square lie within a circle.
program circle
  use nnblas
  implicit none
  integer, parameter :: side = 16
  integer(c_size_t), parameter :: N = side**2, inputs = 2, hidden = 8, outputs = 1
  real(c_double) :: X(inputs, N), Y(outputs, N), mse
  type(c_ptr) :: net = c_null_ptr, trainer = c_null_ptr

  call make_rows
  call check(nnblas_net_create([inputs, hidden, outputs], 3_c_size_t, NNBLAS_BIAS, net))
  call check(nnblas_net_set_hidden(net, NNBLAS_TANH))
  call check(nnblas_net_init(net, 1_c_int64_t))
  call check(nnblas_trainer_create(net, trainer))
  call check(nnblas_trainer_set_optimizer(trainer, NNBLAS_ADAM))
  call check(nnblas_trainer_set_learning_rate(trainer, 0.01_c_double))
  call check(nnblas_trainer_set_batch_size(trainer, 32_c_size_t))
  call check(nnblas_trainer_set_seed(trainer, 1_c_int64_t))
  call check(nnblas_trainer_set_epochs(trainer, 300_c_size_t))
  call check(nnblas_trainer_fit(trainer, N, X, inputs, Y, outputs))
  call check(nnblas_net_evaluate(net, N, X, inputs, Y, outputs, mse))
  print "(a, f20.18)", "mse ", mse
  call nnblas_trainer_destroy(trainer)
  call nnblas_net_destroy(net)

contains

  ! A negative status is an error, a positive one a reason to stop early.
  subroutine check(status)
    integer(c_int), intent(in) :: status
    if (status < 0) error stop nnblas_text(nnblas_error_message())
  end subroutine check

  ! The points of a grid, and for each a 1 where it lies within the circle, else a 0.
  subroutine make_rows
    integer :: e, u, v
    do e = 1, side**2
      u = 2 * mod(e - 1, side) - (side - 1)
      v = 2 * ((e - 1) / side) - (side - 1)
      X(:, e) = [u, v] / 16.0_c_double
      Y(1, e) = merge(1.0_c_double, 0.0_c_double, u**2 + v**2 < 100)
    end do
  end subroutine make_rows
end program circle
