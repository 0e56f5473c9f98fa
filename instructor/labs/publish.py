"""Write the student repository: what students get, and nothing that they must not see.

The files are made and searched before the first one is written; a git commit says what changed, and a tag names the
helpers that its notebooks install. Nothing is pushed.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from nbformat import NotebookNode

from instructor.course import Course
from instructor.errors import CourseError
from instructor.french import format_minutes
from instructor.gradebook.deadlines import refuse_before_deadline
from instructor.grading.released import keep_released
from instructor.labs.check import MARKER, check_labs
from instructor.labs.colab import BRANCH, badge, tag
from instructor.labs.solutions import solutions_due
from instructor.notebooks import HIDDEN_BLOCK, TODO_BLOCK

FOLDERS = ("helpers", "release", "solutions")
COPIED = ("LICENSE", "LICENSE-CONTENT")
TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parents[1] / "templates"), autoescape=False, keep_trailing_newline=True
)


@dataclass(frozen=True)
class Publication:
    """What a call published: the first line of the commit, and the paths that changed; none where nothing did."""

    message: str
    changed: list[str]


def publish(course: Course, folder: Path, solutions: list[str]) -> Publication:
    """Bring the student repository at `folder` up to date and commit it.

    Parameters
    ----------
    folder
        A new or empty folder, or the repository of an earlier publication, with nothing uncommitted in it.
    solutions
        Labs whose corrected notebook is published too; those published before stay.

    Raises
    ------
    CourseError
        The public address is not set, a check fails, a deadline is not over, the folder holds something else, or a
        file would show a hidden line.
    """
    if course.repository_is_placeholder:
        raise CourseError(
            f"the public address is still {course.repository}: set 'repository' under [project.urls] in "
            "pyproject.toml, then run 'course build'"
        )
    _check_folder(course, folder)
    findings = check_labs(course, course.labs)
    if findings:
        raise CourseError(f"{len(findings)} checks fail, the first: {findings[0]}; run 'course check'")
    if due := sorted(set(solutions) & set(solutions_due(course))):
        raise CourseError(f"the solution of '{due[0]}' is behind its lab: run 'course solutions {due[0]}' first")
    for lab in solutions:
        course.select_labs([lab])
        refuse_before_deadline(course, lab, "publish without it")
    published = {path.parent.name for path in (folder / "solutions").glob("*/*.ipynb")} & set(course.labs)
    files = student_files(course, sorted(published | set(solutions)))
    if leaks := list(find_leaks(course, files)):
        raise CourseError(f"nothing was written: {leaks[0]}")
    for lab in course.labs:
        keep_released(course, lab)
    publication = _commit(folder, files)
    _keep(folder, tag(course))
    return publication


def student_files(course: Course, solutions: list[str]) -> dict[str, bytes]:
    """Return the content of the student repository by path."""
    files = {f"release/{lab}/{lab}.ipynb": course.release(lab).read_bytes() for lab in course.labs}
    files |= {f"solutions/{lab}/{lab}.ipynb": course.solution(lab).read_bytes() for lab in solutions}
    return files | package_files(course) | {"README.md": student_readme(course, solutions).encode()}


def package_files(course: Course) -> dict[str, bytes]:
    """Return what installing the helpers needs, by path."""
    modules = sorted((course.root / "helpers").rglob("*.py"))
    files = {path.relative_to(course.root).as_posix(): path.read_bytes() for path in modules}
    files |= {name: (course.root / name).read_bytes() for name in COPIED}
    files["pyproject.toml"] = student_pyproject(course).encode()
    files[".gitignore"] = b"__pycache__/\n.ipynb_checkpoints/\n.venv/\n*.egg-info/\nbuild/\n"
    return files


def student_pyproject(course: Course) -> str:
    """Return the package file without the instructor's command, kernels and dependencies, which would not import."""
    project = course.project
    extras = {name: needs for name, needs in project["optional-dependencies"].items() if name != "instructor"}
    kept = ("name", "version", "description", "readme", "requires-python", "license", "license-files", "dependencies")
    # A JSON string or list of strings is also a TOML one.
    sections = {
        "build-system": {"requires": ["setuptools>=77"], "build-backend": "setuptools.build_meta"},
        "project": {key: project[key] for key in kept},
        "project.optional-dependencies": extras,
        "project.urls": project["urls"],
        "tool.setuptools.packages.find": {"include": ["helpers*"]},
    }
    return "\n".join(
        "\n".join([f"[{title}]", *(f"{key} = {json.dumps(value)}" for key, value in section.items())]) + "\n"
        for title, section in sections.items()
    )


def student_readme(course: Course, solutions: list[str]) -> str:
    """Return the French front page, a line and a badge for each lab."""
    labs = []
    for lab in course.labs:
        metadata = course.lab_metadata(lab)
        path = f"solutions/{lab}/{lab}.ipynb"
        labs.append(
            {
                "title": metadata["title"],
                "badge": badge(course.repository, lab),
                "time": format_minutes(metadata["minutes_t4"]),
                "solution": f"{course.repository}/blob/{BRANCH}/{path}" if lab in solutions else "",
            }
        )
    extras = sorted({extra for lab in course.labs if (extra := course.lab_metadata(lab)["extra"])}) or ["torch"]
    return TEMPLATES.get_template("student_README.md").render(
        title="Travaux pratiques d'apprentissage profond", labs=labs, repository=course.repository, extras=extras
    )


def find_leaks(course: Course, files: dict[str, bytes], *, answers: bool = False) -> Iterator[str]:
    """Yield, for each published file that shows a marker or a line of a hidden test, what it shows.

    With `answers`, a line of a right answer or of a rubric is hidden too.
    """
    sources = [course.read_source(lab) for lab in course.labs]
    blocks = [HIDDEN_BLOCK, TODO_BLOCK] if answers else [HIDDEN_BLOCK]
    hidden = {line for source in sources for line in _hidden_lines(source, blocks)}
    hidden -= {line for source in sources for line in _visible_lines(source, blocks)}
    for path, content in files.items():
        lines = _lines_shown(path, content)
        for line in lines:
            if MARKER.search(line) and path.endswith(".ipynb"):
                yield f"{path} holds a marker: {line}"
        if shown := sorted(hidden.intersection(lines)):
            yield f"{path} shows a hidden line: {shown[0]}"


def _hidden_lines(source: NotebookNode, blocks: list[re.Pattern]) -> Iterator[str]:
    """Yield the lines of a lab's hidden blocks that are its own, not ones that any program may hold."""
    for cell in source.cells:
        for block in (found for pattern in blocks for found in pattern.finditer(cell.source)):
            for line in map(str.strip, block["body"].splitlines()):
                is_its_own = len(line) >= 40 or (len(line) >= 20 and "criterion" in line)
                if is_its_own and not line.startswith(("#", "import ", "from ")):
                    yield line


def _visible_lines(source: NotebookNode, blocks: list[re.Pattern]) -> Iterator[str]:
    for cell in source.cells:
        text = cell.source
        for pattern in blocks:
            text = pattern.sub("", text)
        yield from map(str.strip, text.splitlines())


def _lines_shown(path: str, content: bytes) -> list[str]:
    """Return the lines that a reader of the file sees, those of a notebook's cells and of its outputs."""
    text = content.decode("utf-8", errors="replace")
    if path.endswith((".html", ".svg")):
        page = _PageText()
        page.feed(text)
        text = "".join([*page.text, *page.attributes])
    elif path.endswith(".ipynb"):
        strings = re.findall(r'"(?:[^"\\]|\\.)*"', text)
        text = "\n".join(json.loads(string) for string in strings)
    return [line.strip() for line in text.splitlines()]


class _PageText(HTMLParser):
    """What a page says, in lines as they are shown: colours within a line do not break it."""

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.attributes: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [f"\n{value}" for _, value in attrs if value]
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("a", "em", "span", "strong"):
            self.text.append("\n")

    def handle_data(self, data: str) -> None:
        self.text.append(data.replace("\xa0", " "))

    def handle_comment(self, data: str) -> None:
        self.text.append(f"\n{unescape(data)}\n")


def _check_folder(course: Course, folder: Path) -> None:
    inside = folder.resolve()
    if inside == course.root.resolve() or course.root.resolve() in inside.parents:
        raise CourseError(f"{folder} is inside the course: choose a folder outside of it")
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    if not (folder / ".git").exists() or not (folder / "release").is_dir():
        raise CourseError(f"{folder} is not empty and was not published before: choose a new folder")
    if _git(folder, "status", "--porcelain"):
        raise CourseError(f"{folder} holds uncommitted changes: commit or drop them first")


def _commit(folder: Path, files: dict[str, bytes]) -> Publication:
    """Make the folders of this command hold exactly `files`, and commit; what a teacher added elsewhere stays."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / ".git").exists():
        _git(folder, "init", "--quiet", f"--initial-branch={BRANCH}")
    _git(folder, "var", "GIT_COMMITTER_IDENT")  # fails here, before anything is written, where git knows no author
    for owned in (path for name in FOLDERS for path in (folder / name).rglob("*") if path.is_file()):
        if owned.relative_to(folder).as_posix() not in files:
            owned.unlink()
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    _git(folder, "add", "--all")
    changes = [line.split("\t", 1) for line in _git(folder, "diff", "--cached", "--name-status", "--no-renames")]
    if not changes:
        return Publication("", [])
    message = _message(changes)
    _git(folder, "commit", "--quiet", "--message", message)
    return Publication(message.splitlines()[0], [path for _, path in changes])


def _keep(folder: Path, name: str) -> None:
    """Give the helpers a name by which notebooks made with them find them again, whatever is published later."""
    if not _git(folder, "tag", "--list", name):
        _git(folder, "tag", "--annotate", "--message", "Les outils des TP publiés ici", name)


def _message(changes: list[list[str]]) -> str:
    """Say in French, for students who follow the repository, what was added, changed and removed."""
    clauses = []
    for letter, verb in [("A", "Ajoute"), ("M", "Met à jour"), ("D", "Retire")]:
        if subjects := sorted({_subject(path) for status, path in changes if status == letter}):
            clauses.append(f"{verb} {', '.join(subjects)}")
    short = " ; ".join([clauses[0], *(clause[0].lower() + clause[1:] for clause in clauses[1:])])
    if len(short) <= 72:
        return short
    title = "Première publication" if {status for status, _ in changes} == {"A"} else "Met les travaux pratiques à jour"
    return "\n\n".join([title, "\n".join(clauses)])


def _subject(path: str) -> str:
    folder, _, rest = path.partition("/")
    kinds = {"release": f"le TP {rest.split('/')[0]}", "solutions": f"le corrigé {rest.split('/')[0]}"}
    return kinds.get(folder, folder)


def _git(folder: Path, *arguments: str) -> list[str]:
    """Run git in `folder` and return the lines that it prints."""
    command = ["git", "-c", "core.quotepath=off", *arguments]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    except FileNotFoundError:
        raise CourseError("git is not installed, and 'course publish' commits with it: install it") from None
    except subprocess.CalledProcessError as error:
        reason = error.stderr.strip().splitlines() or ["no reason given"]
        raise CourseError(f"git {arguments[0]} failed in {folder}: {reason[-1]}") from None
    return done.stdout.splitlines()
