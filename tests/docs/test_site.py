"""The course as a site: what a stranger finds there with a browser, and that it shows nothing hidden."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

from docs.check import findings
from instructor.course import Course
from instructor.errors import CourseError
from instructor.notebooks import find_cell, read_notebook
from tests.instructor.conftest import ROOT

pytestmark = pytest.mark.xdist_group("site")

LAB = "bayes_net"
PATIENCE = 300  # seconds, on a machine that does much else
# A colour that still moves from one theme to the other has neither's contrast.
SHOWN = "return document.documentElement.dataset.theme == arguments[0] && !document.getAnimations().length"


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    """The site in its quick form."""
    for generator in ("sphinx", "myst_nb", "sphinx_book_theme"):
        pytest.importorskip(generator, reason=f"{generator} is missing: make setup")
    from docs.build import build

    out = tmp_path_factory.mktemp("site")
    assert build(Course(ROOT), out, quick=True) == []
    return out / "html"


@pytest.fixture
def browser() -> Iterator[Chrome]:
    from docs.pictures import chromium

    try:
        with chromium(1100, 800) as browser:
            yield browser
    except CourseError as error:
        pytest.skip(str(error))


def hidden_line() -> str:
    source = find_cell(read_notebook(Course(ROOT).source(LAB)), "test_joint").source
    return next(line for line in source.splitlines() if line.startswith("@criterion("))


def answer_line() -> str:
    source = find_cell(read_notebook(Course(ROOT).source(LAB)), "written_interpretation").source
    answer = source.partition("### BEGIN TODO\n")[2].splitlines()
    return next(line for line in answer if len(line) > 60)


@pytest.mark.parametrize("line", [hidden_line, answer_line])
def test_planted_line_of_a_hidden_test_or_an_answer_is_found(tmp_path, line):
    text = line().replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
    start, end = text[:20], text[20:]
    planted = {
        "alternative.html": f'<img src="data:," alt="{text}">',
        "code.html": f"<pre><span>a</span>\n<span>{start}</span>{end}\n</pre>",
        "comment.html": f"<p>Bien.</p><!-- {text} -->",
        "drawing.svg": f"<svg><text>{text.replace(' ', '&#160;')}</text></svg>",
        "sentence.html": f"<p>Comme on l'a vu : <code>{start}{end}</code>.</p>",
    }
    for name, page in planted.items():
        (tmp_path / name).write_text(page, encoding="utf-8")
    assert findings(Course(ROOT), tmp_path) == [f"{name} shows a hidden line: {line().strip()}" for name in planted]


def test_link_that_leads_nowhere_and_what_is_fetched_elsewhere_are_found(tmp_path):
    (tmp_path / "fr").mkdir()
    (tmp_path / "fr" / "tp.html").write_text('<p id="here"><a href="../index.html#there">x</a></p>')
    (tmp_path / "index.html").write_text(
        '<p id="there"><a href="fr/tp.html#here">a</a> <a href="fr/tp.html#gone">b</a> <a href="gone.html">c</a>'
        '<a href="https://example.org">d</a> <img src="https://example.org/a.png">'
        '<img srcset="a.css 1x, https://example.org/c.png 2x"> <p style="background: url(https://example.org/d.png)">'
        '<script src="//example.org/a.js">'
    )
    (tmp_path / "a.css").write_text("@import 'https://example.org/b.css'; b { background: url(data:image/png,x) }")
    assert findings(Course(ROOT), tmp_path) == [
        "index.html links to fr/tp.html#gone: there is no such place",
        "index.html links to gone.html, which is not there",
        "index.html fetches https://example.org/a.png",
        "index.html fetches https://example.org/c.png",
        "index.html fetches //example.org/a.js",
        "a.css fetches https://example.org/b.css",
        "index.html fetches https://example.org/d.png",
    ]


def test_stranger_opens_a_lab_searches_and_reads_the_guide_on_a_phone(site, browser):
    wait = WebDriverWait(browser, PATIENCE)
    browser.get((site / "index.html").as_uri())
    browser.find_element(By.LINK_TEXT, "the eight labs").click()
    wait.until(lambda _: browser.find_elements(By.CSS_SELECTOR, f"article a[href='fr/{LAB}.html']"))[0].click()
    wait.until(lambda _: browser.current_url.endswith(f"fr/{LAB}.html"))
    shown = browser.find_element(By.TAG_NAME, "article").text
    assert "À la fin, vous saurez" in shown
    assert "raise NotImplementedError" in shown
    assert "assert " in shown
    assert (
        browser.find_element(By.PARTIAL_LINK_TEXT, "dans Google Colab").get_attribute("href").endswith(f"{LAB}.ipynb")
    )
    assert browser.find_element(By.TAG_NAME, "html").get_attribute("lang") == "fr"
    assert only_local(browser)

    browser.get((site / "fr" / "search.html").as_uri() + "?q=gradients")
    wait.until(lambda _: browser.find_elements(By.CSS_SELECTOR, "#search-results a[href^='manual_backprop.html']"))

    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
    )
    browser.get((site / "teaching.html").as_uri())
    assert "Written answers" in browser.find_element(By.TAG_NAME, "article").text
    assert browser.execute_script("return document.documentElement.scrollWidth") <= 390
    assert only_local(browser)


@pytest.mark.parametrize("page", ["index.html", "teaching.html", f"fr/{LAB}.html"])
def test_pages_are_accessible_in_light_and_dark(site, browser, page):
    axe = pytest.importorskip("axe_core_python.base", reason="axe-core-python is missing: make setup")
    browser.set_script_timeout(PATIENCE)
    for mode in ("light", "dark"):
        # As the reader's system asks for it: what a page stores may reach the page loaded next too late.
        wanted = [{"name": "prefers-color-scheme", "value": mode}]
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": wanted})
        browser.get((site / page).as_uri())
        WebDriverWait(browser, PATIENCE).until(lambda browser, mode=mode: browser.execute_script(SHOWN, mode))
        # Of MathML it reads no word, and takes such a header for an empty one.
        rules = {"rules": {"empty-table-header": {"enabled": False}}}
        browser.execute_script(axe.AXE_SCRIPT)
        results = browser.execute_async_script("axe.run(arguments[0]).then(arguments[1])", rules)
        assert [(one["id"], node["html"]) for one in results["violations"] for node in one["nodes"]] == [], mode
    browser.find_element(By.TAG_NAME, "body").send_keys(Keys.TAB)
    assert browser.switch_to.active_element.get_attribute("href").endswith("#main-content")


def only_local(browser: Chrome) -> bool:
    fetched = browser.execute_script("return performance.getEntriesByType('resource').map(entry => entry.name)")
    return all(address.startswith(("file:", "data:")) for address in fetched)
