"""What a student's page shows, and what it must never hold, looked at in headless Chromium."""

import re
import threading
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from selenium.webdriver.common.by import By

from instructor.course import Course
from instructor.errors import CourseError
from instructor.files import write_whole
from instructor.french import judged_after, points_in_words
from instructor.gradebook.deadlines import to_utc
from instructor.gradebook.nbgrader import open_gradebook
from instructor.gradebook.results import read_result
from instructor.notebooks import read_notebook, write_notebook
from instructor.pages import formulas
from instructor.pages.feedback import _row, right_answers, write_feedback
from instructor.pages.html import clean, highlighting_css, render_notebook
from tests.instructor.conftest import answered
from tests.instructor.pages.conftest import ENDINGS

pytestmark = pytest.mark.xdist_group("pages")

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


@pytest.fixture(scope="module", autouse=True)
def comments_and_deadline(graded):
    with open_gradebook(graded) as gradebook:
        gradebook.update_or_create_assignment("essai", duedate=to_utc(datetime.now() - timedelta(days=1)))
        comment_on(gradebook, "alix", "written_interpretation", "Bien <vu>,\nmais citez $n$.")
        comment_on(gradebook, "alix", "sol_mean", "np.mean suffisait.")


def comment_on(gradebook, student: str, cell: str, text: str) -> None:
    gradebook.find_comment(cell, "essai", "essai", student).manual_comment = text
    gradebook.db.commit()


def page_of(course: Course, student: str, **options) -> Path:
    return write_feedback(course, read_result(course.hand_in(student, "essai")), **options)


def text_of(path: Path) -> str:
    return " ".join(BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser").get_text(" ").split())


def test_page_shows_marks_reasons_repairs_and_what_the_teacher_wrote(graded):
    alix = text_of(page_of(graded, "alix"))
    assert "16 / 20 · 4 points encore à corriger" in alix
    assert "np.mean suffisait." in alix
    assert "Bien <vu>, mais citez $n$." in alix
    basile = text_of(page_of(graded, "basile"))
    lost = "perdu la moyenne d'un vecteur quelconque (16 points) : les valeurs ne sont pas celles attendues"
    assert lost in basile
    assert "acquis la moyenne d'un vecteur quelconque (16 points)" in alix
    assert "Test de « Question 1 · Moyenne » : absent du rendu, il a été remis." in basile
    assert "test_mean" not in basile


def test_page_says_which_of_several_files_was_graded(graded):
    assert "Vous aviez déposé" not in text_of(page_of(graded, "driss"))
    hand_in = graded.hand_in("driss", "essai")
    write_whole(hand_in.choice, b'{"kept": "tp (1).ipynb", "left": ["<b>tp.ipynb", "vieux/tp.ipynb"]}')
    shown = text_of(page_of(graded, "driss"))
    hand_in.choice.unlink()
    assert (
        "Vous aviez déposé 3 notebooks : « tp (1).ipynb » a été noté, « <b>tp.ipynb » et « vieux/tp.ipynb » ne l'ont "
        "pas été." in shown
    )


def test_answer_that_is_still_the_statements_is_said_to_be_missing(graded):
    assert "Question 2 · Interprétation 0 / 4 Cette question n'est pas traitée." in text_of(page_of(graded, "driss"))


def test_comment_on_no_marked_question_is_shown_too(graded):
    result = read_result(graded.hand_in("alix", "essai"))
    result.cells = result.cells[1:]
    assert "Autres remarques de votre enseignant" in text_of(write_feedback(graded, result))


def test_late_penalty_is_said_and_taken_off(graded):
    with open_gradebook(graded) as gradebook:
        for student in ("alix", "basile"):
            gradebook.find_submission_notebook("essai", "essai", student).late_submission_penalty = 1.5
        gradebook.db.commit()
    assert "14,5 / 20" in text_of(page_of(graded, "alix"))
    assert "Retard : 1,5 points retirés des 16 points obtenus." in text_of(page_of(graded, "alix"))
    assert "0 / 20" in text_of(page_of(graded, "basile"))


def test_right_answers_wait_for_the_deadline_and_hold_no_hidden_line(graded):
    assert "Les réponses attendues" not in text_of(page_of(graded, "basile"))
    shown = text_of(page_of(graded, "basile", with_solutions=True))
    assert "Les réponses attendues" in text_of(page_of(graded, "basile")), "a page written again lost them"
    assert "Les réponses attendues" not in text_of(page_of(graded, "basile", with_solutions=False))
    assert "Les réponses attendues" in shown
    assert "Barème" in shown
    assert "criterion" not in shown
    with open_gradebook(graded) as gradebook:
        gradebook.update_or_create_assignment("essai", duedate=to_utc(datetime.now() + timedelta(hours=1)))
    with pytest.raises(CourseError, match="is not over: its answers stay here"):
        page_of(graded, "basile", with_solutions=True)
    assert len(right_answers(graded, "essai").cells) == 2


@pytest.mark.parametrize("ending", ENDINGS)
def test_page_is_the_same_whatever_the_graded_run_printed(graded, ending):
    student = f"tells_by_{ending}"
    ran = read_notebook(graded.hand_in(student, "essai").autograded)
    assert "BEGIN HIDDEN TESTS" in str(ran), "the hand-in did not get at the hidden lines: it tests nothing"
    before = page_of(graded, student).read_bytes()
    assert b"any_vector" not in before
    assert b"rng.normal" not in before
    for cell in ran.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    for mark in ran.metadata.course.marks:
        mark.update(detail="")
        for one in mark.criteria:
            one.update(name="", detail="")
    write_notebook(ran, graded.hand_in(student, "essai").autograded)
    assert page_of(graded, student).read_bytes() == before


@pytest.fixture(scope="module")
def listener():
    """A web server on this machine that remembers what it was asked for."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.server.asked.append(self.path)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.asked = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def hostile_notebook(course: Course, address: str):
    """Return a hand-in whose every part wants to run a script or fetch something."""
    attacks = [
        "<script>document.title = 'taken'</script>",
        f"<script src='{address}/script.js'></script>",
        "<img src=x onerror=\"document.title = 'taken'\">",
        "<svg onload=\"document.title = 'taken'\"><script>document.title = 'taken'</script></svg>",
        "<a id=trap href=\"javascript:document.title = 'taken'\">ici</a>",
        f"<iframe src='{address}/frame'></iframe><object data='{address}/object'></object>",
        f"<img src='{address}/picture.png'><img srcset='{address}/set.png 1x'>",
        f"<video src='{address}/film' poster='{address}/poster.png' autoplay></video>",
        f"<link rel=stylesheet href='{address}/style.css'>",
        f"<style>body {{ background: url({address}/back.png) }}</style>",
        f'<div style="background: url({address}/div.png); position: fixed">dessus</div>',
        f"<meta http-equiv=refresh content='0;url={address}/refresh'><base href='{address}/'>",
        f"<form action='{address}/form'><input type=submit></form>",
        "<button id=trap autofocus onfocus=\"document.title = 'taken'\">ok</button>",
        "<math><mtext><table><mglyph><style><img src=x onerror=\"document.title = 'taken'\">",
        f"![dessin]({address}/markdown.png)",
        f"![dessin][1]\n\n[1]: {address}/reference.png",
        "[lien](javascript:document.title='taken')",
        "```html\n</code></pre><script>document.title = 'taken'</script>\n```",
        "![jointe](attachment:evil.svg)",
    ]
    notebook = answered(course)
    for attack in attacks:
        notebook.cells.append(new_markdown_cell(attack))
        data = {"text/html": attack, "text/markdown": attack, "text/plain": attack}
        javascript = {"application/javascript": "document.title = 'taken'", "image/svg+xml": attack}
        outputs = [new_output("display_data", data=data), new_output("display_data", data=javascript)]
        outputs += [new_output("display_data", data={kind: attack}) for kind in ("text/latex", "text/vnd.mermaid")]
        outputs.append(new_output("stream", name="stdout", text=attack + f"\x1b]8;;{address}/ansi\x07lien\x1b]8;;\x07"))
        outputs.append(new_output("error", ename=attack, evalue=attack, traceback=[attack]))
        picture = new_output("display_data", data={"image/png": f'"><{attack}'})
        picture.metadata = {"filenames": {"image/png": f"{address}/file.png"}, "image/png": {"width": f'1"{attack}'}}
        notebook.cells.append(new_code_cell(f"print({attack!r})", outputs=[*outputs, picture]))
    notebook.cells[-2].attachments = {"evil.svg": {"image/svg+xml": "PHN2Zz48L3N2Zz4="}}
    notebook.cells[-1].metadata = {"tags": ['"><script>document.title="taken"</script>']}
    return notebook


def test_hand_in_that_attacks_runs_nothing_and_fetches_nothing(graded, browser, listener, tmp_path):
    notebook = hostile_notebook(graded, f"http://127.0.0.1:{listener.server_port}")
    page = page_of(graded, "basile").read_text(encoding="utf-8")
    start, end = page.index('<div class="notebook">'), page.index("</main>")
    page = page[:start] + f"<title>free</title>{render_notebook(notebook)}" + page[end:]
    # The list of allowed tags must hold alone: the page's policy, which forbids the rest again, is taken away.
    lines = [line for line in page.splitlines() if "Content-Security-Policy" not in line]
    assert len(lines) == len(page.splitlines()) - 1
    path = tmp_path / "hostile.html"
    path.write_text("\n".join(lines), encoding="utf-8")
    browser.get(path.as_uri())
    title = browser.title
    for element in browser.find_elements(By.CSS_SELECTOR, "main :is(a:not([href^=http]), button, summary)"):
        element.click()
    assert browser.title == title != "taken"
    assert browser.current_url == path.as_uri()
    assert listener.asked == []
    assert not browser.find_elements(By.CSS_SELECTOR, "main :is(script, iframe, object, form, style, svg, video)")
    drawn = browser.execute_script("return [...document.querySelectorAll('math *')].map(one => one.localName)")
    assert drawn, "the statement's own formula is gone"
    assert set(drawn) <= formulas.TAGS
    attributes = browser.execute_script(
        "return [...document.querySelectorAll('*')].flatMap(one => [...one.attributes]).map(one => one.name)"
    )
    assert not [name for name in attributes if name.startswith("on") or name in ("style", "srcset", "action")]


def test_figures_and_tables_that_a_student_made_are_shown(graded, browser, tmp_path):
    notebook = answered(graded)
    table = "<table><thead><tr><th scope='col'>a</th></tr></thead><tbody><tr><td>1</td></tr></tbody></table>"
    data = [
        {"text/html": f"<img alt='une courbe' width='30' src='data:image/png;base64,{PIXEL[:76]}\n{PIXEL[76:]}'>"},
        {"image/png": f"{PIXEL}\n"},
        {"text/html": f"<style>td {{ color: red }}</style>{table}"},
    ]
    notebook.cells.append(new_code_cell("tout()", outputs=[new_output("display_data", data=one) for one in data]))
    path = tmp_path / "shown.html"
    path.write_text(render_notebook(notebook), encoding="utf-8")
    browser.get(path.as_uri())
    pictures = browser.find_elements(By.TAG_NAME, "img")
    assert [picture.get_attribute("alt") for picture in pictures] == ["une courbe", "image sans description"]
    assert all(browser.execute_script("return arguments[0].naturalWidth", picture) == 1 for picture in pictures)
    assert pictures[0].size["width"] == 30
    assert browser.find_element(By.CSS_SELECTOR, "th[scope=col]").text == "a"
    assert "color: red" not in browser.page_source


def test_hand_in_cannot_wear_the_pages_own_classes(graded):
    page = BeautifulSoup(page_of(graded, "alix").read_text(encoding="utf-8"), "html.parser")
    page.find(class_="notebook").clear()
    own = {name for tag in page(class_=True) for name in tag["class"]}
    assert own, "the page has no class: it tests nothing"
    worn = "".join(f'<{tag} class="{" ".join(own)}">20 / 20</{tag}>' for tag in ("div", "span", "p", "table", "li"))
    assert not BeautifulSoup(clean(worn), "html.parser")(class_=own)


def test_code_stays_highlighted(graded):
    page = BeautifulSoup(page_of(graded, "alix").read_text(encoding="utf-8"), "html.parser")
    assert page.select(".notebook .highlight .k")


def test_notebook_saved_on_colab_is_shown_like_any_other(graded):
    plain = answered(graded)
    saved = answered(graded)
    saved.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {}}  # without the `state` inside
    saved.metadata.pop("language_info", None)
    for number, cell in enumerate(saved.cells):
        cell.metadata |= {"id": f"colab{number}", "outputId": "x", "colab": {"base_uri": "https://localhost:8080/"}}
    assert render_notebook(saved) == render_notebook(plain)


def test_page_fits_a_telephone(graded, browser):
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": 390, "height": 800, "deviceScaleFactor": 1, "mobile": True}
    )
    browser.get(page_of(graded, "alix").as_uri())
    width = browser.execute_script("return document.documentElement.scrollWidth")
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert width == 390


def test_page_can_be_read_without_seeing_it(graded, browser):
    browser.get(page_of(graded, "alix").as_uri())
    assert browser.find_element(By.TAG_NAME, "html").get_attribute("lang") == "fr"
    assert len(browser.find_elements(By.TAG_NAME, "h1")) == 1
    # The page's own headings, and the lab's title below them; a student's may skip a level.
    headings = browser.find_elements(By.CSS_SELECTOR, "h1, h2, h3, h4, h5, h6")
    levels = [heading.tag_name for heading in headings]
    assert levels[: levels.index("h3") + 1] == ["h1"] + ["h2"] * (levels.index("h3") - 1) + ["h3"]
    assert set(levels[levels.index("h3") :]).isdisjoint({"h1", "h2"})
    assert all(header.get_attribute("scope") for header in browser.find_elements(By.CSS_SELECTOR, ".marks th"))
    assert browser.find_element(By.CSS_SELECTOR, ".marks caption").text
    assert not [line for line in browser.get_log("browser") if line["level"] == "SEVERE"]


def test_colours_of_code_contrast_with_the_page():
    # Coloured blanks and the kinds of a diff are in the sheet, and in no cell.
    rules = [rule for rule in highlighting_css().splitlines() if "Whitespace" not in rule and "Generic" not in rule]
    colours = set(re.findall(r"(?<!-)color: (#[0-9A-Fa-f]{6})", "".join(rules)))
    assert len(colours) > 5
    assert min(map(contrast_with_white, colours)) >= 4.5


def contrast_with_white(colour: str) -> float:
    """Return the ratio defined by WCAG 2.2, https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio."""
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 1.05 / (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05)


def test_extra_credit_hides_no_line_of_a_question():
    criteria = [
        {"fate": fate, "sentence": fate, "points": points, "reason": "", "after": (), "world": 1}
        for fate, points in (("earned", 4.0), ("raised", 1.0))
    ]
    cell = {"grade_id": "test_mean", "score": 4.1, "extra": 0.1, "pending": 0.0, "max_score": 5.0, "reason": ""}
    assert len(_row(cell | {"criteria": criteria, "visible": ""}, {}, {})["criteria"]) == 2


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("", ""),
        ("un float", "Le test du sujet disait : « un float »"),
        ("reçu […]", "Le test du sujet échoue aussi : relancez-le, il dit ce qu'il a reçu."),
    ],
)
def test_visible_test_is_quoted_where_its_words_are_whole(message, told):
    lost = {"fate": "raised", "sentence": "la valeur", "points": 1.0, "reason": "", "after": (), "world": 1}
    cell = {"grade_id": "test_mean", "score": 0.0, "extra": 0.0, "pending": 0.0, "max_score": 1.0, "reason": ""}
    assert _row(cell | {"criteria": [lost], "visible": message}, {}, {})["visible"] == told


def test_what_a_whole_question_was_judged_on_is_said_once():
    criteria = [
        {"fate": "earned", "sentence": sentence, "points": 1.0, "reason": "", "after": ("test_mean",), "world": 2}
        for sentence in ("la valeur", "l'entrée")
    ]
    cell = {"grade_id": "test_spread", "score": 2.0, "extra": 0.0, "pending": 0.0, "max_score": 2.0, "reason": ""}
    row = _row(cell | {"criteria": criteria, "visible": ""}, {"mean": "Question 1 · Moyenne"}, {})
    assert row["after"] == "jugé avec une réponse juste à la question 1"
    assert [line["after"] for line in row["criteria"]] == ["", ""]
    criteria[0] |= {"after": (), "world": 1}
    row = _row(cell | {"criteria": criteria, "visible": ""}, {"mean": "Question 1 · Moyenne"}, {})
    assert [row["after"], *(line["after"] for line in row["criteria"])] == [
        "",
        "",
        "jugé avec une réponse juste à la question 1",
    ]


def test_many_questions_are_not_listed():
    titles = [f"Question {number} · Titre" for number in range(2, 6)]
    assert judged_after(titles[:3], 2) == "jugé avec des réponses justes aux questions 2, 3 et 4"
    assert judged_after(titles, 2) == "jugé avec des réponses justes aux questions précédentes"


@pytest.mark.parametrize(
    ("points", "told"),
    [(0.125, "0,125 point"), (1, "1 point"), (1.5, "1,5 point"), (2, "2 points"), (1.875, "1,875 point")],
)
def test_points_are_told_as_they_count(points, told):
    assert points_in_words(points).replace("\N{NO-BREAK SPACE}", " ") == told
