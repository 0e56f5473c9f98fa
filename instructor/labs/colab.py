"""What makes a student's copy open and run on Colab: badge, installation line, notebook metadata."""

from __future__ import annotations

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from instructor.course import Course

BADGE_ID = "colab-badge"
SETUP_ID = "setup"
BRANCH = "main"


def prepare_release(notebook: NotebookNode, course: Course, lab: str) -> NotebookNode:
    """Add the badge and the installation line, and set the metadata that asks Colab for a T4.

    The address comes from `[project.urls]` of pyproject.toml, and from nowhere else.
    """
    lab_metadata = notebook.metadata.get("course", {})
    notebook.cells.insert(0, new_markdown_cell(badge(course.repository, lab), id=BADGE_ID))
    for cell in notebook.cells:
        if cell.id == SETUP_ID:
            cell.source = installation(course, lab_metadata.get("extra", "")) + "\n" + cell.source
    notebook.metadata = NotebookNode(
        accelerator="GPU" if lab_metadata.get("extra") else "None",
        colab={"gpuType": "T4", "provenance": []},
        course=lab_metadata,
        kernelspec=notebook.metadata.kernelspec,
        language_info={"name": "python"},
    )
    if not lab_metadata.get("extra"):
        del notebook.metadata["accelerator"]
    return notebook


def badge(repository: str, lab: str) -> str:
    """Return the Markdown of the "Open in Colab" badge."""
    path = repository.removeprefix("https://github.com/")
    link = f"https://colab.research.google.com/github/{path}/blob/{BRANCH}/release/{lab}/{lab}.ipynb"
    image = "https://colab.research.google.com/assets/colab-badge.svg"
    return f"[![Ouvrir dans Colab]({image})]({link})"


def installation(course: Course, extra: str) -> str:
    """Return the lines that install the helpers where they are missing, and only there."""
    requirement = course.project["name"] + (f"[{extra}]" if extra else "")
    return "\n".join(
        [
            "try:",
            "    import helpers  # noqa: F401",
            "except ModuleNotFoundError:",
            f'    %pip install --quiet "{requirement} @ git+{course.repository}@{BRANCH}"',
            "",
        ]
    )
