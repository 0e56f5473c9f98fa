import os
import signal

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from instructor.errors import CourseError
from instructor.labs.solutions import tidy_outputs, write_solution
from instructor.notebooks import find_cell, write_notebook
from instructor.stopping import Stopped, stoppable


def test_a_printed_table_is_whole_again_without_its_progress_bar():
    cell = new_code_cell("train()")
    cell.outputs = [
        new_output("stream", name="stdout", text="epoch loss\n"),
        new_output("stream", name="stderr", text="50%|#####"),
        new_output("stream", name="stdout", text="1     0.9\n"),
        new_output("display_data", data={"text/plain": "curve"}),
        new_output("stream", name="stdout", text="read from /data/here\n"),
    ]
    cell.metadata["execution"] = {"iopub.execute_input": "2020-01-01T00:00:00Z"}
    tidy_outputs(new_notebook(cells=[cell]), "/data/here")
    assert [output.get("text") for output in cell.outputs] == [
        "epoch loss\n1     0.9\n",
        None,
        "read from COURSE_DATA\n",
    ]
    assert cell.metadata == {}


def test_a_kernel_that_dies_is_one_line(course, monkeypatch):
    monkeypatch.setenv("COURSE_MODE", "")
    source = course.read_source("essai")
    find_cell(source, "sol_mean").source += "\n\nimport os\n\nos._exit(0)"
    write_notebook(source, course.source("essai"))
    with pytest.raises(CourseError, match="'essai' stops"):
        write_solution(course, "essai")


def test_ctrl_c_ends_it_and_is_not_taken_for_a_dead_kernel(course, monkeypatch):
    monkeypatch.setenv("COURSE_MODE", "")
    source = course.read_source("essai")
    interrupt = f"import os\nimport time\n\nos.kill({os.getpid()}, {signal.SIGINT:d})\ntime.sleep(30)"
    find_cell(source, "sol_mean").source += f"\n\n{interrupt}"
    write_notebook(source, course.source("essai"))
    before = course.solution("essai").read_bytes()
    with pytest.raises(Stopped) as stopped, stoppable():
        write_solution(course, "essai")
    assert stopped.value.code == 130
    assert course.solution("essai").read_bytes() == before
