"""The student repository: what is in it, what never is, and that it installs and runs on its own."""

import json
import os
import subprocess
import sys
import sysconfig
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import tomllib
from nbformat.v4 import new_output

from instructor.course import Course
from instructor.errors import CourseError
from instructor.gradebook.nbgrader import open_gradebook
from instructor.labs.build import build
from instructor.labs.colab import tag
from instructor.labs.publish import find_leaks, package_files, publish, student_files
from instructor.notebooks import find_cell, read_notebook, write_notebook
from tests.instructor.conftest import ROOT


def git(folder, *arguments):
    return subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=True).stdout.strip()


def files_of(folder):
    return set(git(folder, "ls-files").splitlines())


def test_students_get_notebooks_helpers_package_file_front_page_and_licences(public_course, tmp_path):
    publication = publish(public_course, tmp_path / "tp", [])
    files = files_of(tmp_path / "tp")
    assert {file for file in files if not file.startswith("helpers/")} == {
        ".gitignore",
        "LICENSE",
        "LICENSE-CONTENT",
        "README.md",
        "pyproject.toml",
        "release/essai/essai.ipynb",
    }
    assert files == set(publication.changed)
    assert {"helpers/__init__.py", "helpers/datasets/synthetic/texts.py"} & files == {"helpers/__init__.py"}
    assert git(tmp_path / "tp", "status", "--porcelain") == ""


def test_helpers_keep_a_name_by_which_the_notebooks_made_with_them_install_them(public_course, tmp_path):
    folder = tmp_path / "tp"
    publish(public_course, folder, [])
    first = tag(public_course)
    assert f"{first}.zip" in (folder / "release/essai/essai.ipynb").read_text(encoding="utf-8")
    (public_course.root / "helpers" / "french.py").open("a").write("# one more line\n")
    build(public_course, ["essai"])
    publish(public_course, folder, [])
    publish(public_course, folder, [])
    second = tag(public_course)
    assert git(folder, "tag", "--list").split() == sorted({first, second})
    assert git(folder, "show", f"{first}:helpers/french.py") != git(folder, "show", f"{second}:helpers/french.py")
    package = public_course.root / "pyproject.toml"
    package.write_text(package.read_text(encoding="utf-8").replace('"numpy', '"numpy>=1", "numpy', 1), encoding="utf-8")
    assert tag(Course(public_course.root)) not in (first, second)  # what they need is in the archive too
    assert git(folder, "cat-file", "-t", second) == "tag"  # annotated: git push --follow-tags takes it along


def test_front_page_is_french_and_opens_each_lab_on_colab(public_course, tmp_path):
    publish(public_course, tmp_path / "tp", [])
    page = (tmp_path / "tp" / "README.md").read_text(encoding="utf-8")
    assert "https://colab.research.google.com/github/ecole/tp/blob/main/release/essai/essai.ipynb" in page
    assert "Travaux pratiques" in page
    assert "après la date limite" in page
    assert "{{" not in page


def test_package_file_names_the_helpers_and_nothing_of_the_instructor(public_course):
    package = tomllib.loads(package_files(public_course)["pyproject.toml"].decode())
    assert package["tool"]["setuptools"]["packages"]["find"]["include"] == ["helpers*"]
    assert not {"scripts", "entry-points"} & set(package["project"])
    assert package["project"]["dependencies"] == public_course.project["dependencies"]
    extras = public_course.project["optional-dependencies"].keys() - {"instructor"}
    assert package["project"]["optional-dependencies"].keys() == extras


def test_second_publication_commits_what_changed_and_only_that(public_course, tmp_path):
    folder = tmp_path / "tp"
    assert publish(public_course, folder, []).message == "Première publication"
    assert publish(public_course, folder, []).changed == []
    (folder / "CITATION.cff").write_text("ajouté par le professeur")
    git(folder, "add", "--all")
    git(folder, "commit", "--message", "Citation")
    source = read_notebook(public_course.source("essai"))
    source.cells[0].source += "\n\nUne phrase de plus."
    write_notebook(source, public_course.source("essai"))
    solution = read_notebook(public_course.solution("essai"))
    solution.cells[0].source += "\n\nUne phrase de plus."
    write_notebook(solution, public_course.solution("essai"))
    build(public_course, ["essai"])
    publication = publish(public_course, folder, [])
    assert (publication.message, publication.changed) == ("Met à jour le TP essai", ["release/essai/essai.ipynb"])
    assert "CITATION.cff" in files_of(folder)


def test_solution_is_published_when_asked_for_after_the_deadline_and_stays(public_course, tmp_path):
    folder = tmp_path / "tp"
    publish(public_course, folder, [])
    tomorrow = datetime.now(timezone.utc).replace(tzinfo=None) + timedelta(days=1)
    with open_gradebook(public_course) as gradebook:
        gradebook.update_or_create_assignment("essai", duedate=tomorrow)
    with pytest.raises(CourseError, match="the deadline of 'essai', .* is not over: its answers stay here"):
        publish(public_course, folder, ["essai"])
    with open_gradebook(public_course) as gradebook:
        gradebook.update_or_create_assignment("essai", duedate=tomorrow - timedelta(days=2))
    publication = publish(public_course, folder, ["essai"])
    assert publication.changed == ["README.md", "solutions/essai/essai.ipynb"]
    assert "solutions/essai/essai.ipynb" in (folder / "README.md").read_text(encoding="utf-8")
    assert publish(public_course, folder, []).changed == []


def test_placeholder_address_and_failing_checks_are_refused_and_nothing_is_written(public_course, tmp_path):
    pyproject = public_course.root / "pyproject.toml"
    good = pyproject.read_text()
    pyproject.write_text(good.replace("ecole/tp", "OWNER/deep-learning-labs"))
    with pytest.raises(CourseError, match="the public address is still .*OWNER"):
        publish(Course(public_course.root), tmp_path / "tp", [])
    pyproject.write_text(good)
    public_course.release("essai").unlink()
    with pytest.raises(CourseError, match="checks fail, the first: release/essai/essai.ipynb"):
        publish(Course(public_course.root), tmp_path / "tp", [])
    assert not (tmp_path / "tp").exists()


def test_unknown_solution_is_refused(public_course, tmp_path):
    with pytest.raises(CourseError, match="unknown lab 'inconnu'"):
        publish(public_course, tmp_path / "tp", ["inconnu"])


def test_folder_that_holds_something_else_is_left_alone(public_course, tmp_path):
    (tmp_path / "release").mkdir()
    (tmp_path / "thesis.tex").write_text("")
    with pytest.raises(CourseError, match="is not empty and was not published before"):
        publish(public_course, tmp_path, [])
    with pytest.raises(CourseError, match="is inside the course"):
        publish(public_course, public_course.root / "public", [])
    folder = tmp_path / "tp"
    publish(public_course, folder, [])
    (folder / "README.md").write_text("brouillon")
    with pytest.raises(CourseError, match="holds uncommitted changes"):
        publish(public_course, folder, [])
    assert (folder / "README.md").read_text() == "brouillon"


def test_git_without_an_author_is_one_clear_error(public_course, tmp_path, monkeypatch):
    for variable in ("GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"):
        monkeypatch.delenv(variable)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "user.useConfigOnly")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "true")
    with pytest.raises(CourseError, match="git var failed"):
        publish(public_course, tmp_path / "tp", [])
    assert not (tmp_path / "tp" / "README.md").exists()


def hidden_line(course):
    source = find_cell(read_notebook(course.source("essai")), "test_mean").source
    return next(line for line in source.splitlines() if line.startswith("@criterion("))


@pytest.mark.parametrize("place", ["source", "output", "helpers"])
def test_line_of_a_hidden_test_is_found_wherever_it_hides(public_course, place):
    line = hidden_line(public_course)
    files = student_files(public_course, ["essai"])
    assert list(find_leaks(public_course, files)) == []
    notebook = read_notebook(public_course.solution("essai"))
    if place == "source":
        notebook.cells[1].source += f"\n{line}"
    elif place == "output":
        cell = next(cell for cell in notebook.cells if cell.cell_type == "code")
        cell.outputs = [new_output("stream", text=f"a\n{line}\n")]
    name = "helpers/oops.py" if place == "helpers" else "solutions/essai/essai.ipynb"
    files[name] = f"def f():\n    {line}\n".encode() if place == "helpers" else json.dumps(notebook).encode()
    assert f"{name} shows a hidden line: {line}" in list(find_leaks(public_course, files))


@pytest.fixture(scope="session")
def student_python(tmp_path_factory) -> Path:
    """A Python where the published package, and it alone, gives `helpers`; other libraries are lent by this one."""
    root = tmp_path_factory.mktemp("student")
    for name, content in (package_files(Course(ROOT)) | {"README.md": b""}).items():
        path = root / "tp" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    wheel = [*pip, "wheel", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", root, root / "tp"]
    subprocess.run(wheel, check=True)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", root / "venv"], check=True)
    python = root / "venv" / "bin" / "python"
    (wheel_file,) = root.glob("*.whl")
    subprocess.run([*pip, "--python", python, "install", "--no-deps", "--no-index", wheel_file], check=True)
    site = next((root / "venv" / "lib").glob("python*")) / "site-packages"
    # A path file lends the libraries and none of the path files beside them, such as that of an editable install.
    (site / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return python


@pytest.mark.xdist_group("student")
def test_published_package_installs_helpers_without_the_instructor(student_python, tmp_path):
    code = (
        "import importlib.util, helpers, helpers.datasets, helpers.plotting; print(helpers.__file__);"
        "print(importlib.util.find_spec('instructor'))"
    )
    done = subprocess.run([student_python, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    file, instructor = done.stdout.splitlines()
    assert student_python.parents[1] in Path(file).parents
    assert instructor == "None"


@pytest.mark.xdist_group("student")
def test_untouched_notebooks_run_from_there_up_to_their_first_gap(student_python):
    course = Course(ROOT)
    command = [student_python, "-I", Path(__file__).with_name("student.py"), *map(course.release, course.labs)]
    env = os.environ | {"COURSE_MODE": "fast", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    outcomes = json.loads(done.stdout)
    assert {lab: outcome["error"] for lab, outcome in outcomes.items()} == dict.fromkeys(
        course.labs, "NotImplementedError"
    ), done.stderr
    assert {outcome["executed"][0] for outcome in outcomes.values()} == {"setup"}
    assert min(len(outcome["executed"]) for outcome in outcomes.values()) > 2
