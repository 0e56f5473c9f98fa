"""Each release that is built is remembered, the one before the first build that knew of it too."""

import copy

import pytest

from instructor.course import Course
from instructor.errors import CourseError
from instructor.grading.released import digest, read_released
from instructor.labs import build as builder
from instructor.notebooks import find_cell, to_text, write_notebook
from tests.instructor.grading.four_questions import RELEASE


def mended(text):
    release = copy.deepcopy(RELEASE)
    find_cell(release, "test_mean").source = text
    return release


@pytest.fixture
def build(tmp_path, monkeypatch):
    """A function that builds the lab as if its source gave this release, and tells what is remembered."""
    course = Course(tmp_path)
    write_notebook(mended("first"), course.release("tiny"))

    def build(release):
        monkeypatch.setattr(builder, "render", lambda course, labs: {lab: to_text(release) for lab in labs})
        builder.build(course, ["tiny"])
        return read_released(course, "tiny")

    return build


def test_releases_of_before_are_known(build):
    build(mended("second"))
    known = build(mended("third"))
    assert [known.holds("test_mean", digest(text)) for text in ("first", "second", "third", "x")] == [True] * 3 + [
        False
    ]
    assert not known.holds("sol_mean", digest("first"))


def test_same_release_is_noted_once(build):
    build(mended("second"))
    assert len(build(mended("second")).versions) == 2
    assert len(build(mended("first")).versions) == 2


@pytest.mark.parametrize("text", ["second\r\n", "  second  ", "second\n\n"])
def test_editors_change_no_digest(build, text):
    assert build(mended("second")).holds("test_mean", digest(text))


def test_lab_that_was_never_built_has_no_releases(tmp_path):
    assert read_released(Course(tmp_path), "tiny").versions == ()


def test_broken_record_is_one_clear_line(tmp_path):
    path = tmp_path / ".course" / "released" / "tiny.json"
    path.parent.mkdir(parents=True)
    path.write_text("[{")
    with pytest.raises(CourseError, match=r"\.course/released/tiny\.json is no JSON"):
        read_released(Course(tmp_path), "tiny")
