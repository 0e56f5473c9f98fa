"""Run a corrected lab as on a GPU: `COURSE_MODE=fast python -m tests.pretend.lab LAB` prints its counts as JSON."""

from __future__ import annotations

import json
import linecache
import os
import sys
import tempfile
import time
from pathlib import Path
from types import ModuleType

os.environ["COURSE_MODE"] = "fast"
os.environ["MPLBACKEND"] = "agg"
os.environ["TQDM_DISABLE"] = "1"

from instructor.course import Course
from instructor.labs.solutions import corrected


def run_lab(lab: str) -> dict:
    """Run the cells of a corrected lab in this process, as `__main__`, on the pretended device."""
    from helpers.torchvision_ops import declare_missing_operators

    declare_missing_operators()
    from tests.pretend.device import PretendDevice

    notebook = corrected(Course(Path(__file__).parents[2]).read_source(lab))
    main = sys.modules["__main__"] = ModuleType("__main__")
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, PretendDevice() as device:
        os.chdir(folder)
        for cell in notebook.cells:
            if cell.cell_type == "code":
                name = f"cell {cell.id}"
                linecache.cache[name] = (len(cell.source), None, cell.source.splitlines(keepends=True), name)
                try:
                    exec(compile(cell.source, name, "exec"), vars(main))
                except Exception as error:
                    error.add_note(f"in the cell {cell.id} of {lab}")
                    raise
    return {
        "lab": lab,
        "seconds": round(time.perf_counter() - start),
        "megabytes": dict(device.megabytes),
        "counts": [(kind, place, count) for (kind, place), count in device.counts.most_common()],
    }


if __name__ == "__main__":
    print(json.dumps(run_lab(sys.argv[1])))
