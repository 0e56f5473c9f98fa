"""Grade hand-ins side by side: one Dask task for each, the same on this machine and on a cluster."""

from __future__ import annotations

import logging
from asyncio import CancelledError
from collections.abc import Hashable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import islice
from pathlib import Path

from distributed import Client, Future, LocalCluster, as_completed
from distributed.client import ClosedClientError, FutureCancelledError
from distributed.comm import CommClosedError
from distributed.scheduler import KilledWorker
from nbformat import NotebookNode

from instructor.errors import CourseError, PutOff
from instructor.grading.hand_in import grade_hand_in
from instructor.grading.reference import Lab
from instructor.grading.repair import HandInError
from instructor.notebooks import NotebookError, read_handed_in

CONNECTION_TIMEOUT = 10  # seconds
RECONNECTION_TIMEOUT = 120  # seconds that a restarted scheduler has to find its workers again
CONNECTIONS = 5
LOST = (CommClosedError, CancelledError, FutureCancelledError, ClosedClientError)


class GradingError(Exception):
    """Grading a hand-in failed, which is nobody's fault but ours; the message says how."""


Outcome = NotebookNode | Exception
HandIns = dict[Hashable, tuple[Path, Lab]]
# What a worker runs first: Ctrl-C reaches the whole terminal, and it is for this process to end its workers.
UNINTERRUPTED = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)"
# A hand-in is put off after so many times the reference's own time, by the clock, and at least so many seconds.
PATIENCE_FACTOR, MIN_PATIENCE = 5, 30
TASKS_IN_FLIGHT = 4  # for each worker: enough to keep it busy, few enough for the scheduler's memory


def grade_side_by_side(
    hand_ins: HandIns, *, workers: int, scheduler: str | None = None
) -> Iterator[tuple[Hashable, Outcome]]:
    """Yield (key, graded notebook or what went wrong) as each hand-in, given by its file, is done, in any order.

    Those that take long are put off until the others are done: a few that do nothing but wait must not hold every
    worker. What they had run is lost, and run again with all the time that a hand-in has.
    """
    slow = {}
    hurried = {id(lab): _hurried(lab) for lab in _unique(lab for _, lab in hand_ins.values())}
    turn = {key: (file, hurried[id(lab)]) for key, (file, lab) in hand_ins.items()} if len(hand_ins) > 1 else hand_ins
    for key, outcome in _grade(turn, workers, scheduler):
        if isinstance(outcome, PutOff):
            slow[key] = hand_ins[key]
        else:
            yield key, outcome
    if slow:
        yield from _grade(slow, workers, scheduler)


def _hurried(lab: Lab) -> Lab:
    """Return a lab whose hand-ins are put off where they take much longer than right answers do."""
    patience = max(MIN_PATIENCE, PATIENCE_FACTOR * lab.reference.seconds)
    return replace(lab, policy=replace(lab.policy, patience=patience))


def _grade(hand_ins: HandIns, workers: int, scheduler: str | None) -> Iterator[tuple[Hashable, Outcome]]:
    """Yield (key, outcome) as each hand-in is done.

    One worker without a scheduler is this process itself. A worker that dies is replaced and its task run again; a
    hand-in that goes on killing workers fails alone. What a scheduler takes along when it goes is asked for again,
    once it is back.

    Raises
    ------
    CourseError
        No scheduler answers, or it is lost for good. What was yielded before is done.
    """
    if scheduler is None and min(workers, len(hand_ins)) <= 1:
        for key, (file, lab) in hand_ins.items():
            yield key, _outcome(_read(file), lab)
        return
    left = dict(hand_ins)
    patience = CONNECTION_TIMEOUT
    for _ in range(CONNECTIONS):
        with _connect(workers, scheduler, patience) as client, suppress(*LOST):
            suspects = {}
            for key, outcome in _run(client, left, TASKS_IN_FLIGHT * _count_workers(client)):
                if isinstance(outcome, KilledWorker):
                    # Another hand-in of the same worker may have killed it: each is tried alone.
                    suspects[key] = left[key]
                else:
                    del left[key]
                    yield key, outcome
            for key, outcome in _run(client, suspects, 1):
                del left[key]
                yield key, outcome
        if not left:
            return
        patience = RECONNECTION_TIMEOUT
    raise CourseError(
        f"the scheduler was lost {CONNECTIONS} times; {len(left)} hand-ins are left: run the same command again, "
        "which goes on where this one stopped"
    )


def _count_workers(client: Client) -> int:
    return len(client.scheduler_info(n_workers=-1)["workers"])


def _run(client: Client, hand_ins: HandIns, in_flight: int) -> Iterator[tuple[Hashable, Outcome]]:
    """Yield what becomes of the hand-ins, but of those that a lost scheduler has forgotten."""
    # The result of a task, unlike data sent to workers, is made again when the workers that held it have died.
    labs = {id(lab): client.submit(_itself, lab, pure=False) for lab in _unique(lab for _, lab in hand_ins.values())}
    waiting = iter(list(hand_ins.items()))
    running, keys = as_completed(), {}

    def submit(count: int) -> None:
        for key, (file, lab) in islice(waiting, count):
            future = client.submit(_outcome, _read(file), labs[id(lab)], pure=False)
            keys[future.key] = key
            running.add(future)

    submit(in_flight)
    for future in running:
        key = keys.pop(future.key)
        if future.status != "cancelled":
            yield key, _result_of(future)
            submit(1)


def _unique(labs: Iterable[Lab]) -> Iterable[Lab]:
    return {id(lab): lab for lab in labs}.values()


def _itself(lab: Lab) -> Lab:
    return lab


def _read(file: Path) -> bytes | GradingError:
    """Return what a hand-in's file holds, as late as possible: a class may be larger than memory."""
    try:
        return read_handed_in(file)
    except NotebookError as error:
        return GradingError(str(error))


def _result_of(future: Future) -> Outcome:
    """Return the result, or why there is none: a worker that died too often, or sent what cannot be read."""
    try:
        return future.exception() or future.result()
    except LOST:
        raise
    except Exception as error:
        return error


def _outcome(content: bytes | GradingError, lab: Lab) -> Outcome:
    """Run the task; what is wrong with a hand-in is a result like another, not a failure to be retried."""
    try:
        return content if isinstance(content, GradingError) else grade_hand_in(content, lab)
    except (HandInError, NotebookError, PutOff) as error:
        return error
    except Exception as error:  # one student never stops another, whatever went wrong
        # An exception of any kind may not survive the journey to another process.
        return GradingError(f"{type(error).__name__}: {error}")


@contextmanager
def _connect(workers: int, scheduler: str | None, patience: float) -> Iterator[Client]:
    """Give a client of the scheduler, or of a cluster on this machine; wait for workers `patience` seconds at most."""
    if scheduler is not None:
        try:
            client = Client(scheduler, timeout=patience)
        except (OSError, ValueError) as error:
            raise CourseError(
                f"no Dask scheduler answers at {scheduler} ({error}); start one with 'dask scheduler'"
            ) from None
        try:
            client.wait_for_workers(1, timeout=patience)
        except TimeoutError:
            client.close()
            raise CourseError(
                f"the scheduler at {scheduler} has no worker; start some with 'dask worker {scheduler}'"
            ) from None
        with client:
            yield client
        return
    with (
        LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            memory_limit=0,  # a kernel is bounded by its sandbox, not by its worker
            dashboard_address="127.0.0.1:0",
            preload=[UNINTERRUPTED],
            silence_logs=logging.CRITICAL,
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client
