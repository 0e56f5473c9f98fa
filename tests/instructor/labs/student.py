"""Run notebooks with a student's Python, each up to its first error: `python student.py NOTEBOOK...`.

Prints, as JSON by notebook, the identifiers of the cells that were run and the name of the error. Each runs in IPython,
in a new folder, and in a fork of a process that has imported what takes long.
"""

import contextlib
import importlib
import json
import os
import sys
import tempfile
from pathlib import Path

os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"

from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.interactiveshell import InteractiveShell


class Shell(InteractiveShell):
    """IPython without a kernel or a terminal."""

    def enable_gui(self, gui=None):
        """Do nothing: figures are drawn inline."""


def run(notebook: Path) -> dict:
    """Return what was run, and the error that ended it."""
    shell = Shell.instance(display_pub_class=CapturingDisplayPublisher)
    cells = [cell for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"]
    executed = []
    for cell in cells:
        executed.append(cell["id"])
        result = shell.run_cell("".join(cell["source"]), store_history=True)
        if not result.success:
            error = result.error_before_exec or result.error_in_exec
            return {"executed": executed, "error": type(error).__name__, "message": str(error)[:300]}
    return {"executed": executed, "error": None}


def main() -> None:
    for name in ("matplotlib.pyplot", "torch"):
        with contextlib.suppress(ModuleNotFoundError):  # a lab on NumPy alone needs no PyTorch
            importlib.import_module(name)
    outcomes = {}
    for notebook in map(Path, sys.argv[1:]):
        with tempfile.TemporaryDirectory() as folder:
            outcome = Path(folder, "outcome.json")
            if not (pid := os.fork()):
                os.chdir(folder)
                os.dup2(2, 1)
                outcome.write_text(json.dumps(run(notebook)))
                os._exit(0)
            os.waitpid(pid, 0)
            outcomes[notebook.stem] = json.loads(outcome.read_text())
    print(json.dumps(outcomes))


if __name__ == "__main__":
    main()
