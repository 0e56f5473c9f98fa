"""Ctrl-C and SIGTERM end a command as soon as what it must not leave half done is finished."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


class Stopped(SystemExit):
    """Somebody asked the command to end; its exit status is the one that shells expect, 128 and the signal."""


@dataclass
class _State:
    depth: int = 0  # of what is to be finished
    asked: int = 0  # the signal that came, until the command ends

    def stop_if_asked(self) -> None:
        if self.asked and not self.depth:
            raise Stopped(128 + self.asked)


_state = _State()


@contextmanager
def stoppable() -> Iterator[None]:
    """Raise Stopped in what is inside when a signal asks it to end, outside of what must be `whole`."""

    def stop(number: int, frame: object) -> None:
        _state.asked = number
        _state.stop_if_asked()

    before = {one: signal.signal(one, stop) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
        _state.asked = 0


@contextmanager
def whole() -> Iterator[None]:
    """Finish what is inside before a signal is obeyed: it would be cut in two, or keep the exception to itself.

    A library may do that at any other moment too: then the next such part does not begin.
    """
    _state.stop_if_asked()
    _state.depth += 1
    try:
        yield
    finally:
        _state.depth -= 1
    _state.stop_if_asked()
