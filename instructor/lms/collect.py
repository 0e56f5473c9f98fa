"""Bring the hand-ins of Moodle's zip into `submitted/`, each under its student, with the time Moodle gives.

Everything is read and judged before the first file is written; the archive itself is only read.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from instructor.course import Course, HandIn
from instructor.errors import CourseError
from instructor.files import write_whole
from instructor.gradebook.deadlines import Deadlines, grade_again, timestamp
from instructor.gradebook.nbgrader import open_gradebook
from instructor.gradebook.roster import DERIVED, Clues, Roster, read_roster
from instructor.lms import groups
from instructor.lms.archive import LeftOut, Member, read_archive
from instructor.lms.choose import Candidate, Choice, Statement, choose
from instructor.lms.moodle.layout import Place, locate
from instructor.lms.moodle.worksheet import Row, Worksheet
from instructor.lms.records import Collected, LinkedBy, read_record, write_record
from instructor.lms.times import keep_deadlines, kept_time, time_of, what_to_ask


@dataclass(frozen=True)
class Arrival:
    """One student's hand-in: what is recorded of it, and what this archive brought.

    Parameters
    ----------
    handed_in
        Local time of the hand-in; None where nobody said.
    choice
        The notebook of this archive; None for a hand-in of an earlier one.
    replaces
        Whether it takes the place of another file.
    student_before
        Whose it was held to be until now; None where that did not change.
    """

    record: Collected
    handed_in: datetime | None = None
    choice: Choice | None = None
    replaces: bool = False
    student_before: str | None = None


@dataclass
class Collection:
    """What came out of one archive: hand-ins, students without one, what was left out, and when they were due."""

    lab: str
    arrivals: list[Arrival]
    without: list[str]
    left_out: list[LeftOut]
    deadlines: Deadlines
    roster: Roster
    warnings: list[str] = field(default_factory=list)


def collect(
    course: Course,
    lab: str,
    archive_path: Path,
    worksheet_path: Path | None = None,
    deadline: datetime | None = None,
) -> Collection:
    """Collect the hand-ins of a lab.

    Parameters
    ----------
    archive_path
        The zip of Moodle's "Download all submissions".
    worksheet_path
        Moodle's grading worksheet of the same assignment: it tells when each hand-in came, and whose it is.
    deadline
        In local time. Kept in the gradebook, unless None.

    Raises
    ------
    CourseError
        The archive is no zip, holds no hand-in, or is another lab's; the worksheet is another assignment's.
    """
    if not course.release(lab).is_file():
        raise CourseError(f"release/{lab}/ does not exist; run 'course build {lab}' first")
    archive = read_archive(archive_path)
    sheet = Worksheet(worksheet_path) if worksheet_path else None
    rows = {row.number: row for row in sheet.rows} if sheet else {}
    roster = read_roster(course)
    places, candidates, unplaced = _sort(archive.notebooks)
    names = groups.names(places)
    warnings = groups.share(candidates, places, rows)
    choices = _choose_all(course, lab, archive_path, candidates)
    if rows and not set(rows) & set(choices):
        raise CourseError(
            f"{worksheet_path.name} and {archive_path.name} have no student in common: one of them is another "
            "assignment's; download both from the same one"
        )
    links = _link(roster, places, names, rows, warnings)
    others = {place.number: place.name for item in archive.left_out if (place := locate(item.path))}
    warnings += [
        f"{name} ({number}): no notebook among the files handed in"
        for number, name in others.items()
        if number not in choices
    ]
    old = read_record(course, lab)
    # Before anything is installed: two students whom a new roster exchanges must not erase each other.
    renamed = {
        number: old[number].student for number in choices if number in old and old[number].student != links[number][0]
    }
    whose = {number: links[number][0] if number in links else _find(row, roster) for number, row in rows.items()}
    # Of two lines that name one student, that of what was handed in is theirs.
    by_link = sorted(whose, key=lambda number: number in links)
    of_students = {whose[number]: rows[number] for number in by_link}
    moved = {before: links[number][0] for number, before in renamed.items()}
    deadlines = keep_deadlines(course, lab, deadline, of_students, moved, sheet)
    times = {}
    for number, choice in choices.items():
        before = course.hand_in(renamed.get(number, links[number][0]), lab)
        times[number] = time_of(before, rows.get(number), choice.candidate.member.content)
    for number, before in renamed.items():
        _rename(course, lab, before, links[number][0])
    arrivals = {}
    for number, choice in choices.items():
        student, linked_by = links[number]
        file = choice.candidate.member.path
        record = Collected(number, places[number].name, student, file, linked_by)
        replaces = _install(course.hand_in(student, lab), choice, times[number])
        arrivals[number] = Arrival(record, times[number], choice, replaces, renamed.get(number))
    collected = {number: arrival.record for number, arrival in arrivals.items()}
    _name_the_unknown(course, collected)
    write_record(course, lab, old | collected)
    earlier = {
        number: Arrival(hand_in, kept_time(course.hand_in(hand_in.student, lab)))
        for number, hand_in in old.items()
        if number not in collected and course.hand_in(hand_in.student, lab).submitted.is_file()
    }
    everyone = sorted((earlier | arrivals).values(), key=lambda arrival: arrival.record.student)
    unknown = [arrival.record.student for arrival in everyone if arrival.handed_in is None]
    warnings += what_to_ask(lab, deadlines, unknown, of_students, sheet)
    absent = set(roster.students) - {arrival.record.student for arrival in everyone}
    return Collection(lab, everyone, sorted(absent), archive.left_out + unplaced, deadlines, roster, warnings)


def _sort(notebooks: list[Member]) -> tuple[dict[int, Place], dict[int, list[Candidate]], list[LeftOut]]:
    """Group the notebooks by Moodle's number; those that no name places are left out."""
    places, candidates, unplaced = {}, defaultdict(list), []
    for member in notebooks:
        place = locate(member.path)
        if place is None:
            unplaced.append(LeftOut(member.path, "no folder or file name says whose it is"))
            continue
        places.setdefault(place.number, place)
        candidates[place.number].append(Candidate(member, place.inner))
    return places, candidates, unplaced


def _choose_all(
    course: Course, lab: str, archive_path: Path, candidates: dict[int, list[Candidate]]
) -> dict[int, Choice]:
    """Choose each student's notebook; refuse an archive without one, or with none of this lab and some of another."""
    if not candidates:
        raise CourseError(
            f"{archive_path.name} holds no hand-in: no notebook under a name such as "
            "'Full Name_12345_assignsubmission_file'; give the zip of Moodle's 'Download all submissions'"
        )
    others = [Statement(course, name) for name in course.labs if name != lab and course.release(name).is_file()]
    statement = Statement(course, lab)
    choices = {number: choose(found, statement, others) for number, found in candidates.items()}
    likely = Counter(choice.likely_lab for choice in choices.values() if choice.likely_lab)
    if likely and all(choice.repairs is None for choice in choices.values()):
        name, count = likely.most_common(1)[0]
        raise CourseError(
            f"no notebook of {archive_path.name} is of the lab '{lab}'; {count} of {len(choices)} look like the lab "
            f"'{name}': run 'course collect {name}', or give the zip of '{lab}'"
        )
    return choices


def _link(
    roster: Roster,
    places: dict[int, Place],
    names: dict[int, tuple[str, ...]],
    rows: dict[int, Row],
    warnings: list[str],
) -> dict[int, tuple[str, LinkedBy | None]]:
    """Return by number the student's identifier and what linked them; an identifier from the number where nothing did.

    Two numbers never share a student: where both claim one, neither gets it.
    """
    found = {
        number: roster.find(_clues(number, names.get(number, (place.name,)), rows.get(number)))
        for number, place in places.items()
    }
    claims = Counter(link[0] for link in found.values() if link)
    links = {}
    for number, link in found.items():
        who = f"{places[number].name} ({number})"
        if link and claims[link[0]] == 1:
            links[number] = (link[0], LinkedBy(link[1]))
            continue
        links[number] = (f"{DERIVED}{number}", None)
        if link:
            warnings.append(f"{who}: {claims[link[0]]} hand-ins would be of the student '{link[0]}'; kept apart")
        elif roster.students:
            warnings.append(f"{who}: unknown to the roster; collected as '{DERIVED}{number}'")
    return links


def _clues(number: int, names: tuple[str, ...], row: Row | None) -> Clues:
    return replace(row.clues, names=(row.name, *names)) if row else Clues(number, names)


def _find(row: Row, roster: Roster) -> str:
    link = roster.find(row.clues)
    return link[0] if link else f"{DERIVED}{row.number}"


def _install(hand_in: HandIn, choice: Choice, moment: datetime | None) -> bool:
    """Put a notebook and its time into `submitted/`; tell whether it takes the place of another file.

    What changed has no mark until `course grade` gives one again: nobody must get the mark of another file or day.
    """
    target, content = hand_in.submitted, choice.candidate.member.content
    before = target.read_bytes() if target.is_file() else None
    if before != content:
        grade_again(hand_in)
        write_whole(target, content)
    _install_time(hand_in, moment)
    hand_in.choice.unlink(missing_ok=True)
    if choice.others:
        names = {"kept": choice.candidate.inner, "left": [other.candidate.inner for other in choice.others]}
        write_whole(hand_in.choice, json.dumps(names).encode())
    return before not in (None, content)


def _install_time(hand_in: HandIn, moment: datetime | None) -> None:
    stamp = hand_in.timestamp
    before = stamp.read_text(encoding="utf-8") if stamp.is_file() else ""
    after = timestamp(moment) if moment else ""
    if after != before:
        grade_again(hand_in)
        if after:
            write_whole(stamp, after.encode())
        else:
            stamp.unlink()


def _name_the_unknown(course: Course, collected: dict[int, Collected]) -> None:
    """Give nbgrader the name that Moodle gives to students whom no roster names."""
    with open_gradebook(course) as gradebook:
        for hand_in in collected.values():
            if not hand_in.linked_by:
                gradebook.update_or_create_student(hand_in.student, last_name=hand_in.name)


def _rename(course: Course, lab: str, before: str, after: str) -> None:
    """Move what is known of a hand-in to the student whom a roster names now; marks by hand come along."""
    old = course.hand_in(before, lab)
    for path in (old.submitted, old.autograded, old.feedback, old.choice):
        for file in path.parent.glob("*"):
            file.unlink()
        if path.parent.is_dir():
            path.parent.rmdir()
    with open_gradebook(course) as gradebook:
        students = {student.id: student for student in gradebook.students}
        submissions = {found.student_id: found for found in gradebook.assignment_submissions(lab)}
        if before in submissions and after in students and after not in submissions:
            if old.answers.is_file():
                write_whole(course.hand_in(after, lab).answers, old.answers.read_bytes())
            submissions[before].student = students[after]
            gradebook.db.commit()
        if before in students and not students[before].submissions:
            gradebook.remove_student(before)
