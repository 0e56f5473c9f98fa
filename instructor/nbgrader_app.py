"""nbgrader's own converters and gradebook, used from Python with the course's configuration."""

from __future__ import annotations

import logging
import os
import re
import sqlite3
import sys
import warnings
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.converters import Autograde, GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import capture_log
from sqlalchemy import event, make_url
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SAWarning
from traitlets.config import Config, PyFileConfigLoader

from instructor.course import Course, CourseError

# nbgrader 0.9.6 builds rows before adding them to its session, which SQLAlchemy 2 remarks on at every hand-in.
warnings.filterwarnings("ignore", category=SAWarning)

# capture_log adds a handler that keeps the log for its caller; nothing is printed.
_log = logging.getLogger("course.nbgrader")
_log.propagate = False
_log.addHandler(logging.NullHandler())


@event.listens_for(Engine, "connect")
def _commit_quickly(connection: object, record: object) -> None:
    """Spare SQLite the wait for the disk at each of nbgrader's commits, one for each cell.

    A killed process loses nothing. A power cut may take the last hand-ins along, which `course grade` sees and files
    again; it cannot spoil what was there.
    """
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")


class NbgraderError(Exception):
    """A converter of nbgrader did not succeed; the message is the line of its log that says why."""


def open_gradebook(course: Course) -> Gradebook:
    """Return the course's gradebook, to be used in a `with` block."""
    config = _config(course)
    try:
        return Gradebook(CourseDirectory(config=config).db_url, config.CourseDirectory.course_id)
    except ModuleNotFoundError as error:
        raise CourseError(
            f"the database of c.CourseDirectory.db_url needs the Python package '{error.name}': "
            "for PostgreSQL, pip install 'psycopg[binary]'"
        ) from None


def has_gradebook(course: Course) -> bool:
    """Tell whether there is a gradebook: to open one that is not there would make it."""
    url = make_url(CourseDirectory(config=_config(course)).db_url)
    return url.get_backend_name() != "sqlite" or Path(url.database).is_file()


def generate_assignment(course: Course, lab: str, release_directory: Path, *, gradebook: bool) -> None:
    """Run nbgrader's generate_assignment for one lab; without `gradebook`, no database is read or written."""
    config = _config(course, assignment_id=lab, release_directory=str(release_directory))
    if not gradebook:
        config.merge(Config(GenerateAssignment={"no_database": True}, SaveCells={"enabled": False}))
    _run(GenerateAssignment, config)


def autograde(course: Course, lab: str, student: str, executed: Path) -> None:
    """Have nbgrader file one hand-in that has been executed and marked, whatever an earlier run left behind."""
    # Other notebooks beside the one asked for, such as a copy, would be an error to nbgrader.
    config = _config(course, assignment_id=lab, student_id=student, notebook_id=lab)
    # What is executed has been repaired already: it replaces the file handed in, and there is nothing to sanitise.
    autograde = {"sanitize_preprocessors": ["instructor.plugins.ExecuteHandIn"]}
    config.merge(Config(ExecuteHandIn={"executed": str(executed)}, Autograde=autograde))
    _run(Autograde, config)


def _config(course: Course, **course_directory: str) -> Config:
    # Creating a gradebook runs the command `alembic`, which must be found even where .venv is not activated.
    binaries = str(Path(sys.executable).parent)
    if binaries not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([binaries, os.environ.get("PATH", "")])
    config = PyFileConfigLoader("nbgrader_config.py", path=str(course.root)).load_config()
    config.merge(Config(CourseDirectory={"root": str(course.root), **course_directory}))
    return config


def _run(converter: type, config: Config) -> None:
    app = converter(coursedir=CourseDirectory(config=config), config=config, log=_log)
    app.force = True
    result = capture_log(app)
    if not result["success"]:
        lines = [line.strip() for part in ("log", "error") for line in result.get(part, "").splitlines()]
        exceptions = [line for line in lines if re.match(r"[A-Za-z_][\w.]*(Error|Exception|Entry)\b", line)]
        raise NbgraderError((exceptions or lines)[0])
