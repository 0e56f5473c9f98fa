"""What is wrong with a built site: hidden lines, links that lead nowhere, what a page fetches from another host."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Container, Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from instructor.course import Course
from instructor.labs.publish import find_leaks

# What a browser follows only when asked to.
FOLLOWED = ("a", "form")
IN_STYLES = re.compile(r"""(?:url\(\s*|@import\s+)["']?((?:https?:)?//[^"')\s]+)""")


class Page(HTMLParser):
    """The places of a page, and the addresses it names with the tags that name them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.places: set[str] = set()
        self.addresses: list[tuple[str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if value and name == "id":
                self.places.add(value)
            elif value and name in ("href", "src", "action"):
                self.addresses.append((tag, value))
            elif value and name == "srcset":
                self.addresses += [(tag, choice.split()[0]) for choice in value.split(",")]


def findings(course: Course, html: Path) -> list[str]:
    """Return one line for each thing that is wrong with the site in the folder `html`."""
    files = {path.relative_to(html).as_posix(): path.read_bytes() for path in sorted(html.rglob("*")) if path.is_file()}
    pages = {name: Page(content.decode("utf-8")) for name, content in files.items() if name.endswith(".html")}
    places = {name: page.places for name, page in pages.items()}
    found = list(find_leaks(course, files, answers=True))
    for name, page in pages.items():
        found += wrong_addresses(name, page, files, places)
    for name, content in files.items():
        if name.endswith((".css", ".html")):
            found += [f"{name} fetches {address}" for address in IN_STYLES.findall(content.decode("utf-8"))]
    return found


def wrong_addresses(name: str, page: Page, files: Container[str], places: dict[str, set[str]]) -> Iterator[str]:
    """Yield what a page links to and is not there, and what it fetches from another host."""
    for tag, address in page.addresses:
        parts = urlsplit(address)
        if parts.scheme or parts.netloc:
            if parts.scheme != "data" and tag not in FOLLOWED:
                yield f"{name} fetches {address}"
            continue
        path = unquote(parts.path) or posixpath.basename(name)
        target = posixpath.normpath(posixpath.join(posixpath.dirname(name), path))
        if target not in files:
            yield f"{name} links to {address}, which is not there"
        elif parts.fragment and unquote(parts.fragment) not in places.get(target, ()):
            yield f"{name} links to {address}: there is no such place"
