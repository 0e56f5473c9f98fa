"""The set-up cell that students run first, in folders that hold what theirs may hold."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.release import digest
from instructor.course import Course
from instructor.labs.colab import installation, tag
from tests.instructor.conftest import ROOT

COURSE = Course(ROOT)
# Plays IPython and the network: what is between %pip and the end of its line is said, then `SERVED` takes its place.
RUN = """
import os, shutil, sys
sys.meta_path[:] = [finder for finder in sys.meta_path if "editable" not in repr(finder)]
sys.path[:] = [os.getcwd(), "site", *[path for path in sys.path if path not in ("", {root!r})]]
def pip(line):
    print("pip", line)
    if os.path.isdir("served"):
        shutil.copytree("served", "site/helpers", dirs_exist_ok=True)
try:
    for _ in range(2):
        exec(compile({cell!r}, "cell", "exec"))
except Exception as error:
    print(*error._render_traceback_())
else:
    import helpers
    print("ready", helpers.RELEASE, helpers.__file__)
"""


@pytest.fixture
def run_cell(tmp_path):
    """Run the set-up cell twice where `site` holds what is installed and `served` what pip would find."""

    def run(extra: str = "", **env: str) -> list[str]:
        cell = re.sub(r"%pip (.*)", lambda found: f"pip({found[1]!r})", installation(COURSE, extra))
        (tmp_path / "site").mkdir(exist_ok=True)
        code = RUN.format(root=str(ROOT), cell=cell)
        command = [sys.executable, "-c", code]
        done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
        assert done.stderr == ""
        return done.stdout.splitlines()

    return run


def put_helpers(folder: Path, *, changed: bool = False) -> None:
    shutil.copytree(ROOT / "helpers", folder, ignore=shutil.ignore_patterns("__pycache__"))
    if changed:
        (folder / "machine.py").open("a").write("\nCHANGED = True\n")


def test_what_is_right_is_left_alone(run_cell, tmp_path):
    put_helpers(tmp_path / "site" / "helpers")
    (line,) = run_cell("torch")
    assert line.startswith(f"ready {digest(ROOT / 'helpers')} ")


def test_what_is_absent_is_installed_from_an_archive_of_the_same_text_without_git(run_cell, tmp_path):
    put_helpers(tmp_path / "served")
    _, first, second, ready = run_cell("words")
    address = f"https://github.com/OWNER/deep-learning-labs/archive/refs/tags/{tag(COURSE)}.zip"
    assert first == f'pip install --quiet --force-reinstall --no-deps "{address}"'
    assert second == f'pip install --quiet "deep-learning-labs[words] @ {address}"'
    assert ready.startswith("ready")


def test_helpers_of_last_month_are_replaced_and_the_new_ones_are_those_that_run(run_cell, tmp_path):
    put_helpers(tmp_path / "site" / "helpers", changed=True)
    put_helpers(tmp_path / "served")
    lines = run_cell()
    assert len(lines) == 4
    assert lines[-1].startswith(f"ready {digest(ROOT / 'helpers')} ")


def test_helpers_from_before_they_could_tell_their_version_are_replaced(run_cell, tmp_path):
    (tmp_path / "site" / "helpers").mkdir(parents=True)
    (tmp_path / "site" / "helpers" / "__init__.py").write_text("def setup(): pass\n")
    put_helpers(tmp_path / "served")
    assert run_cell()[-1].startswith(f"ready {digest(ROOT / 'helpers')} ")


def test_a_failed_installation_is_one_french_message(run_cell):
    *_, message = run_cell()
    assert message.startswith("Ce TP ne peut pas commencer : les outils du cours ne sont pas installés")
    assert "relancez cette cellule" in message


def test_helpers_that_could_not_be_brought_up_to_date_are_named(run_cell, tmp_path):
    put_helpers(tmp_path / "site" / "helpers", changed=True)
    message = run_cell()[-1]
    assert "ne sont pas ceux de ce notebook" in message
    assert "helpers »" in message


@pytest.mark.parametrize("text", ["x = 1\n", "raise ValueError\n", "def f(:\n"])
def test_a_file_of_the_student_that_bears_their_name_is_said(run_cell, tmp_path, text):
    (tmp_path / "helpers.py").write_text(text)
    put_helpers(tmp_path / "served")
    message = run_cell()[-1]
    assert "helpers.py" in message
    assert "renommez-le" in message


def test_a_library_that_is_absent_or_too_old_is_named(run_cell, tmp_path, monkeypatch):
    put_helpers(tmp_path / "site" / "helpers")
    needs = ["numpy>=1", "numpy>=99", "nowhere>=1", "elsewhere>=1; python_version < '3'"]
    monkeypatch.setitem(COURSE.project["optional-dependencies"], "torch", needs)
    message = run_cell("torch")[-1]
    assert "il manque numpy>=99, nowhere>=1." in message


def test_in_fast_mode_nothing_is_installed(run_cell, tmp_path):
    put_helpers(tmp_path / "site" / "helpers", changed=True)
    (line,) = run_cell("torch", COURSE_MODE="fast")
    assert line.startswith("ready")


def test_gaps_name_their_question_and_a_gpu_is_asked_for_where_it_saves_time():
    for lab in COURSE.labs:
        release = COURSE.read_release(lab)
        minutes = COURSE.lab_metadata(lab)
        assert ("accelerator" in release.metadata) == (minutes["minutes_t4"] < minutes["minutes_cpu"])
        gaps = re.findall(r"raise NotImplementedError\S*(?: .*)?", json.dumps(release, ensure_ascii=False))
        assert gaps
        assert all(re.match(r'raise NotImplementedError\(\\"Question \d+( \w)? : à vous\\"\)', gap) for gap in gaps)
