"""Run the cells of a corrected lab in this process, as a kernel would."""

from __future__ import annotations

import linecache
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from instructor.course import Course
from instructor.labs.solutions import corrected

COURSE = Course(Path(__file__).resolve().parents[1])


def run_cells(lab: str) -> Iterator[tuple[int, int]]:
    """Run the code cells one by one, as `__main__` in an empty folder; yield how many are done, and of how many."""
    cells = [cell for cell in corrected(COURSE.read_source(lab)).cells if cell.cell_type == "code"]
    main = sys.modules["__main__"] = ModuleType("__main__")
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for done, cell in enumerate(cells, start=1):
            name = f"cell {cell.id}"
            linecache.cache[name] = (len(cell.source), None, cell.source.splitlines(keepends=True), name)
            try:
                exec(compile(cell.source, name, "exec"), vars(main))
            except Exception as error:
                raise RuntimeError(f"{lab}, cell {cell.id}: {type(error).__name__}: {error}") from error
            yield done, len(cells)
        os.chdir(COURSE.root)
