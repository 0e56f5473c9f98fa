"""Grade one hand-in: repair, execute, verify. The same code serves `course grade` and nbgrader's own commands."""

from __future__ import annotations

import hashlib
import secrets
import sysconfig
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from importlib.metadata import distributions
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_output

import helpers
import instructor
from helpers.probe import MIME_TYPE
from instructor.course import Course, HandIn
from instructor.errors import CourseError
from instructor.gradebook.deadlines import read_deadline, seconds_late
from instructor.grading.criteria import Mark, Reference, make_reference, mark_notebook
from instructor.grading.execute import Policy, run_notebook
from instructor.grading.expectations import restore_tests, without_expectations
from instructor.grading.repair import repair
from instructor.grading.review import suspicious
from instructor.kernels import SANDBOXED
from instructor.notebooks import find_cell, is_too_large, parse_notebook, to_text


@dataclass(frozen=True)
class Lab:
    """What grading needs to know of a lab. It holds no path, so that it can travel to another machine."""

    source: NotebookNode
    release: NotebookNode
    reference: Reference
    policy: Policy


@cache
def default_policy() -> Policy:
    """Return this process's policy, with a seed that no student can know."""
    return Policy(seed=secrets.randbelow(2**32))


def load_lab(course: Course, name: str, policy: Policy) -> Lab:
    """Read a lab and run its reference, once as long as it stays the same; CourseError if it cannot be graded."""
    if not course.release(name).is_file():
        raise CourseError(f"release/{name}/ does not exist; run 'course build {name}' first")
    return _load_lab(course, name, policy, course.source(name).read_bytes(), course.release(name).read_bytes())


@cache
def _load_lab(course: Course, name: str, policy: Policy, *_contents: bytes) -> Lab:
    source = course.read_source(name)
    try:
        reference = make_reference(run_notebook(source, policy))
    except ValueError as error:
        raise CourseError(f"source/{name}/{name}.ipynb cannot serve as reference: {error}") from None
    except Exception as error:  # whatever Jupyter meets before a kernel runs
        cause = error.__context__ if isinstance(error, AssertionError) and error.__context__ else error
        raise CourseError(
            f"no kernel starts ({type(cause).__name__}: {cause}); run 'make setup', and 'course grade' again"
        ) from error
    return Lab(source, course.read_release(name), reference, policy)


def grade_hand_in(content: bytes, lab: Lab) -> NotebookNode:
    """Return the executed hand-in, with its marks, repairs and flags in `metadata.course`.

    Raises
    ------
    NotebookError, HandInError
        The file is no notebook, or not one of this lab.
    """
    repaired, repairs = repair(parse_notebook(content, "the file handed in"), lab.source, lab.release)
    executed = run_notebook(without_expectations(repaired), lab.policy)
    restore_tests(executed, repaired)
    marks = mark_notebook(executed, lab.reference)
    _keep_readable(executed)
    record_marks(executed, marks)
    executed.metadata.course.update(repairs=repairs, review=suspicious(repaired, lab.source))
    return executed


def execute_for_gradebook(hand_in: HandIn) -> NotebookNode:
    """Grade a hand-in of `submitted/` in this process, as nbgrader's own command and the formgrader's button ask."""
    policy, deadline = default_policy(), read_deadline(hand_in.course, hand_in.lab)
    executed = grade_hand_in(hand_in.submitted.read_bytes(), load_lab(hand_in.course, hand_in.lab, policy))
    executed.metadata.course["fingerprint"] = fingerprint(hand_in, deadline, policy.kernel_name)
    return executed


def _keep_readable(notebook: NotebookNode) -> None:
    """Leave the outputs out of a notebook that could not be read again with them."""
    if is_too_large(to_text(notebook).encode()):
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.outputs = [new_output("stream", text="[... the outputs of this notebook are too large ...]\n")]


def record_marks(notebook: NotebookNode, marks: list[Mark]) -> None:
    """Write the marks into the notebook's metadata, and in each test cell the one output nbgrader reads a mark from.

    nbgrader gives 0 for an error or a line on stderr, and the value of the last expression when there is one: both are
    turned into plain text, so that neither the student's warnings nor what the student shows is taken for a mark.
    """
    notebook.metadata.course["marks"] = [NotebookNode(asdict(mark)) for mark in marks]
    for mark in marks:
        if mark.score is None:
            continue
        cell = find_cell(notebook, mark.grade_id)
        cell.outputs = [_harmless(output) for output in cell.outputs if MIME_TYPE not in output.get("data", {})]
        if mark.score == 0:
            cell.outputs.append(new_output("error", ename="CourseMark", evalue=mark.detail, traceback=[mark.detail]))
        elif mark.score < mark.max_score:
            cell.outputs.append(new_output("stream", name="stdout", text=mark.detail))
            cell.outputs.append(new_output("execute_result", data={"text/plain": repr(mark.score)}))


def _harmless(output: NotebookNode) -> NotebookNode:
    if output.output_type == "stream":
        return new_output("stream", name="stdout", text=output.text)
    if output.output_type == "error":
        return new_output("stream", name="stdout", text="\n".join(output.traceback))
    if output.output_type == "execute_result":
        return new_output("display_data", data=output.data)
    return output


def fingerprint(hand_in: HandIn, deadline: datetime | None, kernel_name: str = SANDBOXED) -> str:
    """Return a digest of everything that a mark depends on.

    The hand-in and how late it came, the lab, the kernel (in the sandbox or not), the environment, the grader, and the
    late rule of the configuration.
    """
    course, lab = hand_in.course, hand_in.lab
    files = [hand_in.submitted, course.source(lab), course.release(lab)]
    files += [course.root / "nbgrader_config.py", *_code_files()]
    parts = [hashlib.sha256(path.read_bytes()).digest() for path in files]
    parts.append(repr((seconds_late(hand_in, deadline), kernel_name, _installed())).encode())
    return hashlib.sha256(b"".join(parts)).hexdigest()


@cache
def _installed() -> str:
    """Return the packages of this environment with their versions: what is asked for may not be what is there."""
    # Not the whole of sys.path, which depends on how a command was started.
    folders = [sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]
    return " ".join(sorted({f"{found.metadata['Name']}=={found.version}" for found in distributions(path=folders)}))


@cache
def _code_files() -> list[Path]:
    folders = [Path(package.__file__).parent for package in (helpers, instructor)]
    requirements = folders[1].parent / "requirements.txt"
    return [path for folder in folders for path in sorted(folder.rglob("*.py"))] + [requirements]
