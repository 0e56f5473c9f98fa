"""Tables for the terminal."""

from __future__ import annotations

from rich.table import Table

from instructor.grade import Result


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
        lost = [
            f"{cell['grade_id'].removeprefix('test_').removeprefix('written_')} −{cell['max_score'] - cell['score']:g}"
            for cell in result.cells
            if cell["score"] is not None and cell["score"] < cell["max_score"]
        ]
        table.add_row(
            result.student,
            f"{result.score:g}/{result.max_score:g}",
            f"{result.pending:g}" if result.pending else "",
            ", ".join(lost),
            f"{len(result.repairs)} repairs" if result.repairs else "",
        )
    return table
