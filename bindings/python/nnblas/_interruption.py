# SPDX-License-Identifier: BSD-3-Clause
"""Long calls of the library that Ctrl-C can end.

Python runs the handlers of signals in the main thread alone, and only between instructions of Python.
So a long call that the main thread wants runs in a helper thread, while the main thread waits in a
way that signals interrupt. What the call reports on its way is handed to the waiting thread and
handled there, so that a program sees its callbacks in the thread that it called from. In any other
thread there is nothing to interrupt: the call runs there.
"""

import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any, TypeVar, Union

from ._library import lib

Report = Callable[[], None]
_Result = TypeVar("_Result")

# Between two looks at a call that was interrupted: an interruption may have taken a wake-up with it.
_LOOK_SECONDS = 0.02


class _Helper:
    """A call in a thread of its own, and what it hands to the thread that waits for it."""

    def __init__(self, call: Callable[[Callable[[Report], None]], Any]) -> None:
        self._call = call
        self._report: Union[Report, None] = None
        self._wake_waiting: SimpleQueue[None] = SimpleQueue()
        self._wake_helper: SimpleQueue[None] = SimpleQueue()
        self._local_threads = lib.nnblas_local_threads()
        self.has_ended = False
        self.result: Any = None
        self.error: Union[BaseException, None] = None

    def _hand_over(self, report: Report) -> None:
        self._report = report
        self._wake_waiting.put(None)
        while self._report is not None:
            _sleep(self._wake_helper, _LOOK_SECONDS)

    def run(self) -> None:
        lib.nnblas_set_local_threads(self._local_threads)
        try:
            self.result = self._call(self._hand_over)
        except BaseException as error:
            self.error = error
        self.has_ended = True
        self._wake_waiting.put(None)

    def wait(self, timeout: Union[float, None]) -> None:
        """Until there is a report, which it handles, or the call has ended, or the time is over."""
        _sleep(self._wake_waiting, timeout)
        if self._report is not None:
            self._report()
            self._report = None
            self._wake_helper.put(None)


def _sleep(wake: "SimpleQueue[None]", timeout: Union[float, None]) -> None:
    try:
        wake.get(timeout=timeout)
    except Empty:
        pass


def _run_at_once(report: Report) -> None:
    report()


def run(call: Callable[[Callable[[Report], None]], _Result], cancel: Callable[[], None]) -> _Result:
    """call(hand_over), interruptibly where this is the main thread.

    hand_over(report) runs report() in the calling thread; report must not raise. cancel() makes the
    call return soon. An exception that a handler of a signal raises meanwhile, such as
    KeyboardInterrupt, is raised here once the call has returned.
    """
    if threading.current_thread() is not threading.main_thread():
        return call(_run_at_once)
    helper = _Helper(call)
    thread = threading.Thread(target=helper.run, name="nnblas fit", daemon=True)
    thread.start()
    interruption: Union[BaseException, None] = None
    while not helper.has_ended:
        try:
            helper.wait(_LOOK_SECONDS if interruption else None)
        except BaseException as error:
            if interruption is None:
                interruption = error
                cancel()
    thread.join()
    if interruption:
        raise interruption
    if helper.error:
        raise helper.error
    result: _Result = helper.result
    return result
