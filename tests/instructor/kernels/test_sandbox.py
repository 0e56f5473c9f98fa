"""What a hand-in can and cannot do in the sandbox."""

import json
import os
import sys
import uuid
from pathlib import Path

import pytest
from jupyter_client.manager import start_new_kernel

from instructor.kernels import SANDBOXED, forkserver, sandbox
from instructor.kernels.client import KernelLaunchError
from instructor.kernels.limits import MIB, Limits
from instructor.kernels.sandbox import SandboxUnavailable, sandbox_available

AVAILABLE, REASON = sandbox_available()
pytestmark = pytest.mark.skipif(not AVAILABLE, reason=f"no sandbox: {REASON}")

LOOK_AROUND = """
import json, os, socket, sys
from pathlib import Path
import helpers

def attempt(action):
    try:
        return str(action())
    except Exception as error:
        return type(error).__name__ + ": " + str(error)

FOLDERS = ["/", "/usr", "/etc", "/dev", "/run", "/proc/sys", sys.prefix, sys.base_prefix, *helpers.__path__]

def listed(path):
    return attempt(lambda: sorted(os.listdir(path)))

seen = {
    "tcp": attempt(lambda: socket.create_connection(("192.0.2.1", 80), 2)),
    "udp": attempt(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("192.0.2.1", 53))),
    "dns": attempt(lambda: socket.getaddrinfo("example.org", 80)),
    "vsock": attempt(lambda: socket.socket(40, socket.SOCK_STREAM)),
    "server": attempt(lambda: socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET).connect(SERVER)),
    "work": sorted(str(path) for path in Path(".").rglob("*")),
    "root": sorted(os.listdir("/")),
    "home": listed(HOME),
    "course": listed(Path(helpers.__file__).parents[1]),
    "etc": sorted(os.listdir("/etc")),
    "run": sorted(os.listdir("/run")),
    "commands": sorted(Path("/proc", pid, "comm").read_text().strip() for pid in os.listdir("/proc") if pid.isdigit()),
    "environment": sorted(os.environ),
    "status": Path("/proc/self/status").read_text(),
    "files": sorted({os.readlink(file).split(":")[0] for file in Path("/proc/self/fd").iterdir() if file.is_symlink()}),
    "written": [folder for folder in FOLDERS if os.access(folder, os.W_OK)],
    "uid": os.getuid(),
}
print(json.dumps(seen))
"""


@pytest.fixture(scope="module")
def seen(tmp_path_factory) -> dict:
    """Return what a hand-in sees of a machine where there is something to see."""
    hand_in = tmp_path_factory.mktemp("submitted") / "ada"
    (hand_in / "data").mkdir(parents=True)
    (hand_in.parent / "grace").mkdir()
    (hand_in.parent / "grace" / "lab.ipynb").write_text("{}")
    for name in ("lab.ipynb", "points.csv", "data/table.csv", "data/copy.ipynb", "torch.py"):
        (hand_in / name).write_text("1")
    (hand_in / "link").symlink_to(hand_in.parent / "grace")
    settings = f"SERVER = {forkserver.socket_name()!r}\nHOME = {str(Path.home())!r}\n"
    env = {**os.environ, "COURSE_SEED": "12", "COURSE_MODE": "fast", "AWS_SECRET_ACCESS_KEY": "secret"}
    manager, client = start_new_kernel(kernel_name=SANDBOXED, cwd=str(hand_in), env=env)
    printed = []
    try:
        client.execute_interactive(
            settings + LOOK_AROUND, timeout=300, output_hook=lambda message: printed.append(message["content"])
        )
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    return json.loads("".join(content.get("text", "") for content in printed))


def test_the_network_is_unreachable(seen):
    assert "gaierror" in seen["dns"]
    assert all("not supported" in seen[kind] for kind in ("tcp", "udp", "vsock")), seen


def test_the_fork_server_is_out_of_reach(seen):
    forkserver.connect().close()
    assert "refused" in seen["server"]


def test_the_work_copy_holds_the_files_but_no_notebook_and_no_link(seen):
    assert seen["work"] == ["data", "data/table.csv", "points.csv", "torch.py"]


def test_nothing_of_the_machine_is_seen_but_the_system_and_the_environment(seen):
    assert set(seen["course"].strip("[]").replace("'", "").split(", ")) <= {"helpers", ".venv"}
    assert not {"home", "mnt", "media", "srv", "var", "sys", "boot"} & set(seen["root"])
    assert "shadow" not in seen["etc"]
    assert seen["run"] == ["kernel"]
    assert ".bash_history" not in seen["home"]
    assert ".ssh" not in seen["home"]


def test_no_other_process_is_seen(seen):
    assert [name for name in seen["commands"] if "python" not in name] == ["bwrap", "cat"]
    assert len(seen["commands"]) == 3


def test_the_environment_is_what_the_kernel_needs(seen):
    allowed = sandbox.PASSED_VARIABLES | {"PATH", "HOME", "TMPDIR", "USER", "LANG", "MPLBACKEND", "PIP_NO_INDEX"}
    # ipykernel sets these itself.
    own = {"PYDEVD_USE_FRAME_EVAL", "TERM", "CLICOLOR", "CLICOLOR_FORCE", "FORCE_COLOR", "PAGER", "GIT_PAGER"}
    assert {"COURSE_SEED", "COURSE_MODE"} <= set(seen["environment"]) <= allowed | own


def test_the_kernel_has_no_privilege(seen):
    status = dict(line.split(":\t", 1) for line in seen["status"].splitlines())
    assert int(status["CapEff"], 16) == int(status["CapPrm"], 16) == 0
    assert status["NoNewPrivs"] == "1"
    assert status["Seccomp"] == "2"
    assert seen["uid"] != 0


def test_no_open_file_leads_out_of_the_box(seen):
    assert set(seen["files"]) <= {"/dev/null", "pipe", "socket", "anon_inode"}


def test_nothing_is_writable_but_the_private_folders(seen):
    assert seen["written"] == []


def test_modules_beside_the_notebook_replace_no_library(boxed, tmp_path):
    (tmp_path / "helpers.py").write_text("print('mine')")
    assert boxed("import helpers", cwd=tmp_path).texts == [""]


def test_honest_code_works(boxed):
    pytest.importorskip("torch")
    cell = """
import multiprocessing, subprocess, sys, tempfile
import matplotlib.pyplot as plt
import torch
from torch.utils.data import DataLoader
from helpers import setup

setup()
plt.plot([1, 2])
with open("model.pt", "wb") as file:
    torch.save(torch.nn.Linear(3, 2).state_dict(), file)
assert sum(len(batch) for batch in DataLoader(range(10), batch_size=5, num_workers=2)) == 10
with multiprocessing.Pool(2) as pool:
    assert pool.map(abs, [-1, 2]) == [1, 2]
assert subprocess.run([sys.executable, "-c", "import numpy"]).returncode == 0
tempfile.TemporaryFile().write(b"x")
"""
    shown = boxed(cell)
    assert not shown.errors
    assert any("image/png" in output.get("data", {}) for output in shown.outputs[0])


@pytest.mark.parametrize("deed", ["os._exit(0)", "os.kill(os.getpid(), 9)", "os.killpg(0, 9)"])
def test_a_kernel_that_kills_itself_is_noticed(boxed, deed):
    shown = boxed("print('before')", f"import os; {deed}")
    assert shown.died
    assert shown.texts[0] == "before\n"


def test_what_holds_the_box_cannot_be_killed_from_inside(boxed):
    # Only root holds the box as another user. Elsewhere, who kills all processes ends their own notebook.
    processes = (1, -1) if os.getuid() == 0 else (1,)
    cell = f"""
import contextlib, os
for process in {processes}:
    with contextlib.suppress(OSError):
        os.kill(process, 9)
"""
    shown = boxed(cell, "print('alive')")
    assert not shown.died
    assert shown.texts == ["", "alive\n"]


def test_orphans_end_with_the_kernel(boxed, processes_with):
    marker = f"{uuid.uuid4().int % 10**9}.5"
    for end in ("", "import os; os._exit(0)"):
        boxed(f"import subprocess; subprocess.Popen(['sleep', '{marker}'], start_new_session=True)", end)
        assert not processes_with(marker)


def test_new_namespaces_and_uncounted_memory_are_refused(boxed):
    cell = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
print(libc.unshare(0x10000000), libc.memfd_create(b"x", 0), libc.shmget(0, 4096, 0o600))
print(libc.semget(0, 32000, 0o600), libc.msgget(0, 0o600))
"""
    assert boxed(cell).texts == ["-1 -1 -1\n-1 -1\n"]


def test_what_processes_share_still_works(boxed):
    cell = """
import multiprocessing, torch
context = multiprocessing.get_context("fork")
lock, queue, shared = context.Lock(), context.Queue(), torch.zeros(3).share_memory_()

def work():
    with lock:
        shared.add_(1)
    queue.put("done")

process = context.Process(target=work)
process.start()
print(queue.get(timeout=30), shared.tolist())
process.join()
"""
    assert boxed(cell).texts == ["done [1.0, 1.0, 1.0]\n"]


def a_course_in(folder: Path) -> Path:
    """Make a course with a hand-in, an environment and helpers, below what the box may read."""
    root = folder / "lib" / "course"
    for name in ("nbgrader_config.py", "submitted/ada/lab.ipynb", "source/lab.ipynb", "helpers/a.py", ".venv/bin/a"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("secret")
    return root


@pytest.mark.parametrize("prefix", [".", "lib", "lib/course", "lib/course/.venv"])
def test_course_is_hidden_wherever_it_lies_and_what_is_needed_of_it_is_not(tmp_path, monkeypatch, prefix):
    root = a_course_in(tmp_path)
    if prefix == "lib/course":  # the course's folder is the environment
        (root / "bin").mkdir()
        (root / "bin" / "a").write_text("1")
    monkeypatch.setattr(sys, "prefix", str(tmp_path / prefix))
    monkeypatch.setattr(sandbox, "_helpers", lambda: root / "helpers")
    assert root in sandbox.course_folders(root / "submitted" / "ada")
    box = sandbox.Box(Limits(), sandbox.course_folders(tmp_path))
    try:
        inside = box.path(str(root))
        found = {str(path.relative_to(inside)) for path in inside.rglob("*") if path.is_file()}
        command = Path(f"/proc/{box._process.pid}/cmdline").read_text()
        for folder in {inside, *inside.iterdir()} if prefix in (".", "lib") else ():  # else in the box's own /tmp
            with pytest.raises(OSError, match="Read-only"):
                (folder / "note").write_text("x")
    finally:
        box.close()
    expected = {"lib/course": {"bin/a"}, "lib/course/.venv": {".venv/bin/a"}}.get(prefix, set())
    assert found == {"helpers/a.py"} | expected
    assert str(tmp_path) not in command


def test_helpers_among_the_packages_hide_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(sandbox, "_helpers", lambda: tmp_path / "site-packages" / "helpers")
    assert sandbox.course_folders(tmp_path) == []


@pytest.mark.parametrize("option", ["SO_SNDBUF", "SO_RCVBUF"])
def test_a_socket_keeps_no_more_than_it_is_counted_for(boxed, option):
    cell = f"import socket; socket.socketpair()[0].setsockopt(socket.SOL_SOCKET, socket.{option}, 10**6)"
    assert boxed(cell).errors == ["PermissionError"]


def test_the_client_cannot_be_led_to_another_socket(boxed):
    assert boxed("import os; os.symlink('/run/docker.sock', '/run/kernel/s-9')").errors == ["PermissionError"]


def test_nbgrader_executes_in_it(tmp_path, monkeypatch):
    import nbformat
    from nbgrader.preprocessors import Execute

    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    cells = ["1/0", "import os; print(os.getcwd(), os.environ['NBGRADER_EXECUTION'])"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    Execute(kernel_name=SANDBOXED).preprocess(notebook, {"metadata": {"path": str(tmp_path)}})
    assert notebook.cells[1].outputs[0].text == "/content autograde\n"


def test_without_a_folder_the_work_copy_is_empty(boxed):
    assert boxed("import os; print(os.listdir(), os.getcwd())").texts == ["[] /content\n"]


def test_a_folder_that_is_no_hand_in_is_refused(boxed, tmp_path):
    (tmp_path / "large.bin").write_bytes(bytes(3 * MIB))
    with pytest.raises(KernelLaunchError, match="is it a hand-in"):
        boxed("1", cwd=tmp_path, limits={"scratch": 2 * MIB})


def test_two_hand_ins_at_once_see_nothing_of_each_other(tmp_path):
    kernels = [start_new_kernel(kernel_name=SANDBOXED) for _ in range(2)]
    try:
        folders = [Path(manager.ip).parent for manager, _ in kernels]
        owners = [sorted(path.stat().st_uid for path in folder.iterdir()) for folder in folders]
        assert not os.getuid() or owners[0] == owners[1]
        assert os.getuid() or not set(owners[0]) & set(owners[1])
        kernels[0][1].execute("open('/tmp/note', 'w').write('hello')", silent=True)
        seen = []
        kernels[1][1].execute_interactive(
            "import os; print(os.path.exists('/tmp/note'), len(os.listdir('/dev/shm')))",
            output_hook=lambda message: seen.append(message["content"].get("text", "")),
        )
        assert "".join(seen) == "False 0\n"
    finally:
        for manager, client in kernels:
            client.stop_channels()
            manager.shutdown_kernel(now=True)


def test_without_bubblewrap_no_kernel_starts(monkeypatch, boxed):
    monkeypatch.setattr(sandbox.shutil, "which", lambda name: None)
    sandbox_available.cache_clear()
    try:
        with pytest.raises(SandboxUnavailable, match="apt-get install bubblewrap"):
            boxed("1")
    finally:
        sandbox_available.cache_clear()
