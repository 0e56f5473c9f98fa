"""Run a function in a process of its own and measure its time and its memory."""

from __future__ import annotations

import contextlib
import io
import multiprocessing
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Measure:
    """Seconds of the work itself, and peak of memory above what the process had before it, in megabytes."""

    seconds: float
    megabytes: float


def measure(work: Callable[..., float], *arguments: object) -> Measure:
    """Run `work` in a fresh process.

    Parameters
    ----------
    work
        Called once with `arguments`; returns the seconds to report, without its preparation.
    """
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=context) as executor:
        return executor.submit(_measure_here, work, arguments).result()


def time_epoch(start_epoch: Callable[[], Iterable], num_batches: int, limit: float = 3.0) -> float:
    """Return the seconds of one epoch: the best of several within `limit` seconds, or a part of one in proportion.

    The first batch is counted apart, so that starting worker processes is paid once and not multiplied.
    """
    best, deadline = float("inf"), time.perf_counter() + limit
    while time.perf_counter() < deadline:
        start = time.perf_counter()
        batches = iter(start_epoch())
        next(batches)
        first = time.perf_counter()
        done = 1
        for done, _ in enumerate(batches, start=2):
            if done % 16 == 0 and time.perf_counter() > deadline:
                break
        rest = (time.perf_counter() - first) * (num_batches - 1) / max(done - 1, 1)
        if done == num_batches or best == float("inf"):
            best = min(best, first - start + rest)
    return best


def _measure_here(work: Callable[..., float], arguments: tuple) -> Measure:
    before = _memory("VmRSS")
    with contextlib.redirect_stdout(io.StringIO()):
        seconds = work(*arguments)
    return Measure(seconds, _memory("VmHWM") - before)


def _memory(field: str) -> float:
    """Read a size of this process from Linux, in megabytes."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1]) / 1000
    raise KeyError(field)
