"""What makes a student's copy open and run anywhere: badge, installation, notebook metadata."""

from __future__ import annotations

import hashlib
import json
import textwrap

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from helpers.release import digest
from instructor.course import Course
from instructor.labs.typography import french_spaces
from instructor.notebooks import BARE_STUB, grade_id, headings, in_a_function, is_autograded

BADGE_ID = "colab-badge"
SETUP_ID = "setup"
BRANCH = "main"
HOW_TO = (
    "Complétez chaque « à vous », puis exécutez le test qui suit : il dit si c'est juste et, sinon, pourquoi. Son code "
    "est replié : dépliez-le pour lire ce qu'il vérifie."
)


def prepare_release(notebook: NotebookNode, course: Course, lab: str) -> NotebookNode:
    """Add badge and installation, name the question in each gap, fold its test, set French spaces and what Colab reads.

    The address comes from `[project.urls]` of pyproject.toml, and from nowhere else.
    """
    lab_metadata = notebook.metadata.get("course", {})
    titles = headings(notebook)
    for cell in notebook.cells:
        if cell.id == SETUP_ID:
            cell.source = installation(course, lab_metadata.get("extra", "")) + cell.source
            _fold(cell)
        elif grade_id(cell) and cell.cell_type == "code":
            question = titles[grade_id(cell)].partition(" · ")[0]
            cell.source = BARE_STUB.sub(rf'\g<0>("{question} : à vous")', cell.source)
            if is_autograded(cell):
                cell.source = f"# @title {question} : le test\n{in_a_function(cell.source)}"
                _fold(cell)  # what one reads is what it says
        elif cell.cell_type == "markdown" and not grade_id(cell):
            cell.source = french_spaces(cell.source)
    first = f"{badge(course.repository, lab)}\n\n{french_spaces(HOW_TO)}"
    notebook.cells.insert(0, new_markdown_cell(first, id=BADGE_ID))
    # Where a GPU saves no time, none is asked for: they are few, and their hours are counted.
    gpu = lab_metadata.get("minutes_t4", 0) < lab_metadata.get("minutes_cpu", 0)
    notebook.metadata = NotebookNode(
        **({"accelerator": "GPU"} if gpu else {}),
        colab={"gpuType": "T4", "provenance": []} if gpu else {"provenance": []},
        course=lab_metadata,
        kernelspec=notebook.metadata.kernelspec,
        language_info={"name": "python"},
    )
    return notebook


def _fold(cell: NotebookNode) -> None:
    """Hide the code of a cell until it is asked for: on Colab, where its title stays, and in JupyterLab."""
    cell.metadata.update(cellView="form", jupyter={"source_hidden": True})


def badge(repository: str, lab: str) -> str:
    """Return the Markdown of the badge that opens a lab on Colab; without internet, its text is what one reads."""
    path = repository.removeprefix("https://github.com/")
    link = f"https://colab.research.google.com/github/{path}/blob/{BRANCH}/release/{lab}/{lab}.ipynb"
    image = "https://colab.research.google.com/assets/colab-badge.svg"
    return f"[![Ouvrir ce TP dans Google Colab]({image})]({link})"


def tag(course: Course) -> str:
    """Return the name, in the student repository, of the helpers that go with the labs, and of what they need."""
    extras = {name: needs for name, needs in course.project["optional-dependencies"].items() if name != "instructor"}
    needs = json.dumps([course.project["dependencies"], extras], sort_keys=True)
    return f"helpers-{digest(course.root / 'helpers')}-{hashlib.sha256(needs.encode()).hexdigest()[:6]}"


def installation(course: Course, extra: str) -> str:
    """Return the lines that install what is missing, or is not what the lab was made with, and do nothing else.

    They come before anything that could help them, and stay in what is handed in: no module but `helpers` is used.
    """
    name = course.project["name"] + (f"[{extra}]" if extra else "")
    needs = course.project["optional-dependencies"].get(extra, [])
    archive = f"{course.repository}/archive/refs/tags/{tag(course)}.zip"
    return textwrap.dedent(
        f'''\
        # @title Outils du cours : exécutez cette cellule d'abord
        # Les installe, ou les remet à jour, s'il le faut ; à relancer sans crainte.
        NEEDS = {json.dumps(needs)}


        def lacking():
            try:
                import helpers
            except Exception:
                return (
                    "les outils du cours ne sont pas installés, ou un fichier helpers.py de votre "
                    "dossier les cache"
                )
            try:
                from helpers.release import missing
            except ImportError:
                return f"« {{helpers.__file__}} » a pris la place des outils du cours"
            return missing("{digest(course.root / "helpers")}", NEEDS)


        class Installation(Exception):
            def _render_traceback_(self):
                return [str(self)]


        if lacking():
            print("Installation des outils du cours : une à quelques minutes…")
            %pip install --quiet --force-reinstall --no-deps "{archive}"
            %pip install --quiet "{name} @ {archive}"
        if lacking():
            raise Installation(
                f"Ce TP ne peut pas commencer : {{lacking()}}. Vérifiez la connexion à internet et "
                "la place sur le disque. Si un fichier ou un paquet « helpers » est nommé ici, "
                "renommez-le, ou désinstallez-le par « pip uninstall helpers », et redémarrez le "
                "noyau. Puis relancez cette cellule."
            )

        '''
    )
