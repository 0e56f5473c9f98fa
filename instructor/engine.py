"""Grade hand-ins side by side: one Dask task for each, the same on this machine and on a cluster."""

from __future__ import annotations

import logging
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from itertools import islice

from distributed import Client, Future, LocalCluster, as_completed
from nbformat import NotebookNode

from instructor.course import CourseError
from instructor.grading import Lab, grade_hand_in

CONNECTION_TIMEOUT = 10  # seconds
TASKS_IN_FLIGHT = 4  # for each worker: enough to keep it busy, few enough for the scheduler's memory


def grade_side_by_side(
    hand_ins: dict[Hashable, tuple[bytes, Lab]], *, workers: int, scheduler: str | None = None
) -> Iterator[tuple[Hashable, NotebookNode | Exception]]:
    """Yield (key, graded notebook or what went wrong) as each hand-in is done, in any order.

    One worker without a scheduler is this process itself. A worker that dies is replaced and its task run again, three
    times at most.
    """
    if scheduler is None and min(workers, len(hand_ins)) <= 1:
        for key, (content, lab) in hand_ins.items():
            yield key, _outcome(content, lab)
        return
    with _connect(workers, scheduler) as client:
        labs = {id(lab): client.scatter(lab, broadcast=True, hash=False) for _, lab in hand_ins.values()}
        waiting = iter(hand_ins.items())
        keys = {}

        def submit(count: int) -> list[Future]:
            futures = []
            for key, (content, lab) in islice(waiting, count):
                futures.append(client.submit(_outcome, content, labs[id(lab)], pure=False))
                keys[futures[-1].key] = key
            return futures

        running = as_completed(submit(TASKS_IN_FLIGHT * len(client.scheduler_info(n_workers=-1)["workers"])))
        for future in running:
            error = future.exception()  # the worker died too often, or the scheduler went away
            yield keys.pop(future.key), error or future.result()
            running.update(submit(1))


def _outcome(content: bytes, lab: Lab) -> NotebookNode | Exception:
    """Run the task; what is wrong with a hand-in is a result like another, not a failure to be retried."""
    try:
        return grade_hand_in(content, lab)
    except Exception as error:  # one student never stops another, whatever went wrong
        return error


@contextmanager
def _connect(workers: int, scheduler: str | None) -> Iterator[Client]:
    if scheduler is not None:
        try:
            client = Client(scheduler, timeout=CONNECTION_TIMEOUT)
        except (OSError, ValueError) as error:
            raise CourseError(
                f"no Dask scheduler answers at {scheduler} ({error}); start one with 'dask scheduler'"
            ) from None
        if not client.scheduler_info()["workers"]:
            client.close()
            raise CourseError(f"the scheduler at {scheduler} has no worker; start some with 'dask worker {scheduler}'")
        with client:
            yield client
        return
    with (
        LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            memory_limit=0,  # a kernel is bounded by its sandbox, not by its worker
            dashboard_address=None,
            silence_logs=logging.CRITICAL,
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client
