"""A teacher marks a written answer in nbgrader's formgrader, inside JupyterLab, and the mark is in what goes out."""

import csv
import subprocess
import sys
from collections.abc import Iterator

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

from docs.formgrader import PATIENCE, jupyterlab, open_formgrader
from instructor.course import Course
from instructor.gradebook.nbgrader import open_gradebook
from instructor.gradebook.results import read_result
from instructor.lms.grades import final_grades, write_csv
from instructor.pages.feedback import feedback_page, write_feedback

pytestmark = pytest.mark.xdist_group("pages")


@pytest.fixture(scope="module")
def address(graded) -> Iterator[str]:
    with jupyterlab(graded.root) as address:
        yield address


def submission_id(course: Course, student: str) -> str:
    with open_gradebook(course) as gradebook:
        return gradebook.find_submission_notebook("essai", "essai", student).id


def test_mark_and_comment_given_in_the_formgrader_reach_feedback_and_grades(graded, browser, address, tmp_path):
    find = open_formgrader(browser, address)
    wait = WebDriverWait(browser, PATIENCE)
    find("a", lambda link: link.text == "Manual Grading").click()
    find("td a", lambda link: link.text == "essai").click()
    find("a[href$='/gradebook/essai/essai']").click()
    find(f"a[href*='{submission_id(graded, 'alix')}']").click()

    score = find("input.score#written_interpretation")
    shown = browser.find_element(By.TAG_NAME, "body").text
    assert "La moyenne est tirée vers zéro." in shown
    assert "Pour l'enseignant : réponse attendue et barème" in shown
    assert "sa cause (le dénominateur), 2 points" in shown
    # The page listens to what is typed only once it has fetched the marks and the comments.
    fetched = "return typeof formgrader == 'object' && formgrader.grades.loaded && formgrader.comments.loaded"
    wait.until(lambda _: browser.execute_script(fetched))
    score.send_keys("3", Keys.TAB)
    find("textarea#written_interpretation-comment").send_keys("Et la cause ?", Keys.TAB)

    def saved(_) -> bool:
        with open_gradebook(graded) as gradebook:
            comment = gradebook.find_comment("written_interpretation", "essai", "essai", "alix")
            grade = gradebook.find_grade("written_interpretation", "essai", "essai", "alix")
            return comment.manual_comment is not None and grade.manual_score is not None

    wait.until(saved)
    result = read_result(graded.hand_in("alix", "essai"))
    assert (result.score, result.pending) == (19, 0)
    page = write_feedback(graded, result).read_text(encoding="utf-8")
    assert "19 / 20" in page
    assert "Et la cause ?" in page
    grades = write_csv(graded, "essai", final_grades(graded, "essai"), tmp_path / "grades.csv")
    rows = {row["student"]: row for row in csv.DictReader(grades.read_text(encoding="utf-8-sig").splitlines())}
    assert (rows["alix"]["status"], float(rows["alix"]["grade"])) == ("graded", 19)
    assert rows["basile"]["status"] == "waits for a teacher"


def test_rubric_is_the_teachers_alone(graded):
    rubric = "sa cause (le dénominateur)"
    assert rubric in graded.source("essai").read_text(encoding="utf-8")
    assert rubric in graded.hand_in("alix", "essai").autograded.read_text(encoding="utf-8")
    assert rubric not in graded.release("essai").read_text(encoding="utf-8")
    assert rubric not in feedback_page(graded, read_result(graded.hand_in("alix", "essai")))


def test_nbgraders_own_feedback_is_the_courses_page_and_shows_no_hidden_line(graded):
    page = graded.hand_in("basile", "essai").feedback
    page.unlink(missing_ok=True)
    subprocess.run(
        [sys.executable, "-m", "nbgrader", "generate_feedback", "essai", "--student", "basile", "--force"],
        cwd=graded.root,
        check=True,
        capture_output=True,
    )
    text = page.read_text(encoding="utf-8")
    assert text == feedback_page(graded, read_result(graded.hand_in("basile", "essai")))
    assert "criterion(" not in text
