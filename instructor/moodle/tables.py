"""What a teacher reads in the terminal once hand-ins are collected, or marks written."""

from __future__ import annotations

from datetime import datetime

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from instructor.gradebook.deadlines import how_late
from instructor.lms.collect import Collection
from instructor.lms.moodle.layout import locate
from instructor.lms.records import MINUTE


def show_collection(console: Console, collection: Collection) -> None:
    """Print who handed in what and when, who did not, what will be repaired, and what was left out."""
    table = Table(title=f"{collection.lab}: hand-ins", title_justify="left")
    for column in ("student", "handed in", "notebook", "remarks"):
        table.add_column(column, overflow="fold")
    for hand_in in collection.hand_ins:
        table.add_row(
            Text(f"{hand_in.student}\n{hand_in.name}, {hand_in.number}"),
            Text(hand_in.handed_in + _late(hand_in.handed_in, collection.deadline)),
            Text(locate(hand_in.file).inner),
            Text("\n".join(hand_in.remarks)),
        )
    for student in collection.without:
        table.add_row(Text(f"{student}\n{collection.roster.students[student].name}"), "nothing", "", "")
    console.print(table)
    _print_list(console, "To look at:", collection.warnings)
    _print_list(console, "Left out:", [f"{item.path}: {item.reason}" for item in collection.left_out])
    late = [hand_in for hand_in in collection.hand_ins if _late(hand_in.handed_in, collection.deadline)]
    console.print(
        f"{len(collection.hand_ins)} hand-ins ({len(late)} late), {len(collection.without)} students without, "
        f"{len(collection.left_out)} files left out"
    )


def _late(handed_in: str, deadline: datetime | None) -> str:
    if not handed_in or deadline is None:
        return ""
    late = how_late((datetime.strptime(handed_in, MINUTE) - deadline).total_seconds())
    return f"\nlate: {late}" * bool(late)


def _print_list(console: Console, title: str, lines: list[str]) -> None:
    if lines:
        console.print(Group(Text(title), *(Text(f"  {line}") for line in lines)))
