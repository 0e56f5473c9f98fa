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
# What an empty file costs the machine's memory, about.
INODE_BYTES = 1024
# What Linux lets a socket keep for its reader, unless it asks for more, which is refused in the sandbox (`seccomp`).
SOCKET_BYTES = 212_992
METER_SECONDS = 0.2
TICKS = os.sysconf("SC_CLK_TCK")
# Looking at the pages of many processes is slow: at most a fifth of the time is spent on it.
METER_SHARE = 0.2
# For numerical libraries, which read it when they are loaded: a notebook has one core, and a fork loses every thread.
SINGLE_THREADED = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}


@dataclass(frozen=True)
class Limits:
    """Ceilings for one notebook. The kernel enforces them, except where a line says that the warden looks.

    Attributes
    ----------
    memory
        Bytes of private memory of one process; the warden kills the notebook when all its processes and files together
        take more.
    processes
        Processes and threads. The kernel itself has a dozen. All of them share one core.
    open_files
        File descriptors of one process.
    file_size
        Bytes of one file.
    scratch
        Bytes in the work copy, and as much again in each of the temporary folders `/tmp` and `/dev/shm`. They live in
        memory: nothing reaches the disk.
    seconds
        Wall-clock time of the notebook, by the warden. The time of a cell, before and after its
        interrupt, is the client's to watch.
    """

    memory: int = 4 * GIB
    processes: int = 64
    open_files: int = 1024
    file_size: int = 512 * MIB
    scratch: int = 512 * MIB
    seconds: float = 1800

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
            hard = resource.getrlimit(name)[1]
            lower = value if hard == resource.RLIM_INFINITY else min(value, hard)
            resource.setrlimit(name, (lower, lower))


class Meter:
    """Measure what a notebook uses in all, from outside its box.

    Parameters
    ----------
    limits
        The ceilings to compare with.
    processes
        The box's `/proc`, reached from outside.
    file_systems
        The box's file systems in memory.
    """

    def __init__(self, limits: Limits, processes: Path, file_systems: list[Path]) -> None:
        self._limits = limits
        self._processes = processes
        self._file_systems = file_systems
        self._end = time.monotonic() + limits.seconds
        self._next_look = 0.0

    def excess(self) -> str | None:
        """Return the limit that is passed, in words; None while all is well, or when the last look is recent."""
        started = time.monotonic()
        if started < self._next_look:
            return None
        found = self._look()
        self._next_look = started + max(METER_SECONDS, (time.monotonic() - started) / METER_SHARE)
        return found

    def _look(self) -> str | None:
        if time.monotonic() > self._end:
            return f"the notebook ran for more than {self._limits.seconds:g} seconds"
        others = sum(map(_bytes_in, self._file_systems)) + self._bytes_in_sockets() + self._sum(*PAGE_TABLES)
        # Resident pages are read at once, but what processes share is counted for each: look closer only if need be.
        if all(others + self._sum(*way) > self._limits.memory for way in (RESIDENT, PROPORTIONAL)):
            return f"the notebook took more than {self._limits.memory / MIB:.0f} MiB of memory"
        return None

    def _bytes_in_sockets(self) -> int:
        """Return the most that the sockets of the box's network may keep for their readers."""
        return SOCKET_BYTES * int(re.search(r"used (\d+)", (self._processes / "1/net/sockstat").read_text())[1])

    def _sum(self, name: str, read: Callable[[str], int]) -> int:
        total = 0
        for folder in self._processes.iterdir():
            if folder.name.isdigit():
                with suppress(FileNotFoundError, ProcessLookupError):
                    total += read((folder / name).read_text())
        return total


def _resident(statm: str) -> int:
    return int(statm.split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _page_tables(status: str) -> int:
    # What has ended, and waits for its parent, has none.
    found = re.search(r"^VmPTE:\s+(\d+) kB", status, re.M)
    return int(found[1]) * 1024 if found else 0


def _proportional(smaps: str) -> int:
    return int(re.search(r"^Pss:\s+(\d+) kB", smaps, re.M)[1]) * 1024


RESIDENT = "statm", _resident
PAGE_TABLES = "status", _page_tables
PROPORTIONAL = "smaps_rollup", _proportional


def _bytes_in(file_system: Path) -> int:
    usage = os.statvfs(file_system)
    return (usage.f_blocks - usage.f_bfree) * usage.f_frsize + (usage.f_files - usage.f_ffree) * INODE_BYTES


def processor_seconds(pid: int) -> float:
    """Return what a process has used of the processor, and the children that it has waited for; 0 once it is dead."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / TICKS


def processor_queue(task: str) -> tuple[float, float]:
    """Return the seconds that a thread, such as "self" or a number, has run, and those it has waited for a processor.

    Zeros once it is dead, or where Linux does not count them.
    """
    try:
        ran, waited = Path("/proc", task, "schedstat").read_text().split()[:2]
    except (OSError, ValueError):
        return 0.0, 0.0
    return int(ran) / 1e9, int(waited) / 1e9


def resident_bytes() -> int:
    """Return what this process takes of the machine's memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
