"""Hand-ins run side by side: the same marks on one worker, on several, and on somebody's cluster."""

import dataclasses
import os
import pickle
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dask
import pytest
from distributed import Client, LocalCluster
from distributed.scheduler import KilledWorker
from nbformat import NotebookNode

from instructor.course import Course
from instructor.errors import CourseError, PutOff
from instructor.grading import workers
from instructor.grading.class_run import Options, grade_class
from instructor.grading.execute import Policy
from instructor.grading.hand_in import Lab, load_lab
from instructor.grading.reference import Reference
from instructor.grading.workers import GradingError, grade_side_by_side
from instructor.kernels import WARM
from instructor.notebooks import to_text
from tests.instructor.conftest import ROOT, answered, hand_in


@pytest.fixture(scope="module")
def lab(pristine_course) -> Lab:
    return load_lab(pristine_course, "essai", Policy(seed=1, kernel_name=WARM))


@pytest.fixture(scope="module")
def hand_ins(pristine_course: Course, lab: Lab, tmp_path_factory) -> dict:
    codes = {"right": "    return float(x.sum() / len(x))", "wrong": "    return 0.0", "loud": "    raise ValueError"}
    contents = {name: to_text(answered(pristine_course, code)) for name, code in codes.items()}
    return write(tmp_path_factory.mktemp("hand_ins"), contents | {"empty": '{"cells": []}'}, lab)


def write(folder: Path, contents: dict[str, str], lab: Lab | None) -> dict:
    for name, text in contents.items():
        (folder / name).write_text(text, encoding="utf-8")
    return {name: (folder / name, lab) for name in contents}


def marks(outcomes) -> dict[str, object]:
    """Return the score of the test cell by name, or the type of what went wrong."""
    return {
        name: type(outcome) if isinstance(outcome, Exception) else outcome.metadata.course.marks[0].score
        for name, outcome in outcomes
    }


def test_several_workers_give_the_marks_of_one(hand_ins):
    one = marks(grade_side_by_side(hand_ins, workers=1))
    assert marks(grade_side_by_side(hand_ins, workers=2)) == one
    assert {name: one[name] for name in ("right", "wrong", "loud")} == {"right": 16, "wrong": 0, "loud": 0}
    assert issubclass(one["empty"], Exception)


def test_existing_cluster_gives_the_marks_of_one_worker(hand_ins):
    with LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as cluster:
        on_cluster = marks(grade_side_by_side(hand_ins, workers=1, scheduler=cluster.scheduler_address))
    assert on_cluster == marks(grade_side_by_side(hand_ins, workers=1))


def test_hand_in_whose_worker_is_killed_is_graded_by_another(hand_ins):
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        with Client(cluster) as client:
            victim = next(iter(client.run(os.getpid).values()))
        outcomes = grade_side_by_side(hand_ins, workers=1, scheduler=cluster.scheduler_address)
        first = next(outcomes)
        os.kill(victim, signal.SIGKILL)
        survived = marks([first, *outcomes])
    assert survived == marks(grade_side_by_side(hand_ins, workers=1))


NO_LAB = Lab(None, None, Reference([], {}, {}, {}, None, seconds=0.0), Policy(seed=1))


def kill_or_return(content: bytes, lab: Lab) -> Exception:
    """Stand for a task: some hand-ins kill whatever grades them."""
    if content == b"kill":
        os._exit(1)
    return GradingError(content.decode())


def test_hand_in_that_kills_every_worker_fails_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(workers, "_outcome", kill_or_return)
    names = [f"honest{number}" for number in range(8)]
    class_ = write(tmp_path, {"fatal": "kill"} | {name: name for name in names}, NO_LAB)
    with dask.config.set({"distributed.scheduler.allowed-failures": 1}):
        outcomes = dict(grade_side_by_side(class_, workers=2))
    assert isinstance(outcomes.pop("fatal"), KilledWorker)
    assert {name: str(outcome) for name, outcome in outcomes.items()} == {name: name for name in names}


def put_off_or_return(content: bytes, lab: Lab) -> Exception:
    """Stand for a task: some hand-ins take longer than those that wait behind them should have to wait."""
    if content == b"slow" and lab.policy.patience < 600:
        return PutOff()
    return GradingError(f"{lab.policy.patience}")


def test_hand_ins_that_take_long_are_run_after_the_others_with_all_the_time_there_is(tmp_path, monkeypatch):
    monkeypatch.setattr(workers, "_outcome", put_off_or_return)
    names = {"sleeper1": "slow", "ada": "quick", "sleeper2": "slow", "grace": "quick"}
    outcomes = list(grade_side_by_side(write(tmp_path, names, NO_LAB), workers=1))
    assert {name for name, _ in outcomes[:2]} == {"ada", "grace"}
    assert {name: str(outcome) for name, outcome in outcomes[2:]} == {"sleeper1": "inf", "sleeper2": "inf"}
    assert float(str(outcomes[0][1])) == workers.MIN_PATIENCE


def test_hand_in_that_is_graded_alone_is_not_put_off(tmp_path, monkeypatch):
    monkeypatch.setattr(workers, "_outcome", put_off_or_return)
    ((_, outcome),) = grade_side_by_side(write(tmp_path, {"sleeper": "slow"}, NO_LAB), workers=2)
    assert str(outcome) == "inf"


def test_file_that_disappears_is_this_hand_ins_failure_alone(hand_ins):
    gone = {"gone": (Path("nowhere.ipynb"), hand_ins["right"][1])}
    for count in (1, 2):
        outcomes = marks(grade_side_by_side(gone | hand_ins, workers=count))
        assert (outcomes["gone"], outcomes["right"]) == (GradingError, 16)


def test_scheduler_that_is_killed_and_started_again_loses_nothing(hand_ins, monkeypatch):
    monkeypatch.setattr(workers, "CONNECTION_TIMEOUT", 60)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    many = {(name, number): content for number in range(3) for name, content in hand_ins.items()}
    with dask_cluster(port) as scheduler:
        outcomes = grade_side_by_side(many, workers=1, scheduler=f"tcp://127.0.0.1:{port}")
        first = next(outcomes)
        scheduler.kill()
    with dask_cluster(port):
        survived = [first, *outcomes]
    assert len(survived) == len(many)
    assert marks(survived) == marks(grade_side_by_side(many, workers=1))


@contextmanager
def dask_cluster(port: int) -> Iterator[subprocess.Popen]:
    """Run a scheduler and one worker, as on somebody's cluster, and give the scheduler."""
    address = f"tcp://127.0.0.1:{port}"
    dask = [sys.executable, "-m", "dask"]
    scheduler = [*dask, "scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"]
    worker = [*dask, "worker", address, "--nthreads", "1", "--no-dashboard", "--no-nanny", "--local-directory"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": ROOT}
    with tempfile.TemporaryDirectory() as folder:
        processes = [subprocess.Popen(command, **quiet) for command in (scheduler, [*worker, folder])]
        try:
            yield processes[0]
        finally:
            for process in processes:
                process.kill()
                process.wait()


def test_result_that_cannot_be_read_is_this_hand_ins_failure_alone():
    class Torn:
        def exception(self) -> None:
            return None

        def result(self) -> NotebookNode:
            raise pickle.UnpicklingError("pickle data was truncated")

    assert isinstance(workers._result_of(Torn()), pickle.UnpicklingError)


def test_any_failure_of_grading_can_travel(monkeypatch):
    class OddError(Exception):
        def __init__(self, needed: str, also_needed: str) -> None:
            super().__init__(f"{needed} {also_needed}")

    def fail(*arguments: object) -> None:
        raise OddError("one", "two")

    monkeypatch.setattr(workers, "grade_hand_in", fail)
    outcome = pickle.loads(pickle.dumps(workers._outcome(b"", None)))
    assert isinstance(outcome, GradingError)
    assert str(outcome) == "OddError: one two"


def test_scheduler_that_does_not_answer_is_one_clear_error(hand_ins, monkeypatch):
    monkeypatch.setattr(workers, "CONNECTION_TIMEOUT", 0.5)
    with pytest.raises(CourseError, match="no Dask scheduler answers at tcp://127.0.0.1:9"):
        list(grade_side_by_side(hand_ins, workers=1, scheduler="tcp://127.0.0.1:9"))


def test_scheduler_without_workers_is_one_clear_error(hand_ins, monkeypatch):
    monkeypatch.setattr(workers, "CONNECTION_TIMEOUT", 1)
    with (
        LocalCluster(n_workers=0, dashboard_address=None) as cluster,
        pytest.raises(CourseError, match="has no worker; start some"),
    ):
        list(grade_side_by_side(hand_ins, workers=1, scheduler=cluster.scheduler_address))


def test_run_stopped_before_filing_goes_on_without_executing_again(course, monkeypatch):
    for student in ("ada", "blaise"):
        hand_in(course, student, answered(course))
    options = Options(sandbox=False)
    complete = {
        result.student: dataclasses.asdict(result) for result in grade_class(course, ["essai"], options=options)
    }

    again = Options(sandbox=False, force=True)
    with monkeypatch.context() as killed:
        killed.setattr(
            "instructor.grading.class_run._file", lambda *arguments: (_ for _ in ()).throw(KeyboardInterrupt)
        )
        with pytest.raises(KeyboardInterrupt):
            grade_class(course, ["essai"], ["ada"], again)
    course.hand_in("ada", "essai").autograded.unlink()
    monkeypatch.setattr("instructor.grading.workers.grade_hand_in", lambda *arguments: pytest.fail("executed again"))
    resumed = {result.student: dataclasses.asdict(result) for result in grade_class(course, ["essai"], options=options)}
    assert resumed == complete


def test_without_a_sandbox_grading_is_refused_unless_asked_for(course, monkeypatch):
    hand_in(course, "ada", answered(course))
    monkeypatch.setattr("instructor.grading.class_run.sandbox_available", lambda: (False, "bubblewrap is missing"))
    with pytest.raises(CourseError, match="bubblewrap is missing. To .* say --sandbox none"):
        grade_class(course, ["essai"])
