"""Run notebooks' code in forks of a process that has imported everything; print the seconds, and those of CPU, in all.

Run by `bench.grading`: `python -m bench.floor <notebook>...`. The code runs in IPython, which draws the figures and
shows the values as in a notebook, but with no kernel around it: no messages, no sockets, no threads.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"

from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.interactiveshell import InteractiveShell

from instructor.kernels import forkserver
from instructor.notebooks import read_notebook


class Shell(InteractiveShell):
    """IPython without a kernel or a terminal."""

    def enable_gui(self, gui: str | None = None) -> None:
        """Do nothing: figures are drawn inline."""


def main() -> None:
    """Run and print."""
    forkserver.preload()
    notebooks = [read_notebook(Path(name)) for name in sys.argv[1:]]
    started, cpu = time.perf_counter(), 0.0
    for notebook in notebooks:
        if not (child := os.fork()):
            _run([cell.source for cell in notebook.cells if cell.cell_type == "code"])
        _, status, usage = os.wait4(child, 0)
        if status:
            sys.exit("the floor cannot be measured: a notebook ended its process")
        cpu += usage.ru_utime + usage.ru_stime
    print(time.perf_counter() - started, cpu)


def _run(cells: list[str]) -> None:
    """Execute the cells, an error ending no more than its cell, and leave the process."""
    for descriptor in (1, 2):
        os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)
    shell = Shell.instance()
    shell.display_pub = CapturingDisplayPublisher()
    shell.run_line_magic("matplotlib", "inline")
    for cell in cells:
        shell.run_cell(cell)
    os._exit(0)


if __name__ == "__main__":
    main()
