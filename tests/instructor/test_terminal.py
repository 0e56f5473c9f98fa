"""What the terminal shows while a class is graded and afterwards, whatever students call themselves."""

import io

import pytest
from rich.console import Console

from instructor import terminal
from instructor.gradebook.results import TO_CONFIRM, Result
from instructor.terminal import Tally, grading_progress, marks_table

CELL = {"grade_id": "test_mean", "max_score": 16.0, "score": 4.0, "pending": 0.0, "reason": ""}


def shown(what: object) -> str:
    console = Console(file=io.StringIO(), width=200)
    console.print(what)
    return console.file.getvalue()


@pytest.mark.parametrize("text", ["[/x]", "[z]", "[bold]gras[/bold]", "[link=x]", ":smile:", "a\\[b]"])
def test_name_and_reason_are_shown_as_they_are(text):
    refused = Result(text, "essai", "refused", reason=f"raison {text}")
    graded = Result(text, "essai", score=4.0, max_score=16.0, cells=[CELL | {"grade_id": text}])
    table = shown(marks_table("essai", [refused, graded]))
    assert table.count(text) == 4


@pytest.mark.parametrize("text", ["\x1b[2Jada", "ada\nblaise", "ad\udce9"])
def test_name_cannot_command_the_terminal_or_break_the_table(text):
    lines = shown(marks_table("essai", [Result(text, "essai", score=0.0)])).splitlines()
    assert len(lines) == len(shown(marks_table("essai", [Result("ada", "essai", score=0.0)])).splitlines())
    assert "\x1b" not in "".join(lines)


def test_hand_in_without_a_mark_is_told_as_it_comes_whatever_its_reason_holds(monkeypatch):
    console = Console(file=io.StringIO(), width=200)
    monkeypatch.setattr(terminal, "console", console)
    with grading_progress() as tell:
        tell(Result("[z]", "essai", "refused", reason="no [/x] here"), 2, True)
        tell(Result("ada", "essai", score=1.0), 2, True)
    assert "essai · [z]: refused: no [/x] here" in console.file.getvalue()


def test_mark_given_before_the_answer_changed_is_a_remark():
    assert "mark it again" in shown(marks_table("essai", [Result("ada", "essai", score=0.0, flags=[TO_CONFIRM])]))


def test_pace_counts_only_what_this_run_executed():
    tally = Tally()
    for _ in range(5000):
        tally.add(Result("ada", "essai", score=1.0), executed=False, now=0.0)
    assert tally.describe(5010, now=0.0) == "0 refused or failed"
    for minute in range(1, 5):
        tally.add(Result("ada", "essai", score=1.0), executed=True, now=60.0 * minute)
    assert tally.describe(5010, now=240.0) == "60 an hour · 0:06:00 left · 0 refused or failed"


def test_hand_ins_refused_and_failed_are_counted_whether_executed_or_not():
    tally = Tally()
    tally.add(Result("ada", "essai", "refused"), executed=False, now=1.0)
    tally.add(Result("blaise", "essai", "failed"), executed=True, now=2.0)
    tally.add(Result("claude", "essai", score=1.0), executed=True, now=3.0)
    assert tally.describe(4, now=3.0).endswith("2 refused or failed")
