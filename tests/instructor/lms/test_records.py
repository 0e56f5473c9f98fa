"""What was collected is read again, whichever version of the course wrote it."""

import json

import pytest

from instructor.course import Course
from instructor.lms.records import Collected, LinkedBy, read_record, write_record

FILE = "Zoé_7_assignsubmission_file/essai.ipynb"
RECORD = {
    7: Collected(7, "Zoé", "zoe", FILE, LinkedBy.email),
    8: Collected(8, "Bob", "moodle-8", FILE),
}


def test_record_is_read_as_it_was_written(tmp_path):
    write_record(Course(tmp_path), "essai", RECORD)
    assert read_record(Course(tmp_path), "essai") == RECORD
    assert read_record(Course(tmp_path), "autre") == {}


@pytest.mark.parametrize("timed_by", [{"timed_by": "worksheet"}, {}], ids=["before", "the_first"])
def test_record_of_an_earlier_version_is_read(tmp_path, timed_by):
    none = {key: "" for key in timed_by}
    zoe = {"number": 7, "name": "Zoé", "student": "zoe", "file": FILE, "handed_in": "2023-11-06 22:59", **timed_by}
    bob = {"number": 8, "name": "Bob", "student": "moodle-8", "file": FILE, "handed_in": "", **none}
    path = tmp_path / ".course" / "moodle" / "essai.json"
    path.parent.mkdir(parents=True)
    entries = [zoe | {"linked_by": "e-mail", "remarks": ["looks like"]}, bob | {"linked_by": "", "remarks": []}]
    path.write_text(json.dumps(entries), encoding="utf-8")
    found = read_record(Course(tmp_path), "essai")
    assert found == RECORD
