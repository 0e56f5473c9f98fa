"""Stop a run when a teacher presses Ctrl-C, without tearing what is being filed."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def stopping_between_hand_ins(tell: Callable[..., None], say: Callable[[str], None]) -> Iterator[Callable[..., None]]:
    """Give a `tell` that raises KeyboardInterrupt after a first Ctrl-C, once a hand-in is done.

    An exception that came at any moment might be kept by nbgrader, or by a library, to itself. A second Ctrl-C is one.
    """
    asked = False

    def ask(*_: object) -> None:
        nonlocal asked
        asked = True
        signal.signal(signal.SIGINT, signal.default_int_handler)
        say("stopping once a hand-in is done; press Ctrl-C again to stop at once")

    def tell_or_stop(*arguments: object) -> None:
        tell(*arguments)
        if asked:
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield tell_or_stop
    finally:
        signal.signal(signal.SIGINT, before)
