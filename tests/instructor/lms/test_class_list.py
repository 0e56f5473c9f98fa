"""The class, from whatever list a teacher has."""

import pytest

from instructor.errors import CourseError
from instructor.gradebook.roster import Clues, Roster, Student, name_key, read_roster
from instructor.lms.class_list import import_roster, read_students
from tests.instructor.lms.conftest import worksheet


def write(path, text, encoding="utf-8"):
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize(
    "text",
    [
        "student,first_name,last_name,email\nzoe,Zoé,Le Goff,zoe@ecole.fr\n",
        '"Prénom";"Nom de famille";"Adresse de courriel"\r\n"Zoé";"Le Goff";"zoe@ecole.fr"\r\n',
        "\ufeffFirst name,Last name,ID number,Email address\nZoé,Le Goff,zoe,zoe@ecole.fr\n",
        "First name\tSurname\tUsername\tEmail address\nZoé\tLe Goff\tzoe\tzoe@ecole.fr\n",
    ],
)
def test_lists_of_every_make_give_the_same_student(tmp_path, text):
    assert read_students(write(tmp_path / "r.csv", text)) == [Student("zoe", "Zoé", "Le Goff", "zoe@ecole.fr")]


def test_list_saved_by_an_old_spreadsheet_keeps_its_accents(tmp_path):
    text = "Prénom;Nom;Adresse de courriel\nZoé;Élan;zoe@ecole.fr\n"
    assert read_students(write(tmp_path / "r.csv", text, "cp1252"))[0].name == "Zoé Élan"


@pytest.mark.parametrize("language", ["en", "fr"])
def test_grading_worksheet_serves_as_a_list(tmp_path, language):
    students = read_students(worksheet(tmp_path / "r.csv", {12: ("Zoé Le Goff", "zoe@ecole.fr")}, language))
    assert students == [Student("zoe", "", "Zoé Le Goff", "zoe@ecole.fr", 12)]


def test_gradebook_keeps_the_class_and_a_second_import_updates_it(course, tmp_path):
    import_roster(course, write(tmp_path / "r.csv", "student,first_name,last_name\nzoe,Zoé,Goff\nalix,Alix,M\n"))
    import_roster(course, write(tmp_path / "r.csv", "student,last_name,moodle\nzoe,Le Goff,12\n"))
    roster = read_roster(course)
    assert list(roster.students) == ["alix", "zoe"]
    assert roster.students["zoe"] == Student("zoe", "Zoé", "Le Goff", "", 12)


def test_spellings_of_a_name_are_one():
    assert name_key("Zoé LE GOFF") == name_key("Le Goff  Zoe\u0301") == name_key("Le-Goff zoé")
    assert name_key("Zoe Le Goff") != name_key("Zoé Le Goff")


def test_name_that_two_students_bear_links_to_neither():
    roster = Roster([Student("a", "Jean", "Dupont"), Student("b", "Jean", "Dupont"), Student("c", "Ana", "Sol")])
    assert roster.find(Clues(1, ("Jean Dupont",))) is None
    assert roster.find(Clues(1, ("Ana Sol",))) == ("c", "name")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "r.csv is empty"),
        ("student,email\n", "holds a header and no student"),
        ("nom,groupe\nZoé,A\n", "names no student: it needs a column student"),
        ("student\n../evil\n", "row 2: '../evil' cannot name a student's folder"),
        ("student\nzoé\n", "row 2: 'zoé' cannot name"),
        ("student\nmoodle-7\n", "not beginning with moodle-"),
        ("student\nana\nANA\n", "2 lines are for the student 'ana'"),
        ("student,email\nana,a@b.fr,c\n", "row 2: 3 fields where the header has 2"),
        ('student,email\n"ana"x,a\n', "line 2: text behind a closing quote"),
    ],
)
def test_unsound_list_is_one_clear_error_and_imports_nobody(course, tmp_path, text, message):
    with pytest.raises(CourseError, match=message):
        import_roster(course, write(tmp_path / "r.csv", text))
    assert read_roster(course).students == {}


def test_spreadsheet_file_is_refused(tmp_path):
    (tmp_path / "r.xlsx").write_bytes(b"PK\x03\x04\x00\x00")
    with pytest.raises(CourseError, match="is not a CSV file"):
        read_students(tmp_path / "r.xlsx")
    with pytest.raises(CourseError, match="cannot be read"):
        read_students(tmp_path / "none.csv")
