"""A zip that students filled is read whole, within limits, and nothing in it is believed."""

import stat
import zipfile

import pytest

from instructor.errors import CourseError
from instructor.lms import archive as reader
from instructor.lms.archive import read_archive
from tests.instructor.lms.conftest import moodle_zip, zip_bytes


def left_out(archive):
    return {item.path: item.reason for item in archive.left_out}


def paths(archive):
    return [member.path for member in archive.notebooks]


def test_notebooks_are_found_in_zips_inside_the_zip(tmp_path):
    inner = zip_bytes({"travail/tp.ipynb": b"{}"})
    found = read_archive(moodle_zip(tmp_path / "m.zip", {"all/A_1_assignsubmission_file/tp.zip": inner}))
    assert paths(found) == ["all/A_1_assignsubmission_file/tp.zip/travail/tp.ipynb"]


def test_files_that_systems_leave_behind_are_not_worth_a_word(tmp_path):
    files = {"__MACOSX/._tp.ipynb": b"", "a/.DS_Store": b"", "a/.ipynb_checkpoints/tp-checkpoint.ipynb": b"{}"}
    found = read_archive(moodle_zip(tmp_path / "m.zip", files))
    assert (found.notebooks, found.left_out) == ([], [])


def test_dangerous_paths_and_links_are_refused_and_listed(tmp_path):
    path = tmp_path / "m.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("/etc/tp.ipynb", "a/../../tp.ipynb", "C:\\tp.ipynb", "a\\..\\tp.ipynb"):
            archive.writestr(name, "{}")
        link = zipfile.ZipInfo("link.ipynb")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    found = read_archive(path)
    assert found.notebooks == []
    assert left_out(found) == {
        "/etc/tp.ipynb": "an absolute path",
        "a/../../tp.ipynb": "a path that climbs out of its folder",
        "C:/tp.ipynb": "an absolute path",
        "a/../tp.ipynb": "a path that climbs out of its folder",
        "link.ipynb": "a link or a special file",
    }


def test_file_that_declares_a_false_size_is_cut_at_the_limit(tmp_path, monkeypatch):
    monkeypatch.setattr(reader, "MAX_BYTES", 1000)
    path = moodle_zip(tmp_path / "m.zip", {"honest.ipynb": b"0" * 5000, "small.ipynb": b"0" * 1000})
    content = path.read_bytes().replace((5000).to_bytes(4, "little"), (900).to_bytes(4, "little"))
    path.write_bytes(content)
    found = read_archive(path)
    assert paths(found) == ["small.ipynb"]
    assert "honest.ipynb" in left_out(found)
    monkeypatch.setattr(reader, "MAX_BYTES", 999)
    assert "more than" in left_out(read_archive(path))["small.ipynb"]


def test_bomb_of_one_student_does_not_stop_the_class(tmp_path, monkeypatch):
    monkeypatch.setattr(reader, "MAX_INNER_FILES", 10)
    monkeypatch.setattr(reader, "MAX_INNER_BYTES", 2**20)
    bomb = zip_bytes({f"{number}.txt": b"" for number in range(11)})
    zeros = zip_bytes({f"{number}.ipynb": b"0" * 2**18 for number in range(5)})
    deep = zip_bytes({"1.zip": zip_bytes({"2.zip": zip_bytes({"tp.ipynb": b"{}"})})})
    files = {"A/many.zip": bomb, "B/zeros.zip": zeros, "C/deep.zip": deep, "D/tp.ipynb": b"{}", "E/fake.zip": b"no"}
    found = read_archive(moodle_zip(tmp_path / "m.zip", files))
    assert paths(found)[-1] == "D/tp.ipynb"
    reasons = left_out(found)
    assert "more than 10 files or 1 MB" in reasons["A/many.zip"]
    assert "more than 10 files or 1 MB" in reasons["B/zeros.zip"]
    assert "zips deep" in reasons["C/deep.zip/1.zip/2.zip"]
    assert "not a readable zip" in reasons["E/fake.zip"]


def test_damaged_member_is_listed_and_the_others_are_read(tmp_path):
    path = tmp_path / "m.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.ipynb", "marker-to-damage")
        archive.writestr("b.ipynb", "{}")
    path.write_bytes(path.read_bytes().replace(b"marker-to-damage", b"marker-is-damaged"[:16]))
    found = read_archive(path)
    assert paths(found) == ["b.ipynb"]
    assert "cannot be read (BadZipFile" in left_out(found)["a.ipynb"]


def test_names_without_the_utf8_flag_are_read_as_utf8(tmp_path):
    path = moodle_zip(tmp_path / "m.zip", {"Zoé.ipynb": b"{}"})
    content = path.read_bytes()
    assert paths(read_archive(path)) == ["Zoé.ipynb"]
    path.write_bytes(content.replace(b"\x00\x08\x08\x00", b"\x00\x00\x08\x00"))
    assert zipfile.ZipFile(path).namelist() != ["Zoé.ipynb"]
    assert paths(read_archive(path)) == ["Zoé.ipynb"]


def test_name_cannot_write_to_the_terminal(tmp_path):
    found = read_archive(moodle_zip(tmp_path / "m.zip", {"a\x1b[2J.txt": b""}))
    assert list(left_out(found)) == ["a\ufffd[2J.txt"]


# Named, because a zip holds the time: processes that test side by side must give a test the same name.
@pytest.mark.parametrize("content", [b"bonjour", zip_bytes({"a": b"1" * 99})[:40]], ids=["text", "cut_short"])
def test_what_is_no_zip_is_one_clear_error(tmp_path, content):
    path = tmp_path / "m.zip"
    path.write_bytes(content)
    with pytest.raises(CourseError, match="is not a zip"):
        read_archive(path)


def test_archive_beyond_the_limits_of_a_class_is_one_clear_error(tmp_path, monkeypatch):
    monkeypatch.setattr(reader, "MAX_CLASS_FILES", 2)
    with pytest.raises(CourseError, match="holds more than 2 files or 4 GB"):
        read_archive(moodle_zip(tmp_path / "m.zip", {f"{number}.ipynb": b"{}" for number in range(3)}))


def test_folder_and_missing_file_are_clear_errors(tmp_path):
    with pytest.raises(CourseError, match="is a folder; give the zip"):
        read_archive(tmp_path)
    with pytest.raises(CourseError, match="does not exist"):
        read_archive(tmp_path / "m.zip")
