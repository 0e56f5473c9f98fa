"""A lab whose questions changed after marks were given: what still exists is kept, what goes is said first."""

import pytest
from nbformat.v4 import new_markdown_cell

from instructor.cli import app
from instructor.course import Course
from instructor.errors import CourseError
from instructor.gradebook.migrate import make_plan, migrate
from instructor.gradebook.nbgrader import open_gradebook
from tests.instructor.kernelless import LAB, RIGHT, WRONG, Edited, comment, copy_of, decide, grade, graded_course


@pytest.fixture(scope="module")
def marked(tmp_path_factory) -> Course:
    """Ada is right and marked by hand, Blaise is wrong and was given points all the same; both have comments."""
    course = graded_course(tmp_path_factory.mktemp("marked") / "course", {"ada": RIGHT, "blaise": WRONG})
    decide(course, "ada", "written_interpretation", 3)
    decide(course, "blaise", "test_mean", 5, 1)
    comment(course, "ada", "written_interpretation", "Bien dit.")
    comment(course, "blaise", "sol_mean", "Presque.")
    return course


@pytest.fixture
def course(marked, tmp_path, monkeypatch) -> Course:
    return copy_of(marked, tmp_path, monkeypatch)


def scores(course: Course) -> dict[str, dict]:
    return {
        student: {cell["grade_id"]: cell["score"] for cell in result.cells} for student, result in grade(course).items()
    }


def migrated(course: Course, *renamings: str) -> dict[str, dict]:
    """Return the scores after `course grade` has refused, a migration was made, and it has graded."""
    with pytest.raises(CourseError, match=f"'course migrate {LAB}', which says what becomes of the marks"):
        grade(course)
    migrate(course, LAB, make_plan(course, LAB, list(renamings)))
    assert not make_plan(course, LAB, []).is_needed
    return scores(course)


def test_question_added_leaves_everything_else(course):
    with Edited(course) as lab:
        lab.add_question("extra", 4)
    plan = make_plan(course, LAB, [])
    assert (plan.added, plan.removed, plan.dropped, plan.kept) == (["sol_extra", "test_extra"], [], [], 4)
    assert migrated(course) == {
        "ada": {"test_mean": 16, "written_interpretation": 3, "test_extra": 0},
        "blaise": {"test_mean": 6, "written_interpretation": None, "test_extra": 0},
    }
    assert comment(course, "blaise", "sol_mean") == "Presque."


def test_question_removed_takes_what_was_given_by_hand_along_and_says_what(course):
    with Edited(course) as lab:
        lab.remove("written_interpretation")
    plan = make_plan(course, LAB, [])
    assert plan.removed == ["written_interpretation"]
    assert [str(one) for one in plan.dropped] == [
        "ada: written_interpretation: 3 of 4",
        "ada: written_interpretation: 'Bien dit.'",
    ]
    assert migrated(course) == {"ada": {"test_mean": 16}, "blaise": {"test_mean": 6}}


def test_question_with_another_name_is_known_by_its_cell(course):
    with Edited(course) as lab:
        for prefix in ("sol", "test"):
            lab.rename(f"{prefix}_mean", f"{prefix}_average")
        lab.rename("written_interpretation", "written_meaning")
    plan = make_plan(course, LAB, [])
    assert set(plan.renamed.values()) == {"sol_average", "test_average", "written_meaning"}
    assert (plan.added, plan.removed, plan.dropped) == ([], [], [])
    assert migrated(course) == {
        "ada": {"test_average": 16, "written_meaning": 3},
        "blaise": {"test_average": 6, "written_meaning": None},
    }
    assert comment(course, "blaise", "sol_average") == "Presque."


def test_written_question_in_a_new_cell_is_named_by_the_teacher(course):
    with Edited(course) as lab:
        old = lab.cell("written_interpretation")
        new = new_markdown_cell(old.source, metadata=old.metadata)
        lab.source.cells[lab.source.cells.index(old)] = new
        new.metadata.nbgrader.grade_id = "written_meaning"
    assert [one.cell for one in make_plan(course, LAB, []).dropped] == ["written_interpretation"] * 2
    migrate(course, LAB, make_plan(course, LAB, ["written_interpretation=written_meaning"]))
    with open_gradebook(course) as gradebook:
        assert gradebook.find_grade("written_meaning", LAB, LAB, "ada").manual_score == 3
    assert comment(course, "ada", "written_meaning") == "Bien dit."


def test_renaming_that_was_found_is_the_teachers_to_refuse(course):
    with Edited(course) as lab:
        lab.rename("written_interpretation", "written_other")
    plan = make_plan(course, LAB, ["written_interpretation="])
    assert (plan.renamed, plan.added, len(plan.dropped)) == ({}, ["written_other"], 2)
    for wrong in ("written_interpretation", "test_mean=written_other", "written_interpretation=nothing"):
        with pytest.raises(CourseError, match="is not OLD=NEW: gone are written_interpretation, new are written_other"):
            make_plan(course, LAB, [wrong])


def test_question_split_keeps_its_half_and_asks_about_the_marks_of_the_whole(course):
    with Edited(course) as lab:
        lab.add_question("second", 8)
        lab.worth("test_mean", 8)
    plan = make_plan(course, LAB, [])
    assert plan.worth == {"test_mean": (16, 8)}
    assert [str(one) for one in plan.reopened] == ["blaise: test_mean: 5 of 16, 1 of extra credit"]
    assert migrated(course) == {
        "ada": {"test_mean": 8, "written_interpretation": 3, "test_second": 0},
        "blaise": {"test_mean": None, "written_interpretation": None, "test_second": 0},
    }
    assert comment(course, "blaise", "sol_mean") == "Presque."
    with open_gradebook(course) as gradebook:
        assert gradebook.find_grade("test_mean", LAB, LAB, "blaise").manual_score == 5


def test_question_marked_by_a_teacher_from_now_on_keeps_its_comments(course):
    with Edited(course) as lab:
        lab.remove("test_mean")
        lab.cell("sol_mean").metadata.nbgrader.update(grade=True, points=16)
    plan = make_plan(course, LAB, [])
    assert (plan.removed, plan.other) == (["test_mean"], ["sol_mean"])
    assert [one.student for one in plan.dropped] == ["blaise"]
    assert migrated(course)["blaise"] == {"sol_mean": None, "written_interpretation": None}
    assert comment(course, "blaise", "sol_mean") == "Presque."


def test_command_shows_first_and_does_it_when_told(course, monkeypatch, capsys):
    monkeypatch.chdir(course.root)
    with Edited(course) as lab:
        lab.remove("written_interpretation")
    before = (course.root / "gradebook.db").read_bytes()
    app(["migrate", LAB], standalone_mode=False)
    told = capsys.readouterr().out
    assert "written_interpretation goes, with its marks and comments" in told
    assert "given by hand, is dropped: ada: written_interpretation: 3 of 4" in told
    assert "nothing was changed: 'course migrate essai --apply' does it" in told
    assert (course.root / "gradebook.db").read_bytes() == before
    app(["migrate", LAB, "--apply"], standalone_mode=False)
    (kept,) = (course.root / "grades" / LAB).glob("dropped-*.txt")
    assert "ada: written_interpretation: 'Bien dit.'" in kept.read_text()
    capsys.readouterr()
    app(["migrate", LAB], standalone_mode=False)
    assert "there is nothing to migrate" in capsys.readouterr().out
