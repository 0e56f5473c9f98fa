"""The mark of a command that writes on a course: only one of them runs at a time."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps


def writes(command: Callable[..., None]) -> Callable[..., None]:
    """Return the command, run while no other that writes is at work on the course; `--check` writes nothing."""

    @wraps(command)
    def run(*arguments: object, **options: object) -> None:
        from instructor.course import Course

        if options.get("check"):
            command(*arguments, **options)
            return
        with Course.find().alone():
            command(*arguments, **options)

    return run
