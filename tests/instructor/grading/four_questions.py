"""A lab of four questions, made here: two of code, two written. Nothing has to be built or run."""

import copy

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from instructor.notebooks import TODO_BLOCK, find_cell

STUB = "# À VOUS : effacez la ligne ci-dessous et écrivez votre code à sa place.\nraise NotImplementedError"
PLACEHOLDER = "*Effacez cette ligne et rédigez votre réponse ici.*"
TODO = "### BEGIN TODO\n{}\n### END TODO"
RIGHT = "def mean(x):\n    return float(x.sum() / len(x))"


def asked(make, name, source, **options):
    nbgrader = {"grade_id": name, "grade": False, "solution": True, "locked": False} | options
    return make(source, id=name.replace("_", "-"), metadata={"nbgrader": nbgrader})


SOURCE = new_notebook(
    cells=[
        new_code_cell("import numpy as np", id="imports"),
        new_markdown_cell("### Question 1 · Moyenne\n\nÉcrivez `mean(x)`, la moyenne d'un vecteur.", id="card-mean"),
        asked(new_code_cell, "sol_mean", 'def mean(x):\n    """Return the mean of the vector `x`."""\n' + TODO),
        asked(new_code_cell, "test_mean", "assert mean(np.ones(3)) == 1.0", grade=True, solution=False, points=8),
        new_markdown_cell("### Question 2 · Constante\n\nDonnez la valeur de `rate`.", id="card-rate"),
        asked(new_code_cell, "sol_rate", TODO.format("rate = 0.1")),
        asked(new_code_cell, "test_rate", "assert 0 < rate < 1, 'rate'", grade=True, solution=False, points=8),
        new_markdown_cell("### Question 3 · Sens\n\nQue devient la moyenne avec des zéros ?", id="card-sense"),
        asked(new_markdown_cell, "written_sense", TODO.format("Elle baisse."), grade=True, points=2),
        new_markdown_cell("### Question 4 · Cause\n\nPourquoi la moyenne change-t-elle ?", id="card-cause"),
        asked(new_markdown_cell, "written_cause", TODO.format("Le dénominateur."), grade=True, points=2),
        new_markdown_cell("## Ce qu'il faut retenir\n\n* Une moyenne a un dénominateur.", id="summary"),
    ]
)
RELEASE = copy.deepcopy(SOURCE)
for one in RELEASE.cells:
    one.source = TODO_BLOCK.sub(STUB if one.cell_type == "code" else PLACEHOLDER, one.source).replace(
        TODO, "    " + STUB.replace("\n", "\n    ")
    )


def student(**answers):
    """Return a hand-in with these answers, by `grade_id`."""
    notebook = copy.deepcopy(RELEASE)
    for name, text in ({"sol_mean": RIGHT, "sol_rate": "rate = 0.1"} | answers).items():
        find_cell(notebook, name).source = text
    return notebook
