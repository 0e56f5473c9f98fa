"""One class of cheats, graded once in the sandbox, two at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from instructor.course import Course
from instructor.gradebook.results import Result
from instructor.grading.class_run import Options, grade_class
from instructor.kernels import install
from instructor.kernels.sandbox import sandbox_available
from tests.instructor.adversarial.attacks import ATTACKS
from tests.instructor.adversarial.lab import LAB, add_second_question, hand_in_attacks, something_to_reach
from tests.instructor.conftest import make_course

HOSTILE_NAMES = [
    "helpers.py",
    "numpy.py",
    "sitecustomize.py",
    "-rf",
    "a\nb",
    "$(reboot)",
    "essai (1).ipynb",
    "é'\".txt",
]


# What the tests of the whole class look at.
ALWAYS = {"honest", "zzz_honest", "finds_a_link", "active_outputs"}


@dataclass(frozen=True)
class GradedClass:
    """The course, each student's result, and what their orphans would be recognised by."""

    course: Course
    results: dict[str, Result]
    marker: str


@pytest.fixture(scope="session")
def lab(tmp_path_factory) -> Course:
    """A course with the lab and no hand-in; tests must not write into it."""
    course = make_course(tmp_path_factory.mktemp("adversarial"))
    add_second_question(course)
    return course


@pytest.fixture(scope="session")
def graded_class(lab, request) -> Iterator[GradedClass]:
    """Grade the attacks that the chosen tests are about, on a machine where there is something to reach."""
    available, reason = sandbox_available()
    if not available:
        pytest.skip(f"no sandbox: {reason}")
    install()
    with something_to_reach() as words:
        hand_in_attacks(lab, _asked_for(request.session.items), words)
        _add_files_beside(lab)
        results = grade_class(lab, [LAB], options=Options(workers=2))
    yield GradedClass(lab, {result.student: result for result in results}, words["MARKER"])


def _asked_for(tests: list[pytest.Item]) -> list[str]:
    """Return the attacks to hand in: those that tests name, and those that every other test looks at."""
    named = {test.callspec.params.get("name") for test in tests if hasattr(test, "callspec")}
    return [name for name in ATTACKS if name in named | ALWAYS]


def _add_files_beside(course: Course) -> None:
    """Put files of hostile names beside an honest notebook, and links to what must not be read."""
    folder = course.hand_in("honest", LAB).submitted.parent
    for name in HOSTILE_NAMES:
        (folder / name).write_text("raise SystemExit", encoding="utf-8")
    (course.hand_in("finds_a_link", LAB).submitted.parent / "link").symlink_to(course.source(LAB).parent)
    linked = course.hand_in("hands_in_a_link", LAB).submitted
    linked.parent.mkdir(parents=True)
    linked.symlink_to(course.source(LAB))
    (course.root / "submitted" / "is_a_link").symlink_to(course.hand_in("zzz_honest", LAB).submitted.parent.parent)
