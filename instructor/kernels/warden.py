"""Start one kernel in a fork of the server, watch it, and leave nothing of it behind.

A warden is itself a fork of the server, outside the sandbox. It holds the connection to the client: messages are JSON,
one a packet. The client says what to start, then sends signals; the warden says when the kernel has started and how it
ended. When the client goes away, so does the kernel.
"""

from __future__ import annotations

import atexit
import ctypes
import gc
import json
import os
import random
import select
import signal
import socket
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NoReturn

from instructor.kernels.forkserver import MAX_MESSAGE
from instructor.kernels.limits import METER_SECONDS, Limits, Meter
from instructor.kernels.sandbox import RENDEZVOUS, WORK, WRITABLE, Box, confine, copy_work, sandbox_environment

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
MAX_BOXES_A_CORE = 64


def guard(connection: socket.socket) -> NoReturn:
    """Serve one client, then leave the process."""
    try:
        request = json.loads(connection.recv(MAX_MESSAGE))
        # Orphans of the kernel become children of the warden, which can then find and kill them.
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        try:
            end = _run_boxed(connection, request) if request["sandbox"] else _run_free(connection, request)
        finally:
            kill_descendants()
        _send(connection, end)
    except BaseException:
        _send(connection, {"error": traceback.format_exc()})
    finally:
        os._exit(0)


def _run_free(connection: socket.socket, request: dict) -> dict:
    """Run a kernel with the rights of the user."""
    kernel = os.fork()
    if not kernel:
        with _telling(connection):
            os.chdir(request["cwd"])
            os.sched_setaffinity(0, request["cpus"])
            prepare_fork(request["env"])
        become_kernel(request["connection_file"])
    _send(connection, {"started": kernel})
    return watch(connection, kernel)


def _run_boxed(connection: socket.socket, request: dict) -> dict:
    """Run a kernel in the sandbox, on a copy of the working directory."""
    limits = Limits(**request["limits"])
    box = Box(limits)
    core, reservation = reserve_core(request["cpus"])
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    entrant = os.fork()
    if not entrant:
        with _telling(connection):
            ours.close()
            reservation.close()
            box.release()
            box.enter()
            # Only a child is in the new process namespace. Its parent leaves, so that the warden inherits it.
            if kernel := os.fork():
                folders = [os.open(path, os.O_RDONLY | os.O_DIRECTORY) for path in ("/proc", *WRITABLE)]
                socket.send_fds(theirs, [str(kernel).encode()], folders)
                os._exit(0)
            if theirs.recv(1) != b"!":
                os._exit(1)
            theirs.close()
            os.chdir(WORK)
            os.sched_setaffinity(0, {core})
            confine(box.uid, limits)
            prepare_fork(sandbox_environment(request["env"]))
        # A module beside the notebook must not take the place of a library or of `helpers`.
        become_kernel(f"{RENDEZVOUS}/kernel.json", "--InteractiveShellApp.ignore_cwd=True")

    theirs.close()
    pid, descriptors, *_ = socket.recv_fds(ours, 32, 1 + len(WRITABLE))
    os.waitpid(entrant, 0)
    if not pid:
        return {"exited": 1}
    # These paths lead into the box's file systems from outside.
    processes, *writable = [Path(f"/proc/{os.getpid()}/fd/{descriptor}") for descriptor in descriptors]
    folders = dict(zip(WRITABLE, writable, strict=True))
    if request["cwd"]:
        copy_work(Path(request["cwd"]), folders[WORK], box.uid, limits.scratch)
    file = folders[RENDEZVOUS] / "kernel.json"
    info = json.loads(Path(request["connection_file"]).read_text())
    file.write_text(json.dumps(info | {"ip": f"{RENDEZVOUS}/s"}))
    file.chmod(0o600)
    os.chown(file, box.uid, -1)
    ours.send(b"!")
    _send(connection, {"started": int(pid), "ip": str(folders[RENDEZVOUS] / "s")})
    return watch(connection, int(pid), Meter(limits, processes, writable))


def reserve_core(cores: list[int]) -> tuple[int, socket.socket]:
    """Return the least used of `cores`, and what reserves it until it is closed.

    Whatever a hand-in starts shares one core, so that a fork bomb starves nobody else. A name in the abstract namespace
    is known to the whole machine, and goes when its process does.
    """
    reservation = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    for number in range(MAX_BOXES_A_CORE):
        for core in cores:
            with suppress(OSError):
                reservation.bind(f"\0course-core-{core}-{number}")
                return core, reservation
    return random.choice(cores), reservation


def watch(connection: socket.socket, kernel: int, meter: Meter | None = None) -> dict:
    """Pass the client's signals on until the kernel ends, the client goes or a limit is passed; return the end."""
    pidfd = os.pidfd_open(kernel)
    poll = select.poll()
    poll.register(connection, select.POLLIN)
    poll.register(pidfd, select.POLLIN)
    while True:
        ready = {descriptor for descriptor, _ in poll.poll(1000 * METER_SECONDS if meter else None)}
        if pidfd in ready:
            return {"exited": os.waitstatus_to_exitcode(os.waitpid(kernel, 0)[1])}
        if connection.fileno() in ready:
            message = connection.recv(MAX_MESSAGE)
            if not message:
                return {"exited": -signal.SIGKILL, "reason": "the client went away"}
            # The kernel leads its own group: an interrupt also reaches what it waits for.
            with suppress(ProcessLookupError):
                os.killpg(kernel, json.loads(message)["signal"])
        if meter and (reason := meter.excess()):
            return {"exited": -signal.SIGKILL, "reason": reason}


def kill_descendants() -> None:
    """Kill every process below this one: their own children, however detached, come up here in turn."""
    while children := Path("/proc/thread-self/children").read_text().split():
        for pid in children:
            with suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)
        for pid in children:
            with suppress(ChildProcessError):
                os.waitpid(int(pid), 0)


def _send(connection: socket.socket, message: dict) -> None:
    with suppress(OSError):
        connection.send(json.dumps(message).encode())


@contextmanager
def _telling(connection: socket.socket) -> Iterator[None]:
    """Tell the client what kept a kernel from starting; if nothing did, let go of the connection."""
    try:
        yield
    except BaseException:
        _send(connection, {"error": traceback.format_exc()})
        os._exit(1)
    connection.close()


def prepare_fork(env: dict[str, str]) -> None:
    """Make this fork a process of its own, with the environment that a child of the client would have inherited."""
    os.setsid()
    # Without its warden, nothing would end it.
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    os.environ.clear()
    os.environ.update(env)
    forget_course_modules()
    reseed()
    gc.enable()


def become_kernel(connection_file: str, *options: str) -> NoReturn:
    """Turn this fork into an IPython kernel, and leave the process when it is shut down."""
    from ipykernel.kernelapp import IPKernelApp

    code = 1
    try:
        arguments = ["-f", connection_file, "--HistoryManager.enabled=False", *options]
        sys.argv = ["ipykernel_launcher.py", *arguments]
        IPKernelApp.launch_instance(arguments)
        atexit._run_exitfuncs()
        code = 0
    finally:
        os._exit(code)


def forget_course_modules() -> None:
    """Let the notebook import the course's own packages as they are on disk now; libraries alone are kept warm."""
    for name in list(sys.modules):
        # This one holds the operators it declared, which cannot be declared twice.
        if name.partition(".")[0] in ("helpers", "instructor") and name != "helpers.torchvision_ops":
            del sys.modules[name]


def reseed() -> None:
    """Give the fork its own random numbers and its own number of threads: it must share neither with its siblings."""
    random.seed()
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed()
    if torch := sys.modules.get("torch"):
        torch.seed()
        torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS") or len(os.sched_getaffinity(0))))
