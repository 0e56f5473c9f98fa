"""What a sandboxed notebook may use."""

from __future__ import annotations

import os
import re
import resource
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

MIB = 2**20
GIB = 2**30


@dataclass(frozen=True)
class Limits:
    """Ceilings for one notebook. The kernel enforces them, except where a line says that the warden looks.

    Attributes
    ----------
    memory
        Bytes of private memory of one process; the warden kills the notebook when all its processes together take more.
    processes
        Processes and threads. The kernel itself has a dozen.
    open_files
        File descriptors of one process.
    file_size
        Bytes of one file.
    scratch
        Bytes in the work copy, and as much again in each of the temporary folders `/tmp` and `/dev/shm`. They live in
        memory: nothing reaches the disk.
    seconds
        Wall-clock time of the notebook, by the warden. The time of a cell is the client's to watch.
    interrupt_grace
        Seconds that a cell has to end after an interrupt, before the kernel is killed.
    """

    memory: int = 4 * GIB
    processes: int = 256
    open_files: int = 1024
    file_size: int = 512 * MIB
    scratch: int = 512 * MIB
    seconds: float = 1800
    interrupt_grace: float = 5

    def apply(self) -> None:
        """Bind the calling process and all that it will start."""
        for name, value in {
            # RLIMIT_AS would count the gigabytes that allocators and thread stacks reserve without using them.
            resource.RLIMIT_DATA: self.memory,
            resource.RLIMIT_NPROC: self.processes,
            resource.RLIMIT_NOFILE: self.open_files,
            resource.RLIMIT_FSIZE: self.file_size,
            resource.RLIMIT_CORE: 0,
        }.items():
            resource.setrlimit(name, (value, value))


class Meter:
    """Measure what a notebook uses in all, from outside its box.

    Parameters
    ----------
    limits
        The ceilings to compare with.
    processes
        Descriptor of the box's `/proc`.
    """

    def __init__(self, limits: Limits, processes: int) -> None:
        self._limits = limits
        self._processes = Path(f"/proc/self/fd/{processes}")
        self._end = time.monotonic() + limits.seconds

    def excess(self) -> str | None:
        """Return the limit that is passed, in words; None while all is well."""
        if time.monotonic() > self._end:
            return f"the notebook ran for more than {self._limits.seconds:g} seconds"
        # Resident pages are read at once, but what processes share is counted for each: look closer only if need be.
        if self._sum("statm", _resident) > self._limits.memory < self._sum("smaps_rollup", _proportional):
            return f"the notebook's processes took more than {self._limits.memory / MIB:.0f} MiB of memory"
        return None

    def _sum(self, name: str, read: Callable[[str], int]) -> int:
        total = 0
        for folder in self._processes.iterdir():
            if folder.name.isdigit():
                with suppress(FileNotFoundError, ProcessLookupError):
                    total += read((folder / name).read_text())
        return total


def _resident(statm: str) -> int:
    return int(statm.split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _proportional(smaps: str) -> int:
    return int(re.search(r"^Pss:\s+(\d+) kB", smaps, re.M)[1]) * 1024
