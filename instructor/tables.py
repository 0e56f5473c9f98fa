"""Tables for the terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from instructor.grade import TOO_HIGH, Result


@contextmanager
def grading_progress(console: Console) -> Iterator[Callable[[Result, int, int], None]]:
    """Show how far grading is: hand-ins done, an hour, time left, and those without a mark as they come."""
    columns = [
        TextColumn("grading"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[pace]}"),
        TimeRemainingColumn(),
    ]
    with Progress(*columns, console=console, transient=True) as progress:
        bar = progress.add_task("", total=None, pace="")

        def tell(result: Result, done: int, total: int) -> None:
            elapsed = progress.tasks[0].elapsed or 1e-9
            progress.update(bar, total=total, completed=done, pace=f"{3600 * done / elapsed:.0f} an hour")
            if result.score is None:
                progress.console.print(
                    f"{result.lab} · {result.student}: {result.status}: {result.reason}", markup=False
                )

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
        if result.score is None:
            table.add_row(result.student, "none", "", "", f"{result.status}: {result.reason}")
            continue
        lost = [f"late −{result.penalty:g}"] * bool(result.penalty)
        lost += [
            f"{cell['grade_id'].removeprefix('test_')} −{cell['max_score'] - cell['score']:g}"
            for cell in result.cells
            if cell["score"] is not None and cell["score"] < cell["max_score"]
        ]
        table.add_row(
            result.student,
            f"{result.grade:g}/{result.max_score:g}",
            f"{result.pending:g}" if result.pending else "",
            ", ".join(lost),
            _remarks(result),
        )
    return table


def _remarks(result: Result) -> str:
    remarks = [(len(result.repairs), "repaired"), (len(result.review), "to review")]
    told = [f"{word} ({count})" for count, word in remarks if count]
    told += ["a mark given by hand is too high"] * (TOO_HIGH in result.flags)
    return ", ".join(told)
