"""What a mark depends on, digested part by part: what changed since it was given, and for whom."""

from __future__ import annotations

import hashlib
import json
import sysconfig
from contextlib import suppress
from datetime import datetime
from functools import cache
from pathlib import Path

import helpers
import instructor
from instructor.course import Course, HandIn
from instructor.errors import CourseError
from instructor.gradebook.deadlines import read_deadlines, seconds_late
from instructor.grading.execute import Policy
from instructor.grading.reference import course_seed

SANDBOX = "the sandbox"
NAMED = 3  # students in a line that is about many


def default_policy(course: Course) -> Policy:
    """Return the policy of a course: its seed, and the sandbox."""
    return Policy(seed=course_seed(course))


def fingerprint(hand_in: HandIn, deadline: datetime | None, policy: Policy) -> dict[str, str]:
    """Return a digest of everything that a mark depends on, by the name that a teacher knows each part by."""
    course, lab = hand_in.course, hand_in.lab
    source = _content(course.source(lab))
    return {
        "the hand-in": _digest(_content(hand_in.submitted)),
        "how late it came": _digest(repr(seconds_late(hand_in, deadline)).encode()),
        "the lab": _digest(source, _content(course.release(lab))),
        # Whoever knows its digest finds a number alone by trying them all.
        "the seed": _digest(str(policy.seed).encode(), source),
        SANDBOX: _digest(repr((policy.kernel_name, policy.cell_timeout)).encode()),
        "nbgrader_config.py": _digest(_content(course.root / "nbgrader_config.py")),
        "the grader": _code(),
        "the environment": _digest(_installed().encode()),
    }


def changed_parts(before: dict[str, str], now: dict[str, str]) -> list[str]:
    """Return the names of what differs; the seed's digest holds the lab's, and says nothing where that changed."""
    changed = [part for part in now if before.get(part) != now[part]]
    return [part for part in changed if part != "the seed" or "the lab" not in changed]


def filed_fingerprint(path: Path) -> dict[str, str]:
    """Return the fingerprint in a graded notebook; empty where there is none, or another version's."""
    with suppress(OSError, ValueError, RecursionError, KeyError, TypeError):
        found = json.loads(path.read_bytes())["metadata"]["course"]["fingerprint"]
        return found if isinstance(found, dict) else {}
    return {}


def outdated(course: Course, labs: list[str]) -> dict[HandIn, list[str]]:
    """Return what changed under each mark since it was given; where it was run, sandboxed or not, is no such thing."""
    found = {}
    for lab in labs:
        graded = [hand_in for hand_in in course.hand_ins(lab) if hand_in.autograded.is_file()]
        if graded:
            deadlines, policy = read_deadlines(course, lab), default_policy(course)
            found |= {hand_in: _changed(hand_in, deadlines.of(hand_in.student), policy) for hand_in in graded}
    return {hand_in: changed for hand_in, changed in found.items() if set(changed) - {SANDBOX}}


def _changed(hand_in: HandIn, deadline: datetime | None, policy: Policy) -> list[str]:
    before = filed_fingerprint(hand_in.autograded)
    if not before:
        return ["the grader"]
    try:
        return changed_parts(before, fingerprint(hand_in, deadline, policy))
    except CourseError:  # its time is none
        return ["how late it came"]


def tell_outdated(course: Course, labs: list[str], allowed: bool) -> str:
    """Say whose marks are not of today's lab, seed or hand-in; empty where none are.

    Raises
    ------
    CourseError
        There are some, and nobody `allowed` them.
    """
    found = outdated(course, labs)
    if not found:
        return ""
    names = [hand_in.student for hand_in in found]
    who = ", ".join(names[:NAMED]) + (f" and {len(names) - NAMED} more" if len(names) > NAMED else "")
    why = ", ".join(dict.fromkeys(part for changed in found.values() for part in changed))
    told = f"{len(found)} marks were given before a change of {why}: {who}"
    if allowed:
        return told
    ways = " ".join(dict.fromkeys(hand_in.lab for hand_in in found))
    raise CourseError(f"{told}; run 'course grade {ways}' first, or say --stale to go on with them as they are")


def _content(path: Path) -> bytes:
    with suppress(OSError):
        return path.read_bytes()
    return b""


def _digest(*contents: bytes) -> str:
    digests = (hashlib.sha256(content).digest() for content in contents)
    return hashlib.sha256(b"".join(digests)).hexdigest()


@cache
def _installed() -> str:
    """Return the packages of this environment with their versions: what is asked for may not be what is there."""
    # Not the whole of sys.path, which depends on how a command was started.
    folders = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    return " ".join(sorted(path.name for folder in folders for path in Path(folder).glob("*.*-info")))


@cache
def _code() -> str:
    folders = [Path(package.__file__).parent for package in (helpers, instructor)]
    files = [path for folder in folders for path in sorted(folder.rglob("*.py"))]
    return _digest(*(path.read_bytes() for path in [*files, folders[1].parent / "requirements.txt"]))
