# SPDX-License-Identifier: BSD-3-Clause
"""Long calls of the library that Ctrl-C can end.

Python runs the handlers of signals in the main thread alone, and only between instructions of Python.
So a long call that the main thread wants runs in a helper thread, while the main thread waits in a
way that signals interrupt. What the call reports on its way is handed to the waiting thread and
handled there, so that a program sees its callbacks in the thread that it called from. In any other
thread there is nothing to interrupt: the call runs there.

The main thread must not leave before the call has returned, whatever handlers raise and whenever. A
loop of Python cannot promise that: an exception may come between any two instructions, and so also
where the exception before it is being handled. So the loop is one of C: lfind calls `_Helper.take_turn`
until it returns 0. An exception in a turn ends that turn alone, since cffi lets none pass through C. A
turn returns 0 only when the call has returned or can no longer begin, and the helper thread begins in a
turn. Therefore an exception before lfind finds nothing begun, and one after it finds all ended. The
helper thread runs no handlers: what it does, such as to give back what the call used, is not
interrupted.
"""

import _thread
import sys
import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any, TypeVar, Union

from ._library import ffi, lib

Report = Callable[[], None]
_Result = TypeVar("_Result")

# Between two looks at a call that was interrupted: an interruption may have taken a wake-up with it.
_LOOK_SECONDS = 0.02

# Between two looks for signals: one that comes as the main thread begins to wait does not wake it, nor does
# _thread.interrupt_main.
_SIGNAL_SECONDS = 0.1

# What take_turn needs and more: without them no turn could begin, and the loop would not end.
_FRAMES = 40


class _Helper:
    """A call in a thread of its own, and what it hands to the thread that waits for it."""

    def __init__(
        self,
        call: Callable[[Callable[[Report], None]], Any],
        cancel: Callable[[], None],
        forget_cancel: Callable[[], None],
    ) -> None:
        self._call = call
        self._cancel = cancel
        self._forget_cancel = forget_cancel
        self._report: Union[Report, None] = None
        self._wake_waiting: SimpleQueue[None] = SimpleQueue()
        self._wake_helper: SimpleQueue[None] = SimpleQueue()
        self._local_threads = lib.nnblas_local_threads()
        self._is_started = False
        self._is_in_turn = False
        # Who was first decides whether the call is made: setdefault is one step for all threads, and
        # may be repeated where its result was lost.
        self._decision: dict[str, bool] = {}
        self._cancel_lock = _thread.allocate_lock()
        self._has_returned = False
        self._has_ended = False
        self.result: Any = None
        self.error: Union[BaseException, None] = None
        self.interruption: Union[BaseException, None] = None

    # ---- in the helper thread

    def _hand_over(self, report: Report) -> None:
        self._report = report
        self._wake_waiting.put(None)
        while self._report is not None:
            _sleep(self._wake_helper, _LOOK_SECONDS)

    def _run(self) -> None:
        if not self._decision.setdefault("is made", True):
            return
        try:
            lib.nnblas_set_local_threads(self._local_threads)
            self.result = self._call(self._hand_over)
        except BaseException as error:
            self.error = error
        with self._cancel_lock:
            self._has_returned = True
        if self.interruption is not None:
            self._forget_cancel()
        self._has_ended = True
        self._wake_waiting.put(None)

    # ---- in the waiting thread

    def _go_on(self) -> None:
        if self.interruption is not None:
            if not self._decision.setdefault("is made", False):
                self._has_ended = True
                return
            with self._cancel_lock:
                if not self._has_returned:
                    self._cancel()
        elif not self._is_started:
            _thread.start_new_thread(self._run, ())
            self._is_started = True
        _sleep(
            self._wake_waiting, _SIGNAL_SECONDS if self.interruption is None else _LOOK_SECONDS
        )
        if self._report is not None:
            # An interruption may have come after the report was handled.
            if self.interruption is None:
                self._report()
            self._report = None
            self._wake_helper.put(None)

    def take_turn(self, *_: Any) -> int:
        """Waits until there is a report, which it handles, or something else to look at. Returns 0
        once the call has ended."""
        if self._is_in_turn and self.interruption is None:
            # A second exception, in note_error, has taken the place of the first.
            self.interruption = KeyboardInterrupt()
        self._is_in_turn = True
        try:
            self._go_on()
        except BaseException as error:
            self.interruption = self.interruption or error
        self._is_in_turn = False
        return 0 if self._has_ended else 1

    def note_error(self, kind: Any, error: BaseException, traceback: Any) -> None:
        """Of what is raised in take_turn, but not where it catches it."""
        self.interruption = self.interruption or error


def _sleep(wake: "SimpleQueue[None]", timeout: float) -> None:
    try:
        wake.get(timeout=timeout)
    except Empty:
        pass


def _run_at_once(report: Report) -> None:
    report()


def _check_recursion(frames: int) -> None:
    """Raises RecursionError where there is no room for so many calls."""
    if frames > 0:
        _check_recursion(frames - 1)


def run(
    call: Callable[[Callable[[Report], None]], _Result],
    cancel: Callable[[], None],
    forget_cancel: Callable[[], None],
) -> _Result:
    """call(hand_over), interruptibly where this is the main thread.

    hand_over(report) runs report() in the calling thread; report must not raise. cancel() makes the
    call return soon, also when it has not begun; it may come more than once. forget_cancel() undoes a
    cancel() that came when the call was over. An exception that a handler of a signal raises
    meanwhile, such as KeyboardInterrupt, is raised here once the call has returned.
    """
    if threading.current_thread() is not threading.main_thread():
        return call(_run_at_once)
    _check_recursion(_FRAMES)
    helper = _Helper(call, cancel, forget_cancel)
    take_turn = ffi.callback(
        "int(*)(const void *, const void *)", helper.take_turn, error=1, onerror=helper.note_error
    )
    count = ffi.new("size_t *", 2 * sys.maxsize + 1)
    lib.lfind(ffi.NULL, ffi.NULL, count, 0, take_turn)
    if helper.interruption is not None:
        raise helper.interruption
    if helper.error is not None:
        raise helper.error
    result: _Result = helper.result
    return result
