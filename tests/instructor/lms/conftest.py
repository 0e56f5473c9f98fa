"""Moodle's files, made as Moodle makes them."""

import io
import shutil
import zipfile
from pathlib import Path

import pytest
from nbformat import NotebookNode

from instructor.course import Course
from instructor.gradebook.nbgrader import open_gradebook
from instructor.notebooks import to_text

SHEETS = {
    "en": (
        "Identifier,Full name,Email address,Status,Grade,Maximum grade,Grade can be changed,"
        "Last modified (submission),Last modified (grade),Feedback comments",
        "Participant ",
        "{:.2f}",
        "Yes",
        "Monday, 6 November 2023, 11:30 PM",
    ),
    "fr": (
        "Identifiant,Nom complet,Adresse de courriel,Statut,Note,Note maximale,La note peut être modifiée,"
        "Dernière modification (travail remis),Dernière modification (note),Feedback par commentaires",
        "Participant",
        '"{:.2f}"',
        "Oui",
        "lundi 6 novembre 2023, 23:30",
    ),
}


@pytest.fixture(scope="session")
def class_course(pristine_course, tmp_path_factory) -> Course:
    """The small course with an empty gradebook, which takes long to make; tests must not write into it."""
    course = copy_of(pristine_course, tmp_path_factory.mktemp("class") / "course")
    open_gradebook(course).close()
    return course


@pytest.fixture
def course(class_course, tmp_path) -> Course:
    """A copy of the small course and its gradebook, to write into."""
    return copy_of(class_course, tmp_path / "course")


def copy_of(course: Course, root: Path) -> Course:
    return Course(Path(shutil.copytree(course.root, root)))


def zip_bytes(files: dict[str, NotebookNode | bytes]) -> bytes:
    """Return a zip of notebooks and other files."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, file in files.items():
            archive.writestr(name, to_text(file) if isinstance(file, NotebookNode) else file)
    return content.getvalue()


def moodle_zip(path: Path, files: dict[str, NotebookNode | bytes]) -> Path:
    path.write_bytes(zip_bytes(files))
    return path


def worksheet(
    path: Path, students: dict[int, tuple[str, str]], language: str = "en", *, maximum: float = 20, **by_number: dict
) -> Path:
    """Write a grading worksheet of `students` (number: name, e-mail), with BOM and CRLF as Moodle does.

    `submitted={number: "date as Moodle writes it"}` and `grade={number: "12,00"}` replace the usual values.
    """
    header, prefix, number_format, yes, date = SHEETS[language]
    out_of = number_format.format(maximum)
    if language == "fr":
        out_of = out_of.replace(".", ",")
    lines = [header]
    for number, (name, email) in students.items():
        moment = by_number.get("submitted", {}).get(number, date)
        grade = by_number.get("grade", {}).get(number, "")
        status = "Remis pour évaluation" if language == "fr" else "Submitted for grading"
        lines.append(f'{prefix}{number},"{name}",{email},"{status}",{grade},{out_of},{yes},"{moment}",-,')
    path.write_bytes(("\ufeff" + "\r\n".join(lines) + "\r\n").encode())
    return path
