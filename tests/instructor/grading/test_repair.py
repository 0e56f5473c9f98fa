"""Which lab a notebook answers, and what a repair keeps."""

import itertools
from pathlib import Path

import pytest

from instructor.course import Course
from instructor.grading.repair import HandInError, RepairKind, repair
from instructor.notebooks import read_notebook

COURSE = Course(Path(__file__).resolve().parents[3])


@pytest.mark.parametrize(("lab", "other"), list(itertools.permutations(COURSE.labs, 2)))
def test_notebook_of_another_lab_is_refused(lab, other):
    with pytest.raises(HandInError, match="question"):
        repair(
            read_notebook(COURSE.release(other)), read_notebook(COURSE.source(lab)), read_notebook(COURSE.release(lab))
        )


@pytest.mark.parametrize("lab", COURSE.labs)
def test_release_of_the_lab_needs_no_repair(lab):
    release = read_notebook(COURSE.release(lab))
    _, repairs = repair(release, read_notebook(COURSE.source(lab)), release)
    assert repairs == []


@pytest.mark.parametrize("lab", COURSE.labs)
def test_every_cell_is_found_again_without_any_metadata(lab):
    release = read_notebook(COURSE.release(lab))
    bare = read_notebook(COURSE.release(lab))
    for number, cell in enumerate(bare.cells):
        cell.metadata.clear()
        cell.id = f"cell{number}"
    graded, repairs = repair(bare, read_notebook(COURSE.source(lab)), release)
    assert {one.kind for one in repairs} <= {RepairKind.METADATA}
    wanted, _ = repair(release, read_notebook(COURSE.source(lab)), release)
    assert [cell.source for cell in graded.cells] == [cell.source for cell in wanted.cells]
