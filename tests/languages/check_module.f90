! SPDX-License-Identifier: BSD-3-Clause
! nnblas.f90: arguments that are left out, a struct, texts, a callback, statuses.
module counting
  use nnblas
  implicit none
  integer :: calls = 0
  real(c_double) :: last_cost = -1.0_c_double
contains

  function count_call(user, epoch, mse) bind(C) result(stop)
    type(c_ptr), value :: user
    integer(c_size_t), value :: epoch
    real(c_double), value :: mse
    integer(c_int) :: stop
    calls = calls + 1
    last_cost = mse
    stop = merge(1_c_int, 0_c_int, epoch == 3 .and. .not. c_associated(user))
  end function count_call
end module counting

program check_module
  use counting
  implicit none
  integer(c_size_t), parameter :: N = 4, one = 1, two = 2, three = 3
  real(c_double) :: X(2, N), Y(1, N), gradient(13), mse, beta1, beta2, epsilon
  type(c_ptr) :: net = c_null_ptr, trainer = c_null_ptr
  type(nnblas_epoch) :: epoch

  X = reshape([0, 0, 0, 1, 1, 0, 1, 1], [2, 4])
  Y = reshape([0, 1, 1, 0], [1, 4])
  call expect("create", nnblas_net_create([two, three, one], three, NNBLAS_BIAS, net) == NNBLAS_OK)
  call expect("count", nnblas_net_parameter_count(net) == 13)
  call expect("evaluate", nnblas_net_evaluate(net, N, X, two, Y, one, mse) == NNBLAS_OK)
  call expect("no mse", nnblas_net_gradient(net, N, X, two, Y, one, gradient) == NNBLAS_OK)
  call expect("gradient", sum(abs(gradient)) > 0.0_c_double)
  call expect("null", nnblas_net_evaluate(net, N, X, two, Y, one) == NNBLAS_ERROR_NULL)
  call expect("message", nnblas_text(nnblas_error_message()) == "mse is null")
  call expect("metadata", &
              nnblas_net_set_metadata(net, "key" // c_null_char, "value" // c_null_char) == NNBLAS_OK)
  call expect("text", nnblas_text(nnblas_net_metadata(net, "key" // c_null_char)) == "value")
  call expect("no text", nnblas_text(nnblas_net_metadata(net, "none" // c_null_char)) == "")

  call expect("trainer", nnblas_trainer_create(net, trainer) == NNBLAS_OK)
  call expect("adam", nnblas_trainer_adam(trainer, beta1, beta2, epsilon) == NNBLAS_OK)
  call expect("constants", beta1 == 0.9_c_double .and. beta2 == 0.999_c_double)
  call expect("callback", &
              nnblas_trainer_set_callback(trainer, c_funloc(count_call), c_null_ptr) == NNBLAS_OK)
  call expect("fit", nnblas_trainer_fit(trainer, N, X, two, Y, one) == NNBLAS_STOPPED_CALLBACK)
  call expect("calls", calls == 3 .and. nnblas_trainer_history_count(trainer) == 3)
  call expect("history", &
              nnblas_trainer_history_epoch(trainer, two, epoch, c_sizeof(epoch)) == NNBLAS_OK)
  call expect("epoch", epoch%epoch == 3 .and. epoch%cost == last_cost)
  call nnblas_trainer_destroy(trainer)
  call nnblas_net_destroy(net)

contains

  subroutine expect(what, holds)
    character(*), intent(in) :: what
    logical, intent(in) :: holds
    if (.not. holds) error stop what
  end subroutine expect
end program check_module
