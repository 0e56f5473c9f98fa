"""Where things are in a course repository, and who may write there."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from filelock import FileLock, Timeout
from nbformat import NotebookNode

from instructor.errors import CourseError
from instructor.notebooks import NotebookError, encodable, read_notebook

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PLACEHOLDER_OWNER = "OWNER"


@dataclass(frozen=True)
class Course:
    """A course repository on disk."""

    root: Path

    @classmethod
    def find(cls, start: Path | None = None) -> Course:
        """Return the course whose folder holds `start` (the current folder unless given)."""
        start = (start or Path.cwd()).resolve()
        for folder in [start, *start.parents]:
            if (folder / "nbgrader_config.py").is_file() and (folder / "source").is_dir():
                return cls(folder)
        raise CourseError(f"{start} is not inside a course: no folder above holds nbgrader_config.py and source/")

    @property
    def labs(self) -> list[str]:
        """Names of the labs, in alphabetical order."""
        return sorted(
            path.parent.name for path in (self.root / "source").glob("*/*.ipynb") if path.stem == path.parent.name
        )

    def select_labs(self, names: list[str] | None) -> list[str]:
        """Return `names`, or every lab when there are none; refuse an unknown name."""
        for name in names or []:
            if name not in self.labs:
                raise CourseError(f"unknown lab '{name}'; the labs are: {', '.join(self.labs) or 'none yet'}")
        return list(dict.fromkeys(names or self.labs))

    def source(self, lab: str) -> Path:
        return self.root / "source" / lab / f"{lab}.ipynb"

    def release(self, lab: str) -> Path:
        return self.root / "release" / lab / f"{lab}.ipynb"

    def solution(self, lab: str) -> Path:
        return self.root / "solutions" / lab / f"{lab}.ipynb"

    def answers(self, lab: str) -> Path:
        return self.root / "tests" / "labs" / lab / "answers.py"

    def hand_in(self, student: str, lab: str) -> HandIn:
        """Return what `student` hands in for `lab`, whether there is anything yet or not."""
        return HandIn(self, student, lab)

    def hand_ins(self, lab: str) -> list[HandIn]:
        """Return what was handed in for the lab, in the alphabetical order of the students."""
        return [self.hand_in(student, lab) for student in self.students(lab)]

    def students(self, lab: str) -> list[str]:
        """Students who handed something in for the lab, in alphabetical order; CourseError if a name is no text."""
        students = sorted(path.parent.name for path in (self.root / "submitted").glob(f"*/{lab}") if path.is_dir())
        for student in students:
            if student != encodable(student):
                raise CourseError(
                    f"submitted/ holds a folder whose name is not UTF-8, {os.fsencode(student)}: rename it"
                )
        return students

    def misplaced(self) -> list[Path]:
        """Return what nothing looks at in `submitted/`: what is in no folder `<student>/<lab>/`, or not to be read."""
        folder, labs = self.root / "submitted", self.labs
        paths = sorted(
            path for path in folder.rglob("[!.]*") if path.is_file() or not os.access(path, os.R_OK | os.X_OK)
        )
        relative = [path.relative_to(folder) for path in paths]
        return [path for path in relative if len(path.parts) < 3 or path.parts[1] not in labs]

    def lab_metadata(self, lab: str) -> dict:
        """Return the `course` object of the source notebook's metadata (title, extra, minutes, cell_timeout)."""
        return dict(self.read_source(lab).metadata.get("course", {}))

    def read_source(self, lab: str) -> NotebookNode:
        """Return the instructor's notebook; CourseError if it is broken."""
        return self.read_notebook(self.source(lab), "restore it, from Git for instance")

    def read_release(self, lab: str) -> NotebookNode:
        """Return the students' notebook; CourseError if it is broken."""
        return self.read_notebook(self.release(lab), f"run 'course build {lab}'")

    def read_notebook(self, path: Path, way_out: str) -> NotebookNode:
        """Return a notebook of the course; CourseError, with the way out, if it cannot be used."""
        try:
            return read_notebook(path)
        except NotebookError as error:
            raise CourseError(f"{path.relative_to(self.root)} cannot be used: {error}; {way_out}") from None

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other commands from writing the gradebook and the files of students; CourseError if one does already.

        The system lets go of the lock when its process dies, whatever it dies of.
        """
        path = self.root / ".course" / "lock"
        path.parent.mkdir(exist_ok=True)
        lock = FileLock(path)
        try:
            lock.acquire(blocking=False)
        except Timeout:
            raise CourseError(
                f"another 'course grade', or a command that writes beside it, is running on this course ({self.root}); "
                "run this one again once it has ended"
            ) from None
        try:
            yield
        finally:
            lock.release()

    @cached_property
    def project(self) -> dict:
        """The `[project]` table of pyproject.toml."""
        return tomllib.loads((self.root / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    @property
    def repository(self) -> str:
        """Address of the public student repository."""
        return self.project["urls"]["repository"].rstrip("/")

    @property
    def repository_is_placeholder(self) -> bool:
        return f"/{PLACEHOLDER_OWNER}/" in self.repository


@dataclass(frozen=True)
class HandIn:
    """One student's work on one lab, and where it lies at each step of its way."""

    course: Course
    student: str
    lab: str

    @property
    def submitted(self) -> Path:
        return self._in("submitted")

    @property
    def timestamp(self) -> Path:
        """The file that says when it came, in nbgrader's words."""
        return self.submitted.with_name("timestamp.txt")

    @property
    def choice(self) -> Path:
        """Where it stands which of several files was taken, and which were left."""
        return self._in(".course/choices").with_suffix(".json")

    @property
    def executed(self) -> Path:
        """Where a graded hand-in waits to be filed in the gradebook."""
        return self._in(".course/executed")

    @property
    def autograded(self) -> Path:
        return self._in("autograded")

    @property
    def answers(self) -> Path:
        """Where it stands which answers the gradebook's marks were given to."""
        return self._in(".course/answers").with_suffix(".json")

    @property
    def changes(self) -> Path:
        """Where it stands what the last regrade changed."""
        return self._in(".course/changes").with_suffix(".json")

    @property
    def feedback(self) -> Path:
        return self._in("feedback").with_suffix(".html")

    def read_autograded(self) -> NotebookNode:
        """Return the graded notebook; CourseError if it is broken."""
        return self.course.read_notebook(self.autograded, f"run 'course grade {self.lab}' again")

    def _in(self, step: str) -> Path:
        return self.course.root / step / self.student / self.lab / f"{self.lab}.ipynb"
