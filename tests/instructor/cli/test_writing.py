"""Commands that write on a course run one at a time; the others leave it as it is."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from typer.main import get_command

from helpers.datasets.registry import DATASETS
from instructor.cli import app
from instructor.course import Course
from instructor.errors import CourseError
from tests.instructor.conftest import answered, hand_in

REFUSAL = "another 'course grade', or a command that writes beside it, is running on this course"
# Each command as it does the most. {outside} is a folder beside the course.
CALLS = {
    "build": ["essai"],
    "check": [],
    "collect": ["essai", "{outside}/moodle.zip"],
    "data fetch": ["tweets", "--folder", "{outside}/data"],
    "data list": ["--folder", "{outside}/data"],
    "data verify": ["--folder", "{outside}/data"],
    "deadline": ["essai", "2026-11-24 18:00"],
    "demo": [],
    "feedback": [],
    "grade": ["--json", "{outside}/marks.json"],
    "grades": ["essai"],
    "migrate": ["essai", "--apply"],
    "mutate": ["essai"],
    "new": ["autre"],
    "publish": ["{outside}/public"],
    "report": ["essai"],
    "roster import": ["{outside}/class.csv"],
    "roster show": [],
    "solutions": ["essai"],
}


def names_of(command: object, path: tuple[str, ...] = ()) -> Iterator[str]:
    """Give the commands of a Typer application, those of its groups too, as they are typed."""
    if groups := getattr(command, "commands", None):
        for name, inner in groups.items():
            yield from names_of(inner, (*path, name))
    else:
        yield " ".join(path)


COMMANDS = sorted(names_of(get_command(app)))


def content(folder: Path) -> set[tuple[Path, bytes | None]]:
    return {(path, path.read_bytes() if path.is_file() else None) for path in folder.rglob("*")}


@pytest.fixture
def handed_in(public_course, tmp_path, monkeypatch) -> Course:
    """A course with a hand-in, from whose folder commands are typed, and data sets that are there already."""
    monkeypatch.setitem(DATASETS, "tweets", replace(DATASETS["tweets"], resources=()))
    (tmp_path / "data").mkdir()
    hand_in(public_course, "ada", answered(public_course))
    monkeypatch.chdir(public_course.root)
    return public_course


@pytest.mark.parametrize("name", COMMANDS)
def test_command_refuses_or_changes_nothing_while_another_writes(handed_in, tmp_path, name):
    if name not in CALLS:
        pytest.fail(f"add 'course {name}' to CALLS, with the arguments that make it write the most")
    arguments = [argument.format(outside=tmp_path) for argument in CALLS[name]]
    with handed_in.alone():
        before = content(handed_in.root)
        try:
            status = app([*name.split(), *arguments], standalone_mode=False)
            assert not status
        except CourseError as error:
            assert REFUSAL in str(error)
            assert "\n" not in str(error)
        assert [path for path, _ in content(handed_in.root) ^ before] == []


def test_refusal_of_another_process_is_one_line_and_status_2(handed_in):
    with handed_in.alone():
        course = Path(sys.executable).with_name("course")
        done = subprocess.run([course, "grade"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, "")
    assert REFUSAL in done.stdout
    assert done.stdout.count("\n") == 1


def test_lock_is_let_go_at_the_end(course):
    for _ in range(2):
        with course.alone():
            pass
