"""What a teacher is shown first: what the run tells, then the points at stake; habits are folded."""

from instructor.gradebook.results import Result
from instructor.pages.matters import MOST_SHOWN, find_matters, how_many_shown

NAMES = {"test_mean": "1 · Moyenne"}


def graded(student: str, score: float = 4.0, **found) -> Result:
    cell = {"grade_id": "test_mean", "score": score, "max_score": 4.0, "pending": 0.0, "visible": "", "hole": False}
    return Result(student, "essai", cells=[cell | {"criteria": [{"fate": "earned"}]}], **found)


def test_what_the_run_shows_comes_before_names_and_points():
    failure = {"number": 3, "question": "", "error": "NameError", "detail": "x", "line": "x"}
    class_ = [
        graded("lost", 0.0, first_failure=failure),
        graded("named", review=["uses __globals__: x"]),
        graded("tampered", 1.0, tampered="functions were replaced"),
    ]
    assert [one.student for one in find_matters(class_, NAMES)] == ["tampered", "lost", "named"]


def test_habits_are_folded_however_few_matters_there_are():
    matters = find_matters(
        [graded("ada", mentions=["runs !ls: !ls"]), graded("zoe", 1.0, review=["uses In: In"])], NAMES
    )
    assert [one.student for one in matters[: how_many_shown(matters)]] == ["zoe"]
    assert [one.student for one in matters[how_many_shown(matters) :]] == ["ada"]


def test_a_class_of_three_hundred_shows_ten():
    matters = find_matters([graded(f"s{rank}", review=["uses In: In"]) for rank in range(300)], NAMES)
    assert (len(matters), how_many_shown(matters)) == (300, MOST_SHOWN)
