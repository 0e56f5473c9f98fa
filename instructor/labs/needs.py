"""What a lab imports beside what every lab has, read from its text: is it what its `course.extra` installs?"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

from helpers.by_hand import parse_cell
from instructor.course import Course
from instructor.notebooks import without_hidden_tests

WITH_JUPYTER = {"ipython", "ipykernel"}


def compare_extra(course: Course, lab: str) -> tuple[set[str], set[str]]:
    """Return the packages that the lab's extra lacks, and those that it installs for nothing.

    Of `helpers`, the modules that the lab names are read too, each alone.
    """
    project = course.project
    own = {_name(need) for need in project["optional-dependencies"].get(course.lab_metadata(lab)["extra"], [])}
    imported = _distributions(course, lab) - {_name(need) for need in project["dependencies"]} - WITH_JUPYTER
    return imported - own, own - imported


def _name(requirement: str) -> str:
    return re.match(r"[\w.-]+", requirement)[0].lower().replace("_", "-")


def _distributions(course: Course, lab: str) -> set[str]:
    known = _installed()
    cells = [cell.source for cell in course.read_source(lab).cells if cell.cell_type == "code"]
    trees = [parse_cell(without_hidden_tests(text))[0] for text in cells]
    named = {name for tree in trees for name in _imports(tree)}
    files = {file for name in named for file in _files(course.root / "helpers", name)}
    named |= {name for file in files for name in _imports(ast.parse(file.read_text(encoding="utf-8")))}
    tops = {name.partition(".")[0] for name in named} - sys.stdlib_module_names - {"helpers"}
    return {_name(known.get(top, [top])[0]) for top in tops}


_installed = cache(packages_distributions)  # reads what every package says of itself


def _imports(tree: ast.Module) -> Iterator[str]:
    """Yield the full name of everything that is imported, wherever."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _files(helpers: Path, name: str) -> list[Path]:
    """Return the files of `helpers` in which a name is defined; none for what every lab imports from it."""
    _, *parts = name.split(".")
    if not name.startswith("helpers.") or not parts:
        return []
    for place in (helpers.joinpath(*parts), helpers.joinpath(*parts[:-1])):
        if place.with_suffix(".py").is_file():
            return [place.with_suffix(".py")]
        if (place / "__init__.py").is_file() and place != helpers:
            origin = {
                alias.name: node.module
                for node in ast.walk(ast.parse((place / "__init__.py").read_text(encoding="utf-8")))
                if isinstance(node, ast.ImportFrom)
                for alias in node.names
            }.get(parts[-1])
            return _files(helpers, origin) if origin else list(place.glob("*.py"))
    return []
