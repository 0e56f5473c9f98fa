"""Build the course as a site, in `build/site/html`: `python -m docs.build [--quick]`.

The English pages are those of `docs/` and the repository's own texts, the French ones are made from the releases. The
quick form keeps the pictures of `docs/pictures`; for new ones, a class is graded and a browser opened. What was built
is checked before anything is said of it: nothing hidden, no link that leads nowhere, nothing from another host.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

from docs import labs
from docs.check import findings
from instructor.course import Course
from instructor.errors import CourseError
from instructor.labs.publish import student_readme
from instructor.notebooks import write_notebook

HERE = Path(__file__).parent
# Pages that are texts of the repository as they are.
COPIED = {"README.md": "README.md", "CONTRIBUTING.md": "contributing.md", "source/README.md": "contract.md"}


def main() -> None:
    """Build, check, and say where to look; one line a finding, and status 1."""
    parser = argparse.ArgumentParser(prog="python -m docs.build", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="without new pictures of the demo class")
    options = parser.parse_args()
    course, out = Course(HERE.parent), HERE.parent / "build" / "site"
    try:
        found = build(course, out, quick=options.quick)
    except CourseError as error:
        sys.exit(f"docs.build: {error}")
    for finding in found:
        print(finding)
    if found:
        sys.exit(1)
    if course.repository_is_placeholder:
        print(f"links to Colab lead to {course.repository} until 'repository' is set in pyproject.toml")
    print(f"open {out / 'html' / 'index.html'}")


def build(course: Course, out: Path, *, quick: bool) -> list[str]:
    """Write the site to `html` in a folder of its own, and return what is wrong with it."""
    english, french = out / "pages" / "en", out / "pages" / "fr"
    shutil.rmtree(out, ignore_errors=True)
    for folder in (english, french):
        folder.mkdir(parents=True)
    if not quick:
        from docs.pictures import take_pictures

        take_pictures(course, HERE / "pictures")
    write_english(course, english)
    write_french(course, french)
    run_sphinx(english, out / "html")
    run_sphinx(french, out / "fr", "-t", "fr")
    shutil.move(out / "fr", out / "html" / "fr")
    return findings(course, out / "html")


def write_english(course: Course, folder: Path) -> None:
    """Write the pages for teachers and maintainers."""
    for page in HERE.glob("*.md"):
        shutil.copy(page, folder)
    shutil.copytree(HERE / "pictures", folder / "pictures")
    for name, copied in COPIED.items():
        shutil.copy(course.root / name, folder / copied)
    for name in ("LICENSE", "LICENSE-CONTENT", "CITATION.cff"):
        shutil.copy(course.root / name, folder)
    (folder / "labs_table.md").write_text(labs.table(course), encoding="utf-8")


def write_french(course: Course, folder: Path) -> None:
    """Write the pages for students: the front page that `course publish` gives them, and a page a lab."""
    front = student_readme(course, [])
    for lab in course.labs:
        title = course.lab_metadata(lab)["title"]
        front = front.replace(f"| {title} |", f"| [{title}]({lab}.ipynb) |")
        front = front.replace(labs.badge(course.repository, lab), labs.colab_link(course, lab))
        write_notebook(labs.page(course, lab), folder / f"{lab}.ipynb")
    contents = "\n".join(["```{toctree}", ":hidden:", *course.labs, "```"])
    (folder / "index.md").write_text(f"{front}\n{contents}\n", encoding="utf-8")


def run_sphinx(pages: Path, html: Path, *tags: str) -> None:
    """Build one language; a warning is an error."""
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-c", HERE, *tags, "-d", pages / "cache"]
    done = subprocess.run([*command, pages, html], capture_output=True, text=True, check=False)
    if done.returncode:
        raise CourseError(f"the pages in {pages} cannot be built:\n{done.stderr.strip()}")
    for template in (html / "_static").glob("*-macros.html"):  # the theme's own, of no use to a reader
        template.unlink()


if __name__ == "__main__":
    main()
