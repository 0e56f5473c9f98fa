"""What a cell may take, and what becomes of the cells behind one that takes too much."""

import subprocess
from types import SimpleNamespace

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from instructor.errors import PutOff
from instructor.grading import execute
from instructor.grading.execute import Policy, run_notebook
from instructor.kernels import SANDBOXED, WARM, install
from instructor.kernels.limits import MIB, processor_seconds
from instructor.kernels.sandbox import sandbox_available

LOOP = "while True:\n    pass"
DEAF_LOOP = "while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        pass"
DEAF_WAIT = "import time\nwhile True:\n    try:\n        time.sleep(600)\n    except BaseException:\n        pass"
FORGIVING_LOOP = "try:\n    while True:\n        pass\nexcept KeyboardInterrupt:\n    print('goes on')"
SLOW_TO_STOP = """
import time
try:
    while True:
        pass
except KeyboardInterrupt:
    end = time.process_time() + 6
    while time.process_time() < end:
        pass
    print("stopped")
"""
AVAILABLE, REASON = sandbox_available()
in_every_kernel = pytest.mark.parametrize(
    "kernel",
    [WARM, pytest.param(SANDBOXED, marks=pytest.mark.skipif(not AVAILABLE, reason=f"no sandbox: {REASON}"))],
)


@pytest.fixture(autouse=True)
def _kernels_installed() -> None:
    install()


def run(*cells: str, seconds: float, kernel: str = WARM) -> list[NotebookNode]:
    notebook = new_notebook(cells=[new_code_cell(cell) for cell in cells])
    return run_notebook(notebook, Policy(seed=1, kernel_name=kernel, cell_timeout=seconds)).cells


def errors(cell: NotebookNode) -> list[str]:
    return [output.ename for output in cell.outputs if output.output_type == "error"]


def test_cell_that_waits_longer_than_it_may_compute_is_left_alone():
    (cell,) = run("import time\ntime.sleep(1)", seconds=0.5)
    assert errors(cell) == []


@pytest.mark.parametrize("cell", ["import time\ntime.sleep(600)", LOOP, DEAF_WAIT])
def test_notebook_that_outlasts_the_patience_of_its_policy_is_put_off(cell):
    with pytest.raises(PutOff):
        run_notebook(new_notebook(cells=[new_code_cell(cell)]), Policy(seed=1, kernel_name=WARM, patience=2))


def test_cell_that_waits_for_ever_is_stopped_by_the_clock():
    cells = run("import time\ntime.sleep(600)", "print('next')", seconds=0.5)
    assert errors(cells[0])[0] == "CellTimeoutError"
    assert cells[1].outputs[0].text == "next\n"


@pytest.mark.parametrize("loop", [LOOP, FORGIVING_LOOP], ids=["plain", "forgiving"])
def test_cell_that_computes_too_long_is_stopped_and_the_next_one_runs(loop):
    cells = run(loop, "print('next')", seconds=0.5)
    assert errors(cells[0])[0] == "CellTimeoutError"
    assert errors(cells[1]) == []
    assert cells[1].outputs[0].text == "next\n"


@in_every_kernel
def test_cell_that_needs_six_seconds_to_stop_costs_no_later_one(kernel):
    cells = run(SLOW_TO_STOP, "print('next')", seconds=0.5, kernel=kernel)
    assert errors(cells[0])[0] == "CellTimeoutError"
    assert cells[0].outputs[1].text == "stopped\n"
    assert cells[1].outputs[0].text == "next\n"


def test_machine_that_is_busy_elsewhere_shortens_no_grace(monkeypatch):
    monkeypatch.setattr(execute, "INTERRUPT_GRACE", 2)
    stop = "import time\ntry:\n    time.sleep(600)\nexcept KeyboardInterrupt:\n    time.sleep(3)"
    cells = run(stop, "print('next')", seconds=0.5)
    assert errors(cells[0]) == ["CellTimeoutError"]
    assert cells[1].outputs[0].text == "next\n"


@in_every_kernel
@pytest.mark.parametrize("deaf", [DEAF_LOOP, DEAF_WAIT], ids=["computing", "waiting"])
def test_cell_that_cannot_be_interrupted_ends_the_notebook(monkeypatch, deaf, kernel):
    monkeypatch.setattr(execute, "INTERRUPT_GRACE", 1)
    cells = run("print('before')", deaf, "print('never')", seconds=0.5, kernel=kernel)
    assert cells[0].outputs[0].text == "before\n"
    assert errors(cells[1]) == ["CellTimeoutError"]
    assert cells[2].execution_count is None


def test_time_is_counted_for_each_cell_alone():
    busy = "import time\nend = time.process_time() + 0.6\nwhile time.process_time() < end:\n    pass"
    assert [errors(cell) for cell in run(busy, busy, busy, seconds=1)] == [[], [], []]


def test_dead_process_has_computed_nothing():
    with subprocess.Popen(["true"]) as process:
        process.wait()
        assert processor_seconds(process.pid) == 0


def test_kernel_that_sends_more_than_the_grader_takes_in_is_killed(monkeypatch):
    monkeypatch.setattr(execute, "MAX_TAKEN", 100 * MIB)
    send = """
kernel = get_ipython().kernel
parts = [bytes(50_000_000)] * 40
content = {"data": {}, "metadata": {}}
kernel.session.send(kernel.iopub_socket, "display_data", content, parent=kernel.get_parent(), buffers=parts)
"""
    cells = run("print('before')", send, "print('never')", seconds=30)
    assert cells[0].outputs[0].text == "before\n"
    assert errors(cells[1]) == ["DeadKernelError"]
    assert cells[2].execution_count is None


def test_notebook_that_takes_too_long_is_stopped_in_the_cell_it_was_in(monkeypatch):
    begin = execute._Client.start_of_cell

    def leave_no_time_to_the_second(client, cell, cell_index):
        begin(client, cell, cell_index)
        client._end = client.clock() if cell_index == 1 else client._end

    monkeypatch.setattr(execute._Client, "start_of_cell", leave_no_time_to_the_second)
    cells = run("print('before')", "import time\ntime.sleep(60)", "print('never')", seconds=60)
    assert cells[0].outputs[0].text == "before\n"
    assert errors(cells[1]) == ["CellTimeoutError"]
    assert cells[2].execution_count is None


def test_what_the_grader_reads_or_waits_for_is_nobody_s_time(monkeypatch):
    clock, queue = [0.0], {"thread-self": (0.0, 0.0), "1": (0.0, 0.0)}
    monkeypatch.setattr(execute, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    monkeypatch.setattr(execute, "processor_queue", queue.get)
    monkeypatch.setattr(execute, "processor_seconds", lambda pid: 0.0)
    client = execute._Client(new_notebook(), seconds=1, most=10)
    client._run = cell = execute._Run(kernel=1, seconds=1, clock=client.clock)
    clock[0] = 100
    queue |= {"thread-self": (40.0, 38.0), "1": (50.0, 20.0)}
    client.spare()
    assert (client.clock(), cell.is_late()) == (2, False)
    clock[0] = 104  # the cell slept
    queue["1"] = (0.0, 0.0)  # and its kernel died
    client.spare()
    assert (client.clock(), cell.is_late()) == (6, True)
