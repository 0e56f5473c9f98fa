"""The report: its numbers on classes made for them, and its page clicked through in headless Chromium."""

from dataclasses import replace
from itertools import combinations
from urllib.parse import quote

import pytest
from copydetect import compare_files
from nbformat import NotebookNode
from selenium.webdriver.common.by import By

from instructor.errors import CourseError
from instructor.gradebook.results import Result
from instructor.notebooks import grade_id, is_graded, is_solution, read_notebook
from instructor.pages import similar
from instructor.pages.plots import draw_items, draw_marks
from instructor.pages.report import write_report
from instructor.pages.similar import find_similar
from instructor.pages.statistics import Item, analyse_items, find_losses, summarise
from tests.instructor.conftest import answered
from tests.instructor.pages.conftest import ODD, RENAMED

pytestmark = pytest.mark.xdist_group("pages")


def result(student: str, *scores: float | None, reason: str = "raison") -> Result:
    cells = [
        {"grade_id": f"test_q{rank}", "score": score, "max_score": 4.0, "pending": 0.0 if score is not None else 4.0}
        | {"reason": reason, "detail": f"run of {student}", "visible": "", "hole": False, "criteria": []}
        for rank, score in enumerate(scores)
    ]
    return Result(student, "essai", score=sum(score or 0 for score in scores), max_score=4.0 * len(scores), cells=cells)


def answers(notebook: NotebookNode) -> dict[str, str]:
    return {grade_id(cell): cell.source for cell in notebook.cells if is_solution(cell)}


# The first question follows the two others, the last one goes against them.
CLASS = [result(f"s{rank}", 4.0 * (rank >= 4), 0.5 * rank, 4.0 * (rank < 2)) for rank in range(8)]


def test_success_and_counts_of_a_question_are_those_of_its_points():
    first, second, third = analyse_items(CLASS)
    assert (first.success, first.full, first.none, first.marked) == (0.5, 4, 4, 8)
    assert second.success == pytest.approx(1.75 / 4)
    assert third.success == 0.25


def test_discrimination_is_positive_where_the_better_succeed_and_negative_where_they_fail():
    first, second, third = analyse_items(CLASS)
    # numpy.corrcoef of each question against the sum of the two others.
    assert first.discrimination == pytest.approx(0.0, abs=1e-12)
    assert second.discrimination == pytest.approx(0.251976, abs=1e-5)
    assert third.discrimination == pytest.approx(-0.662177, abs=1e-5)


def test_discrimination_is_unknown_where_everyone_earned_the_same_or_few_are_marked():
    same = [result(f"s{rank}", 4.0, float(rank)) for rank in range(5)]
    assert analyse_items(same)[0].discrimination is None
    assert all(item.discrimination is None for item in analyse_items(CLASS[:4]))


def test_written_answers_that_wait_count_for_no_difficulty():
    waiting = [result(f"s{rank}", 4.0, None) for rank in range(6)]
    _, written = analyse_items(waiting)
    assert (written.marked, written.waiting, written.success) == (0, 6, None)


def test_those_who_wrote_nothing_do_not_make_a_question_hard_while_others_wait():
    class_ = [result("empty", 4.0, 0.0), *(result(f"s{rank}", float(rank), None) for rank in range(6))]
    _, written = analyse_items(class_)
    assert (written.marked, written.waiting, written.none, written.success) == (1, 6, 1, None)
    assert written.discrimination is None
    marked = [result(one.student, one.cells[0]["score"], 4.0 * (one.student != "empty")) for one in class_]
    assert analyse_items(marked)[1].success == pytest.approx(6 / 7)


def test_extra_credit_takes_no_question_above_full_success():
    assert analyse_items([result("a", 5.0), result("b", 2.0)])[0].success == 0.75


def test_marks_of_the_class_are_those_after_lateness():
    late = [replace(result(f"s{mark}", float(mark)), penalty=1.0) for mark in (1, 3)]
    assert summarise(late).mean == 1.0
    assert "1 at 0, 1 at 2; median 1" in draw_marks([one.grade for one in late], summarise(late))


def test_no_figure_goes_beyond_its_axis_and_no_label_beyond_the_figure(graded, browser):
    items = [Item(f"test_q{rank}", 2.0, 8, 0, 1.0, 8, 0, 0.9) for rank in range(12)]
    drawn = draw_items(items, [f"{rank} · " + "Une question au titre bien trop long" * 2 for rank in range(12)])
    browser.get("data:text/html;charset=utf-8," + quote(f"<meta charset=utf-8>{drawn}"))
    figure = browser.find_element(By.TAG_NAME, "svg").rect
    texts = [text.rect for text in browser.find_elements(By.CSS_SELECTOR, "svg text")]
    assert len(texts) > 36
    assert "100" in [text.text for text in browser.find_elements(By.CSS_SELECTOR, "svg text")]
    assert not [text.text for text in browser.find_elements(By.CSS_SELECTOR, "svg text") if text.text == "120"]
    for rank, text in enumerate(texts):
        assert figure["x"] <= text["x"]
        assert text["x"] + text["width"] <= figure["x"] + figure["width"]
        for other in texts[rank + 1 :]:
            beside = text["x"] + text["width"] <= other["x"] or other["x"] + other["width"] <= text["x"]
            above = text["y"] + 0.6 * text["height"] <= other["y"] or other["y"] + 0.6 * other["height"] <= text["y"]
            assert beside or above, "two labels overlap"


def test_summary_is_that_of_the_marks():
    summary = summarise([result(f"s{mark}", float(mark)) for mark in range(5)])
    assert (summary.count, summary.mean, summary.quartiles) == (5, 2.0, (1.0, 2.0, 3.0))


def test_reasons_are_ordered_by_what_they_cost_the_class():
    class_ = [result("a", 3.0, reason="petite"), result("b", 0.0, reason="grande"), result("c", 2.0, reason="grande")]
    losses = find_losses(class_)
    assert [(loss.reason, loss.points, loss.students) for loss in losses] == [
        ("grande", 6.0, ["b", "c"]),
        ("petite", 1.0, ["a"]),
    ]


def test_renamed_copy_is_found_with_its_passages_and_another_answer_is_not(pristine_course):
    release = read_notebook(pristine_course.release("essai"))
    other = "    import statistics\n    numbers = [float(number) for number in x]\n    return statistics.fmean(numbers)"
    handins = {
        name: answers(answered(pristine_course, code)) for name, code in [("a", ODD), ("b", RENAMED), ("c", other)]
    }
    (pair,) = find_similar(handins, release)
    assert pair.students == ("a", "b")
    assert min(pair.shares) > 0.9
    assert "<mark>" in pair.answers[0]
    assert "total" in pair.answers[1]


def test_pairs_of_a_class_are_those_of_comparing_all(pristine_course):
    release = read_notebook(pristine_course.release("essai"))
    lines = [f"    step_{number} = x[{number}:] ** {number} - {number} * len(x)" for number in range(40)]
    # Thirty-five share more than half with the first, which holds the whole of two short ones.
    own = {n: [f"    other = {n} * x[{line}] / {100 * n + line}" for line in range(9)] for n in range(35)}
    codes = {"a_long": lines[:20], "short_1": lines[13:16], "short_2": lines[16:19]}
    codes |= {f"half_{n:02}": lines[:10] + own[n] for n in own}
    handins = {name: answers(answered(pristine_course, "\n".join(code))) for name, code in codes.items()}
    found = [(pair.students, pair.shares) for pair in find_similar(handins, release)]
    asked = [cell for cell in release.cells if is_solution(cell) and not is_graded(cell)]
    prints = {name: similar._fingerprint(similar._own_lines(one, asked)) for name, one in handins.items()}
    alike = []
    for pair in combinations(sorted(prints), 2):
        _, shares, _ = compare_files(*(prints[name] for name in pair))
        if max(shares) >= similar.ALIKE:
            alike.append((pair, tuple(min(1.0, share) for share in shares)))
    alike.sort(key=lambda one: (-sum(one[1]), one[0]))
    assert found == alike[: similar.MOST_PAIRS]
    assert {("a_long", "short_1"), ("a_long", "short_2")} <= {pair for pair, _ in alike}


def test_the_statement_alone_makes_nobody_alike(pristine_course):
    release = read_notebook(pristine_course.release("essai"))
    given = answers(release)
    assert find_similar({"a": given, "b": given}, release) == []
    commented = given | {"sol_mean": given["sol_mean"] + "\n    # je ne sais pas"}
    assert find_similar({"a": commented, "b": commented}, release) == []


def test_code_in_a_similar_answer_is_escaped(pristine_course):
    release = read_notebook(pristine_course.release("essai"))
    code = ODD + "\n    '<script>alert(1)</script>'"
    (pair,) = find_similar({name: answers(answered(pristine_course, code)) for name in "ab"}, release)
    assert "<script>" not in pair.answers[0].replace("<mark>", "").replace("</mark>", "")


def test_report_without_a_graded_hand_in_is_an_error(course):
    with pytest.raises(CourseError, match="no graded hand-in of the lab 'essai'"):
        write_report(course, "essai")


def test_report_is_clicked_through_and_holds_what_a_teacher_looks_for(graded, browser):
    path = write_report(graded, "essai")
    browser.get_log("browser")  # what earlier pages logged
    browser.get(path.as_uri())
    for link in browser.find_elements(By.CSS_SELECTOR, "nav a"):
        link.click()
        target = link.get_attribute("href").split("#")[1]
        assert browser.execute_script("return document.querySelector(':target').id") == target
    for details in browser.find_elements(By.TAG_NAME, "details"):
        summary = details.find_element(By.TAG_NAME, "summary")
        browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", summary)
        summary.click()
        assert details.get_attribute("open") is not None
    losses = [loss.text for loss in browser.find_elements(By.CSS_SELECTOR, "details.loss")]
    assert any("basile, chloe, driss" in loss and "return 2.0" in loss for loss in losses)
    (pair,) = (one for one in browser.find_elements(By.CSS_SELECTOR, "details.pair") if "chloe and driss" in one.text)
    sides = pair.find_elements(By.TAG_NAME, "section")
    assert [len(side.find_elements(By.TAG_NAME, "mark")) > 0 for side in sides] == [True, True]
    assert sides[0].rect["y"] == sides[1].rect["y"]
    reviews = [one.text for one in browser.find_elements(By.CSS_SELECTOR, "details.review")]
    assert any(one.startswith("tells_by_its_type") and "get_ipython" in one for one in reviews)
    rows = {
        row.text.split()[0]: row.text for row in browser.find_elements(By.CSS_SELECTOR, "#hand-ins + table tbody tr")
    }
    assert "absent du rendu, il a été remis" in rows["basile"]
    refused = browser.find_element(By.CSS_SELECTOR, ".reasons").text
    assert "emile: essai.ipynb is not JSON" in " ".join(refused.split())
    items = [
        row.text
        for row in browser.find_elements(By.CSS_SELECTOR, "#questions ~ table")[0].find_elements(By.TAG_NAME, "tr")
    ]
    (written,) = (row for row in items if "written_interpretation" in row)
    assert "unknown" in written
    assert "written answers wait for a mark" in written
    assert "hard" not in written
    assert not [line for line in browser.get_log("browser") if line["level"] == "SEVERE"]


def test_figures_of_the_report_are_told_in_words(graded, browser):
    browser.get(write_report(graded, "essai").as_uri())
    figures = browser.find_elements(By.TAG_NAME, "svg")
    assert [figure.aria_role for figure in figures] == ["image"] * len(figures)
    assert "Histogram of 6 marks, rounded: 5 at 0, 1 at 16; median 0." in [figure.accessible_name for figure in figures]
    assert all(figure.rect["width"] > 300 for figure in figures)
