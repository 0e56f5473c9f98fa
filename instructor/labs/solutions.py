"""Generate `solutions/`: corrected labs with the outputs of a real run, without markers or hidden tests."""

from __future__ import annotations

import copy
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from nbformat import NotebookNode

from instructor.course import Course
from instructor.errors import CourseError
from instructor.files import write_whole
from instructor.kernels import WARM
from instructor.labs.typography import french_spaces
from instructor.notebooks import TODO_MARKER, NotebookError, read_notebook, without_hidden_tests, write_notebook

if TYPE_CHECKING:
    from nbclient import NotebookClient


def corrected(source: NotebookNode) -> NotebookNode:
    """Return the corrected notebook, not yet executed."""
    notebook = copy.deepcopy(source)
    for cell in notebook.cells:
        cell.source = without_hidden_tests(TODO_MARKER.sub("", cell.source))
        if cell.cell_type == "markdown":
            cell.source = french_spaces(cell.source)
        cell.metadata = NotebookNode()
    return notebook


def write_solution(course: Course, lab: str) -> Path:
    """Execute the corrected lab in this process's environment and write it with its outputs."""
    if os.environ.get("COURSE_MODE") == "fast":
        raise CourseError("solutions show real data: unset COURSE_MODE, and set COURSE_DATA if you work offline")
    environment = dict(os.environ)
    if "COURSE_DATA" in environment:
        environment["COURSE_DATA"] = str(Path(environment["COURSE_DATA"]).resolve())
    # Imported here, because 'course check' compares solutions and runs none.
    from jupyter_core.utils import run_sync
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    notebook = corrected(course.read_source(lab))
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(notebook, kernel_name=WARM, timeout=None, resources={"metadata": {"path": folder}})
        try:
            run_sync(_execute)(client, environment)
        except CellExecutionError as error:
            raise CourseError(f"the corrected lab '{lab}' stops: {error.ename}: {error.evalue}") from None
        except RuntimeError as error:  # a kernel that dies, or does not answer
            raise CourseError(f"the corrected lab '{lab}' stops: {error}; run the command again") from None
    tidy_outputs(notebook, environment.get("COURSE_DATA"))
    write_notebook(notebook, course.solution(lab))
    if lab in (due := solutions_due(course)):
        write_whole(_due_file(course), "".join(f"{other}\n" for other in due if other != lab).encode())
    return course.solution(lab)


async def _execute(client: NotebookClient, environment: dict[str, str]) -> None:
    from instructor.grading.kernel_client import signals_left_alone

    with signals_left_alone():
        await client.async_execute(env=environment)


def solutions_due(course: Course) -> list[str]:
    """Return the labs whose corrected notebook is to be executed again, as `solutions/due.txt` lists them.

    It says so of a lab whose text has moved since: such a solution is shown to nobody until then.
    """
    file = _due_file(course)
    return file.read_text(encoding="utf-8").split() if file.is_file() else []


def _due_file(course: Course) -> Path:
    return course.root / "solutions" / "due.txt"


def tidy_outputs(notebook: NotebookNode, data_folder: str | None) -> None:
    """Leave out what belongs to one run: progress bars, execution times, where the data lay on this machine."""
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.outputs = _with_whole_texts(output for output in cell.outputs if output.get("name") != "stderr")
            for output in cell.outputs:
                if data_folder and output.output_type == "stream":
                    output.text = output.text.replace(data_folder, "COURSE_DATA")


def _with_whole_texts(outputs: Iterable[NotebookNode]) -> list[NotebookNode]:
    """Join the texts between which a progress bar stood: a table would be shown line by line."""
    joined: list[NotebookNode] = []
    for output in outputs:
        if joined and output.output_type == joined[-1].output_type == "stream":
            joined[-1].text += output.text
        else:
            joined.append(output)
    return joined


def stale_solutions(course: Course, labs: list[str]) -> list[Path]:
    """Return the solutions that are missing or whose code or text no longer equals the source's."""
    stale = []
    for lab in labs:
        wanted = corrected(course.read_source(lab))
        try:
            actual = read_notebook(course.solution(lab))
        except NotebookError:
            stale.append(course.solution(lab))
            continue
        if [(cell.id, cell.source) for cell in actual.cells] != [(cell.id, cell.source) for cell in wanted.cells]:
            stale.append(course.solution(lab))
    return stale
