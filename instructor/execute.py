"""Run a notebook in a kernel and keep what every cell gave, whatever the notebook does."""

from __future__ import annotations

import asyncio
import copy
import os
import tempfile
from collections import Counter
from dataclasses import dataclass

from jupyter_core.utils import run_sync
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionComplete, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_output

from instructor.kernels import SANDBOXED
from instructor.outputs import MAX_CHARACTERS, MAX_OUTPUTS, shorten, size

DEFAULT_CELL_TIMEOUT = 60
NOTEBOOK_TIMEOUT_FACTOR = 5
KERNEL_START = 60  # seconds, on a machine that another hand-in keeps busy


@dataclass(frozen=True)
class Policy:
    """How the hand-ins of one grading run are executed.

    Parameters
    ----------
    seed
        Seed of the probes' inputs, shared by the reference and every hand-in.
    kernel_name
        The course's kernel, sandboxed or not (`instructor.kernels`).
    cell_timeout
        Seconds a cell may take; None for what the lab asks for. A notebook may take five times as long.
    """

    seed: int
    kernel_name: str = SANDBOXED
    cell_timeout: float | None = None

    def environment(self) -> dict[str, str]:
        """Variables that the kernel gets on top of the process's own."""
        # One thread a kernel: hand-ins run side by side, and several threads each would wait for one another.
        threads = {"OMP_NUM_THREADS": "1"}
        return {"COURSE_SEED": str(self.seed), "COURSE_MODE": "fast", "NBGRADER_EXECUTION": "autograde"} | threads


class _Client(NotebookClient):
    """A client that goes on after an error, whatever the kernel sends, and remembers which cell is running."""

    running: NotebookNode | None = None

    def __init__(self, *arguments: object, **options: object) -> None:
        super().__init__(*arguments, **options)
        self._taken: Counter[int] = Counter()

    def process_message(self, msg: dict, cell: NotebookNode, cell_index: int) -> NotebookNode | None:
        """Leave out what no kernel sends, and widgets, which can lead outputs elsewhere than to their cell."""
        try:
            if not msg["msg_type"].startswith("comm"):
                return super().process_message(msg, cell, cell_index)
        except CellExecutionComplete:
            raise
        except Exception as error:
            self.log.warning("Malformed message of the kernel left out: %s", type(error).__name__)

    def output(self, outs: list[NotebookNode], msg: dict, display_id: str | None, cell_index: int) -> None:
        """Take an output in, and cut the middle of what the cell has shown as soon as it is too much."""
        out = super().output(outs, msg, display_id, cell_index)
        self._taken[cell_index] += size(out) if out else 0
        if self._taken[cell_index] > 2 * MAX_CHARACTERS or len(outs) > 2 * MAX_OUTPUTS:
            outs[:] = shorten(outs)
            self.clear_display_id_mapping(cell_index)
            self._taken[cell_index] = sum(map(size, outs))

    def start_of_cell(self, cell: NotebookNode, cell_index: int) -> None:
        self.running = cell

    def end_of_cell(self, cell: NotebookNode, cell_index: int, execute_reply: dict) -> None:
        """Add the error of the kernel's reply where the outputs do not show it (`showtraceback` patched away)."""
        content = execute_reply["content"]
        shown = [output.ename for output in cell.outputs if output.output_type == "error"]
        if content["status"] == "error" and content["ename"] not in shown:
            cell.outputs.append(_error(content["ename"], content["evalue"]))


def run_notebook(notebook: NotebookNode, policy: Policy) -> NotebookNode:
    """Return a copy of `notebook`, run from its first cell to its last in an empty folder.

    A cell that takes too long is interrupted and gets a `CellTimeoutError` output. When the kernel dies, or does not
    stop, the running cell gets the error, and the cells behind it keep `execution_count` None.
    """
    notebook = copy.deepcopy(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    timeout = policy.cell_timeout or notebook.metadata.get("course", {}).get("cell_timeout", DEFAULT_CELL_TIMEOUT)
    too_long = {"ename": "CellTimeoutError", "evalue": f"stopped after {timeout:g} s", "traceback": []}
    with tempfile.TemporaryDirectory(prefix="course-") as folder:
        client = _Client(
            notebook,
            kernel_name=policy.kernel_name,
            timeout=timeout,
            interrupt_on_timeout=True,
            error_on_timeout=too_long,
            allow_errors=True,
            shutdown_kernel="immediate",
            resources={"metadata": {"path": folder}},
        )
        client.on_cell_execute = client.start_of_cell
        client.on_cell_executed = client.end_of_cell
        try:
            run_sync(_execute)(
                client, os.environ | policy.environment(), KERNEL_START + NOTEBOOK_TIMEOUT_FACTOR * timeout
            )
        except Exception as error:
            if client.running is None:
                raise
            client.running.outputs.append(_error(type(error).__name__, _what_happened(error)))
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = shorten(cell.outputs)
    return notebook


async def _execute(client: NotebookClient, environment: dict[str, str], timeout: float) -> None:
    await asyncio.wait_for(client.async_execute(env=environment), timeout)


def _what_happened(error: Exception) -> str:
    """Say why a notebook was stopped; what is no death nor delay is a message that the kernel forged."""
    if isinstance(error, asyncio.TimeoutError):
        return "the notebook took too long"
    if isinstance(error, DeadKernelError):
        return "the kernel died"
    return f"the kernel sent what cannot be read ({str(error)[:200]})"


def _error(ename: str, evalue: str) -> NotebookNode:
    return new_output("error", ename=ename, evalue=evalue, traceback=[f"{ename}: {evalue}"])
