"""A command imports what it uses: whoever asks for help, or mistypes the name of a lab, waits for nothing else."""

import subprocess
import sys

import pytest

HEAVY = {"distributed", "lark", "matplotlib", "nbconvert", "nbgrader", "torch"}


@pytest.mark.parametrize(
    ("imports", "left_out"),
    [
        ("instructor.cli", {*HEAVY, "nbclient", "nbformat", "numpy"}),
        ("instructor.cli, instructor.course, instructor.labs.check", HEAVY),
    ],
)
def test_command_starts_without_what_is_heavy(imports, left_out):
    code = f"import sys, {imports}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert left_out & set(done.stdout.split()) == set()
