"""Tables for the terminal. What comes from a hand-in or its folder is shown as it is, never read as rich's markup."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from instructor.grading.class_run import TO_CONFIRM, TOO_HIGH, Result


@dataclass
class Tally:
    """How far grading is. What an earlier run did is counted, but says nothing of the pace."""

    done: int = 0
    failures: int = 0
    executed: int = 0
    started: float = 0.0

    def add(self, result: Result, executed: bool, now: float) -> None:
        """Count a hand-in; the clock starts when the first is executed, once everything is warm."""
        self.done += 1
        self.failures += result.status != "graded"
        if executed:
            self.started = self.started or now
            self.executed += 1

    def describe(self, total: int, now: float) -> str:
        """Return the hand-ins executed in an hour, the time left, and how many have no mark."""
        told = []
        if self.executed > 1 and now > self.started:
            pace = (self.executed - 1) / (now - self.started)
            left = timedelta(seconds=round((total - self.done) / pace))
            told = [f"{3600 * pace:.0f} an hour", f"{left} left"]
        return " · ".join([*told, f"{self.failures} refused or failed"])


@contextmanager
def grading_progress(console: Console) -> Iterator[Callable[[Result, int, bool], None]]:
    """Show how far grading is, as a `Tally` tells it, and the hand-ins without a mark as they come."""
    columns = [TextColumn("grading"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[told]}")]
    tally = Tally()
    with Progress(*columns, console=console, transient=True) as progress:
        bar = progress.add_task("", total=None, told="")

        def tell(result: Result, total: int, executed: bool) -> None:
            now = time.monotonic()
            tally.add(result, executed, now)
            progress.update(bar, total=total, completed=tally.done, told=tally.describe(total, now))
            if result.score is None:
                progress.console.print(as_text(f"{result.lab} · {result.student}: {result.status}: {result.reason}"))

        yield tell


def marks_table(lab: str, results: list[Result]) -> Table:
    """Return one line a student: mark, points that wait for a teacher, where points were lost, and remarks."""
    table = Table(title=f"{lab}: marks", title_justify="left")
    for name, justify in [
        ("student", "left"),
        ("mark", "right"),
        ("by hand", "right"),
        ("points lost", "left"),
        ("remarks", "left"),
    ]:
        table.add_column(name, justify=justify, overflow="fold")
    for result in results:
        table.add_row(*map(as_text, _row(result)))
    return table


def as_text(text: str) -> Text:
    """Return `text` to be shown as it is, in one line and without what could command the terminal."""
    return Text("".join(letter if letter.isprintable() else " " for letter in text))


def _row(result: Result) -> list[str]:
    if result.score is None:
        return [result.student, "none", "", "", f"{result.status}: {result.reason}"]
    lost = [f"late −{result.penalty:g}"] * bool(result.penalty)
    lost += [
        f"{cell['grade_id'].removeprefix('test_')} −{cell['max_score'] - cell['score']:g}"
        for cell in result.cells
        if cell["score"] is not None and cell["score"] < cell["max_score"]
    ]
    return [
        result.student,
        f"{result.grade:g}/{result.max_score:g}",
        f"{result.pending:g}" if result.pending else "",
        ", ".join(lost),
        _remarks(result),
    ]


def _remarks(result: Result) -> str:
    remarks = [(len(result.repairs), "repaired"), (len(result.review), "to review")]
    told = [f"{word} ({count})" for count, word in remarks if count]
    told += ["marked by hand before it changed: mark it again"] * (TO_CONFIRM in result.flags)
    told += ["a mark given by hand is too high"] * (TOO_HIGH in result.flags)
    return ", ".join(told)
