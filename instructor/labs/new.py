"""Write the skeleton of a new lab."""

from __future__ import annotations

import re
from pathlib import Path

from instructor.course import Course
from instructor.errors import CourseError
from instructor.labs.build import build
from instructor.labs.solutions import write_solution

TEMPLATES = Path(__file__).parents[1] / "templates"


def new_lab(course: Course, lab: str) -> list[Path]:
    """Write source, answers, release and solution of a lab that passes every check, to be edited; return the files."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", lab):
        raise CourseError(
            f"'{lab}' cannot name a lab: use lower-case letters, digits and underscores, as in 'bayes_net'"
        )
    if course.source(lab).parent.exists() or course.answers(lab).parent.exists():
        raise CourseError(f"the lab '{lab}' exists already; choose another name or remove its folders")
    for template, path in [("lab.ipynb", course.source(lab)), ("answers.py", course.answers(lab))]:
        text = (TEMPLATES / template).read_text(encoding="utf-8").replace("LAB_TITLE", lab)
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
    return [course.source(lab), course.answers(lab), *build(course, [lab]), write_solution(course, lab)]
