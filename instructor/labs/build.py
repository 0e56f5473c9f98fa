"""Generate `release/` from `source/`, and tell which generated file has drifted."""

from __future__ import annotations

import tempfile
from pathlib import Path

from instructor.course import Course
from instructor.errors import CourseError
from instructor.files import write_whole
from instructor.grading.released import keep_released
from instructor.notebooks import read_notebook, to_text


def build(course: Course, labs: list[str]) -> list[Path]:
    """Write the release of each lab; return the files that changed."""
    changed = []
    for lab, text in render(course, labs).items():
        path = course.release(lab)
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            keep_released(course, lab)
            changed.append(write_whole(path, text.encode("utf-8")))
        keep_released(course, lab)
    return changed


def drifted(course: Course, labs: list[str]) -> list[Path]:
    """Return the release files that are missing, differ from what would be built, or have no source any more."""
    stale = [
        course.release(lab)
        for lab, text in render(course, labs).items()
        if not course.release(lab).is_file() or course.release(lab).read_text(encoding="utf-8") != text
    ]
    orphans = [path for path in (course.root / "release").glob("*/*.ipynb") if path.parent.name not in course.labs]
    return sorted(stale + orphans)


def render(course: Course, labs: list[str]) -> dict[str, str]:
    """Return the text of each lab's release notebook, made by nbgrader in a temporary folder."""
    # It takes half a second to import, which whoever only asks for help or mistypes a name would wait for.
    from instructor.gradebook.nbgrader import NbgraderError, generate_assignment

    with tempfile.TemporaryDirectory() as folder:
        for lab in labs:
            try:
                generate_assignment(course, lab, Path(folder), gradebook=False)
            except NbgraderError as error:
                raise CourseError(f"nbgrader cannot generate the lab '{lab}': {error}") from None
        return {lab: to_text(read_notebook(Path(folder) / lab / f"{lab}.ipynb")) for lab in labs}
