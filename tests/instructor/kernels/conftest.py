"""Run a few cells in one of the course's kernels, with the clients that teachers use."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError
from traitlets.config import Config

from instructor.kernels import SANDBOXED, WARM, install
from instructor.kernels.sandbox import sandbox_available


@dataclass
class Run:
    """What a notebook printed, by cell; the errors that it raised; and how its kernel ended."""

    texts: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    outputs: list = field(default_factory=list)
    died: bool = False
    death_reason: str | None = None


@pytest.fixture(scope="session", autouse=True)
def _kernels_installed() -> None:
    install()


@pytest.fixture(autouse=True)
def _runtime_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))


@pytest.fixture
def run() -> Callable[..., Run]:
    """Execute cells in a new kernel and return what came out."""

    def run(*cells: str, kernel: str = WARM, cwd: Path | None = None, limits: dict | None = None, **options) -> Run:
        env = options.pop("env", {})
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
        client = NotebookClient(
            notebook,
            kernel_name=kernel,
            config=Config({"WarmProvisioner": {"limits": limits or {}}}),
            resources={"metadata": {"path": str(cwd) if cwd else ""}},
            allow_errors=True,
            shutdown_kernel="immediate",
            **options,
        )
        manager = client.create_kernel_manager()
        result = Run()
        try:
            client.execute(**({"env": env} if env else {}))
        except DeadKernelError:
            result.died = True
        result.death_reason = manager.provisioner.death_reason
        for cell in notebook.cells:
            result.outputs.append(cell.outputs)
            result.texts.append("".join(output.get("text", "") for output in cell.outputs))
            result.errors += [output.ename for output in cell.outputs if output.output_type == "error"]
        return result

    return run


@pytest.fixture
def boxed(run: Callable[..., Run]) -> Callable[..., Run]:
    """Execute cells in the sandbox."""
    available, reason = sandbox_available()
    if not available:
        pytest.skip(f"no sandbox: {reason}")
    return partial(run, kernel=SANDBOXED)


@pytest.fixture
def processes_with() -> Callable[[str], list[Path]]:
    """Return the processes of the machine that have a marker in their command line, after some time to end."""

    def processes_with(marker: str) -> list[Path]:
        for _ in range(50):
            found = []
            for folder in Path("/proc").glob("[0-9]*"):
                with suppress(OSError):
                    if marker.encode() in (folder / "cmdline").read_bytes():
                        found.append(folder)
            if not found:
                return []
            time.sleep(0.1)
        return found

    return processes_with
