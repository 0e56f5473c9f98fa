"""The command `course`: everything an instructor does, one verb each.

Whoever asks for `--help` waits for what is imported here: modules are imported by the commands that use them.
"""

from __future__ import annotations

import logging
import sys

try:
    import typer
except ModuleNotFoundError as error:
    sys.exit(f"course: {error.name} is missing; install the instructor's tools: pip install -e '.[instructor]'")

from instructor.cli import data, grading, labs, lms, migrate
from instructor.errors import CourseError
from instructor.stopping import stoppable
from instructor.terminal import console

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Build, check, grade and publish the labs.")
for room in (labs, grading, migrate, lms, data):
    room.mount(app)


def main() -> None:
    """Run the command; a user's mistake is one line and exit status 2."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # a terminal may not know every character
    # nbgrader's gradebook writes there, with a traceback, what it raises too.
    logging.getLogger("tornado.application").disabled = True
    try:
        with stoppable():
            app()
    except CourseError as error:
        console.print(f"course: {error}", style="red")
        sys.exit(2)
    except OSError as error:
        if error.filename is None:
            raise
        console.print(f"course: {error.filename}: {error.strerror}; see who owns it, or make room", style="red")
        sys.exit(2)
