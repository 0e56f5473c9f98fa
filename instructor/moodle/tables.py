"""What a teacher reads in the terminal once hand-ins are collected, or marks written."""

from __future__ import annotations

from datetime import datetime

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from instructor.moodle.collect import Collection
from instructor.moodle.layout import locate


def show_collection(console: Console, collection: Collection) -> None:
    """Print who handed in what and when, who did not, what will be repaired, and what was left out."""
    table = Table(title=f"{collection.lab}: hand-ins", title_justify="left")
    for column in ("student", "Moodle", "handed in", "notebook", "remarks"):
        table.add_column(column, overflow="fold")
    for hand_in in collection.hand_ins:
        table.add_row(
            Text(hand_in.student),
            Text(f"{hand_in.name}\n{hand_in.number}"),
            Text(hand_in.handed_in + _lateness(hand_in.handed_in, collection.deadline)),
            Text(locate(hand_in.file).inner),
            Text("\n".join(hand_in.remarks)),
        )
    for student in collection.without:
        table.add_row(Text(student), Text(collection.roster.students[student].name), "nothing", "", "")
    console.print(table)
    _print_list(console, "Links to the roster:", collection.warnings)
    _print_list(console, "Left out:", [f"{item.path}: {item.reason}" for item in collection.left_out])
    late = [hand_in for hand_in in collection.hand_ins if _lateness(hand_in.handed_in, collection.deadline)]
    console.print(
        f"{len(collection.hand_ins)} hand-ins ({len(late)} late), {len(collection.without)} students without, "
        f"{len(collection.left_out)} files left out"
    )


def _lateness(handed_in: str, deadline: datetime | None) -> str:
    if not handed_in or deadline is None:
        return ""
    minutes = int((datetime.strptime(handed_in, "%Y-%m-%d %H:%M") - deadline).total_seconds() // 60)
    if minutes <= 0:
        return ""
    days, minutes = divmod(minutes, 24 * 60)
    return "\nlate: " + f"{days} d " * bool(days) + f"{minutes // 60} h {minutes % 60:02}"


def _print_list(console: Console, title: str, lines: list[str]) -> None:
    if lines:
        console.print(Group(Text(title), *(Text(f"  {line}") for line in lines)))
