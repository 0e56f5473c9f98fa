"""When hand-ins came and were due: what is not known is listed and asked, and what a teacher says is kept."""

import json
from datetime import datetime

import pytest

from instructor.course import Course
from instructor.errors import CourseError
from instructor.gradebook.deadlines import change_deadline, read_deadlines, refuse_before_deadline, seconds_late, to_utc
from instructor.lms.class_list import import_roster
from instructor.lms.collect import collect
from instructor.lms.times import few
from tests.instructor.conftest import answered
from tests.instructor.lms.conftest import moodle_zip, worksheet
from tests.instructor.lms.test_commands import run

CLASS = {11: ("Zoé Le Goff", "zoe@ecole.fr"), 12: ("Bob Sol", "bob@ecole.fr"), 13: ("Ana", "ana@ecole.fr")}
DEADLINE = datetime(2023, 11, 6, 23, 0)
MORE = datetime(2023, 11, 8, 12, 0)


@pytest.fixture
def handed_in(course, tmp_path):
    """A course, and a function that collects Zoé's and Bob's hand-ins with the dates that a worksheet gives them."""
    import_roster(course, worksheet(tmp_path / "class.csv", CLASS))
    files = {f"{CLASS[number][0]}_{number}_assignsubmission_file/essai.ipynb": answered(course) for number in (11, 12)}
    archive = moodle_zip(tmp_path / "m.zip", files)

    def again(dates: dict | None = None, status: dict | None = None, deadline=DEADLINE):
        if dates is None:
            return collect(course, "essai", archive, None, deadline)
        sheet = worksheet(tmp_path / "sheet.csv", CLASS, submitted=dates)
        lines = sheet.read_bytes().decode("utf-8-sig").splitlines()
        for rank, number in enumerate(CLASS, start=1):
            lines[rank] = lines[rank].replace("Submitted for grading", (status or {}).get(number, "Submitted"))
        sheet.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return collect(course, "essai", archive, sheet, deadline)

    return course, again


def late(course: Course, student: str) -> float:
    return seconds_late(course.hand_in(student, "essai"), read_deadlines(course, "essai").of(student))


def times(collection) -> dict[str, datetime | None]:
    return {arrival.record.student: arrival.handed_in for arrival in collection.arrivals}


@pytest.mark.parametrize("text", ["06/11/2023 23:30", "11 h 30", "hier soir", "45236.979"])
def test_date_that_is_not_understood_is_asked_for(handed_in, text):
    course, collected = handed_in
    collection = collected({11: text, 12: "Monday, 6 November 2023, 10:59 PM"})
    assert times(collection) == {"zoe": None, "bob": datetime(2023, 11, 6, 22, 59)}
    assert f"Zoé Le Goff (11): '{text}' is not a date, or is two" in collection.warnings
    assert "not known, so none of them counts as late: zoe; collect again" in collection.warnings[-1]
    assert not course.hand_in("zoe", "essai").timestamp.exists()


def test_many_times_to_ask_for_are_summed_up():
    assert few(list("abcdefghij")) == list("abcdefghij")
    assert few(list("abcdefghijklm")) == [*"abcdefghij", "and 3 more"]


def test_without_a_deadline_no_time_is_asked_for(handed_in):
    assert handed_in[1]({11: "hier"}, deadline=None).warnings == []


def test_missing_column_is_named(handed_in, tmp_path):
    course, collected = handed_in
    collected({})
    sheet = tmp_path / "sheet.csv"
    sheet.write_text(sheet.read_text().replace("Last modified (submission)", "X"), encoding="utf-8")
    (course.root / "submitted/zoe/essai/essai.ipynb").unlink()
    (course.root / "submitted/zoe/essai/timestamp.txt").unlink()
    collection = collect(course, "essai", tmp_path / "m.zip", sheet)
    assert "sheet.csv has no column 'Last modified (submission)'" in collection.warnings
    assert times(collection) == {"zoe": None, "bob": datetime(2023, 11, 6, 23, 30)}


def test_time_that_a_teacher_writes_is_kept_until_another_file_comes(handed_in, tmp_path):
    course, collected = handed_in
    collected()
    stamp = course.hand_in("zoe", "essai").timestamp
    stamp.write_text("2023-11-07 10:00:00 UTC\n", encoding="utf-8")
    collection = collected()
    assert stamp.read_text(encoding="utf-8") == "2023-11-07 10:00:00 UTC\n"
    assert "late: bob;" in collection.warnings[-1]
    other = {"Zoé Le Goff_11_assignsubmission_file/essai.ipynb": answered(course, "    return 0.0")}
    assert times(collect(course, "essai", moodle_zip(tmp_path / "2.zip", other)))["zoe"] is None
    assert not stamp.exists()


def test_extension_of_moodle_is_kept_replaced_and_withdrawn(handed_in, tmp_path):
    course, collected = handed_in
    dates = {11: "Wednesday, 8 November 2023, 11:00 AM", 12: "Wednesday, 8 November 2023, 11:00 AM"}
    granted = "Submitted - Extension granted until: Wednesday, 8 November 2023, 12:00 PM"
    collected(dates, {11: granted, 13: granted})
    assert read_deadlines(course, "essai").extended == dict.fromkeys(["ana", "zoe"], to_utc(MORE))
    assert (late(course, "zoe"), late(course, "bob")) == (0, 36 * 3600)
    collection = collected(dates, {11: "Extension granted until: bientôt"})
    assert "until 'bientôt' is not understood; say 'course deadline essai DATE --student zoe'" in collection.warnings[0]
    assert read_deadlines(course, "essai").extended == {"zoe": to_utc(MORE)}
    sheet = tmp_path / "sheet.csv"
    collected(dates, {11: "Eingereicht - Verl\u00e4ngerung bis 9. November 2023"})
    assert read_deadlines(course, "essai").extended == {"zoe": to_utc(MORE)}
    header, *lines = sheet.read_text(encoding="utf-8").splitlines()
    at = header.split(",").index("Status")
    without = [",".join(part for rank, part in enumerate(line.split(",")) if rank != at) for line in (header, *lines)]
    sheet.write_text("\n".join(without), encoding="utf-8")
    collect(course, "essai", tmp_path / "m.zip", sheet)
    assert read_deadlines(course, "essai").extended == {"zoe": to_utc(MORE)}
    collected(dates)
    assert late(course, "zoe") == 36 * 3600


def test_teachers_extension_counts_more_than_moodles_and_takes_back_one_mark(handed_in):
    course, collected = handed_in
    dates = {11: "Wednesday, 8 November 2023, 11:00 AM"}
    collected(dates, {11: "Extension granted until: Tuesday, 7 November 2023, 12:00 PM"})
    for student in ("zoe", "bob"):
        course.hand_in(student, "essai").autograded.parent.mkdir(parents=True)
        course.hand_in(student, "essai").autograded.write_text("{}")
    assert change_deadline(course, "essai", MORE, "zoe") == 1
    assert [course.hand_in(one, "essai").autograded.exists() for one in ("zoe", "bob")] == [False, True]
    collected(dates, {11: "Extension granted until: Tuesday, 7 November 2023, 12:00 PM"})
    assert late(course, "zoe") == 0
    change_deadline(course, "essai", DEADLINE, "zoe")
    assert late(course, "zoe") == 36 * 3600


def test_right_answers_stay_until_the_last_extension_is_over(handed_in):
    course, collected = handed_in
    collected()
    refuse_before_deadline(course, "essai", "wait")
    change_deadline(course, "essai", datetime(2123, 1, 1), "ana")
    with pytest.raises(CourseError, match="the deadline of 'essai', 2123-01-01 00:00, is not over"):
        refuse_before_deadline(course, "essai", "wait")


def test_deadline_is_said_and_shown(handed_in, monkeypatch):
    course, collected = handed_in
    collected(deadline=None)
    monkeypatch.chdir(course.root)
    assert run("deadline", "essai") == "essai: no deadline is known\n"
    with pytest.raises(CourseError, match="'essai' has no deadline to extend; say 'course deadline essai DATE' first"):
        run("deadline", "essai", "2023-11-08 12:00", "--student", "zoe")
    assert run("deadline", "essai", "2023-11-06 23:00") == "essai: 2023-11-06 23:00\n"
    told = run("deadline", "essai", "2023-11-08 12:00", "--student", "zoe")
    assert told == "zoe: 2023-11-08 12:00 (more time)\n"
    assert run("deadline", "essai") == f"essai: 2023-11-06 23:00\n{told}"
    assert run("deadline", "essai", "--student", "bob") == "bob: 2023-11-06 23:00 (the deadline of the class)\n"
    with pytest.raises(CourseError, match="unknown student 'personne'"):
        run("deadline", "essai", "2023-11-08 12:00", "--student", "personne")
    kept = json.loads((course.root / ".course/deadlines/essai.json").read_text())
    assert list(kept["teacher"]) == ["zoe"]


def test_group_hands_in_one_file_for_several(course, tmp_path):
    import_roster(course, worksheet(tmp_path / "class.csv", CLASS))
    sheet = worksheet(tmp_path / "sheet.csv", CLASS, submitted={13: "-"})
    lines = sheet.read_bytes().decode("utf-8-sig").splitlines()
    lines = [f"{lines[0]},Group", *(f"{line},TD 1" for line in lines[1:])]
    sheet.write_text("\n".join(lines) + "\n", encoding="utf-8")
    archive = moodle_zip(tmp_path / "m.zip", {"TD 1-Zoé Le Goff_11_assignsubmission_file_/a.ipynb": answered(course)})
    collection = collect(course, "essai", archive, sheet, DEADLINE)
    assert times(collection) == dict.fromkeys(["zoe", "bob"], datetime(2023, 11, 6, 23, 30))
    assert collection.without == ["ana"]
    assert "Bob Sol (12): handed in with the group 'TD 1', as Zoé Le Goff" in collection.warnings
    assert [arrival.record.student for arrival in collect(course, "essai", archive).arrivals] == ["bob", "zoe"]
