"""Lay the test cells out for the window that students read them in: a message cut at its right edge helps nobody."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import tempfile
import textwrap
import tokenize
from pathlib import Path

from instructor.errors import CourseError

WIDTH = 88
LITERAL = re.compile(
    r"""(?<!["'\w])(?P<prefix>[fr]{0,2})(?P<quote>["'])(?P<body>(?:(?!(?P=quote))[^\\]|\\.)+)(?P=quote)"""
)


def narrow(cells: list[str]) -> list[str]:
    """Return the text of code cells in lines of 88 columns, those of strings too; the meaning is the same."""
    return _format([_break_strings(text) for text in _format(cells)])


def _format(cells: list[str]) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder, f"{number:03}.py") for number in range(len(cells))]
        for file, text in zip(files, cells, strict=True):
            file.write_text(text + "\n", encoding="utf-8")
        options = ["--isolated", "--no-cache", "--quiet", f"--line-length={WIDTH}"]
        command = [sys.executable, "-m", "ruff", "format", *options, folder]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise CourseError(f"ruff cannot format a test cell: {(done.stderr.strip() or 'it gives no reason')[:200]}")
        return [file.read_text(encoding="utf-8").removesuffix("\n") for file in files]


def _break_strings(text: str) -> str:
    """Write each string that is too long as several, and each comment on several lines; where, ruff decides."""
    depths, lines = _depths(text), text.split("\n")
    for row, line in enumerate(lines):
        indent = len(line) - len(line.lstrip())
        if len(line) <= WIDTH or '"""' in line:
            continue
        if line.lstrip().startswith("# "):
            margin = line[:indent] + "# "
            lines[row] = textwrap.fill(line[len(margin) :], WIDTH, initial_indent=margin, subsequent_indent=margin)
            continue
        literal = max(LITERAL.finditer(line), key=lambda found: len(found[0]), default=None)
        if literal is None:
            continue
        plain, quote = literal["prefix"].replace("f", ""), literal["quote"]
        pieces = _pieces(literal["body"], WIDTH - indent - 12)
        prefixes = [literal["prefix"] if "{" in piece else plain for piece in pieces]
        whole = " ".join(f"{prefix}{quote}{piece}{quote}" for prefix, piece in zip(prefixes, pieces, strict=True))
        in_brackets = depths.get((row + 1, literal.start()), 0)
        lines[row] = line[: literal.start()] + (whole if in_brackets else f"({whole})") + line[literal.end() :]
    return "\n".join(lines)


def _depths(text: str) -> dict[tuple[int, int], int]:
    """Return how many brackets are open where each token begins."""
    depths, depth = {}, 0
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        depths[token.start] = depth
        if token.type == tokenize.OP:
            depth += (token.string in "([{") - (token.string in ")]}")
    return depths


def _pieces(body: str, width: int) -> list[str]:
    """Cut the text of a string behind blanks, never within braces."""
    pieces, depth, last = [""], 0, -1
    for character in body:
        pieces[-1] += character
        depth += (character == "{") - (character == "}")
        if character == " " and depth == 0:
            last = len(pieces[-1])
        if len(pieces[-1]) > width and last > 0:
            pieces[-1:] = [pieces[-1][:last], pieces[-1][last:]]
            last = -1
    return pieces
