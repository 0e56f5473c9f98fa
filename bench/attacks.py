"""What each attack of the test-suite earns: with nbgrader as it comes, and with this course.

Run it with `make bench-attacks`. nbgrader as it comes confines nothing: attacks that would harm the machine are run in
the sandbox only. Its hidden tests are ordinary asserts, and its partial credit the value of a last expression.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from instructor.course import Course
from instructor.gradebook.results import Result
from instructor.grading.class_run import Options, grade_class
from instructor.kernels import install
from instructor.notebooks import HIDDEN_BLOCK, find_cell, read_notebook, write_notebook
from tests.instructor.adversarial.attacks import ATTACKS, GROUPS, Attack
from tests.instructor.adversarial.lab import LAB, add_second_question, hand_in_attacks, something_to_reach
from tests.instructor.conftest import make_course

HIDDEN_TESTS = {
    "test_mean": "assert np.isclose(mean(np.array([1.0, 2.0, 6.0])), 3.0)",
    "test_variance": "(4 * np.isclose(variance(np.array([1.0, 2.0, 6.0])), 14 / 3)\n"
    " + 4 * np.isclose(variance(np.arange(50.0)), 208.25))",
}


def main() -> None:
    """Grade every attack both ways and print the table, in Markdown."""
    install()
    with tempfile.TemporaryDirectory(prefix="course-") as folder:
        for name in ("ours", "stock", "home"):
            Path(folder, name).mkdir()
        course, stock = (make_course(Path(folder, name)) for name in ("ours", "stock"))
        add_second_question(course)
        add_second_question(stock)
        _test_with_asserts(stock)
        with something_to_reach() as words:
            hand_in_attacks(course, ATTACKS, words)
            ours = {result.student: result for result in grade_class(course, [LAB], options=Options(workers=2))}
            theirs = grade_with_nbgrader(stock, Path(folder, "home"))
    rows = [
        (group, name, attack, theirs.get(name, "not run"), ours[name])
        for group, attacks in GROUPS.items()
        for name, attack in attacks.items()
    ]
    print("| attack | deserved | nbgrader 0.9.6 | this course | reported |")
    print("|---|---|---|---|---|")
    for group, name, attack, mark, result in rows:
        print(
            f"| {group}: {name.replace('_', ' ')} | {attack.earns:g} | {mark} | {_shown(result)} | {_flags(result)} |"
        )
    _sum_up(rows)


def _test_with_asserts(course: Course) -> None:
    """Replace the criteria by what a teacher writes for nbgrader alone."""
    notebook = read_notebook(course.source(LAB))
    for name, test in HIDDEN_TESTS.items():
        block = f"### BEGIN HIDDEN TESTS\n{test}\n### END HIDDEN TESTS"
        cell = find_cell(notebook, name)
        cell.source = HIDDEN_BLOCK.sub(lambda found, block=block: f"\n{block}", cell.source)
    write_notebook(notebook, course.source(LAB))


def grade_with_nbgrader(course: Course, home: Path) -> dict[str, str]:
    """Return what nbgrader, without a line of this course's configuration, makes of each attack."""
    (course.root / "nbgrader_config.py").write_text(
        "c = get_config()\n"
        'c.ClearSolutions.begin_solution_delimeter = "### BEGIN TODO"\n'
        'c.ClearSolutions.end_solution_delimeter = "### END TODO"\n',
        encoding="utf-8",
    )
    # nbgrader calls alembic by its name.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = os.environ | {"HOME": str(home), "IPYTHONDIR": str(home / ".ipython"), "PATH": path}
    nbgrader = [sys.executable, "-m", "nbgrader"]
    subprocess.run([*nbgrader, "generate_assignment", LAB, "--force"], cwd=course.root, env=environment, check=True)
    unconfined = [name for name, attack in ATTACKS.items() if attack.unconfined]
    hand_in_attacks(course, unconfined, {})
    script = [sys.executable, "-m", "bench.stock", str(course.root), LAB, *unconfined]
    done = subprocess.run(script, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def _shown(result: Result) -> str:
    return f"{result.score:g}" if result.score is not None else result.status


def _flags(result: Result) -> str:
    return ", ".join(flag for flag in result.flags if flag != "manual-pending")


def _sum_up(rows: list[tuple[str, str, Attack, str, Result]]) -> None:
    """Print how many attacks each grader withstood."""

    def mark(shown: str) -> float | None:
        return float(shown) if re.fullmatch(r"[\d.]+", shown) else None

    tried = [row for row in rows if row[3] != "not run"]
    raised = sum((mark(row[3]) or 0) > row[2].earns for row in tried)
    lost = sum(mark(row[3]) is None or mark(row[3]) < row[2].earns for row in tried)
    ours = sum(row[4].score != row[2].earns for row in rows)
    honest = [name for group, name, attack, shown, _ in rows if group == "honest" and mark(shown) != attack.earns]
    if honest:
        print(f"\nhonest hand-ins that nbgrader 0.9.6 marks wrongly, warnings apart a fault of this bench: {honest}")
    print(f"\nnbgrader 0.9.6: {len(tried)} run; {raised} earned more than they deserved, {lost} less or no mark")
    print(f"this course: {len(rows)} run; {ours} earned anything else than they deserved")


if __name__ == "__main__":
    main()
