"""Install what students get, unpinned, and run it: `python -m tests.newest [PYTHON...]`.

On each Python (the oldest and the newest found, unless they are named), a new environment gets the published folder and
every extra of the labs, in the versions that pip takes today. There, the set-up cell must find nothing missing, each
release run up to its first gap, and one corrected lab of each extra to its end.

`WITHOUT=torch,torchvision` leaves out packages that cannot be had, and the labs that need them.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from instructor.course import Course
from instructor.labs.colab import tag
from instructor.labs.publish import package_files
from instructor.labs.solutions import corrected
from instructor.notebooks import write_notebook

ROOT = Path(__file__).resolve().parents[1]
STUDENT = ROOT / "tests" / "instructor" / "labs" / "student.py"
WITHOUT = set(filter(None, os.environ.get("WITHOUT", "").split(",")))
MINORS = range(10, 15)


def main() -> None:
    """Try each Python; end with status 1 if one fails."""
    pythons = sys.argv[1:] or oldest_and_newest()
    failures = []
    for python in pythons:
        with tempfile.TemporaryDirectory(prefix="newest.") as folder:
            failures += [f"{python}: {failure}" for failure in failures_of(python, Path(folder))]
    print("\n".join(failures) or f"newest: everything passed on {', '.join(pythons)}")
    sys.exit(bool(failures))


def oldest_and_newest() -> list[str]:
    """Return the Pythons to try, found in PATH or installed by pyenv."""
    found = [python for minor in MINORS if (python := _find(minor))]
    return list(dict.fromkeys([found[0], found[-1]]))


def _find(minor: int) -> str | None:
    installed = sorted((Path.home() / ".pyenv" / "versions").glob(f"3.{minor}.*/bin/python"))
    return shutil.which(f"python3.{minor}") or (str(installed[-1]) if installed else None)


def failures_of(python: str, folder: Path) -> Iterator[str]:
    """Install and run everything with one Python; yield what goes wrong."""
    course = Course(ROOT)
    extras = {lab: course.lab_metadata(lab)["extra"] for lab in course.labs}
    needs = {extra: course.project["optional-dependencies"].get(extra, []) for extra in set(extras.values())}
    labs = [lab for lab, extra in extras.items() if not WITHOUT & set(map(_name, needs[extra]))]
    for name, content in (package_files(course) | {"README.md": b""}).items():
        path = folder / "tp" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    wanted = {need for of_extra in needs.values() for need in of_extra if _name(need) not in WITHOUT}
    subprocess.run([python, "-m", "venv", folder / "venv"], check=True)
    own = str(folder / "venv" / "bin" / "python")
    pip = [own, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    done = subprocess.run(
        [*pip, "install", "--no-compile", str(folder / "tp"), "ipykernel", *sorted(wanted)], check=False
    )
    if done.returncode:
        yield "pip install fails"
        return
    print(python, *subprocess.run([*pip, "freeze"], capture_output=True, text=True, check=True).stdout.split())
    env = {name: value for name, value in os.environ.items() if name != "COURSE_MODE"}
    for extra in sorted({extras[lab] for lab in labs}):
        digest = tag(course).removeprefix("helpers-")
        code = f"import helpers.release; print(helpers.release.missing({digest!r}, {needs[extra]!r}), end='')"
        done = subprocess.run([own, "-I", "-c", code], env=env, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode or done.stdout:
            yield f"extra '{extra}': {done.stdout or done.stderr}"
    for lab in {extras[lab]: lab for lab in reversed(labs)}.values():
        write_notebook(corrected(course.read_source(lab)), folder / "corrected" / lab / f"{lab}.ipynb")
    for path, expected in [
        *((course.release(lab), "NotImplementedError") for lab in labs),
        *((path, None) for path in sorted((folder / "corrected").glob("*/*.ipynb"))),
    ]:
        what = f"{path.stem}, {'corrected' if expected is None else 'release'}"
        done = subprocess.run(
            [own, "-I", STUDENT, path], env=env | {"COURSE_MODE": "fast"}, capture_output=True, text=True, check=False
        )
        outcome = (
            next(iter(json.loads(done.stdout).values())) if done.returncode == 0 else {"error": done.stderr[-300:]}
        )
        is_right = outcome["error"] == expected
        noise = [line for line in done.stderr.splitlines() if "Warning" in line]
        print(f"  {what}: {'as it should' if is_right else outcome}", *noise, sep="\n    ", flush=True)
        if not is_right:
            yield f"{what}: {outcome}"


def _name(requirement: str) -> str:
    return re.match(r"[\w.-]+", requirement)[0].lower()


if __name__ == "__main__":
    main()
