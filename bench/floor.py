"""Run notebooks' code in forks of a process that has imported everything; print the seconds and the CPU seconds in all.

Run by `bench.grading`: `python -m bench.floor <notebook>...`.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from pathlib import Path

os.environ["MPLBACKEND"] = "agg"

from instructor.kernels import forkserver
from instructor.notebooks import read_notebook


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
    """Execute the cells in one namespace, an error ending no more than its cell, and leave the process."""
    for descriptor in (1, 2):
        os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)
    namespace = {"__name__": "__main__", "display": print}
    for number, cell in enumerate(cells):
        with contextlib.suppress(Exception):
            exec(compile(cell, f"cell {number}", "exec"), namespace)
    os._exit(0)


if __name__ == "__main__":
    main()
