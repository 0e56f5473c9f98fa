"""One file, several students: who of a group gets it, and whose name stands behind the group's."""

from datetime import datetime
from pathlib import Path

import pytest

from instructor.gradebook.roster import Clues
from instructor.lms import groups
from instructor.lms.archive import Member
from instructor.lms.choose import Candidate
from instructor.lms.moodle.layout import Place
from instructor.lms.moodle.worksheet import Row

CAME = datetime(2023, 11, 6, 22, 0)


def row(number: int, group: str, came: datetime | None = CAME, text: str = "") -> Row:
    return Row(Clues(number, (f"N{number}",)), came, text, None, "", group, 20, "", False)


def shared(folder: Path, rows: list[Row], **contents: str) -> dict[int, bytes]:
    for key, text in contents.items():
        (folder / key).write_text(text)
    candidates = {int(key[1:]): [Candidate(Member(key, folder / key), "a.ipynb")] for key in contents}
    places = {number: Place(number, f"G-N{number}", "a.ipynb") for number in candidates}
    groups.share(candidates, places, {one.number: one for one in rows})
    assert candidates.keys() == places.keys()
    return {number: kept[0].member.content for number, kept in candidates.items()}


def test_members_without_a_file_get_their_groups(tmp_path):
    rows = [row(1, "G1"), row(2, "G1"), row(3, "G1", None, "hier"), row(4, "G2"), row(5, "")]
    assert shared(tmp_path, rows, n1="one", n5="five") == {1: b"one", 2: b"one", 3: b"one", 5: b"five"}


def test_who_handed_nothing_in_gets_nothing(tmp_path):
    assert shared(tmp_path, [row(1, "TD 1"), row(2, "TD 1", None)], n1="one") == {1: b"one"}


def test_different_files_of_a_group_are_nobody_elses(tmp_path):
    rows = [row(number, "G1") for number in (1, 2, 3)]
    assert shared(tmp_path, rows, n1="one", n2="two") == {1: b"one", 2: b"two"}
    assert shared(tmp_path, rows, n1="one", n2="one") == dict.fromkeys((1, 2, 3), b"one")


@pytest.mark.parametrize(
    ("folders", "found"),
    [
        (["TD 1-Zo\u00e9 Le Goff"], [("TD 1-Zo\u00e9 Le Goff", "Zo\u00e9 Le Goff")]),
        (["TD 1-Jean-Paul Sartre"], [("TD 1-Jean-Paul Sartre", "Jean-Paul Sartre")]),
        (["Rouge-Ana", "Rouge-Bob"], [("Rouge-Ana", "Ana"), ("Rouge-Bob", "Bob")]),
        (["TD-1-Ana"], [("TD-1-Ana", "Ana")]),
        (["Jean-Paul Sartre"], [("Jean-Paul Sartre",)]),
        (["Jean-Paul Sartre", "Jean-Luc Sol", "Ana"], [("Jean-Paul Sartre",), ("Jean-Luc Sol",), ("Ana",)]),
    ],
)
def test_name_behind_a_groups_is_tried_where_groups_hand_in(folders, found):
    places = {number: Place(number, name, "") for number, name in enumerate(folders)}
    assert list(groups.names(places).values()) == found
