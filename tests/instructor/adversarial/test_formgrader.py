"""What a hostile hand-in does in the teacher's browser, in the page that the formgrader makes of it."""

from __future__ import annotations

import re
import shutil
import subprocess
import threading
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from nbconvert import HTMLExporter
from nbgrader.server_extensions.formgrader import handlers
from traitlets.config import Config

from instructor.notebooks import read_notebook
from tests.instructor.adversarial.attacks import ACTIVE
from tests.instructor.adversarial.lab import LAB

pytestmark = pytest.mark.xdist_group("adversarial")

HOST = "http://beacon.invalid"
RESOURCES = {"index": 0, "total": 1, "base_url": "", "submission_id": "0", "notebook_path": "", "student": "x"}


def render(course, student: str) -> str:
    """Return the page that the formgrader shows of a graded hand-in."""
    config = Config({"HTMLExporter": {"template_name": "formgrade"}})
    config.HTMLExporter.extra_template_basedirs = [handlers.template_path]
    resources = RESOURCES | {"assignment_id": LAB, "notebook_id": LAB, "first_name": "", "last_name": ""}
    return HTMLExporter(config=config).from_filename(str(course.hand_in(student, LAB).autograded), resources=resources)[
        0
    ]


@pytest.fixture(scope="module")
def page(graded_class) -> str:
    return render(graded_class.course, "active_outputs")


def visit(html: str) -> tuple[str, list[str]]:
    """Open a page in Chromium; return its text once its scripts have run, and what it asked the beacon for."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no chromium: apt-get install chromium")
    asked: list[str] = []
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, html, asked)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        command = [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        command += ["--virtual-time-budget=5000", f"--host-resolver-rules=MAP beacon.invalid:80 {address[7:]}"]
        shown = subprocess.run(
            [*command, "--dump-dom", f"{address}/page"], capture_output=True, text=True, timeout=120, check=True
        )
        server.shutdown()
    return shown.stdout, asked


class _Handler(BaseHTTPRequestHandler):
    """Serve the page, and remember what is asked of the beacon."""

    def __init__(self, html: str, asked: list[str], *arguments: object) -> None:
        self._html, self._asked = html, asked
        super().__init__(*arguments)

    def do_GET(self) -> None:
        body = self._html.encode() if self.path == "/page" else b""
        if self.headers["Host"] == "beacon.invalid":
            self._asked.append(self.path)
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Print nothing."""


def test_beacon_hears_of_active_content_when_nothing_is_sanitised():
    _, asked = visit(f"<!doctype html><body>{ACTIVE}</body>")
    assert {"/script", "/image", "/svg"} <= set(asked)


def test_page_of_a_hostile_hand_in_fetches_and_runs_nothing(page):
    shown, asked = visit(page)
    assert "notebook-container" in shown
    assert asked == []


def test_page_of_a_hostile_hand_in_shows_no_mark_but_the_formgraders(page, graded_class):
    assert not re.search(r"<[a-z][^>]*score-forged", page)
    honest = render(graded_class.course, "honest")
    inputs = [re.findall(r"<input[^>]*score", shown) for shown in (page, honest)]
    assert len(inputs[0]) == len(inputs[1])
    assert not re.search(r"<(form|input|button|style|iframe|object|svg|base|meta)[^>]*(reussi|beacon|forged)", page)


def test_page_of_a_hostile_hand_in_holds_no_active_math(page):
    assert not re.search(r"\\(style|href|class|cssId|require)\b", page.split("<body")[1])


def test_nothing_that_a_page_would_run_is_kept_in_the_outputs(graded_class):
    notebook = read_notebook(graded_class.course.hand_in("active_outputs", LAB).autograded)
    kinds = {kind for cell in notebook.cells for output in cell.get("outputs", []) for kind in output.get("data", {})}
    assert kinds <= {"text/plain", "text/html", "text/markdown", "image/png", "image/jpeg"}
    assert kinds >= {"text/plain", "text/html"}
