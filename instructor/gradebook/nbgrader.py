"""nbgrader's own converters and gradebook, used from Python with the course's configuration."""

from __future__ import annotations

import logging
import re
import sqlite3
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from pathlib import Path

from alembic.config import Config as AlembicConfig
from alembic.script import ScriptDirectory
from nbgrader import api
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde, GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from nbgrader.dbutil import _temp_alembic_ini
from nbgrader.utils import capture_log, parse_utc
from sqlalchemy import URL, event, make_url
from sqlalchemy.engine import Engine
from sqlalchemy.exc import ArgumentError, DatabaseError, SAWarning
from sqlalchemy.orm import scoped_session, sessionmaker
from traitlets import TraitError
from traitlets.config import Config, PyFileConfigLoader

from instructor.course import Course, HandIn
from instructor.errors import CourseError
from instructor.stopping import whole

# nbgrader 0.9.6 builds rows before adding them to its session, which SQLAlchemy 2 remarks on at every hand-in.
warnings.filterwarnings("ignore", category=SAWarning)

# capture_log adds a handler that keeps the log for its caller; nothing is printed.
_log = logging.getLogger("course.nbgrader")
_log.propagate = False
_log.addHandler(logging.NullHandler())


@cache
def _newest_schema() -> str:
    """Return what nbgrader asks of the command `alembic` for each new gradebook, a second or two of a process."""
    with _temp_alembic_ini("sqlite://") as settings:
        return ScriptDirectory.from_config(AlembicConfig(settings)).get_current_head()


api.get_alembic_version = _newest_schema

PATIENCE = 30  # seconds that another program may hold the gradebook


@event.listens_for(Engine, "connect")
def _commit_quickly(connection: object, record: object) -> None:
    """Spare SQLite the wait for the disk at each of nbgrader's commits, one for each cell.

    A killed process loses nothing. A power cut may take the last hand-ins along, which `course grade` sees and files
    again; it cannot spoil what was there.
    """
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute(f"PRAGMA busy_timeout={1000 * PATIENCE}")


class NbgraderError(CourseError):
    """A converter of nbgrader did not succeed; the message is the line of its log that says why."""


# What a listener of SQLAlchemy meets, such as the one above, comes as the driver raised it.
BROKEN = (DatabaseError, sqlite3.DatabaseError)


class _Gradebook(Gradebook):
    """nbgrader's gradebook; what breaks in the database while it is used is one line for its user."""

    def __exit__(self, kind: type | None, error: BaseException | None, trace: object) -> None:
        super().__exit__(kind, error, trace)
        if isinstance(error, BROKEN):
            raise _unusable(self.engine.url, error) from error


def open_gradebook(course: Course) -> Gradebook:
    """Return the course's gradebook, to be used in a `with` block; CourseError if its database does not answer."""
    config = _config(course)
    url = _database(config)
    try:
        return _Gradebook(url, config.CourseDirectory.course_id)
    except ModuleNotFoundError as error:
        raise CourseError(
            f"the database of c.CourseDirectory.db_url needs the Python package '{error.name}': "
            "for PostgreSQL, pip install 'psycopg[binary]'"
        ) from None
    except (*BROKEN, ArgumentError) as error:
        raise _unusable(url, error) from error


@contextmanager
def kept_open(course: Course) -> Iterator[None]:
    """Let whatever opens the course's gradebook meanwhile, nbgrader too, have a session on one engine.

    nbgrader opens its gradebook a dozen times for each hand-in, looks each time whether every table is there, and
    compiles each query again; SQLite tidies up when the last connection is closed.
    """

    def join(self: Gradebook, db_url: str, course_id: str = "default_course", authenticator: object = None) -> None:
        if make_url(db_url) != kept.engine.url:
            own[0](self, db_url, course_id, authenticator)
            return
        self.engine, self.course_id, self.authenticator = kept.engine, course_id, authenticator
        self.db = scoped_session(sessionmaker(bind=self.engine))

    def leave(self: Gradebook) -> None:
        if self.engine is kept.engine:
            self.db.remove()
        else:
            own[1](self)

    with open_gradebook(course) as kept, kept.engine.connect():
        own = Gradebook.__init__, Gradebook.close
        Gradebook.__init__, Gradebook.close = join, leave
        try:
            yield
        finally:
            Gradebook.__init__, Gradebook.close = own


WAYS_OUT = {
    "locked": "end the program that holds it, and run the command again",
    "disk": "make room on the disk, and run the command again",
}
BROKEN_FILE = "bring back a copy of the file, or move it away and run 'course grade' (marks given by hand are in it)"


def _unusable(url: URL, error: Exception) -> CourseError:
    reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
    if url.get_backend_name() == "sqlite":
        way_out = next((WAYS_OUT[word] for word in WAYS_OUT if word in reason), BROKEN_FILE)
    else:
        way_out = "start its server, or correct c.CourseDirectory.db_url in nbgrader_config.py"
    return CourseError(f"the gradebook {url.render_as_string()} cannot be used: {reason}; {way_out}")


def has_gradebook(course: Course) -> bool:
    """Tell whether there is a gradebook: to open one that is not there would make it."""
    url = _database(_config(course))
    return url.get_backend_name() != "sqlite" or Path(url.database).is_file()


def _database(config: Config) -> URL:
    try:
        url = make_url(CourseDirectory(config=config).db_url)
    except (ArgumentError, TraitError) as error:
        raise CourseError(f"nbgrader_config.py names no gradebook: {error}; correct c.CourseDirectory") from None
    if url.get_backend_name() == "sqlite" and not url.database:
        raise CourseError(
            f"nbgrader_config.py names no file for the gradebook: {url}; correct c.CourseDirectory.db_url"
        )
    return url


def read_timestamp(path: Path) -> datetime | None:
    """Return the UTC time in a `timestamp.txt`, None where the file is missing or empty; CourseError if it is no time.

    nbgrader's own reader stops at the mark that Windows' Notepad puts before a text.
    """
    try:
        return parse_utc(path.read_text(encoding="utf-8-sig").strip() or None)
    except FileNotFoundError:
        return None
    except Exception as error:  # dates are parsed by a library that raises whatever it meets
        raise CourseError(
            f"{path.name} beside the notebook is no date ({error}): write one such as '2026-11-24 18:00:00 UTC', or "
            "delete the file, then run 'course grade' again"
        ) from None


class _CourseDirectory(CourseDirectory):
    """nbgrader's course directory, reading times as the rest of the course does."""

    def get_existing_timestamp(self, dest_path: str) -> datetime | None:
        return read_timestamp(Path(dest_path) / "timestamp.txt")


def generate_assignment(course: Course, lab: str, release_directory: Path, *, gradebook: bool) -> None:
    """Run nbgrader's generate_assignment for one lab; without `gradebook`, no database is read or written."""
    # What is wrong with the file or the database themselves is told better here than by nbgrader.
    course.read_source(lab)
    if gradebook:
        open_gradebook(course).close()
    config = _config(course, assignment_id=lab, release_directory=str(release_directory))
    if not gradebook:
        config.merge(Config(GenerateAssignment={"no_database": True}, SaveCells={"enabled": False}))
    _run(GenerateAssignment, config)


def autograde(hand_in: HandIn) -> None:
    """Have nbgrader file one hand-in that has been executed and marked, whatever an earlier run left behind."""
    # Other notebooks beside the one asked for, such as a copy, would be an error to nbgrader.
    names = {"assignment_id": hand_in.lab, "student_id": hand_in.student, "notebook_id": hand_in.lab}
    config = _config(hand_in.course, **names)
    # What is executed has been repaired already: it replaces the file handed in, and there is nothing to sanitise.
    autograde = {"sanitize_preprocessors": ["instructor.plugins.ExecuteHandIn"]}
    config.merge(Config(ExecuteHandIn={"executed": str(hand_in.executed)}, Autograde=autograde))
    # Whoever calls this is the one command that writes.
    config.merge(Config(HandInExporter={"alone": False}))
    _run(Autograde, config)


def _config(course: Course, **course_directory: str) -> Config:
    try:
        config = PyFileConfigLoader("nbgrader_config.py", path=str(course.root)).load_config()
    except Exception as error:  # it is a program, which raises whatever is wrong with it
        raise CourseError(f"nbgrader_config.py stops: {type(error).__name__}: {error}; correct the file") from error
    config.merge(Config(CourseDirectory={"root": str(course.root), **course_directory}))
    return config


def _run(converter: type, config: Config) -> None:
    try:
        app = converter(coursedir=_CourseDirectory(config=config), config=config, log=_log)
    except TraitError as error:
        raise CourseError(f"nbgrader_config.py sets what nbgrader refuses: {error}; correct the file") from None
    app.force = True
    with whole():
        result = capture_log(app)
    if result.get("error", "").rstrip().endswith("KeyboardInterrupt"):  # which capture_log keeps to itself
        raise KeyboardInterrupt
    if not result["success"]:
        lines = [line.strip() for part in ("log", "error") for line in result.get(part, "").splitlines()]
        exceptions = [line for line in lines if re.match(r"[A-Za-z_][\w.]*(Error|Exception|Entry)\b", line)]
        if locked := next((line for line in exceptions if "database is locked" in line), None):
            raise NbgraderError(f"the gradebook cannot be used: {locked}; {WAYS_OUT['locked']}")
        raise NbgraderError((exceptions or lines)[0])
