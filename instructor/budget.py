"""Bound what a student's bytes may cost: the time to render them, which can be hours, and the memory to read them.

In JSON, a list of two characters takes sixty bytes of memory.
"""

from __future__ import annotations

import json
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

MAX_SECONDS = 10  # of processor, for a notebook
AGAIN = 0.2  # seconds until the interruption is repeated, should something have swallowed it

MAX_JSON = 64 * 2**20
MAX_VALUES = 250_000  # five of the largest values in one
# Takes the place of the content of a message; what prints is then shown to have printed too much.
TOO_LARGE = {"name": "stdout", "text": "[... an output too large to be read ...]\n"}


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


def has_more(text: str, marks: str, limit: int) -> bool:
    """Tell whether JSON holds more than `limit` characters of `marks` outside its strings, or far more strings."""
    if sum(map(text.count, marks)) <= limit:
        return False
    unescaped = text.replace("\\\\", "").replace('\\"', "")
    if unescaped.count('"') > 8 * limit:
        return True
    outside = unescaped.split('"')[::2]
    return sum(part.count(mark) for part in outside for mark in marks) > limit


def read_message(content: bytes) -> dict:
    """Read a part of a kernel's message; `TOO_LARGE` where it would take much more memory than it should."""
    if len(content) > MAX_JSON:
        return TOO_LARGE.copy()
    text = content.decode("utf-8", "replace")
    if has_more(text, "[{,", MAX_VALUES):
        return TOO_LARGE.copy()
    return json.loads(text)
