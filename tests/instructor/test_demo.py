"""The demo's class holds the oddities that it is there to show, and they come out as they should."""

import pytest

from instructor.course import Course
from instructor.demo import CLASS, DEADLINE, LABS, make_demo
from instructor.lms.class_list import import_roster
from instructor.lms.collect import collect
from instructor.terminal import arrival_remarks
from tests.instructor.conftest import ROOT


@pytest.fixture(scope="module")
def demo(tmp_path_factory) -> Course:
    demo = make_demo(Course(ROOT), tmp_path_factory.mktemp("demo") / "demo")
    import_roster(demo, demo.root / "moodle" / "class.csv")
    return demo


@pytest.mark.parametrize("lab", LABS)
def test_each_student_of_moodles_zip_is_found_with_what_is_odd(demo, lab):
    moodle = demo.root / "moodle"
    collection = collect(demo, lab, moodle / f"{lab}.zip", moodle / f"{lab}.csv", DEADLINE)
    found = {arrival.record.student: arrival for arrival in collection.arrivals}
    known = {student for _, student in CLASS.values()} - {"jules", "karim"}
    assert set(found) == known | {"moodle-2010"}
    assert collection.without == ["karim"]
    assert collection.warnings == ["Jules Morel (2010): unknown to the roster; collected as 'moodle-2010'"]
    assert sorted(item.path.split("/")[-1] for item in collection.left_out) == ["rapport.pdf", "timestamp.txt"]
    assert {student for student, arrival in found.items() if arrival.handed_in > DEADLINE} == {"hugo"}
    assert len(found["driss"].choice.others) == 1
    assert found["driss"].choice.candidate.inner == f"{lab}_final_V2.ipynb"
    assert len(found["gabrielle"].choice.repairs) == 2
    assert found["ines"].choice.unreadable is not None
    assert found["moodle-2010"].choice.likely_lab == LABS[LABS.index(lab) - 1]
    assert all(
        arrival_remarks(found[student]) == [] for student in ("alix", "basile", "chloe", "emma", "farid", "hugo")
    )


def test_made_again_it_changes_nothing_that_was_handed_in(demo):
    def contents() -> dict[str, bytes]:
        return {str(path): path.read_bytes() for path in demo.root.glob("submitted/*/*/*")}

    moodle, lab = demo.root / "moodle", LABS[0]
    collect(demo, lab, moodle / f"{lab}.zip", moodle / f"{lab}.csv", DEADLINE)
    before = contents()
    make_demo(Course(ROOT), demo.root)
    collection = collect(demo, lab, moodle / f"{lab}.zip", moodle / f"{lab}.csv", DEADLINE)
    assert contents() == before
    assert not any(arrival.replaces for arrival in collection.arrivals)
