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
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from instructor.kernels.forkserver import MAX_MESSAGE

PR_SET_CHILD_SUBREAPER = 36


def guard(connection: socket.socket) -> NoReturn:
    """Serve one client, then leave the process."""
    code = 1
    try:
        request = json.loads(connection.recv(MAX_MESSAGE))
        # Orphans of the kernel become children of the warden, which can then find and kill them.
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        try:
            kernel = _fork_kernel(connection, request)
            _send(connection, {"started": kernel})
            exited = watch(connection, kernel)
        finally:
            kill_descendants()
        _send(connection, exited)
        code = 0
    except BaseException:
        _send(connection, {"error": traceback.format_exc()})
    finally:
        os._exit(code)


def watch(connection: socket.socket, kernel: int) -> dict:
    """Pass the client's signals on until the kernel ends or the client goes; return how the kernel ended."""
    pidfd = os.pidfd_open(kernel)
    poll = select.poll()
    poll.register(connection, select.POLLIN)
    poll.register(pidfd, select.POLLIN)
    while True:
        ready = {descriptor for descriptor, _ in poll.poll()}
        if pidfd in ready:
            return {"exited": os.waitstatus_to_exitcode(os.waitpid(kernel, 0)[1])}
        message = connection.recv(MAX_MESSAGE)
        if not message:
            return {"exited": -signal.SIGKILL, "reason": "the client went away"}
        # The kernel leads its own group: an interrupt also reaches what it waits for.
        with suppress(ProcessLookupError):
            os.killpg(kernel, json.loads(message)["signal"])


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


def _fork_kernel(connection: socket.socket, request: dict) -> int:
    if pid := os.fork():
        return pid
    try:
        connection.close()
        become_kernel(request["connection_file"], request["env"], request["cwd"])
    finally:
        os._exit(1)


def become_kernel(connection_file: str, env: dict[str, str], cwd: str) -> NoReturn:
    """Turn this fork into an IPython kernel, and leave the process when it is shut down."""
    from ipykernel.kernelapp import IPKernelApp

    os.setsid()
    os.environ.clear()
    os.environ.update(env)
    os.chdir(cwd)
    forget_course_modules()
    reseed()
    gc.enable()
    arguments = ["-f", connection_file, "--HistoryManager.enabled=False"]
    sys.argv = ["ipykernel_launcher.py", *arguments]
    IPKernelApp.launch_instance(arguments)
    atexit._run_exitfuncs()
    os._exit(0)


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
