"""What a lab imports is what its extra installs."""

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from instructor.course import Course
from instructor.labs.needs import compare_extra
from instructor.notebooks import write_notebook
from tests.instructor.conftest import ROOT

HIDDEN = "### BEGIN HIDDEN TESTS\nimport scipy\n### END HIDDEN TESTS"


@pytest.fixture
def compare(tmp_path):
    """Compare a lab of one cell and an extra, in a course with the real helpers and package file."""
    for name in ("helpers", "pyproject.toml"):
        (tmp_path / name).symlink_to(ROOT / name)

    def run(code: str, extra: str) -> tuple[set[str], set[str]]:
        notebook = new_notebook(cells=[new_code_cell(code)], metadata={"course": {"extra": extra}})
        write_notebook(notebook, tmp_path / "source" / "lab" / "lab.ipynb")
        return compare_extra(Course(tmp_path), "lab")

    return run


@pytest.mark.parametrize(
    ("code", "extra", "lacking", "useless"),
    [
        ("import numpy as np\nimport matplotlib.pyplot as plt\nfrom helpers import setup, plotting", "", set(), set()),
        ("import torch\nfrom torch import nn", "torch", set(), set()),
        ("def f():\n    import torch", "", {"torch"}, set()),
        ("import torch", "images", set(), {"torchvision"}),
        ("import torch\nfrom helpers.datasets import load_imdb", "torch", {"pyarrow"}, set()),
        ("import torch\nfrom helpers.datasets import load_glove, load_imdb", "reviews", set(), set()),
        ("import torch\nfrom helpers.datasets import load_glove", "reviews", set(), {"pyarrow"}),
        ("from helpers.datasets.noun_verb import read_conll", "", {"pyconll"}, set()),
        ("from helpers.pretrained import load_pretrained", "torch", {"torchvision"}, set()),
        ("import PIL.Image, sklearn.svm, os", "", {"scikit-learn"}, set()),
        ("%matplotlib inline\nfrom IPython.display import display", "", set(), set()),
        (HIDDEN, "", set(), set()),
    ],
)
def test_what_is_imported_is_what_is_installed(compare, code, extra, lacking, useless):
    found = compare(code, extra)
    assert ({name.replace("sklearn", "scikit-learn") for name in found[0]}, found[1]) == (lacking, useless)


def test_the_labs_ask_for_what_they_import():
    course = Course(ROOT)
    assert {lab: compare_extra(course, lab) for lab in course.labs} == dict.fromkeys(course.labs, (set(), set()))
