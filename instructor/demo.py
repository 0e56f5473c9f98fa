"""Play a class, to see the instructor's commands at work without a student: a course of two labs in `demo/`."""

from __future__ import annotations

import copy
import io
import os
import shlex
import shutil
import unicodedata
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import typer
from nbformat import NotebookNode
from rich.console import Console

from instructor.course import Course
from instructor.kernels.sandbox import sandbox_available
from instructor.labs.answers import Answer, load_answers
from instructor.labs.build import build
from instructor.notebooks import (
    find_cell,
    grade_id,
    is_autograded,
    is_graded,
    is_solution,
    read_notebook,
    to_text,
    write_notebook,
)

LABS = ["bayes_net", "fizzbuzz"]
DEADLINE = datetime(2026, 10, 12, 23, 59)
ON_TIME, LATE = "lundi 12 octobre 2026, 21:40", "mercredi 14 octobre 2026, 08:15"
# Moodle's number, the name and what precedes the @ of the address. Jules is in no roster, and Karim hands nothing in.
CLASS = {
    2001: ("Alix Martin", "alix"),
    2002: ("Basile Roux", "basile"),
    2003: ("Chloé Le Goff", "chloe"),
    2004: ("Driss_2 Amrani", "driss"),
    2005: ("Emma Petit", "emma"),
    2006: ("Farid Benali", "farid"),
    2007: ("Gabrielle Noël", "gabrielle"),
    2008: ("Hugo Faure", "hugo"),
    2009: ("Inès Caron", "ines"),
    2010: ("Jules Morel", "jules"),
    2011: ("Karim Saïd", "karim"),
}
CELL_TIMEOUT = 15  # seconds: whoever looks on should not wait long for Hugo's endless loops
WRITTEN = "Les résultats affichés plus haut vont dans le sens attendu, et je les explique par ce qui précède."
LATE_RULE = "\n# The demo takes a point off for each day begun.\nc.PointsPerDay.points_per_day = 1\n"


def play(course: Course, app: typer.Typer, console: Console) -> None:
    """Run the commands of a teacher on the demo class, one after another, and say what to open next."""
    demo = make_demo(course, course.root / "demo")
    confined, reason = sandbox_available()
    if not confined:
        console.print(f"no sandbox, so the demo's own hand-ins run without one: {reason}", markup=False)

    def run(*arguments: str) -> None:
        console.print(f"\n$ course {shlex.join(arguments)}", style="bold", markup=False)
        app(list(arguments), standalone_mode=False)

    before = Path.cwd()
    os.chdir(demo.root)  # where a teacher types them
    try:
        run("roster", "import", "moodle/class.csv")
        for lab in LABS:
            files = [f"moodle/{lab}.zip", "--worksheet", f"moodle/{lab}.csv"]
            run("collect", lab, *files, "--deadline", f"{DEADLINE:%Y-%m-%d %H:%M}")
        run("grade", *([] if confined else ["--sandbox", "none"]))
        run("feedback")
        for lab in LABS:
            run("grades", lab, "--moodle", f"moodle/{lab}.csv", "--provisional")
            run("report", lab)
    finally:
        os.chdir(before)
    console.print(f"\nOpen next, in {demo.root.relative_to(course.root)}/:", style="bold")
    for path, what in [
        (f"reports/{LABS[0]}.html", "the teacher's report"),
        (f"feedback/chloe/{LABS[0]}/{LABS[0]}.html", "what a student reads"),
        (f"grades/{LABS[0]}/filled-{LABS[0]}.csv", "Moodle's worksheet, filled"),
        (f"grades/{LABS[0]}/feedback.zip", "the pages, as Moodle takes them"),
    ]:
        console.print(f"  {path}  ({what})", markup=False)
    console.print("Written answers wait for you: cd demo && ../.venv/bin/jupyter lab, then Nbgrader > Formgrader.")


def make_demo(course: Course, folder: Path) -> Course:
    """Write a course with what Moodle gives its teacher, and return it; what is graded stays graded."""
    demo = Course(folder)
    (demo.root / "moodle").mkdir(parents=True, exist_ok=True)
    shutil.copy(course.root / "pyproject.toml", demo.root / "pyproject.toml")
    config = (course.root / "nbgrader_config.py").read_text(encoding="utf-8")
    (demo.root / "nbgrader_config.py").write_text(config + LATE_RULE, encoding="utf-8")
    for lab in LABS:
        source = course.read_source(lab)
        source.metadata.course.cell_timeout = CELL_TIMEOUT
        write_notebook(source, demo.source(lab))
    build(demo, LABS)
    for lab in LABS:
        (demo.root / "moodle" / f"{lab}.zip").write_bytes(_zip(_hand_ins(course, demo, lab)))
        (demo.root / "moodle" / f"{lab}.csv").write_bytes(worksheet(CLASS, {"hugo": LATE, "karim": "-"}))
    roster = [f"{student},{name},{student}@ecole.fr" for name, student in CLASS.values() if student != "jules"]
    (demo.root / "moodle" / "class.csv").write_text(
        "\n".join(["student,last_name,email", *roster, ""]), encoding="utf-8"
    )
    return demo


def worksheet(people: dict[int, tuple[str, str]], moments: dict[str, str]) -> bytes:
    """Return a grading worksheet as a French Moodle writes it.

    Parameters
    ----------
    people
        By Moodle's number, the name and what precedes the @ of the address.
    moments
        When who was not on time handed in; "-" for who did not.
    """
    header = "Identifiant,Nom complet,Adresse de courriel,Statut,Note,Note maximale,La note peut être modifiée"
    lines = [f"{header},Dernière modification (travail remis),Dernière modification (note),Feedback par commentaires"]
    for number, (name, student) in people.items():
        moment = moments.get(student, ON_TIME)
        status = "Aucun travail remis" if moment == "-" else "Remis pour évaluation"
        identity = f'Participant{number},"{name}",{student}@ecole.fr'
        lines.append(f'{identity},"{status}",,"20,00",Oui,"{moment}",-,')
    return ("\ufeff" + "\r\n".join(lines) + "\r\n").encode()


def moodle_folder(name: str, number: int) -> str:
    """Return the folder of a student in Moodle's zip."""
    return f"{name}_{number}_assignsubmission_file"


def _zip(files: dict[str, str | bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, file in files.items():
            archive.writestr(name, file)
    return content.getvalue()


def _hand_ins(course: Course, demo: Course, lab: str) -> dict[str, str | bytes]:
    """Return the files of Moodle's zip by name: ten students, each of whom does as no other."""
    source = course.read_source(lab)
    release = demo.read_release(lab)
    solution = read_notebook(course.solution(lab))
    mistakes = [answer for answer in load_answers(course.answers(lab)) if answer.loses]
    folders = {student: moodle_folder(name, number) for number, (name, student) in CLASS.items()}

    def write(change: Callable[[NotebookNode], None] = lambda notebook: None, answer: Answer | None = None) -> str:
        notebook = _fill(release, answer.apply(source) if answer else source, solution)
        change(notebook)
        return to_text(notebook)

    return {
        f"{folders['alix']}/{lab}.ipynb": write(),
        f"{folders['basile']}_/{lab} (1).ipynb": to_text(release),
        unicodedata.normalize("NFD", f"{folders['chloe']}_{lab}.ipynb"): write(answer=mistakes[0]),
        f"{folders['driss']}/{lab}.ipynb": to_text(release),
        f"{folders['driss']}/{lab}_final_V2.ipynb": write(answer=mistakes[1]),
        f"{folders['driss']}/rapport.pdf": b"%PDF-1.7",
        f"{folders['emma']}/rendu.zip": _zip({f"rendu/{lab}.ipynb": write(answer=mistakes[2])}),
        f"{folders['farid']}/Copie de {lab}.ipynb": write(_save_on_colab),
        f"{folders['gabrielle']}_/{lab}.ipynb": write(_duplicate_and_delete),
        f"{folders['hugo']}/{lab}.ipynb": write(_loop_for_ever),
        f"{folders['hugo']}/timestamp.txt": "2026-10-01 08:00:00 UTC",
        f"{folders['ines']}/{lab}.ipynb": write()[:2000],
        f"{folders['jules']}/tp.ipynb": to_text(read_notebook(demo.release(LABS[LABS.index(lab) - 1]))),
        f"__MACOSX/{folders['jules']}/._tp.ipynb": b"",
    }


def _fill(release: NotebookNode, answered: NotebookNode, solution: NotebookNode) -> NotebookNode:
    """Return the release with the answers of `answered`, and the solution's outputs where the code is the same."""
    notebook = copy.deepcopy(release)
    shown = {cell.source: cell.outputs for cell in solution.cells if cell.cell_type == "code"}
    for cell in notebook.cells:
        if is_solution(cell) and is_graded(cell):
            cell.source = WRITTEN
        elif is_solution(cell):
            lines = find_cell(answered, grade_id(cell)).source.splitlines()
            cell.source = "\n".join(line for line in lines if line.strip() not in ("### BEGIN TODO", "### END TODO"))
        if cell.cell_type == "code":
            cell.outputs = copy.deepcopy(shown.get(cell.source, []))
    return notebook


def _save_on_colab(notebook: NotebookNode) -> None:
    """Do what Colab does on saving: its own metadata in every cell, widget state without states."""
    for number, cell in enumerate(notebook.cells):
        cell.metadata["id"] = f"colab{number}"
        cell.metadata["colab"] = {"base_uri": "https://localhost:8080/"}
    notebook.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {}}


def _duplicate_and_delete(notebook: NotebookNode) -> None:
    """Copy the first answer, as with Ctrl-C and Ctrl-V, and delete the last test."""
    first = next(index for index, cell in enumerate(notebook.cells) if is_solution(cell))
    twin = copy.deepcopy(notebook.cells[first])
    twin.id = "copied-cell"
    notebook.cells.insert(first + 1, twin)
    last = max(index for index, cell in enumerate(notebook.cells) if is_autograded(cell))
    del notebook.cells[last]


def _loop_for_ever(notebook: NotebookNode) -> None:
    """Put an endless loop in front of the last test's answer."""
    last = [cell for cell in notebook.cells if is_solution(cell) and cell.cell_type == "code"][-1]
    last.source = "while True:\n    pass\n" + last.source
