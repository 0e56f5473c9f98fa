"""Whose hand-in a path is, in every layout that Moodle has had."""

import pytest

from instructor.lms.moodle.layout import Place, locate

EVE = "Eve_12_assignsubmission_file"  # the name that she displays


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("Zoé Le Goff_123_assignsubmission_file/tp.ipynb", Place(123, "Zoé Le Goff", "tp.ipynb")),
        ("Zoé Le Goff_123_assignsubmission_file_/tp.ipynb", Place(123, "Zoé Le Goff", "tp.ipynb")),
        ("Zoe\u0301 Le Goff_123_assignsubmission_file_tp.ipynb", Place(123, "Zoé Le Goff", "tp.ipynb")),
        ("Participant_123_assignsubmission_file_/tp.ipynb", Place(123, "Participant", "tp.ipynb")),
        ("TP1/Groupe A-Ana_12_assignsubmission_file/a/tp (1).ipynb", Place(12, "Groupe A-Ana", "a/tp (1).ipynb")),
        ("Jean_Paul_2_Sartre_77_assignsubmission_file/tp.ipynb", Place(77, "Jean_Paul_2_Sartre", "tp.ipynb")),
        ("Eve_12_assignsubmission_file_34_assignsubmission_file_/tp.ipynb", Place(34, EVE, "tp.ipynb")),
        ("TP/Eve_12_assignsubmission_file_34_assignsubmission_file/tp.ipynb", Place(34, EVE, "tp.ipynb")),
        ("TD 1-Zoé Le Goff_21_assignsubmission_file_/tp.ipynb", Place(21, "TD 1-Zoé Le Goff", "tp.ipynb")),
        ("Ana_12_assignsubmission_file_tp.zip/a/tp.ipynb", Place(12, "Ana", "tp.zip/a/tp.ipynb")),
        ("Ana_12_assignsubmission_onlinetext_onlinetext.html", Place(12, "Ana", "onlinetext.html")),
    ],
)
def test_every_layout_gives_number_name_and_file(path, place):
    assert locate(path) == place


@pytest.mark.parametrize(
    "path",
    [
        "Ana_12_assignsubmission_file_Bob_34_assignsubmission_file_tp.ipynb",
        "Ana_12_assignsubmission_file/Bob_34_assignsubmission_file/tp.ipynb",
        "Ana_12_assignsubmission_file_/tp.zip/Bob_34_assignsubmission_file_tp.ipynb",
        "Ana_12_assignsubmission_file_tp.zip/Bob_34_assignsubmission_file/tp.ipynb",
        "Ana_12_assignsubmission_file_tp.zip/Bob_34_assignsubmission_file_tp.ipynb",
    ],
)
def test_student_cannot_hand_in_as_another(path):
    assert locate(path).number == 12


@pytest.mark.parametrize("path", ["tp.ipynb", "Ana/tp.ipynb", "Ana_assignsubmission_file/tp.ipynb", "Ana_12/tp.ipynb"])
def test_path_without_a_number_is_nobodys(path):
    assert locate(path) is None
