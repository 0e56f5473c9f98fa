"""What is known to go wrong with nbgrader, handed in by one small class, graded once."""

import copy
import json
import shutil
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.preprocessors import SaveAutoGrades

from instructor.course import Course
from instructor.errors import CourseError
from instructor.gradebook.nbgrader import open_gradebook
from instructor.gradebook.results import TO_CONFIRM, NotFiledError, Result, graded_results
from instructor.grading import class_run, workers
from instructor.grading import fingerprint as fingerprints
from instructor.grading import hand_in as one_hand_in
from instructor.grading.class_run import Options, grade_class, why_not_graded
from instructor.grading.execute import Policy
from instructor.labs.build import build
from instructor.notebooks import find_cell, grade_id, is_graded, read_notebook, to_text, write_notebook
from instructor.pages import feedback
from instructor.plugins import HandInExporter
from tests.instructor.conftest import answered, hand_in, make_course, replace_graded

# One worker grades the class that most tests look at.
pytestmark = pytest.mark.xdist_group("class")

RIGHT = "    return float(x.sum() / len(x))"
HAND_INS = {
    "warns": f"    import warnings\n    warnings.warn('lent')\n{RIGHT}",
    "logs_on_stderr": f"    import sys\n    print('log', file=sys.stderr)\n{RIGHT}",
    "shows_a_progress_bar": f"    from tqdm import tqdm\n    list(tqdm(range(3)))\n{RIGHT}",
    "prints_a_mark": f"    print('16/16')\n    display(16)\n{RIGHT}",
    "returns_nan": "    return float('nan')",
    "returns_a_constant": "    return 2.0",
    "kills_the_kernel": "    import os\n    os._exit(0)",
    "raises_at_once": "    raise ValueError('la réponse cachée est 42')",
    "publishes_twice": f"    from helpers.criterion import run\n    run(lambda rng: 1.0, 'bonus')\n{RIGHT}",
    "forges_the_seed": f"    import os\n    os.environ.pop('COURSE_SEED')\n{RIGHT}",
    "exits": "    import sys\n    sys.exit(0)",
}
EARNED = {"warns": 16, "logs_on_stderr": 16, "shows_a_progress_bar": 16, "prints_a_mark": 16}


@pytest.fixture(scope="module")
def graded_course(tmp_path_factory) -> Course:
    course = make_course(tmp_path_factory.mktemp("graded"))
    for student, code in HAND_INS.items():
        hand_in(course, student, answered(course, code))
    hand_in(course, "good", answered(course))
    hand_in(course, "blank", read_notebook(course.release("essai")))

    tagged = answered(course, "    return 0.0")
    find_cell(tagged, "test_mean").metadata["tags"] = ["skip-execution"]
    hand_in(course, "skips_the_test", tagged)

    rewarded = answered(course, "    return 0.0")
    find_cell(rewarded, "test_mean").source = "16"
    find_cell(rewarded, "test_mean").metadata["nbgrader"]["points"] = 1000
    hand_in(course, "writes_its_own_mark", rewarded)

    duplicated = answered(course)
    duplicated.cells.append(copy.deepcopy(find_cell(duplicated, "sol_mean")))
    duplicated.cells[-1].id = "twin"
    hand_in(course, "duplicates_a_cell", duplicated)

    deleted = answered(course)
    deleted.cells = [cell for cell in deleted.cells if grade_id(cell) != "test_mean"]
    hand_in(course, "deletes_the_test", deleted)

    stripped = answered(course)
    for cell in stripped.cells:
        cell.metadata.clear()
        del cell["id"]
    stripped.nbformat_minor = 4
    hand_in(course, "loses_all_metadata", stripped)

    colab = answered(course)
    colab.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {}}
    hand_in(course, "saves_on_colab", colab)

    hand_in_shapes(course)
    hand_in(course, "other_notebook", new_notebook(cells=[new_code_cell("print('bonjour')")]))
    for student, text in [("not_json", "{ notebook"), ("not_a_notebook", '{"a": 1}'), ("old", '{"nbformat": 2}')]:
        path = course.hand_in(student, "essai").submitted
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
    course.hand_in("no_file", "essai").submitted.parent.mkdir(parents=True)
    (course.hand_in("good", "essai").submitted.parent / "helpers.py").write_text("raise SystemExit", encoding="utf-8")
    return course


def hand_in_shapes(course: Course) -> None:
    """Hand in right answers, in cells and files of other shapes than the release's."""
    without_outputs = json.loads(to_text(answered(course)))
    for cell in without_outputs["cells"]:
        cell.pop("outputs", None)
        cell.pop("execution_count", None)
    path = course.hand_in("omits_outputs", "essai").submitted
    path.parent.mkdir(parents=True)
    path.write_bytes(json.dumps(without_outputs, ensure_ascii=False).encode("cp1252", "replace") + b"\0" * 9)

    scratch = answered(course)
    copied = copy.deepcopy(find_cell(scratch, "sol_mean"))
    copied.id, copied.source = "twin", copied.source.replace(RIGHT, "    return 0.0  # essai")
    scratch.cells.insert(scratch.cells.index(find_cell(scratch, "sol_mean")) + 1, copied)
    hand_in(course, "has_a_scratch_copy", scratch)

    split = answered(course, "    return float(total(x) / len(x))")
    half = new_code_cell("def total(x):\n    return x.sum()")
    split.cells.insert(split.cells.index(find_cell(split, "sol_mean")), half)
    place = split.cells.index(find_cell(split, "written_interpretation"))
    split.cells[place].source = find_cell(read_notebook(course.release("essai")), "written_interpretation").source
    split.cells.insert(place + 1, new_markdown_cell("La moyenne est tirée vers zéro."))
    hand_in(course, "writes_in_cells_beside", split)

    typed = answered(course)
    place = typed.cells.index(find_cell(typed, "sol_mean"))
    typed.cells[place] = new_markdown_cell(f"```python\n{typed.cells[place].source}\n```")
    hand_in(course, "types_code_as_text", typed)


@pytest.fixture(scope="module")
def results(graded_course) -> dict[str, Result]:
    return {result.student: result for result in grade_class(graded_course, ["essai"])}


@pytest.mark.parametrize("student", HAND_INS)
def test_answer_earns_what_its_criteria_earn(results, student):
    assert results[student].status == "graded"
    assert results[student].cells[0]["score"] == EARNED.get(student, 0), results[student].cells[0]


def test_right_answer_earns_its_points_and_the_written_one_waits(results):
    assert (results["good"].score, results["good"].pending, results["good"].max_score) == (16, 4, 20)
    assert results["good"].flags == ["manual-pending"]


def test_untouched_release_earns_nothing_and_waits_for_nobody(results):
    assert (results["blank"].score, results["blank"].pending) == (0, 0)
    assert results["blank"].cells[0]["reason"] == "Cette question n'est pas traitée."


@pytest.mark.parametrize("student", ["skips_the_test", "writes_its_own_mark"])
def test_edited_test_cell_is_replaced_and_earns_nothing(results, student):
    assert results[student].cells[0]["score"] == 0
    assert results[student].max_score == 20


@pytest.mark.parametrize(
    ("student", "repair"),
    [
        ("duplicates_a_cell", {"kind": "copies", "cell": "sol_mean", "count": 2}),
        ("deletes_the_test", {"kind": "lost test", "cell": "test_mean", "count": 0}),
        ("loses_all_metadata", {"kind": "metadata", "cell": "sol_mean", "count": 0}),
    ],
)
def test_damaged_notebook_is_repaired_graded_and_said_so(results, student, repair):
    assert results[student].score == 16
    assert repair in results[student].repairs
    assert "repaired" in results[student].flags


@pytest.mark.parametrize(
    ("student", "kinds"),
    [
        ("omits_outputs", {"file"}),
        ("has_a_scratch_copy", {"copies"}),
        ("writes_in_cells_beside", {"parts"}),
        ("types_code_as_text", {"parts", "kind of cell", "metadata"}),
    ],
)
def test_right_answer_in_another_shape_is_right(results, student, kinds):
    assert (results[student].score, results[student].pending) == (16, 4), results[student].cells
    found = {one["kind"] for one in results[student].repairs}
    assert found
    assert found <= kinds


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_notebook_in_another_encoding_is_graded(course, encoding):
    path = hand_in(course, "ada", answered(course, RIGHT))
    path.write_text(path.read_text(encoding="utf-8"), encoding=encoding)
    (result,) = grade_class(course, ["essai"])
    assert (result.status, result.score) == ("graded", 16), result.reason


def test_notebook_that_shows_too_much_keeps_its_mark_and_loses_its_outputs(course, monkeypatch):
    hand_in(course, "ada", answered(course, f"    print('ligne')\n{RIGHT}"))
    monkeypatch.setattr(one_hand_in, "is_too_large", lambda content: True)
    (result,) = grade_class(course, ["essai"])
    assert (result.status, result.score) == ("graded", 16)
    shown = [
        output.text
        for cell in course.hand_in("ada", "essai").read_autograded().cells
        for output in cell.get("outputs", [])
    ]
    assert {text.strip() for text in shown} == {"[... the outputs of this notebook are too large ...]"}


@pytest.mark.parametrize("linked", ["file", "lab", "student"])
def test_link_is_read_by_no_door(course, linked):
    real = hand_in(course, "blaise", answered(course))
    link = course.hand_in("ada", "essai").submitted
    leads_to = {"file": (link, real), "lab": (link.parent, real.parent), "student": (link.parents[1], real.parents[1])}
    at, target = leads_to[linked]
    at.parent.mkdir(parents=True, exist_ok=True)
    at.symlink_to(target)
    ada = course.hand_in("ada", "essai")
    readers = [
        lambda: one_hand_in.execute_for_gradebook(ada),
        lambda: HandInExporter().from_filename(str(link)),
        lambda: feedback._handed_in(course, Result("ada", "essai")),
    ]
    for read in readers:
        with pytest.raises(CourseError, match="is a link: what it leads to was not handed in"):
            read()
    assert "is a link" in str(workers._read(link))
    assert "is a link" in why_not_graded(ada)
    assert workers._read(real) == real.read_bytes()


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (" a", "its folder's name, ' a', begins or ends with a blank"),
        ("a\u00a0", "its folder's name, 'a\\xa0', begins or ends with a blank"),
        ("a\nb", "its folder's name, 'a\\nb', holds a line break"),
        ("a*", "its folder's name, a*, is a pattern to nbgrader"),
    ],
)
def test_odd_name_of_a_folder_is_said_to_be_what_it_is(course, name, told):
    hand_in(course, name, answered(course))
    (result,) = grade_class(course, ["essai"], options=Options(sandbox=False))
    assert (result.status, result.reason) == ("refused", why_not_graded(course.hand_in(name, "essai")))
    assert result.reason.startswith(told)
    assert result.reason.endswith(": rename the folder")


def test_link_to_itself_stops_nothing(course):
    path = hand_in(course, "ada", answered(course, RIGHT))
    path.unlink()
    path.symlink_to(path.name)
    hand_in(course, "blaise", answered(course, RIGHT))
    ada, blaise = grade_class(course, ["essai"])
    assert (ada.status, blaise.score) == ("refused", 16)
    assert ada.reason.startswith("essai.ipynb, or a folder that holds it, is a link")
    assert "is a link" in why_not_graded(course.hand_in("ada", "essai"))


def test_colab_metadata_needs_no_repair(results):
    assert (results["saves_on_colab"].score, results["saves_on_colab"].repairs) == (16, [])


@pytest.mark.parametrize(
    ("student", "reason"),
    [
        ("other_notebook", "no cell of this notebook answers a question of the lab"),
        ("not_json", "essai.ipynb is not JSON"),
        ("not_a_notebook", "is not a valid Jupyter notebook"),
        ("old", "is not a valid Jupyter notebook"),
        ("no_file", "no file essai.ipynb"),
    ],
)
def test_unreadable_hand_in_is_refused_with_the_reason_and_no_mark(results, student, reason):
    assert (results[student].status, results[student].score) == ("refused", None)
    assert reason in results[student].reason


def test_reason_repeats_nothing_that_the_graded_run_raised(results):
    assert results["raises_at_once"].cells[0]["reason"].endswith(" : votre code a levé une exception (ValueError).")
    assert "42" in results["raises_at_once"].cells[0]["detail"]


def test_file_beside_the_notebook_is_not_copied(graded_course, results):
    assert [path.name for path in graded_course.hand_in("good", "essai").autograded.parent.iterdir()] == ["essai.ipynb"]


def test_second_run_executes_nothing_again(graded_course, results):
    before = graded_course.hand_in("good", "essai").autograded.stat().st_mtime_ns
    again = {result.student: result for result in grade_class(graded_course, ["essai"])}
    assert graded_course.hand_in("good", "essai").autograded.stat().st_mtime_ns == before
    assert again == results


def test_changed_hand_in_is_graded_again(graded_course, results):
    hand_in(graded_course, "returns_a_constant", answered(graded_course))
    again = grade_class(graded_course, ["essai"], ["returns_a_constant"])
    assert [result.score for result in again] == [16]


def test_results_are_json(results):
    assert json.loads(json.dumps([result.as_dict() for result in results.values()]))


def test_date_that_is_none_is_a_failure_with_its_way_out(course):
    for student in ("ada", "blaise"):
        hand_in(course, student, answered(course, RIGHT))
    (course.hand_in("ada", "essai").submitted.parent / "timestamp.txt").write_text("hier soir", encoding="utf-8")
    (course.hand_in("blaise", "essai").submitted.parent / "timestamp.txt").write_text("2026-11-24 18:00:00 UTC")
    ada, blaise = grade_class(course, ["essai"])
    assert (ada.status, ada.score) == ("failed", None)
    assert "timestamp.txt beside the notebook is no date" in ada.reason
    assert "'course grade' again" in ada.reason
    assert (blaise.status, blaise.score) == ("graded", 16)


def test_deleted_gradebook_is_filled_again(course):
    hand_in(course, "ada", answered(course, RIGHT))
    before = grade_class(course, ["essai"])
    (course.root / "gradebook.db").unlink()
    with pytest.raises(NotFiledError, match="run 'course grade essai' again"):
        graded_results(course, ["essai"])
    assert grade_class(course, ["essai"]) == before
    assert graded_results(course, ["essai"]) == before


def test_failure_to_file_one_hand_in_does_not_stop_the_others(course, monkeypatch):
    for student in ("ada", "blaise"):
        hand_in(course, student, answered(course, RIGHT))
    file = class_run.autograde

    def fail_for_ada(hand_in):
        if hand_in.student == "ada":
            raise OSError("disk full")
        file(hand_in)

    with monkeypatch.context() as broken:
        broken.setattr(class_run, "autograde", fail_for_ada)
        ada, blaise = grade_class(course, ["essai"])
    assert (ada.status, ada.reason) == ("failed", "OSError: disk full")
    assert blaise.score == 16
    assert [result.score for result in grade_class(course, ["essai"])] == [16, 16]


def test_run_killed_while_a_hand_in_is_filed_files_it_again(course, monkeypatch, tmp_path):
    silent = answered(course, RIGHT)
    find_cell(silent, "written_interpretation").source = find_cell(
        read_notebook(course.release("essai")), "written_interpretation"
    ).source
    hand_in(course, "ada", silent)
    save, killed = SaveAutoGrades.preprocess_cell, []

    def leave_a_copy(self, cell, resources, index):
        if is_graded(cell):  # what SIGKILL would leave: nbgrader commits each cell
            killed.append(Course(Path(shutil.copytree(course.root, tmp_path / f"killed_{grade_id(cell)}"))))
        return save(self, cell, resources, index)

    with monkeypatch.context() as killing:
        killing.setattr(SaveAutoGrades, "preprocess_cell", leave_a_copy)
        before = grade_class(course, ["essai"])
    monkeypatch.setattr("instructor.grading.workers.grade_hand_in", lambda *arguments: pytest.fail("executed again"))
    assert [grade_class(copied, ["essai"]) for copied in killed] == [before, before]
    assert not any(copied.hand_in("ada", "essai").executed.exists() for copied in killed)


def mark_by_hand(course: Course, cell: str, points: float) -> None:
    """Give points as the formgrader does."""
    with open_gradebook(course) as gradebook:
        found = gradebook.find_grade(cell, "essai", "essai", "ada")
        found.manual_score, found.needs_manual_grade = points, False
        gradebook.db.commit()


def graded_again(course: Course) -> Result:
    (result,) = grade_class(course, ["essai"], options=Options(force=True))
    assert graded_results(course, ["essai"]) == [result]
    return result


def test_mark_given_by_hand_counts_and_holds_while_the_answer_is_the_same(course):
    hand_in(course, "ada", answered(course, RIGHT))
    grade_class(course, ["essai"])
    mark_by_hand(course, "written_interpretation", 3)
    for result in (*graded_results(course, ["essai"]), graded_again(course), graded_again(course)):
        assert (result.score, result.pending, result.flags) == (19, 0, [])


def test_mark_given_by_hand_to_an_answer_that_changed_waits_for_the_teacher(course):
    hand_in(course, "ada", answered(course, RIGHT))
    grade_class(course, ["essai"])
    mark_by_hand(course, "written_interpretation", 4)
    changed = answered(course, RIGHT)
    find_cell(changed, "written_interpretation").source = "Je ne sais pas."
    hand_in(course, "ada", changed)
    result = graded_again(course)
    assert (result.score, result.pending) == (16, 4)
    assert result.flags == ["manual-pending", TO_CONFIRM]
    assert graded_again(course) == result
    mark_by_hand(course, "written_interpretation", 1)
    (result,) = graded_results(course, ["essai"])
    assert (result.score, result.pending, result.flags) == (17, 0, [])


def test_mark_given_by_hand_to_a_question_that_is_worth_more_now_waits_for_the_teacher(course):
    hand_in(course, "ada", answered(course, RIGHT))
    grade_class(course, ["essai"])
    mark_by_hand(course, "written_interpretation", 3)
    source = read_notebook(course.source("essai"))
    find_cell(source, "written_interpretation").metadata.nbgrader.points = 8
    test = find_cell(source, "test_mean")
    test.metadata.nbgrader.points, test.source = 12, test.source.replace("points=16", "points=12")
    write_notebook(source, course.source("essai"))
    build(course, ["essai"])
    (result,) = grade_class(course, ["essai"])
    assert (result.score, result.pending, result.max_score) == (12, 8, 20)
    assert TO_CONFIRM in result.flags


def test_test_cell_marked_by_hand_counts_while_the_answer_is_the_same(course):
    hand_in(course, "ada", answered(course, "    return 2.0"))
    grade_class(course, ["essai"])
    mark_by_hand(course, "test_mean", 8)
    (result,) = graded_results(course, ["essai"])
    assert (result.score, result.pending) == (8, 4)
    result = graded_again(course)
    assert (result.score, result.pending, TO_CONFIRM in result.flags) == (8, 4, False)


def test_hand_in_graded_without_a_sandbox_is_run_again_in_one(course):
    hand_in(course, "ada", answered(course, RIGHT))
    executed = []

    def tell(result: Result, total: int, now: bool) -> None:
        executed.append(now)

    for options in (Options(sandbox=False), Options(sandbox=False), Options(), Options()):
        assert [result.score for result in grade_class(course, ["essai"], options=options, tell=tell)] == [16]
    assert executed == [True, False, True, False]


def test_fingerprint_changes_with_what_is_installed(course, monkeypatch):
    hand_in(course, "ada", answered(course, RIGHT))
    before = fingerprints.fingerprint(course.hand_in("ada", "essai"), None, Policy(seed=1))
    assert before != fingerprints.fingerprint(course.hand_in("ada", "essai"), None, Policy(seed=2))
    assert "nbgrader-" in fingerprints._installed()
    monkeypatch.setattr(fingerprints, "_installed", lambda: "numpy==0.1")
    assert fingerprints.fingerprint(course.hand_in("ada", "essai"), None, Policy(seed=1)) != before


def test_graded_file_that_is_not_the_courses_is_graded_again(course):
    hand_in(course, "ada", answered(course, RIGHT))
    before = grade_class(course, ["essai"])
    for text in ("{ cut", to_text(answered(course))):
        replace_graded(course, "ada", text)
        with pytest.raises(CourseError, match="run 'course grade essai' again"):
            graded_results(course, ["essai"])
        assert grade_class(course, ["essai"]) == before


def test_unknown_student_is_an_error(graded_course):
    with pytest.raises(CourseError, match="unknown student 'personne'"):
        grade_class(graded_course, ["essai"], ["personne"])


def test_empty_class_is_an_error(course):
    with pytest.raises(CourseError, match="submitted/ holds no hand-in"):
        grade_class(course, ["essai"])
