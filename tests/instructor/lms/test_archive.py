"""A zip that students filled is read whole, within limits, and nothing in it is believed."""

import gzip
import stat
import tracemalloc
import zipfile

import pytest

from instructor.errors import CourseError
from instructor.lms import archive as reader
from instructor.lms.archive import read_archive
from instructor.lms.moodle.layout import locate
from instructor.terminal import sum_up
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


def student(name, content=b"{}", number=1):
    return {f"A_{number}_assignsubmission_file/{name}": content}


def test_bomb_of_one_student_does_not_stop_the_class(tmp_path, monkeypatch):
    monkeypatch.setattr(reader, "MAX_FILES", 10)
    monkeypatch.setattr(reader, "MAX_READ", 2**20)
    many = zip_bytes({f"{number}.txt": b"" for number in range(11)})
    zeros = zip_bytes({f"{number}.ipynb": b"%d" % number + b"0" * 2**18 for number in range(5)})
    nested = zip_bytes({f"{number}.zip": zip_bytes({"a.ipynb": b"%d" % number + b"0" * 2**18}) for number in range(5)})
    deep = zip_bytes({"1.zip": zip_bytes({"2.zip": zip_bytes({"tp.ipynb": b"{}"})})})
    files = student("many.zip", many, 1) | student("zeros.zip", zeros, 2) | student("nested.zip", nested, 3)
    files |= student("deep.zip", deep, 4) | student("fake.zip", b"PK\x03\x04no", 5) | student("tp.ipynb", b"{}", 6)
    found = read_archive(moodle_zip(tmp_path / "m.zip", files))
    assert "A_6_assignsubmission_file/tp.ipynb" in paths(found)
    reasons = {locate(path).number: reason for path, reason in left_out(found).items()}
    for number in (1, 2, 3):
        assert "beyond 10 files or 1 MB of one student" in reasons[number]
    assert "zips deep" in reasons[4]
    assert "not a readable zip" in reasons[5]
    told = [item for item in found.left_out if "beyond" in item.reason]
    assert len(told) == 3


def test_budget_of_a_student_is_one_for_all_zips(tmp_path, monkeypatch):
    monkeypatch.setattr(reader, "MAX_READ", 2**20)
    files = {}
    for number in range(8):
        content = zip_bytes({"a.ipynb": b"%d" % number + b"0" * 2**18})
        files |= student(f"{number}.zip", content)
    found = read_archive(moodle_zip(tmp_path / "m.zip", files))
    assert len(found.notebooks) == 3
    assert len(found.left_out) == 1


def test_table_of_contents_is_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr(reader, "MAX_DIRECTORY", 1000)
    wide = zip_bytes({f"{number}.txt": b"" for number in range(100)})
    found = read_archive(moodle_zip(tmp_path / "m.zip", student("wide.zip", wide) | student("tp.ipynb")))
    assert len(paths(found)) == 1
    assert "table of contents" in found.left_out[0].reason


NOTEBOOK = b'{"cells": [{"cell_type": "code", "source": "x"}]}'


@pytest.mark.parametrize(
    "name",
    [
        "tp",
        "tp.json",
        "tp.txt",
        "tp.ipynb (1)",
        "tp.ipynb.download",
        "tp.ipynb.txt",
        "tp (2).html",
        "TP.IPYNB",
        "tp.doc",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_notebook_is_known_by_what_is_in_it(tmp_path, name, encoding):
    content = NOTEBOOK.decode().encode(encoding)
    found = read_archive(moodle_zip(tmp_path / "m.zip", student(name, content)))
    assert [member.content for member in found.notebooks] == [content]


@pytest.mark.parametrize("name", ["tp.ipynb", "tp", "tp.txt", "tp.ZIP", "tp.zip.download"])
def test_zip_is_known_by_what_is_in_it(tmp_path, name):
    inner = zip_bytes({"a/tp.ipynb": NOTEBOOK})
    assert len(read_archive(moodle_zip(tmp_path / "m.zip", student(name, inner))).notebooks) == 1


@pytest.mark.parametrize("content", [NOTEBOOK, zip_bytes({"tp.ipynb": NOTEBOOK})], ids=["notebook", "zip"])
def test_gzip_is_looked_into(tmp_path, content):
    found = read_archive(moodle_zip(tmp_path / "m.zip", student("tp.ipynb.gz", gzip.compress(content))))
    assert [member.content for member in found.notebooks] == [NOTEBOOK]


@pytest.mark.parametrize("content", [b'{"rows": [1, 2]}', b"%PDF", b"\x89PNG", b"", b"print('bonjour')"])
def test_other_files_are_no_notebooks(tmp_path, content):
    found = read_archive(moodle_zip(tmp_path / "m.zip", student("data.json", content)))
    assert (found.notebooks, [item.reason for item in found.left_out]) == ([], ["not a notebook"])


def test_thousands_of_images_hide_no_notebook(tmp_path, monkeypatch):
    monkeypatch.setattr(reader, "MAX_FILES", 300)
    images = {f"{number}.png": b"\x89PNG" for number in range(500)}
    found = read_archive(moodle_zip(tmp_path / "m.zip", student("tp.zip", zip_bytes(images | {"tp.ipynb": NOTEBOOK}))))
    assert [path.rpartition("/")[2] for path in paths(found)] == ["tp.ipynb"]
    assert len(sum_up(found.left_out)) == 2
    assert "and 295 more: not a notebook" in sum_up(found.left_out)[0]


def test_what_is_packed_otherwise_is_told(tmp_path):
    found = read_archive(moodle_zip(tmp_path / "m.zip", student("tp.rar", b"Rar!\x1a\x07\x00")))
    assert "ask for the notebook itself" in found.left_out[0].reason


def test_same_notebook_twice_is_one(tmp_path):
    found = read_archive(moodle_zip(tmp_path / "m.zip", student("a.ipynb", NOTEBOOK) | student("b.ipynb", NOTEBOOK)))
    assert len(found.notebooks) == 1


def test_memory_does_not_grow_with_what_is_inside(tmp_path):
    blank = b"{" + b" " * (4 * 2**20) + NOTEBOOK[1:]
    inner = zip_bytes({f"{number}.ipynb": blank + b" " * number for number in range(10)})
    path = moodle_zip(
        tmp_path / "m.zip", student("bomb.zip", zip_bytes({f"{n}.zip": inner + bytes(n) for n in range(3)}))
    )
    tracemalloc.start()
    found = read_archive(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(found.notebooks) == 10
    assert peak < 5 * len(blank)


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
    with pytest.raises(CourseError, match="holds more than 2 files or 16 GB"):
        read_archive(moodle_zip(tmp_path / "m.zip", {f"{number}.ipynb": b"{}" for number in range(3)}))


def test_folder_and_missing_file_are_clear_errors(tmp_path):
    with pytest.raises(CourseError, match="is a folder; give the zip"):
        read_archive(tmp_path)
    with pytest.raises(CourseError, match="does not exist"):
        read_archive(tmp_path / "m.zip")
