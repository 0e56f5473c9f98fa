"""From Moodle's zip to `submitted/`: every oddity of a real class in one archive."""

import copy
import hashlib
import json
from datetime import datetime

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from instructor.course import Course
from instructor.errors import CourseError
from instructor.gradebook.nbgrader import open_gradebook
from instructor.labs.build import build
from instructor.labs.new import new_lab
from instructor.lms.class_list import import_roster
from instructor.lms.collect import collect
from instructor.lms.records import LinkedBy, read_record
from instructor.notebooks import find_cell, grade_id, read_notebook, to_text, write_notebook
from instructor.terminal import arrival_remarks, console, show_collection
from tests.instructor.conftest import answered
from tests.instructor.lms.conftest import copy_of, moodle_zip, worksheet, zip_bytes

ROSTER = """student,first_name,last_name,email,moodle
alix,Alix,Martin,alix.martin@ecole.fr,
zoe,Zoé,Le Goff,zoe.legoff@ecole.fr,
jp,Jean_Paul 2,Sartre,jp@ecole.fr,103
noe,Noé,Élan,noe.elan@ecole.fr,
homonym1,Jean,Dupont,jean.dupont@ecole.fr,
homonym2,Jean,Dupont,jean.dupont2@ecole.fr,
absent,Ulysse,Personne,ulysse@ecole.fr,
"""
PEOPLE = {
    101: ("Alix Martin", "alix.martin@ecole.fr"),
    104: ("Jean Dupont", "jean.dupont2@ecole.fr"),
    105: ("Inconnue", "inconnue@ailleurs.fr"),
}
DEADLINE = datetime(2023, 11, 6, 23, 0)


def broken(course):
    notebook = answered(course)
    notebook.cells = [cell for cell in notebook.cells if grade_id(cell) != "test_mean"]
    notebook.cells.append(copy.deepcopy(find_cell(notebook, "sol_mean")))
    notebook.cells[-1].id = "twin"
    return notebook


def odd_archive(course: Course, path):
    """A class in which nobody does as the others do."""
    release = read_notebook(course.release("essai"))
    other = new_notebook(cells=[new_code_cell("print('bonjour')")])
    return moodle_zip(
        path,
        {
            "Alix Martin_101_assignsubmission_file/essai.ipynb": answered(course),
            "Zoe\u0301 Le Goff_102_assignsubmission_file_/essai (1).ipynb": answered(course),
            "Jean_Paul 2 Sartre_103_assignsubmission_file_essai.ipynb": answered(course),
            "Jean Dupont_104_assignsubmission_file/essai.ipynb": release,
            "Jean Dupont_104_assignsubmission_file/essai_final_V2.ipynb": answered(course),
            "Jean Dupont_104_assignsubmission_file/rapport.pdf": b"%PDF",
            "Inconnue_105_assignsubmission_file/rendu.zip": zip_bytes({"rendu/essai.ipynb": broken(course)}),
            "Participant_106_assignsubmission_file_/essai.ipynb": b"{ coupe",
            "Noe\u0301 E\u0301lan_107_assignsubmission_file/essai.ipynb.txt": other,
            "Bob_108_assignsubmission_file/timestamp.txt": b"2001-01-01 00:00:00 UTC",
            "Bob_108_assignsubmission_file/../../../evil.ipynb": answered(course),
            "sans_nom.ipynb": answered(course),
        },
    )


@pytest.fixture(scope="module")
def collected(class_course, tmp_path_factory):
    root = tmp_path_factory.mktemp("collected")
    course = copy_of(class_course, root / "course")
    (root / "roster.csv").write_text(ROSTER, encoding="utf-8")
    import_roster(course, root / "roster.csv")
    archive = odd_archive(course, root / "moodle.zip")
    before = hashlib.sha256(archive.read_bytes()).digest()
    dates = {101: "Monday, 6 November 2023, 10:59 PM", 104: "Tuesday, 7 November 2023, 1:05 AM", 105: "-"}
    sheet = worksheet(root / "sheet.csv", PEOPLE, submitted=dates)
    collection = collect(course, "essai", archive, sheet, DEADLINE)
    assert hashlib.sha256(archive.read_bytes()).digest() == before
    return course, collection


def by_number(collection):
    return {arrival.record.number: arrival.record for arrival in collection.arrivals}


def remarks_of(collection):
    return [arrival_remarks(arrival) for arrival in collection.arrivals]


def test_each_hand_in_is_linked_by_the_best_clue(collected):
    found = {number: (hand_in.student, hand_in.linked_by) for number, hand_in in by_number(collected[1]).items()}
    assert found == {
        101: ("alix", LinkedBy.email),
        102: ("zoe", LinkedBy.name),
        103: ("jp", LinkedBy.number),
        104: ("homonym2", LinkedBy.email),
        105: ("moodle-105", None),
        106: ("moodle-106", None),
        107: ("noe", LinkedBy.name),
    }
    assert collected[1].without == ["absent", "homonym1"]
    assert "Inconnue (105): unknown to the roster; collected as 'moodle-105'" in collected[1].warnings


def test_notebook_with_the_most_answers_is_kept(collected):
    course, collection = collected
    assert by_number(collection)[104].file.endswith("essai_final_V2.ipynb")
    arrival = next(arrival for arrival in collection.arrivals if arrival.record.number == 104)
    assert (len(arrival.choice.others), arrival.choice.repairs) == (1, [])
    assert arrival_remarks(arrival) == [
        "kept essai_final_V2.ipynb among 2 notebooks (the only one with answers)",
        "left essai.ipynb (0 answers)",
    ]
    assert json.loads(course.hand_in("homonym2", "essai").choice.read_bytes()) == {
        "kept": "essai_final_V2.ipynb",
        "left": ["essai.ipynb"],
    }
    assert course.hand_in("homonym2", "essai").submitted.read_text(encoding="utf-8") == to_text(answered(course))


def test_remarks_say_what_will_be_repaired_and_what_cannot(collected):
    remarks = {arrival.record.number: " | ".join(arrival_remarks(arrival)) for arrival in collected[1].arrivals}
    assert "will be repaired: test_mean missing" in remarks[105]
    assert "will be repaired: sol_mean stands 2 times" in remarks[105]
    assert "unreadable: essai.ipynb is not JSON" in remarks[106]
    assert "answers no question of this lab" in remarks[107]
    assert remarks[101] == remarks[102] == remarks[103] == ""


def test_time_is_moodles_or_not_known_and_never_the_students(collected):
    course, collection = collected
    times = {arrival.record.number: arrival.handed_in for arrival in collection.arrivals}
    assert times == {101: datetime(2023, 11, 6, 22, 59), 104: datetime(2023, 11, 7, 1, 5)} | dict.fromkeys(
        (102, 103, 105, 106, 107)
    )
    assert "not known, so none of them counts as late: jp, moodle-105, moodle-106, noe, zoe;" in collection.warnings[-1]
    assert not course.hand_in("zoe", "essai").timestamp.exists()
    assert (course.root / "submitted/alix/essai/timestamp.txt").read_text().endswith("UTC\n")


def test_what_was_left_out_is_listed_with_the_reason(collected):
    reasons = {item.path: item.reason for item in collected[1].left_out}
    assert reasons == {
        "Jean Dupont_104_assignsubmission_file/rapport.pdf": "not a notebook",
        "Bob_108_assignsubmission_file/timestamp.txt": "not a notebook",
        "Bob_108_assignsubmission_file/../../../evil.ipynb": "a path that climbs out of its folder",
        "sans_nom.ipynb": "no folder or file name says whose it is",
    }
    assert "Bob (108): no notebook among the files handed in" in collected[1].warnings


def test_only_the_notebook_and_its_time_are_written(collected):
    course, _ = collected
    files = sorted(str(path.relative_to(course.root / "submitted/jp")) for path in course.root.glob("submitted/jp/*/*"))
    assert files == ["essai/essai.ipynb"]
    assert not list(course.root.rglob("evil.ipynb"))
    kept = {path.name for path in (course.root / ".course").iterdir()} - {"released", "lock"}
    assert kept == {"moodle", "choices"}
    assert [path.name for path in (course.root / ".course/choices").iterdir()] == ["homonym2"]


@pytest.fixture
def shown(monkeypatch):
    """A function that returns what a wide terminal shows of a collection."""
    monkeypatch.setattr(console, "width", 200)

    def show(collection):
        with console.capture() as capture:
            show_collection(collection)
        return capture.get()

    return show


def test_table_says_who_handed_in_what_who_did_not_and_what_will_be_repaired(collected, shown):
    text = shown(collected[1])
    for line in ("late: 2 h 05", "will be repaired", "absent", "nothing", "rapport.pdf: not a notebook"):
        assert line in text
    assert "7 hand-ins (1 late, 5 at a time that is not known), 2 students without, 4 files left out" in text


def test_names_in_the_table_are_not_markup(course, tmp_path, shown):
    archive = moodle_zip(tmp_path / "m.zip", {"[red]Ana[bold]_1_assignsubmission_file/essai.ipynb": answered(course)})
    assert "[red]Ana[bold]" in shown(collect(course, "essai", archive))


def test_name_cannot_command_the_terminal(course, tmp_path, shown):
    (tmp_path / "roster.csv").write_text("student,last_name\nana,A\x1b[2Jna\n", encoding="utf-8")
    import_roster(course, tmp_path / "roster.csv")
    archive = moodle_zip(tmp_path / "m.zip", {"Eve_1_assignsubmission_file/essai.ipynb": answered(course)})
    text = shown(collect(course, "essai", archive))
    assert "A [2Jna" in text
    assert "\x1b[2J" not in text


def test_without_roster_or_worksheet_the_number_makes_the_identifier(course, tmp_path):
    archive = moodle_zip(tmp_path / "m.zip", {"Ana Sol_7_assignsubmission_file/essai.ipynb": answered(course)})
    collection = collect(course, "essai", archive)
    assert [(arrival.record.student, arrival.handed_in) for arrival in collection.arrivals] == [("moodle-7", None)]
    assert (collection.warnings, collection.without) == ([], [])
    assert not course.hand_in("moodle-7", "essai").submitted.with_name("timestamp.txt").exists()
    with open_gradebook(course) as gradebook:
        assert gradebook.find_student("moodle-7").last_name == "Ana Sol"


def test_collecting_again_changes_nothing_and_forgets_nobody(course, tmp_path):
    first = {"Ana_7_assignsubmission_file/essai.ipynb": answered(course)}
    second = {"Bob_8_assignsubmission_file/essai.ipynb": answered(course)}
    collect(course, "essai", moodle_zip(tmp_path / "1.zip", first))
    before = course.hand_in("moodle-7", "essai").submitted.stat().st_mtime_ns
    again = collect(course, "essai", moodle_zip(tmp_path / "2.zip", first | second))
    assert course.hand_in("moodle-7", "essai").submitted.stat().st_mtime_ns == before
    assert remarks_of(again) == [[], []]
    last = collect(course, "essai", moodle_zip(tmp_path / "3.zip", second))
    assert remarks_of(last)[0] == ["handed in earlier, not in this archive"]
    assert set(read_record(course, "essai")) == {7, 8}


def test_hand_in_that_changes_has_no_mark_until_it_is_graded_again(course, tmp_path):
    files = {f"Ana_{number}_assignsubmission_file/essai.ipynb": answered(course) for number in (7, 8)}
    collect(course, "essai", moodle_zip(tmp_path / "1.zip", files))
    for number in (7, 8):
        write_notebook(answered(course), course.hand_in(f"moodle-{number}", "essai").autograded)
    files["Ana_7_assignsubmission_file/essai.ipynb"] = answered(course, "    return 0.0")
    collection = collect(course, "essai", moodle_zip(tmp_path / "2.zip", files))
    assert remarks_of(collection) == [["replaces an earlier hand-in"], []]
    assert not course.hand_in("moodle-7", "essai").autograded.exists()
    assert course.hand_in("moodle-8", "essai").autograded.exists()


def test_time_of_the_worksheet_is_kept_when_the_same_file_comes_again_without_it(course, tmp_path):
    ana = {7: ("Ana", "ana@ecole.fr")}
    sheet = worksheet(tmp_path / "sheet.csv", ana, submitted={7: "Monday, 6 November 2023, 10:59 PM"})
    path = "Ana_7_assignsubmission_file/essai.ipynb"
    archive = moodle_zip(tmp_path / "1.zip", {path: answered(course)})

    def times(*arguments):
        return [
            arrival.handed_in and f"{arrival.handed_in:%Y-%m-%d %H:%M}"
            for arrival in collect(course, "essai", *arguments).arrivals
        ]

    assert times(archive, None, DEADLINE) == [None]
    assert times(archive, sheet) == ["2023-11-06 22:59"]
    assert times(archive, None, DEADLINE) == ["2023-11-06 22:59"]
    other = moodle_zip(tmp_path / "2.zip", {path: answered(course, "    return 0.0")})
    assert times(other) == [None]


def test_roster_imported_late_renames_what_was_collected(course, tmp_path):
    archive = moodle_zip(tmp_path / "m.zip", {"Zoé Le Goff_7_assignsubmission_file/essai.ipynb": answered(course)})
    collect(course, "essai", archive)
    (tmp_path / "roster.csv").write_text(ROSTER, encoding="utf-8")
    import_roster(course, tmp_path / "roster.csv")
    collection = collect(course, "essai", archive)
    assert [arrival.record.student for arrival in collection.arrivals] == ["zoe"]
    assert remarks_of(collection) == [["was 'moodle-7' before"]]
    assert course.students("essai") == ["zoe"]
    with open_gradebook(course) as gradebook:
        assert "moodle-7" not in [student.id for student in gradebook.students]


def test_students_whom_a_new_roster_exchanges_keep_their_hand_ins(course, tmp_path):
    texts = {7: b'{"seven": 1}', 8: b'{"eight": 1}'}
    files = {f"Ana_{number}_assignsubmission_file/essai.ipynb": text for number, text in texts.items()}
    archive = moodle_zip(tmp_path / "m.zip", files)
    for first, second in [("ana", "bob"), ("bob", "ana")]:
        (tmp_path / "roster.csv").write_text(f"student,moodle\n{first},7\n{second},8\n", encoding="utf-8")
        import_roster(course, tmp_path / "roster.csv")
        collect(course, "essai", archive)
        assert course.hand_in(first, "essai").submitted.read_bytes() == texts[7]
        assert course.hand_in(second, "essai").submitted.read_bytes() == texts[8]


def test_two_hand_ins_never_share_a_student(course, tmp_path):
    (tmp_path / "roster.csv").write_text(ROSTER, encoding="utf-8")
    import_roster(course, tmp_path / "roster.csv")
    files = {f"Zoé Le Goff_{number}_assignsubmission_file/essai.ipynb": answered(course) for number in (7, 8)}
    collection = collect(course, "essai", moodle_zip(tmp_path / "m.zip", files))
    assert [arrival.record.student for arrival in collection.arrivals] == ["moodle-7", "moodle-8"]
    assert "2 hand-ins would be of the student 'zoe'; kept apart" in collection.warnings[0]


@pytest.mark.parametrize("metadata", ["x", None, {}, {"grade_id": ["a"]}, {"grade_id": {"a": 1}}])
def test_forged_metadata_is_repaired_and_does_not_stop_the_class(course, tmp_path, metadata):
    forged = answered(course)
    for cell in forged.cells:
        cell.metadata["nbgrader"] = metadata
    files = {
        "Ana_7_assignsubmission_file/essai.ipynb": json.dumps(forged).encode(),
        "Bob_8_assignsubmission_file/essai.ipynb": answered(course),
    }
    collection = collect(course, "essai", moodle_zip(tmp_path / "m.zip", files))
    lost = "will be repaired: {} without its metadata"
    assert remarks_of(collection) == [
        [lost.format("sol_mean"), lost.format("written_interpretation")],
        [],
    ]


def nothing_written(course):
    return not (course.root / "submitted").exists() and read_record(course, "essai") == {}


def test_archive_of_another_lab_is_refused_and_nothing_is_written(course, tmp_path, monkeypatch):
    monkeypatch.delenv("COURSE_MODE", raising=False)
    new_lab(course, "autre")
    source = read_notebook(course.source("autre"))
    find_cell(source, "sol_mean").metadata.nbgrader.grade_id = "sol_other"
    for cell in source.cells:
        if grade_id(cell):
            cell.metadata.nbgrader.grade_id = f"{grade_id(cell)}_b"
            cell.id = f"{cell.id}-b"
            cell.source = f"# tout autre chose, sans rapport avec la question\n{'z' * 400}\n" + cell.source.replace(
                "mean", "spread"
            )
    write_notebook(source, course.source("autre"))
    build(course, ["autre"])
    archive = moodle_zip(
        tmp_path / "m.zip", {"Ana_7_assignsubmission_file/x.ipynb": read_notebook(course.release("autre"))}
    )
    with pytest.raises(
        CourseError, match="no notebook of m.zip is of the lab 'essai'; 1 of 1 look like the lab 'autre'"
    ):
        collect(course, "essai", archive)
    assert nothing_written(course)


def test_archive_without_a_hand_in_is_refused(course, tmp_path):
    with pytest.raises(CourseError, match="m.zip holds no hand-in"):
        collect(course, "essai", moodle_zip(tmp_path / "m.zip", {"essai.ipynb": answered(course)}))
    assert nothing_written(course)


def test_worksheet_of_another_assignment_is_refused_and_nothing_is_written(course, tmp_path):
    archive = moodle_zip(tmp_path / "m.zip", {"Ana_7_assignsubmission_file/essai.ipynb": answered(course)})
    with pytest.raises(CourseError, match="no student in common"):
        collect(course, "essai", archive, worksheet(tmp_path / "sheet.csv", PEOPLE))
    assert nothing_written(course)
