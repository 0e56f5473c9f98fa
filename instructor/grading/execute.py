"""Run a notebook in a kernel and keep what every cell gave, whatever the notebook does."""

from __future__ import annotations

import asyncio
import copy
import math
import os
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timezone

from jupyter_client.manager import KernelManager
from jupyter_core.utils import run_sync
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionComplete, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_output

from instructor.budget import read_message
from instructor.errors import PutOff
from instructor.grading.kernel_client import KERNEL_START, KernelClient, signals_left_alone
from instructor.grading.outputs import MAX_CHARACTERS, MAX_KINDS, MAX_OUTPUTS, shorten, size
from instructor.kernels import SANDBOXED
from instructor.kernels.limits import MIB, processor_queue, processor_seconds, resident_bytes

DEFAULT_CELL_TIMEOUT = 60
# A cell that waits instead of computing may last this many times as long; to wait for a core is not counted.
CLOCK_FACTOR = 3
NOTEBOOK_TIMEOUT_FACTOR = 5
INTERRUPT_GRACE = 10  # seconds of processor that an interrupted cell has left, by the clock as above
WATCH_SECONDS = 0.1
# What a kernel sends waits in the memory of this process, which no sandbox bounds; to read it takes as much again.
MAX_TAKEN = 512 * MIB


@dataclass(frozen=True)
class Policy:
    """How the hand-ins of one grading run are executed.

    Parameters
    ----------
    seed
        Seed of what the criteria draw, shared by the reference and every hand-in.
    kernel_name
        The course's kernel, sandboxed or not (`instructor.kernels`).
    cell_timeout
        Seconds of processor that a cell may take; None for what the lab asks for. By the clock, a cell may last three
        times as long and a notebook five times; for a cell, what it shows is read, and a core waited for, meanwhile: a
        mark must not depend on what else the machine does.
    patience
        Seconds by the clock after which a notebook is put off, without a mark, until the others of its class are done.
    """

    seed: int
    kernel_name: str = SANDBOXED
    cell_timeout: float | None = None
    patience: float = math.inf

    def environment(self) -> dict[str, str]:
        """Variables that the kernel gets on top of the process's own."""
        # One thread a kernel: hand-ins run side by side, and several threads each would wait for one another.
        threads = {"OMP_NUM_THREADS": "1"}
        return {"COURSE_SEED": str(self.seed), "COURSE_MODE": "fast", "NBGRADER_EXECUTION": "autograde"} | threads


@dataclass
class _Run:
    """What the running cell has left of the processor and of the clock."""

    kernel: int
    seconds: float
    clock: Callable[[], float]
    began: datetime = field(default_factory=lambda: datetime.now(timezone.utc))
    interrupted: bool = False

    def __post_init__(self) -> None:
        self._give(self.seconds)

    def interrupt(self) -> None:
        """Note that the cell is interrupted, which gives it some more time to end."""
        self.interrupted = True
        self._give(INTERRUPT_GRACE)

    def is_late(self) -> bool:
        """Tell whether the cell has computed for longer than it was given, or lasted much longer."""
        return processor_seconds(self.kernel) > self._last_computed or self.clock() > self._last_moment

    def _give(self, seconds: float) -> None:
        self._last_computed = processor_seconds(self.kernel) + seconds
        self._last_moment = self.clock() + CLOCK_FACTOR * seconds


class _Client(NotebookClient):
    """A client that goes on after an error, whatever the kernel sends, and stops the cells that take too long."""

    running: NotebookNode | None = None
    ran_out = False

    def __init__(self, *arguments: object, seconds: float, most: float, **options: object) -> None:
        super().__init__(*arguments, **options)
        self.seconds = seconds
        self._end = time.monotonic() + most
        self._spared = 0.0
        self._seen = (0.0, 0.0)
        self._taken: Counter[int] = Counter()
        self._run: _Run | None = None

    def create_kernel_manager(self) -> KernelManager:
        manager = super().create_kernel_manager()
        manager.client_factory = KernelClient
        manager.session.unpack = read_message
        return manager

    def process_message(self, msg: dict, cell: NotebookNode, cell_index: int) -> NotebookNode | None:
        """Leave out what no kernel sends, and widgets, which can lead outputs elsewhere than to their cell.

        What was shown is final: code that runs later, and may know more, can neither update nor clear it.
        """
        try:
            msg["content"].pop("transient", None)
            if len(msg["content"].get("data", ())) > MAX_KINDS:
                raise ValueError("an output of too many kinds")
            if msg["msg_type"] != "clear_output" and not msg["msg_type"].startswith("comm"):
                return super().process_message(msg, cell, cell_index)
        except CellExecutionComplete:
            raise
        except Exception as error:
            self.log.warning("Malformed message of the kernel left out: %s", type(error).__name__)

    def output(self, outs: list[NotebookNode], msg: dict, display_id: str | None, cell_index: int) -> None:
        """Take an output in, and cut the middle of what the cell has shown as soon as it is too much."""
        out = super().output(outs, msg, display_id, cell_index)
        self._taken[cell_index] += size(out) if out else 0
        if self._taken[cell_index] > 3 * MAX_CHARACTERS or len(outs) > 3 * MAX_OUTPUTS:
            outs[:] = shorten(outs)
            self._taken[cell_index] = sum(map(size, outs))

    def start_of_cell(self, cell: NotebookNode, cell_index: int) -> None:
        self.running = cell
        self._run = _Run(self.km.provisioner.pid, self.seconds, self.clock)

    def end_of_cell(self, cell: NotebookNode, cell_index: int, execute_reply: dict) -> None:
        """Add the error of the kernel's reply where the outputs do not show it (`showtraceback` patched away).

        When it ran is noted by the clock of this process, in the words that nbclient would use.
        """
        cell.metadata["execution"] = {
            "iopub.execute_input": self._run.began.isoformat(),
            "shell.execute_reply": datetime.now(timezone.utc).isoformat(),
        }
        content = execute_reply["content"]
        shown = [output.ename for output in cell.outputs if output.output_type == "error"]
        if content["status"] == "error" and content["ename"] not in shown:
            cell.outputs.append(_error(content["ename"], content["evalue"]))
        if self.stopped:
            # Whatever the interrupt was turned into, delay is what happened.
            cell.outputs.insert(0, _too_long(self.seconds))
        self._run = None

    @property
    def stopped(self) -> bool:
        """Whether the running cell was interrupted."""
        return self._run is not None and self._run.interrupted

    def clock(self) -> float:
        """Return the time, less what this thread takes to read what cells show, and what both wait for a core."""
        return time.monotonic() - self._spared

    def spare(self) -> None:
        """Count what was taken or waited for since the last look."""
        kernel = processor_queue(str(self._run.kernel))[1] if self._run else self._seen[1]
        seen = sum(processor_queue("thread-self")), kernel
        self._spared += sum(max(0.0, now - before) for now, before in zip(seen, self._seen, strict=True))
        self._seen = seen

    async def keep_bounds(self) -> None:
        """Interrupt a cell that takes too long; kill the kernel if it then goes on, or if it sends too much.

        Returns once the notebook has had its time.

        It is for whoever interrupts to say how long a cell may take to stop, and nobody else kills it. Under another
        client, a deaf kernel in the sandbox ends with its notebook's time, and each of them with its client.
        """
        most = resident_bytes() + MAX_TAKEN
        self._seen = sum(processor_queue("thread-self")), 0.0
        while self.clock() < self._end:
            await asyncio.sleep(WATCH_SECONDS)
            self.spare()
            run = self._run
            with suppress(RuntimeError):  # the kernel has just died, which the client will see
                late = run is not None and run.is_late()
                if resident_bytes() > most or (late and run.interrupted):
                    await self.km.signal_kernel(signal.SIGKILL)
                elif late:
                    run.interrupt()
                    await self.km.interrupt_kernel()


def run_notebook(notebook: NotebookNode, policy: Policy) -> NotebookNode:
    """Return a copy of `notebook`, run from its first cell to its last in an empty folder.

    A cell that takes too long is interrupted and gets a `CellTimeoutError` output first. When the kernel dies, or does
    not stop, the running cell gets the error, and the cells behind it keep `execution_count` None; the cell's key, or
    its id, is in `metadata.course.stopped_at`. Where the whole notebook took too long, `ran_out` is True instead: the
    cell that ran last is not to blame. PutOff where the policy's patience ends first.
    """
    notebook = copy.deepcopy(notebook)
    notebook.metadata.setdefault("course", NotebookNode()).update(stopped_at="", ran_out=False)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    timeout = policy.cell_timeout or notebook.metadata.get("course", {}).get("cell_timeout", DEFAULT_CELL_TIMEOUT)
    most = min(KERNEL_START + NOTEBOOK_TIMEOUT_FACTOR * timeout, policy.patience)
    with tempfile.TemporaryDirectory(prefix="course-") as folder:
        client = _Client(
            notebook,
            kernel_name=policy.kernel_name,
            seconds=timeout,
            most=most,
            # What a busy machine is slow to deliver counts all the same: the notebook's own time bounds the wait.
            iopub_timeout=math.ceil(NOTEBOOK_TIMEOUT_FACTOR * timeout),
            allow_errors=True,
            record_timing=False,  # of what the kernel says of its own clock
            shutdown_kernel="immediate",
            resources={"metadata": {"path": folder}},
        )
        client.on_cell_execute = client.start_of_cell
        client.on_cell_executed = client.end_of_cell
        try:
            run_sync(_execute)(client, os.environ | policy.environment())
        except Exception as error:
            if client.ran_out and most == policy.patience:
                raise PutOff from None
            if client.running is None:
                raise
            # To nbclient, whatever ends a notebook is a dead kernel.
            late = client.stopped or client.ran_out
            what = _too_long(timeout) if late else _error(type(error).__name__, _what_happened(error))
            client.running.outputs.append(what)
            if late and not client.stopped:
                notebook.metadata.course["ran_out"] = True
            else:
                key = client.running.metadata.get("course", {}).get("key", client.running.id)
                notebook.metadata.course["stopped_at"] = key
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = shorten(cell.outputs)
    return notebook


async def _execute(client: _Client, environment: dict[str, str]) -> None:
    run, watch = (asyncio.ensure_future(one) for one in (client.async_execute(env=environment), client.keep_bounds()))
    try:
        with signals_left_alone():
            await asyncio.wait({run, watch}, return_when=asyncio.FIRST_COMPLETED)
            if not run.done():
                watch.result()
                client.ran_out = True
                run.cancel()
                with suppress(asyncio.CancelledError):
                    await run
                raise asyncio.TimeoutError
            run.result()
    finally:
        # With the watch goes what nbclient leaves behind where a cell ends otherwise than by its reply.
        left = {watch, *asyncio.all_tasks()} - {asyncio.current_task()}
        for task in left:
            task.cancel()
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(asyncio.gather(*left, return_exceptions=True), timeout=1)


def _what_happened(error: Exception) -> str:
    """Say why a notebook was stopped; what is no death nor delay is a message that the kernel forged."""
    if isinstance(error, DeadKernelError):
        return "the kernel died"
    return f"the kernel sent what cannot be read ({str(error)[:200]})"


def _too_long(seconds: float) -> NotebookNode:
    return _error("CellTimeoutError", f"stopped after {seconds:g} s")


def _error(ename: str, evalue: str) -> NotebookNode:
    return new_output("error", ename=ename, evalue=evalue, traceback=[f"{ename}: {evalue}"])
