"""What a teacher reads in the terminal: one console, tables, progress.

What comes from a hand-in or its folder is shown as it is, never read as rich's markup or as an emoji.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from instructor.gradebook.deadlines import Deadlines
    from instructor.gradebook.results import Result
    from instructor.lms.archive import LeftOut
    from instructor.lms.collect import Arrival, Collection
    from instructor.lms.grades import Filled, Unfilled

Item = TypeVar("Item")
MOST_NAMED, MOST_LINES = 3, 40

console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)


TOO_HIGH_TOLD = (
    "a mark given by hand is above what its question is worth: correct it in the formgrader, or give the rest as extra "
    "credit"
)


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
def grading_progress() -> Iterator[Callable[[Result, int, bool], None]]:
    """Show how far grading is, as a `Tally` tells it, and the hand-ins without a mark as they come."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

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


def tracked(items: Sequence[Item], what: str = "reading marks") -> Iterable[Item]:
    """Give items one after the other, and show how many are done."""
    from rich.progress import track

    # Elsewhere than on a terminal, rich would leave an empty line.
    return track(items, what, console=console, transient=True, disable=not console.is_terminal)


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
        f"{cell['grade_id'].removeprefix('test_')} −{cell['max_score'] - cell['score'] - cell['pending']:g}"
        for cell in result.cells
        if cell["score"] is not None and cell["score"] + cell["pending"] < cell["max_score"]
    ]
    return [
        result.student,
        f"{result.grade:g}/{result.max_score:g}",
        f"{result.pending:g}" if result.pending else "",
        ", ".join(lost),
        _remarks(result),
    ]


def _remarks(result: Result) -> str:
    from instructor.gradebook.results import TO_CONFIRM, TOO_HIGH, UNTIMED

    remarks = [(len(result.repairs), "repaired"), (len(result.review), "to review")]
    told = [f"{word} ({count})" for count, word in remarks if count]
    if result.first_failure:
        told.append(f"first fails at cell {result.first_failure['number']}")
    told += ["when it came is not known"] * (UNTIMED in result.flags)
    told += ["marked by hand before it changed: mark it again"] * (TO_CONFIRM in result.flags)
    told += [TOO_HIGH_TOLD] * (TOO_HIGH in result.flags)
    if kept := [decision(one) for one in result.by_hand if one["stands"]]:
        told.append(f"by hand: {', '.join(kept)}")
    return ", ".join(told)


def decision(one: dict) -> str:
    """Return what a teacher decided by hand, as ``test_mean 5 +1`` or ``comment on sol_mean``."""
    if one["comment"]:
        return f"comment on {one['cell']}"
    given = [f"{one['score']:g}"] * (one["score"] is not None) + [f"+{one['extra']:g}"] * bool(one["extra"])
    return " ".join([one["cell"], *given])


def show_collection(collection: Collection) -> None:
    """Print who handed in what and when, who did not, what will be repaired, and what was left out."""
    from instructor.lms.moodle.layout import locate

    table = Table(title=f"{collection.lab}: hand-ins", title_justify="left")
    for column in ("student", "handed in", "notebook", "remarks"):
        table.add_column(column, overflow="fold")
    for arrival in collection.arrivals:
        record = arrival.record
        table.add_row(
            _as_lines([record.student, f"{record.name}, {record.number}"]),
            _as_lines(_times(arrival, collection.deadlines)),
            as_text(locate(record.file).inner),
            _as_lines(arrival_remarks(arrival)),
        )
    for student in collection.without:
        table.add_row(_as_lines([student, collection.roster.students[student].name]), "nothing", "", "")
    console.print(table)
    _print_list("To look at:", collection.warnings)
    _print_list("Left out:", sum_up(collection.left_out))
    late = sum(bool(_late(arrival, collection.deadlines)) for arrival in collection.arrivals)
    unknown = sum(arrival.handed_in is None for arrival in collection.arrivals)
    told = f", {unknown} at a time that is not known" * bool(unknown and collection.deadlines.common)
    console.print(
        f"{len(collection.arrivals)} hand-ins ({late} late{told}), {len(collection.without)} students without, "
        f"{len(collection.left_out)} files left out"
    )


def sum_up(left_out: list[LeftOut]) -> list[str]:
    """Return what was left out in a few lines: files of one folder with one reason are told together."""
    groups: dict[tuple[str, str], list[str]] = {}
    for item in left_out:
        folder, _, name = item.path.rpartition("/")
        groups.setdefault((folder.split("/")[0], item.reason), []).append(item.path if not folder else name)
    lines = []
    for (folder, reason), names in groups.items():
        shown = f"{', '.join(names[:MOST_NAMED])}{_more(len(names) - MOST_NAMED)}"
        lines.append(f"{folder}/{shown}: {reason}" if folder else f"{shown}: {reason}")
    return lines[:MOST_LINES] + [f"... and {len(lines) - MOST_LINES} lines more"] * (len(lines) > MOST_LINES)


def _more(count: int) -> str:
    return f" and {count} more" if count > 0 else ""


def arrival_remarks(arrival: Arrival) -> list[str]:
    """Return what a teacher should know of a hand-in that was collected."""
    choice = arrival.choice
    if choice is None:
        return ["handed in earlier, not in this archive"]
    told = []
    if choice.others:
        told.append(f"kept {choice.candidate.inner} among {len(choice.others) + 1} notebooks ({choice.why})")
        told.append(f"left {', '.join(map(str, choice.others[:MOST_NAMED]))}{_more(len(choice.others) - MOST_NAMED)}")
    if choice.unreadable is not None:
        told.append(f"unreadable: {choice.unreadable}")
    elif choice.likely_lab is not None:
        told.append(f"looks like the lab '{choice.likely_lab}'")
    elif choice.repairs is None:
        told.append("answers no question of this lab")
    told += [f"will be repaired: {repair}" for repair in choice.repairs or []]
    told += ["replaces an earlier hand-in"] * arrival.replaces
    told += [f"was '{arrival.student_before}' before"] * (arrival.student_before is not None)
    return told


def _times(arrival: Arrival, deadlines: Deadlines) -> list[str]:
    from instructor.gradebook.deadlines import to_local
    from instructor.lms.records import MINUTE

    came = f"{arrival.handed_in:{MINUTE}}" if arrival.handed_in else "not known" * bool(deadlines.common)
    late, extended = _late(arrival, deadlines), deadlines.extended.get(arrival.record.student)
    told = [f"had until {to_local(extended):{MINUTE}}"] if extended else []
    return [came, *told, *[f"late: {late}"] * bool(late)]


def _late(arrival: Arrival, deadlines: Deadlines) -> str:
    from instructor.gradebook.deadlines import how_late, to_utc

    due = deadlines.of(arrival.record.student)
    if arrival.handed_in is None or due is None:
        return ""
    return how_late((to_utc(arrival.handed_in) - due).total_seconds())


def show_deadlines(lab: str, deadlines: Deadlines, student: str | None = None) -> None:
    """Print when a lab is due: for the class and those who have more time, or for one student."""
    from instructor.gradebook.deadlines import to_local
    from instructor.lms.records import MINUTE

    if deadlines.common is None:
        console.print(f"{lab}: no deadline is known")
        return
    due = {student: deadlines.of(student)} if student else {lab: deadlines.common, **deadlines.extended}
    for name, moment in due.items():
        whose = "" if name == lab else " (more time)" if name in deadlines.extended else " (the deadline of the class)"
        console.print(as_text(f"{name}: {to_local(moment):{MINUTE}}{whose}"))


def show_filling(filled: Filled) -> None:
    """Print what a teacher should know of a worksheet: grades that were replaced, lines left as they are."""
    told = [f"{line.student}: {line.after} replaces {line.before}" for line in filled.replaced]
    told += [
        f"{student}: {grade:g} is more than Moodle takes; it has the maximum"
        for student, grade in filled.capped.items()
    ]
    told += map(why_unfilled, filled.unfilled)
    if not filled.has_comments:
        told.append("the worksheet has no comment column: enable feedback comments in the assignment's settings")
    if filled.oddities:
        told.append(f"{filled.name} is not as Moodle wrote it ({', '.join(filled.oddities)}): the copy is written anew")
    for line in told:
        console.print(as_text(f"  {line}"))


def why_unfilled(line: Unfilled) -> str:
    """Say why a student's grade did not go into the worksheet."""
    from instructor.lms.grades import Reason

    told = {
        Reason.not_graded: "handed in, not graded; left as it is",
        Reason.waiting: f"{line.points:g} points wait for a teacher; left as it is",
        Reason.locked: "Moodle says that this grade cannot be changed; left as it is",
        Reason.not_listed: "graded, but not in the worksheet",
        Reason.too_high: f"{TOO_HIGH_TOLD}; left as it is",
    }
    return f"{line.student}: {told[line.reason]}"


def _as_lines(texts: list[str]) -> Text:
    return Text("\n").join(map(as_text, texts))


def _print_list(title: str, lines: list[str]) -> None:
    if lines:
        console.print(Group(Text(title), *(as_text(f"  {line}") for line in lines)))
