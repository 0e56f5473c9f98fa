"""Bound the time that is spent on what a student wrote: what renders and sanitises it can be made to take hours."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

MAX_SECONDS = 10  # of processor, for a notebook
AGAIN = 0.2  # seconds until the interruption is repeated, should something have swallowed it


class TooLongError(Exception):
    """The budget is spent."""


class Budget:
    """Seconds of processor that a piece of work may take in all, however many parts it has."""

    def __init__(self, seconds: float) -> None:
        self.left = seconds

    @contextmanager
    def spend(self) -> Iterator[None]:
        """Interrupt the body with TooLongError once the budget is spent.

        A signal does it, which Python only gives to the main thread: elsewhere, a part may overrun.
        """
        if self.left <= 0:
            raise TooLongError
        started = time.process_time()
        try:
            if threading.current_thread() is threading.main_thread():
                with _interruption_after(self.left):
                    yield
            else:
                yield
        except TooLongError:
            self.left = 0  # the timer's clock and process_time differ by some milliseconds
            raise
        finally:
            self.left -= time.process_time() - started


@contextmanager
def _interruption_after(seconds: float) -> Iterator[None]:
    def interrupt(*_: object) -> None:
        raise TooLongError

    before = signal.signal(signal.SIGPROF, interrupt)
    signal.setitimer(signal.ITIMER_PROF, seconds, AGAIN)
    try:
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
    finally:  # again, for the signal that comes between the body and the line above
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
