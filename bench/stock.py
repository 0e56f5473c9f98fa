"""Grade hand-ins with nbgrader as it comes, one at a time in one process, and print what became of each as JSON.

Run by `bench.attacks`: `python -m bench.stock <course> <lab> <student>...`.
"""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import capture_log
from traitlets.config import Config

# What nbgrader says when it gives up the whole class, and not one hand-in alone.
STOPS_THE_CLASS = ("old version", "newer version", "nbgrader db upgrade")


def main() -> None:
    """Grade and print."""
    root, lab, *students = sys.argv[1:]
    log = logging.getLogger("stock")
    log.propagate = False
    outcomes = {}
    gradebook = Path(root, "gradebook.db")
    untouched = gradebook.read_bytes()
    for student in students:
        # Each has a gradebook of its own: one attack plants a trigger that would raise the marks of all who follow.
        gradebook.write_bytes(untouched)
        config = Config(CourseDirectory={"root": root, "assignment_id": lab, "student_id": student})
        app = Autograde(coursedir=CourseDirectory(config=config), config=config, log=log)
        result = capture_log(app)
        if result["success"]:
            outcomes[student] = f"{_score(app.coursedir.db_url, lab, student):g}"
        else:
            stopped = any(words in result.get("log", "") for words in STOPS_THE_CLASS)
            outcomes[student] = "no mark, class stopped" if stopped else "no mark"
        print(student, outcomes[student], file=sys.stderr)
    print(json.dumps(outcomes))


def _score(db_url: str, lab: str, student: str) -> float:
    """Return the points of the two questions that a machine marks."""
    with Gradebook(db_url) as gradebook:
        try:
            grades = gradebook.find_submission_notebook(lab, lab, student).grades
        except MissingEntry:
            return 0.0
        return sum(grade.score for grade in grades if grade.name.startswith("test_"))


if __name__ == "__main__":
    main()
