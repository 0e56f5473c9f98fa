"""Grade one hand-in, start to end: repair, execute, judge. The same for `course grade` and nbgrader's own commands."""

from __future__ import annotations

import copy
from collections import defaultdict
from dataclasses import asdict, replace

from nbformat import NotebookNode
from nbformat.v4 import new_output

from helpers.criterion import MIME_TYPE
from instructor.course import HandIn
from instructor.gradebook.deadlines import read_deadlines
from instructor.grading.compare import Fate
from instructor.grading.criteria import Criterion
from instructor.grading.execute import run_notebook
from instructor.grading.fingerprint import default_policy, fingerprint
from instructor.grading.judge import EXCEPTIONS, Verdict, better, faulty_questions, judge, read_source
from instructor.grading.marks import Mark, as_data, make_marks
from instructor.grading.names import shared_names
from instructor.grading.outputs import shorten
from instructor.grading.reference import Lab, load_lab, payloads
from instructor.grading.repair import Repair, RepairKind, repair
from instructor.grading.review import suspicious
from instructor.grading.worlds import (
    INTEGRITY,
    changed_by_student,
    changed_given_cells,
    corrected_world,
    ends_kernel,
    own_world,
    unanswered,
)
from instructor.kernels.no_gpu import NO_GPU
from instructor.notebooks import (
    find_cell,
    grade_id,
    is_autograded,
    is_too_large,
    parse_notebook,
    read_handed_in,
    to_text,
    why_rebuilt,
)

MAX_TRIES = 2  # of other versions of an answer, each a run more


def grade_hand_in(content: bytes, lab: Lab) -> NotebookNode:
    """Return the executed hand-in, with its marks, repairs and flags in `metadata.course`.

    Raises
    ------
    NotebookError, HandInError
        The file is no notebook, or not one of this lab.
    """
    handed_in = parse_notebook(content, "the file handed in")
    graded, copies = _grade(handed_in, lab, {})
    for _ in range(MAX_TRIES):
        fewer = {name: without + 1 for name, without in copies.items()}
        if not fewer:
            break
        other, copies = _grade(handed_in, lab, fewer)
        graded = max(graded, other, key=lambda one: sum(mark.score or 0 for mark in one.metadata.course.marks))
    if reason := why_rebuilt(content):
        graded.metadata.course.repairs.insert(0, NotebookNode(asdict(Repair(RepairKind.FILE, reason))))
    return graded


def _grade(handed_in: NotebookNode, lab: Lab, without: dict[str, int]) -> tuple[NotebookNode, dict[str, int]]:
    """Grade a hand-in without the last versions of some answers.

    Return it, and how many were left out of each answer that lost points and has another version still.
    """
    repaired, repairs = repair(handed_in, lab.source, lab.release, lab.released, without)
    executed, verdicts = _run_worlds(handed_in, repaired, repairs, lab)
    telling, mentioned = suspicious(repaired, lab.source)
    marks = make_marks(executed, verdicts, repaired, lab)
    graded = _for_teacher(repaired, executed)
    _keep_readable(graded)
    record_marks(graded, marks)
    graded.metadata.course.update(
        repairs=[NotebookNode(asdict(one)) for one in repairs],
        tampered=_tampered(executed, lab),
        review=telling,
        mentions=mentioned,
        first_failure=first_failure(executed, repaired, handed_in),
    )
    versions = {one.cell: one.count for one in repairs if one.kind is RepairKind.COPIES}
    lost = {name for question in faulty_questions(verdicts, lab.reference.questions) for name in question.answers}
    tried = {name: without.get(name, 0) for name in lost if name in versions}
    return graded, {name: count for name, count in tried.items() if count + 1 < versions[name]}


def _run_worlds(
    handed_in: NotebookNode, repaired: NotebookNode, repairs: list[Repair], lab: Lab
) -> tuple[NotebookNode, dict[str, Verdict]]:
    """Run a hand-in in its own world and, where that can change something, in the corrected one; judge both.

    A cell that ended the kernel is left out of the corrected world, which is then started once more if another does.
    """
    reference = lab.reference
    executed = run_notebook(own_world(repaired, reference.criteria), lab.policy)
    verdicts = judge(executed, reference.criteria, lab, world=1)
    wanted = worth_another_run(executed, verdicts, repaired, repairs, lab)
    # A cell that plainly leaves the kernel is never in the corrected world; the one behind it is not to blame.
    leaves = [cell.id for cell in repaired.cells if cell.cell_type == "code" and ends_kernel(cell.source)]
    omitted: set[str] = set() if leaves else _ended(executed, lab)
    asks_for_gpu = _asks_for_gpu(executed)
    for _ in range(2 if any(wanted.values()) else 0):
        world = corrected_world(repaired, lab.source, wanted, omitted)
        corrected = run_notebook(world, lab.policy)
        verdicts = better(verdicts, judge(corrected, wanted, lab, world=2))
        asks_for_gpu = asks_for_gpu or _asks_for_gpu(corrected)
        if _ended(corrected, lab) <= omitted:
            break
        omitted |= _ended(corrected, lab)
    verdicts = {
        key: replace(one, fate=Fate.KILLED) if key in omitted and one.fate is Fate.NOT_REACHED else one
        for key, one in verdicts.items()
    }
    if any(wanted.values()):
        ended = {cell.source for cell in repaired.cells if cell.id in {*leaves, *omitted} and not is_autograded(cell)}
        numbers = [number for number, cell in enumerate(handed_in.cells, start=1) if cell.source in ended]
        repairs += [Repair(RepairKind.ENDED_KERNEL, str(number)) for number in numbers]
    repairs += [Repair(RepairKind.NO_GPU)] * asks_for_gpu
    return executed, read_source(verdicts, repaired, lab, _tampered(executed, lab))


def worth_another_run(
    executed: NotebookNode, verdicts: dict[str, Verdict], repaired: NotebookNode, repairs: list[Repair], lab: Lab
) -> dict[str, list[Criterion]]:
    """Return the criteria that the corrected world can still earn, by faulty question, whose list may be empty."""
    faulty = faulty_questions(verdicts, lab.reference.questions)
    changed = changed_given_cells(repaired, lab.source, lab.release)
    blank = unanswered(repaired, lab.source, lab.release)
    by_student = changed_by_student(changed, repaired, lab.release, lab.released)
    repairs += [Repair(RepairKind.GIVEN, count=len(by_student))] * bool(by_student and faulty)
    wanted = {
        question.test: [one for one in lab.reference.criteria[question.test] if not verdicts[one.key].is_right]
        if question not in blank
        else []
        for question in faulty
    }
    if faulty and not (changed or _leaves_or_stops(executed, repaired) or any(shared_names(repaired, lab.source))):
        # On right given cells, the first fault was judged on top of right answers already.
        wanted[faulty[0].test] = []
    return wanted


def _ended(executed: NotebookNode, lab: Lab) -> set[str]:
    """Return the keys of what ended the kernel of a run: a cell, or all that judges an answer that does."""
    stopped = executed.metadata.course.stopped_at
    for question in lab.reference.questions:
        keys = {one.key for one in lab.reference.criteria[question.test]}
        if stopped in keys | {find_cell(lab.source, question.test).id}:
            return {stopped} | keys
    return {stopped} - {""}


def _asks_for_gpu(executed: NotebookNode) -> bool:
    return any(NO_GPU in output.get("text", "") for cell in executed.cells for output in cell.outputs)


def _leaves_or_stops(executed: NotebookNode, repaired: NotebookNode) -> bool:
    codes = (cell.source for cell in repaired.cells if cell.cell_type == "code")
    course = executed.metadata.course
    return bool(course.stopped_at or course.ran_out) or any(map(ends_kernel, codes))


def _tampered(executed: NotebookNode, lab: Lab) -> str:
    """Say whether what judges in the kernel is no longer what it was; empty where the kernel had stopped."""
    checks = [cell for cell in executed.cells if cell.metadata.get("course", {}).get("criterion") == INTEGRITY]
    if (
        executed.metadata.course.stopped_at
        or executed.metadata.course.ran_out
        or payloads(checks[0]) == lab.reference.integrity
    ):
        return ""
    return "functions that the criteria rely on were replaced while the notebook ran"


def _for_teacher(repaired: NotebookNode, executed: NotebookNode) -> NotebookNode:
    """Return the repaired notebook with the outputs of its own world, each test cell with those of its criteria."""
    graded = copy.deepcopy(repaired)
    outputs, counts, times = defaultdict(list), {}, {}
    for cell in executed.cells:
        key = cell.metadata.get("course", {}).get("criterion", "")
        name = key.partition(".")[0] or cell.id
        outputs[name] += cell.outputs
        if not key:
            counts[name] = cell.execution_count
            times[name] = cell.metadata.get("execution")
    for cell in graded.cells:
        if cell.cell_type == "code":
            mine = outputs[cell.id] + (outputs[grade_id(cell)] if is_autograded(cell) else [])
            cell.outputs, cell.execution_count = shorten(mine), counts.get(cell.id)
            if times.get(cell.id):
                cell.metadata["execution"] = times[cell.id]
    graded.metadata.setdefault("course", NotebookNode())
    return graded


def first_failure(executed: NotebookNode, repaired: NotebookNode, handed_in: NotebookNode) -> dict | None:
    """Return where the notebook first fails when it is run from its top, graded or not; None where it does not.

    Behind a question that is still the statement's, failures are a matter of course; the visible half of a test says
    itself why it fails. The number counts the cells of the notebook that was handed in, from 1.
    """
    sources = {cell.id: cell.source for cell in repaired.cells if not is_autograded(cell)}
    for cell in executed.cells:
        error = next((output for output in cell.outputs if output.output_type == "error"), None)
        if error is not None and error.ename == "NotImplementedError":
            return None
        if error is not None and cell.id in sources:
            number = next((n for n, one in enumerate(handed_in.cells, 1) if one.source == sources[cell.id]), 0)
            ename = error.ename if error.ename in EXCEPTIONS else "Exception"
            line = next((line.strip() for line in cell.source.splitlines() if line.strip()), "")
            return NotebookNode(
                number=number, question=grade_id(cell) or "", error=ename, line=line[:80], detail=error.evalue[:200]
            )
    return None


def execute_for_gradebook(hand_in: HandIn) -> NotebookNode:
    """Grade a hand-in of `submitted/` in this process, as nbgrader's own command and the formgrader's button ask."""
    policy = default_policy(hand_in.course)
    deadline = read_deadlines(hand_in.course, hand_in.lab).of(hand_in.student)
    executed = grade_hand_in(read_handed_in(hand_in.submitted), load_lab(hand_in.course, hand_in.lab, policy))
    executed.metadata.course["fingerprint"] = fingerprint(hand_in, deadline, policy)
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
    notebook.metadata.course["marks"] = [as_data(mark) for mark in marks]
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
