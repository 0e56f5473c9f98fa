"""Ask the fork server for a kernel, and hold it like a `subprocess.Popen`."""

from __future__ import annotations

import signal
import socket
import threading
import time
from contextlib import suppress

from instructor.errors import CourseError
from instructor.kernels import forkserver
from instructor.kernels.protocol import receive, send

STARTUP_SECONDS = 300  # a server imports torch first, on a machine that may be busy


class KernelLaunchError(CourseError):
    """The fork server could not start the kernel."""


def launch(request: dict) -> KernelProcess:
    """Start the kernel that `request` describes and return its process.

    Raises
    ------
    KernelLaunchError
        With the reason given by the server.
    """
    # A server may end between the connection and the fork: the next try starts another.
    for pause in (0, 0.1, 1):
        time.sleep(pause)
        connection = forkserver.connect()
        connection.settimeout(STARTUP_SECONDS)
        try:
            send(connection, request)
            reply = receive(connection)
        except TimeoutError:
            connection.close()
            raise KernelLaunchError(f"The fork server did not answer within {STARTUP_SECONDS} seconds.") from None
        except BaseException:
            connection.close()
            raise
        if reply and "started" in reply:
            return KernelProcess(connection, reply)
        connection.close()
        if reply:
            raise KernelLaunchError(reply["error"])
    raise KernelLaunchError("The fork server closed the connection without a word.")


class KernelProcess:
    """A kernel behind its warden, with the interface that jupyter_client expects of a `Popen`.

    Attributes
    ----------
    ip
        Where a sandboxed kernel's sockets are reached, None for another.
    returncode
        None while the kernel runs; the exit status, or minus the signal that killed it.
    reason
        Why the kernel was killed, if a limit or an accident did it.
    """

    stdin = stdout = stderr = None

    def __init__(self, connection: socket.socket, started: dict) -> None:
        self.pid: int = started["started"]
        self.ip: str | None = started.get("ip")
        self.returncode: int | None = None
        self.reason: str | None = None
        self._connection = connection
        # A client may look from its loop while a thread of its own waits.
        self._lock = threading.Lock()

    def poll(self) -> int | None:
        """Return the exit code, None while the kernel runs."""
        with suppress(BlockingIOError):
            self._read_end(timeout=0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end of the kernel and return its exit code; TimeoutError after `timeout` seconds."""
        self._read_end(timeout)
        return self.returncode

    def send_signal(self, signum: int) -> None:
        """Send a signal to the kernel and to what runs in its process group; nothing if it is dead."""
        if self.poll() is None:
            send(self._connection, {"signal": int(signum)})

    def terminate(self) -> None:
        """Ask the kernel to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """Kill the kernel at once."""
        self.send_signal(signal.SIGKILL)

    def _read_end(self, timeout: float | None) -> None:
        with self._lock:
            if self.returncode is not None:
                return
            self._connection.settimeout(timeout)
            killed = {"exited": -signal.SIGKILL, "reason": "its warden was killed"}
            end = receive(self._connection) or killed
            self.reason = end.get("reason") or end.get("error")
            self.returncode = end.get("exited", 1)
            self._connection.close()
