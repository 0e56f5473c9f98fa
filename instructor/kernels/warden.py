"""Start one kernel in a fork of the server, watch it, and leave nothing of it behind.

A warden is itself a fork of the server. It enters the box of its kernel, but not the process namespace of the box, so
that the kernel cannot see it. It holds the connection to the client (`protocol`): when the client goes away, so does
the kernel.
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
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from types import SimpleNamespace
from typing import NoReturn

from instructor.kernels import no_gpu, stand_ins
from instructor.kernels.limits import METER_SECONDS, Limits, Meter
from instructor.kernels.protocol import receive, send
from instructor.kernels.sandbox import RENDEZVOUS, WORK, WRITABLE, Box, confine, copy_work

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
MAX_BOXES_A_CORE = 64
# More than the list of all the processes of a box. Cut within a number, it would name another process.
MAX_CHILDREN_BYTES = 1 << 20
COMMON_SETTINGS = {
    "HistoryManager": {"enabled": False},
    # IPython's usual account of an exception parses every file on the way: 50 ms for each criterion that fails.
    "InteractiveShell": {"xmode": "Plain"},
}


def guard(connection: socket.socket) -> NoReturn:
    """Serve one client, then leave the process."""
    try:
        request = receive(connection)
        # Orphans of the kernel become children of the warden, which can then find and kill them.
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        # The kernel, a fork of the warden, closes what it must not hold.
        private = ExitStack()
        private.enter_context(connection)
        # Opened before the warden enters a box, whose /proc does not know it.
        children = os.open("/proc/thread-self/children", os.O_RDONLY)
        private.callback(os.close, children)
        try:
            run = _run_boxed if request["sandbox"] else _run_free
            end = run(connection, request, private)
        finally:
            kill_all(children)
        send(connection, end)
    except BaseException:
        send(connection, {"error": traceback.format_exc()})
    finally:
        os._exit(0)


def _run_free(connection: socket.socket, request: dict, private: ExitStack) -> dict:
    """Run a kernel with the rights of the user."""

    def become() -> None:
        os.chdir(request["cwd"])
        os.sched_setaffinity(0, request["cpus"])
        prepare_fork(request["env"])

    kernel = _start(connection, private, become, request["connection_file"], settings={})
    send(connection, {"started": kernel})
    return watch(connection, kernel)


def _run_boxed(connection: socket.socket, request: dict, private: ExitStack) -> dict:
    """Run a kernel in the sandbox, on a copy of the working directory."""
    limits = Limits(**request["limits"])
    box = Box(limits, [Path(folder) for folder in request["hidden"]])
    private.callback(box.release)
    if request["cwd"]:
        copy_work(Path(request["cwd"]), box.path(WORK), box.uid, limits.scratch)
    sockets = box.path(RENDEZVOUS)
    file = sockets / "kernel.json"
    info = json.loads(Path(request["connection_file"]).read_text())
    file.write_text(json.dumps(info | {"ip": f"{RENDEZVOUS}/s"}))
    file.chmod(0o600)
    os.chown(file, box.uid, -1)
    core, reservation = reserve_core(request["cpus"])
    private.enter_context(reservation)
    box.enter()

    def become() -> None:
        os.chdir(WORK)
        os.sched_setaffinity(0, {core})
        confine(box.uid, limits)
        prepare_fork(request["env"])

    # A module beside the notebook must not take the place of a library or of `helpers`.
    settings = {"InteractiveShellApp": {"ignore_cwd": True}}
    kernel = _start(connection, private, become, f"{RENDEZVOUS}/kernel.json", settings)
    send(connection, {"started": kernel, "ip": str(sockets / "s")})
    return watch(connection, kernel, Meter(limits, Path("/proc"), [Path(folder) for folder in WRITABLE]))


def _start(
    connection: socket.socket,
    private: ExitStack,
    become: Callable[[], None],
    connection_file: str,
    settings: dict[str, dict],
) -> int:
    """Fork a kernel and return its process id as soon as its sockets are there.

    A client that came earlier would find none, and wait before it tried again.
    """
    ready, write_end = os.pipe()
    if kernel := os.fork():
        os.close(write_end)
        if ready not in select.select([ready, connection], [], [])[0] or not os.read(ready, 1):
            raise RuntimeError("The kernel ended, or its client went away, before it was ready.")
        os.close(ready)
        return kernel
    try:
        become()
        private.close()
        os.close(ready)
    except BaseException:
        try:
            send(connection, {"error": traceback.format_exc()})
        finally:
            os._exit(1)
    become_kernel(write_end, connection_file, settings)


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
            message = receive(connection)
            if message is None:
                return {"exited": -signal.SIGKILL, "reason": "the client went away"}
            # The kernel leads its own group: an interrupt also reaches what it waits for.
            with suppress(ProcessLookupError):
                os.killpg(kernel, message["signal"])
        if meter and (reason := meter.excess()):
            return {"exited": -signal.SIGKILL, "reason": reason}


def kill_all(children: int) -> None:
    """Kill the children of this process until there are none: theirs, however detached, come up here in turn.

    `children` is the descriptor of the file that lists them.
    """
    while pids := os.pread(children, MAX_CHILDREN_BYTES, 0).split():
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)
        for pid in pids:
            with suppress(ChildProcessError):
                os.waitpid(int(pid), 0)


def prepare_fork(env: dict[str, str]) -> None:
    """Make this fork a process of its own, with the environment that a child of the client would have inherited."""
    os.setsid()
    # Without its warden, nothing would end it.
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    os.environ.clear()
    os.environ.update(env)
    reseed()
    if env.get("NBGRADER_EXECUTION") == "autograde":
        stand_ins.install()
        no_gpu.install()
    gc.enable()


def become_kernel(ready: int, connection_file: str, settings: dict[str, dict]) -> NoReturn:
    """Turn this fork into an IPython kernel, say so in the pipe `ready`, and leave the process when it is shut down.

    What it looks at of what it shares with others is copied page by page. So it reads no command line, which makes
    an option of each of its hundreds of settings, and lists no module's file for a debugger that no client may use.
    """
    from ipykernel import ipkernel, kernelapp
    from traitlets.config import Config

    code = 1
    try:
        sys.argv = ["ipykernel_launcher.py", "-f", connection_file]
        kernel = kernelapp.IPKernelApp.instance(
            connection_file=connection_file, config=Config(COMMON_SETTINGS | settings)
        )
        kernel.parse_command_line = lambda argv: None
        ipkernel.sys = SimpleNamespace(**vars(sys) | {"modules": {}})
        kernel.initialize()
        ipkernel.sys = sys
        os.write(ready, b"!")
        os.close(ready)
        kernel.start()
        atexit._run_exitfuncs()
        code = 0
    finally:
        os._exit(code)


def reseed() -> None:
    """Give the fork its own random numbers and its own number of threads: it must share neither with its siblings."""
    random.seed()
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed()
    if torch := sys.modules.get("torch"):
        torch.seed()
        torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS") or len(os.sched_getaffinity(0))))
