"""Take the pictures of the teacher's guide: `course demo` is played, and what it shows is drawn or photographed.

A picture cannot be searched for a hidden line afterwards: what it shows is searched as text before it is taken.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from selenium.webdriver import Chrome, ChromeOptions, ChromeService

from docs.formgrader import jupyterlab, open_formgrader
from instructor.course import Course
from instructor.demo import LABS
from instructor.errors import CourseError
from instructor.labs.publish import find_leaks

LAB, OTHER = LABS
STUDENT = "chloe"
COLUMNS = 100
# Fonts of another host.
SVG = re.sub(r"@font-face \{\{.*?\}\}\s*", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
BELOW_THE_FOLD = """
    for (const element of document.body.querySelectorAll("*"))
        if (element.getBoundingClientRect().top >= innerHeight) element.remove()
"""


def take_pictures(course: Course, folder: Path) -> None:
    """Play the demo class, and write the pictures to `folder`."""
    folder.mkdir(exist_ok=True)
    with chromium(1100, 760) as browser:
        told = play(course)
        for name, command in [("collect", f"collect {LAB}"), ("grade", "grade"), ("grades", f"grades {LAB}")]:
            (folder / f"{name}.svg").write_bytes(checked(course, f"{name}.svg", terminal(told, command)))
        demo = course.root / "demo"
        for name, page in [("feedback", f"feedback/{STUDENT}/{LAB}/{LAB}.html"), ("report", f"reports/{LAB}.html")]:
            browser.get((demo / page).as_uri())
            photograph(course, browser, folder / f"{name}.png")
        with jupyterlab(demo) as address:
            find = open_formgrader(browser, address)
            find("a", lambda link: link.text == "Manual Grading").click()
            find("td a", lambda link: link.text == OTHER).click()
            find(f"a[href$='/gradebook/{OTHER}/{OTHER}']").click()
            find("td a", lambda link: "ubmission" in link.text)
            # Alone in the window, without JupyterLab around it.
            page = browser.execute_script("return location.href")
            browser.switch_to.default_content()
            browser.get(page)
            find("td a", lambda link: "ubmission" in link.text)
            checked(course, "formgrader.png.html", browser.page_source.encode())
            browser.save_screenshot(str(folder / "formgrader.png"))


def play(course: Course) -> str:
    """Run `course demo`, and return what it prints; what was graded before stays as it is."""
    command = [sys.executable, "-c", "from instructor.cli import main; main()", "demo"]
    environment = os.environ | {"COLUMNS": str(COLUMNS), "COURSE_MODE": "fast"}
    done = subprocess.run(command, cwd=course.root, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CourseError(f"'course demo' failed: {(done.stdout + done.stderr).strip()[-500:]}")
    return done.stdout


def terminal(told: str, command: str) -> bytes:
    """Return a drawing of the terminal with one command of the demo and what it said."""
    said = next(part for part in re.split(r"^\$ course ", told, flags=re.M) if re.match(rf"{command}\b", part))
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), highlight=False, markup=False, emoji=False)
    console.print(f"$ course {said.partition(f'{OTHER}: marks')[0].strip()}")
    return console.export_svg(title=f"course {command}", code_format=SVG, unique_id="terminal").encode()


def photograph(course: Course, browser: Chrome, file: Path) -> None:
    """Save what the window shows of the page."""
    browser.execute_script(BELOW_THE_FOLD)
    checked(course, f"{file.name}.html", browser.page_source.encode())
    browser.save_screenshot(str(file))


def checked(course: Course, name: str, content: bytes) -> bytes:
    """Return the content, which shows nothing hidden; CourseError if it does."""
    for leak in find_leaks(course, {name: content}, answers=True):
        raise CourseError(f"no picture was taken: {leak}")
    return content


@contextmanager
def chromium(width: int, height: int) -> Iterator[Chrome]:
    """Open a window of that many pixels; CourseError where Chromium or its driver is missing."""
    binary, driver = shutil.which("chromium") or shutil.which("google-chrome"), shutil.which("chromedriver")
    if not (binary and driver):
        raise CourseError(
            "no chromium or chromedriver: apt-get install chromium chromium-driver, or build with --quick"
        )
    options = ChromeOptions()
    options.binary_location = binary
    for argument in ("headless=new", "no-sandbox", "disable-gpu", "disable-dev-shm-usage", "hide-scrollbars"):
        options.add_argument(f"--{argument}")
    browser = Chrome(options=options, service=ChromeService(driver))
    try:
        browser.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False},
        )
        yield browser
    finally:
        browser.quit()
