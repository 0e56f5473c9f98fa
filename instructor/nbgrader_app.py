"""nbgrader's own converters, run from Python with the course's configuration."""

from __future__ import annotations

import logging
import os
import re
import sys
import warnings
from pathlib import Path

from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.exc import SAWarning
from traitlets.config import Config, PyFileConfigLoader

from instructor.course import Course, CourseError

# nbgrader 0.9.6 builds rows before adding them to its session, which SQLAlchemy 2 remarks on at every hand-in.
warnings.filterwarnings("ignore", category=SAWarning, module="nbgrader")


def nbgrader_api(course: Course, **course_directory: str) -> NbGraderAPI:
    """Return nbgrader's API for `course`; keywords set traits of its CourseDirectory, such as `release_directory`."""
    # Creating a gradebook runs the command `alembic`, which must be found even where .venv is not activated.
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    config = PyFileConfigLoader("nbgrader_config.py", path=str(course.root)).load_config()
    config.merge(Config(CourseDirectory={"root": str(course.root), **course_directory}))
    api = NbGraderAPI(CourseDirectory(config=config), config=config)
    api.log = logging.getLogger("course.nbgrader")  # the results hold the log: nothing is printed
    api.log.propagate = False
    api.log.addHandler(logging.NullHandler())
    return api


def generate_assignment(course: Course, lab: str, release_directory: Path, *, gradebook: bool) -> None:
    """Run nbgrader's generate_assignment for one lab; without `gradebook`, no database is read or written."""
    api = nbgrader_api(course, release_directory=str(release_directory))
    if not gradebook:
        api.config.merge(Config(GenerateAssignment={"no_database": True}, SaveCells={"enabled": False}))
    check(api.generate_assignment(lab, force=True), f"nbgrader could not generate the lab '{lab}'")


def check(result: dict, what: str) -> None:
    """Raise CourseError with nbgrader's reason when a converter did not succeed."""
    if not result["success"]:
        raise CourseError(f"{what}: {failure_reason(result)}")


def failure_reason(result: dict) -> str:
    """Return the line of nbgrader's log that names the exception behind a failure."""
    lines = (result.get("log", "") + "\n" + result["error"]).splitlines()
    exceptions = [line for line in lines if re.match(r"[A-Za-z_][\w.]*(Error|Exception|Entry)\b", line)]
    return (exceptions or lines)[0]
