"""A class graded once, and a headless Chromium that looks at its pages as people do."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome, ChromeOptions, ChromeService

from instructor.course import Course
from instructor.grading.class_run import grade_class
from instructor.notebooks import find_cell, read_notebook
from tests.instructor.conftest import answered, hand_in

# Runs in the test cell, whose text with the hidden lines IPython keeps: says it in every way there is.
TELLS_ALL = """
    import base64, codecs, sys
    from IPython.display import HTML, display
    text = get_ipython().user_ns["In"][-1]
    encodings = [text, text[::-1], base64.b64encode(text.encode()).decode(), text.encode().hex(),
                 codecs.encode(text, "rot13"), " ".join(text), "\\n".join(str(ord(letter)) for letter in text)]
    for told in encodings:
        print(told)
        print(told, file=sys.stderr)
        display(HTML(told))
        display({"image/png": told, "text/plain": told}, raw=True)
    from helpers.criterion import run
    run(lambda rng: text, "told")
    raise ENDING
"""
ENDINGS = {
    "its_type": "type(text, (Exception,), {})(text)",
    "a_visible_test": "AssertionError('mean : on attend un float' + text)",
}
# The same odd answer twice, variables renamed.
ODD = """
    running, seen = 0.0, 0
    for value in x.tolist()[::-1]:
        running = running + value * 1.0
        seen = seen + 1
    return running / max(seen, 30)
"""
RENAMED = ODD.replace("running", "total").replace("seen", "count").replace("value", "element")


@pytest.fixture(scope="session")
def graded_class(pristine_course, tmp_path_factory) -> Course:
    """Alix is right, Basile wrong and without the test, Chloé and Driss odd, Émile's file is cut short.

    Driss leaves the written answer as it was. Two more try to tell the hidden lines.
    """
    course = Course(Path(shutil.copytree(pristine_course.root, tmp_path_factory.mktemp("pages") / "course")))
    hand_in(course, "alix", answered(course))
    wrong = answered(course, "    return 2.0")
    wrong.cells.remove(find_cell(wrong, "test_mean"))
    hand_in(course, "basile", wrong)
    hand_in(course, "chloe", answered(course, ODD))
    copied = answered(course, RENAMED)
    statement = read_notebook(course.release("essai"))
    find_cell(copied, "written_interpretation").source = find_cell(statement, "written_interpretation").source
    hand_in(course, "driss", copied)
    hand_in(course, "emile", answered(course))
    course.hand_in("emile", "essai").submitted.write_text('{"cells": [', encoding="utf-8")
    for name, ending in ENDINGS.items():
        hand_in(course, f"tells_by_{name}", answered(course, TELLS_ALL.replace("ENDING", ending)))
    grade_class(course, ["essai"])
    return course


@pytest.fixture(scope="module")
def graded(graded_class, tmp_path_factory) -> Course:
    """A copy of the graded class, for the tests of one file to write into."""
    root = tmp_path_factory.mktemp("graded") / "course"
    return Course(Path(shutil.copytree(graded_class.root, root)))


@pytest.fixture(scope="session")
def browser() -> Iterator[Chrome]:
    """A browser; the test is skipped where Chromium or its driver is missing."""
    chromium, driver = shutil.which("chromium") or shutil.which("google-chrome"), shutil.which("chromedriver")
    if not (chromium and driver):
        pytest.skip("no chromium or chromedriver: apt-get install chromium chromium-driver")
    options = ChromeOptions()
    options.binary_location = chromium
    for argument in ("headless=new", "no-sandbox", "disable-gpu", "disable-dev-shm-usage", "window-size=1200,1000"):
        options.add_argument(f"--{argument}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    browser = Chrome(options=options, service=ChromeService(driver))
    yield browser
    browser.quit()
