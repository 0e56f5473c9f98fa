"""Drive nbgrader's formgrader in a browser, inside a JupyterLab that serves one course to this machine alone."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

from instructor.errors import CourseError

PATIENCE = 120  # seconds, on a machine that does much else

Find = Callable[..., WebElement]


@contextmanager
def jupyterlab(root: Path) -> Iterator[str]:
    """Give the address of a JupyterLab opened on a course; CourseError, with what it said, where it does not start."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
    token = secrets.token_hex()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home, Path(home, "log.txt").open("w") as log:
        own = {f"JUPYTER_{name}_DIR": str(Path(home, name.lower())) for name in ("CONFIG", "RUNTIME", "DATA")}
        port = address.rpartition(":")[2]
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}"],
            cwd=root,
            env=os.environ | own | {"HOME": home, "JUPYTER_TOKEN": token},
            stdout=subprocess.DEVNULL,
            stderr=log,
        )
        try:
            end = time.monotonic() + PATIENCE
            while not _answers(f"{address}/api"):
                if server.poll() is not None or time.monotonic() > end:
                    said = Path(log.name).read_text(encoding="utf-8").strip()[-500:]
                    raise CourseError(f"JupyterLab did not start: {said}")
                time.sleep(0.2)
            yield f"{address}/lab?token={token}"
        finally:
            # Asked to end, it may wait for a kernel or a page that does not answer any more.
            server.kill()
            server.wait()


def open_formgrader(browser: Chrome, address: str) -> Find:
    """Open the formgrader by JupyterLab's menu.

    Returns
    -------
    A function that waits for the first visible element of a CSS selector, which another function may choose among.
    """
    wait = WebDriverWait(browser, PATIENCE)

    def find(selector: str, which: Callable[[WebElement], bool] = lambda element: True) -> WebElement:
        found = wait.until(
            lambda _: [
                one for one in browser.find_elements(By.CSS_SELECTOR, selector) if one.is_displayed() and which(one)
            ]
        )
        return found[0]

    browser.get(address)
    find(".lm-MenuBar-itemLabel", lambda label: label.text == "Nbgrader").click()
    find("[data-command='nbgrader:open-formgrader']").click()
    browser.switch_to.frame(find("iframe"))
    return find


def _answers(address: str) -> bool:
    try:
        return urllib.request.urlopen(address).status == 200
    except urllib.error.URLError:
        return False
