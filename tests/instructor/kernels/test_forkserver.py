"""The fork server is found, replaced and ended without anyone's care."""

import os
import platform
import select
import signal
import socket
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from instructor.errors import CourseError
from instructor.kernels import client, forkserver
from instructor.kernels.limits import SINGLE_THREADED
from instructor.kernels.protocol import receive


@pytest.fixture
def own_server(monkeypatch):
    """Give the test a server that nobody else uses, and end it."""
    name = f"\0course-kernels-test-{uuid.uuid4()}"
    monkeypatch.setattr(forkserver, "socket_name", lambda: name)
    yield name.lstrip("\0")
    for pid in processes_named(name.lstrip("\0")):
        os.kill(pid, signal.SIGKILL)


def processes_named(name: str) -> list[int]:
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if name.encode() in file.read_bytes().split(b"\0"):
                found.append(int(file.parent.name))
        except OSError:
            pass
    return found


def test_clients_share_one_server(own_server):
    with forkserver.connect():
        first = processes_named(own_server)
        with forkserver.connect():
            assert processes_named(own_server) == first
    assert len(first) == 1


def test_starting_a_second_server_does_nothing(own_server):
    with forkserver.connect():
        first = processes_named(own_server)
        forkserver._start(f"\0{own_server}")
        assert processes_named(own_server) == first


def test_a_killed_server_is_replaced(own_server):
    with forkserver.connect():
        (first,) = processes_named(own_server)
    ended = os.pidfd_open(first)
    os.kill(first, signal.SIGKILL)
    select.select([ended], [], [])
    os.close(ended)
    with forkserver.connect():
        (second,) = processes_named(own_server)
    assert second != first


def test_an_installed_package_calls_for_another_server(tmp_path, monkeypatch):
    monkeypatch.setattr(forkserver.sysconfig, "get_path", lambda name: str(tmp_path))
    before = forkserver.socket_name()
    assert forkserver.socket_name() == before
    (tmp_path / "package-1.0.dist-info").mkdir()
    assert forkserver.socket_name() != before


def test_a_server_that_nobody_uses_ends():
    script = """
import socket
from instructor.kernels.forkserver import serve
listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
listener.bind("")
listener.listen()
serve(listener, idle_seconds=0)
"""
    assert subprocess.run([sys.executable, "-c", script], timeout=300, check=False).returncode == 0


def test_a_failed_import_is_told_to_whoever_waits(tmp_path):
    name = f"course-kernels-test-{uuid.uuid4()}"
    script = f"""
import sys
from instructor.errors import CourseError
from instructor.kernels import client, forkserver
forkserver.importlib.util.find_spec = lambda name: name == "broken"
forkserver.PRELOADED.append("broken")
sys.argv = ["forkserver", {name!r}]
forkserver.main()
"""
    (tmp_path / "broken.py").write_text("import time; time.sleep(1); raise ImportError('half installed')")
    env = {**os.environ, "PYTHONPATH": str(tmp_path), **SINGLE_THREADED}
    subprocess.run([sys.executable, "-c", script], env=env, timeout=300, check=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as connection:
        connection.settimeout(100)
        connection.connect(f"\0{name}")
        assert "half installed" in receive(connection)["error"]


def test_a_process_with_threads_is_not_forked():
    script = """
import threading
from instructor.errors import CourseError
from instructor.kernels import client, forkserver
forkserver.importlib.util.find_spec = lambda name: None
threading.Thread(target=threading.Event().wait, daemon=True).start()
forkserver.preload()
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=300, check=False)
    assert "a fork would lose them" in done.stderr


def test_what_forks_share_is_in_huge_pages():
    script = """
import re, sys
from pathlib import Path
from instructor.kernels import forkserver
held = b"1" * (64 << 20)
forkserver.gather_pages()
print(re.search(r"AnonHugePages: +(\\d+) kB", Path("/proc/self/smaps_rollup").read_text())[1])
"""
    huge = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=300, check=True)
    if tuple(map(int, platform.release().split(".")[:2])) < (6, 1):
        pytest.skip("Linux gathers pages when it is asked to since 6.1")
    assert int(huge.stdout) > 32 << 10


def test_another_user_answering_as_the_fork_server_is_refused(monkeypatch):
    name = f"\0course-kernels-test-{uuid.uuid4()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as impostor:
        impostor.bind(name)
        impostor.listen()
        monkeypatch.setattr(forkserver, "socket_name", lambda: name)
        another = os.getuid() + 1
        monkeypatch.setattr(os, "getuid", lambda: another)
        with pytest.raises(PermissionError):
            forkserver.connect()


def test_silent_server_is_an_error_of_one_line(monkeypatch):
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    monkeypatch.setattr(forkserver, "connect", lambda: ours)
    monkeypatch.setattr(client, "STARTUP_SECONDS", 0.01)
    with its, pytest.raises(CourseError, match="did not answer within"):
        client.launch({})
    assert ours.fileno() == -1
