"""What a teacher reads after hand-ins were graded again: what became of decisions by hand, which marks changed, why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from instructor.terminal import as_text, console, decision

if TYPE_CHECKING:
    from instructor.gradebook.results import Result


def show_regrade(executed: list[Result]) -> None:
    """Print what became of decisions by hand, and how many marks changed, of the hand-ins that a run executed."""
    decided = [(result.student, one) for result in executed for one in result.by_hand]
    if kept := sum(one["stands"] for _, one in decided):
        console.print(f"{kept} marks and comments given by hand are kept: their answers are the same")
    for student, one in decided:
        if not one["stands"]:
            what = "is off the student's page" if one["comment"] else "waits for you"
            told = f"{student}: {decision(one)}, given by hand, {what}: the answer, or its points, changed since"
            console.print(as_text(told))
    if changed := [result for result in executed if result.changes]:
        count = sum(len(result.changes) for result in changed)
        console.print(f"{count} marks of {len(changed)} students changed; 'course grade --diff' says which, and why")


def show_changes(results: list[Result]) -> None:
    """Print what the last regrade of each hand-in changed, a line a mark."""
    for result in results:
        for one in result.changes:
            before, after = (_mark(one[when], one[f"max_{when}"]) for when in ("before", "after"))
            because = f" ({one['reason']} changed)" * bool(one["reason"])
            console.print(as_text(f"{result.lab} · {result.student}: {one['cell']} {before} → {after}{because}"))
    if not any(result.changes for result in results):
        console.print("the last regrade changed no mark")


def _mark(score: float | None, maximum: float | None) -> str:
    if maximum is None:
        return "none" if score is None else f"{score:g}"
    return f"{'waits' if score is None else f'{score:g}'}/{maximum:g}"
