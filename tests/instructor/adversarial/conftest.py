"""One class of cheats, graded once in the sandbox, two at a time."""

from __future__ import annotations

import json
import socket
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from instructor.course import Course
from instructor.grade import Options, Result, grade_class
from instructor.kernels import install
from instructor.kernels.sandbox import sandbox_available
from instructor.notebooks import read_notebook
from tests.instructor.adversarial.attacks import ATTACKS
from tests.instructor.adversarial.lab import LAB, add_second_question
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
def graded_class(lab, tmp_path_factory) -> Iterator[GradedClass]:
    """Grade every attack, on a machine where there is something to reach."""
    available, reason = sandbox_available()
    if not available:
        pytest.skip(f"no sandbox: {reason}")
    install()
    marker = f"{uuid.uuid4().int % 10**9}.5"
    patch = pytest.MonkeyPatch()
    patch.setenv("COURSE_CANARY", "1")
    with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(socket.AF_UNIX) as unix:
        unix.bind(f"\0{marker}")
        unix.listen()
        words = {"TCP_PORT": str(tcp.getsockname()[1]), "UNIX_NAME": marker, "MARKER": marker}
        release = read_notebook(lab.release(LAB))
        for name, attack in ATTACKS.items():
            path = lab.submitted(name, LAB)
            path.parent.mkdir(parents=True)
            text = json.dumps(attack.apply(release))
            for word, value in words.items():
                text = text.replace(word, value)
            path.write_text(text, encoding="utf-8")
        _add_files_beside(lab)
        results = grade_class(lab, [LAB], options=Options(workers=2))
    patch.undo()
    yield GradedClass(lab, {result.student: result for result in results}, marker)


def _add_files_beside(course: Course) -> None:
    """Put files of hostile names beside an honest notebook, and links to what must not be read."""
    folder = course.submitted("honest", LAB).parent
    for name in HOSTILE_NAMES:
        (folder / name).write_text("raise SystemExit", encoding="utf-8")
    (course.submitted("finds_a_link", LAB).parent / "link").symlink_to(course.source(LAB).parent)
    linked = course.submitted("hands_in_a_link", LAB)
    linked.parent.mkdir(parents=True)
    linked.symlink_to(course.source(LAB))
    (course.root / "submitted" / "is_a_link").symlink_to(course.submitted("zzz_honest", LAB).parent.parent)
