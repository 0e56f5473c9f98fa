"""A process that has imported the heavy libraries and forks a kernel for each connection.

The server listens on an abstract Unix socket whose name holds the user and a digest of the environment. So there is
one server for each user and environment, shared by every client of the machine; a changed environment is another name,
hence a new server; and nothing is left in the file system, however the server ends. It stops when nobody has used it
for a while.

It stays single-threaded and computes nothing: threads and CUDA contexts do not survive a fork.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import gc
import hashlib
import importlib
import importlib.util
import inspect
import io
import os
import select
import socket
import subprocess
import sys
import sysconfig
import time
import traceback
from pathlib import Path

from instructor.kernels.limits import SINGLE_THREADED
from instructor.kernels.protocol import is_of_this_user, send
from instructor.kernels.warden import guard

# Whatever is installed of what the labs import, and what a kernel itself is made of.
PRELOADED = [
    "numpy",
    "torch",
    "torchvision",
    "torchvision.transforms.v2",
    "torchmetrics",
    "lightning",
    "pyconll",
    "gensim.models",
    "matplotlib.pyplot",
    "tqdm.auto",
    # ipykernel imports these when a kernel starts; the debugger alone takes half of that time.
    "ipykernel.kernelapp",
    "ipykernel.debugger",
    "tornado.platform.asyncio",
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.logger",
    "IPython.core.oinspect",
    "IPython.core.pylabtools",
    "IPython.extensions.storemagic",
    "psutil",
    # What the first error of a notebook imports.
    "pygments.formatters.terminal256",
    "stack_data",
]
IDLE_SECONDS = 120
HUGE_PAGE = 2 << 20
MADV_COLLAPSE = 25


def connect() -> socket.socket:
    """Return a connection to this environment's server, which is started if nobody listens."""
    name = socket_name()
    for _ in range(3):
        with contextlib.suppress(ConnectionRefusedError):
            return _connect(name)
        _start(name)
    raise RuntimeError("The kernels' fork server starts but does not listen.")


def socket_name() -> str:
    """Return the address of the server: it changes with the user, Python, the packages and the code that it runs."""
    # A process may give its children a lower priority than its own, but no higher: one server for each.
    digest = hashlib.sha256(f"{sys.executable}\n{sys.version}\n{os.getpriority(os.PRIO_PROCESS, 0)}\n".encode())
    site_packages = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    files = [entry for folder in site_packages for entry in Path(folder).iterdir()]
    files += Path(__file__).parent.glob("*.py")
    files.append(Path(importlib.util.find_spec("helpers").origin).with_name("torchvision_ops.py"))
    for file in sorted(files):
        with contextlib.suppress(FileNotFoundError):
            digest.update(f"{file}\t{file.stat().st_mtime_ns}\n".encode())
    return f"\0course-kernels-{os.getuid()}-{digest.hexdigest()[:16]}"


def _connect(name: str) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        connection.connect(name)
        if not is_of_this_user(connection):
            raise PermissionError("Another user answers under the name of the kernels' fork server.")
    except BaseException:
        connection.close()
        raise
    return connection


def _start(name: str) -> None:
    """Start the server and return as soon as it listens; it imports the libraries afterwards."""
    kept = {key: os.environ[key] for key in ("PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH") if key in os.environ}
    fixed = {"LANG": "C.UTF-8", "MPLBACKEND": "module://matplotlib_inline.backend_inline"}
    subprocess.run(
        [sys.executable, "-I", "-m", __name__, name.lstrip("\0")],
        env=kept | fixed | SINGLE_THREADED,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
        check=True,
    )


def main() -> None:
    """Listen under the given name, in the background; do nothing if another server does."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        listener.bind(f"\0{sys.argv[1]}")
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return
        raise
    listener.listen(128)
    if os.fork():
        os._exit(0)
    # A client's terminal or pipe must not be held open by a server that outlives it.
    os.dup2(os.open(os.devnull, os.O_RDWR), 2)
    try:
        preload()
    except Exception:
        _refuse_all(listener, traceback.format_exc())
        raise
    serve(listener)


def preload() -> None:
    """Import the libraries, and check that the process can be forked."""
    gc.disable()
    if importlib.util.find_spec("torch"):
        from helpers.torchvision_ops import declare_missing_operators

        declare_missing_operators()
    for name in PRELOADED:
        if importlib.util.find_spec(name.partition(".")[0]):
            importlib.import_module(name)
    rehearse()
    threads = len(list(Path("/proc/self/task").iterdir()))
    if threads > 1:
        raise RuntimeError(f"{threads} threads run after the imports: a fork would lose them.")
    # What is frozen is never visited by the collector of a fork, so its pages stay shared.
    gc.collect()
    gc.freeze()
    with contextlib.suppress(OSError, ValueError, AttributeError):  # kernels only start slower without
        gather_pages()


def gather_pages() -> None:
    """Have Linux hold what was imported in huge pages, where it can: a fork looks at each page of its parent.

    There are some 85,000 of 4 kB, and two forks a kernel. What a fork writes to is still copied by 4 kB. Linux refuses
    where it is older than 6.1, or short of memory.
    """
    madvise = ctypes.CDLL(None).madvise
    madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    for line in Path("/proc/self/maps").read_text().splitlines():
        addresses, permissions, _, _, inode, *_ = line.split(maxsplit=5)
        start, end = (int(address, 16) for address in addresses.split("-"))
        start, end = -(-start // HUGE_PAGE) * HUGE_PAGE, end // HUGE_PAGE * HUGE_PAGE
        if permissions.startswith("rw") and inode == "0" and start < end:
            madvise(start, end - start, MADV_COLLAPSE)


def rehearse() -> None:
    """Do what takes the first figure and the first error of a notebook so long: forks inherit what is remembered.

    The inline backend stays out: it looks for its shell when it is imported.
    """
    if "matplotlib" in sys.modules:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        figure = Figure()
        FigureCanvasAgg(figure)
        figure.subplots().plot([0, 1])
        figure.savefig(io.BytesIO(), bbox_inches="tight")
    # Looks for the file of every module.
    inspect.getmodule(compile("", "<cell>", "exec"))


def serve(listener: socket.socket, idle_seconds: float = IDLE_SECONDS) -> None:
    """Fork a warden for each connection until nobody has been served for `idle_seconds`."""
    forget_course_modules()
    wardens: set[int] = set()
    last_used = time.monotonic()
    while wardens or time.monotonic() - last_used < idle_seconds:
        if select.select([listener], [], [], 1)[0]:
            connection, _ = listener.accept()
            with connection:
                if not is_of_this_user(connection):
                    continue
                if pid := os.fork():
                    wardens.add(pid)
                else:
                    listener.close()
                    guard(connection)
        wardens -= {pid for pid in wardens if os.waitpid(pid, os.WNOHANG)[0]}
        if wardens:
            last_used = time.monotonic()


def forget_course_modules() -> None:
    """Let every notebook import the course's own packages as they are on disk then; libraries alone are kept warm.

    Done before the forks, each of which would copy the pages of all the names that it looked at. The one that stays
    holds the operators that it declared, which cannot be declared twice.
    """
    for name in list(sys.modules):
        if name.partition(".")[0] in ("helpers", "instructor") and name != "helpers.torchvision_ops":
            del sys.modules[name]


def _refuse_all(listener: socket.socket, reason: str) -> None:
    """Tell the clients that already wait why there will be no kernel."""
    while select.select([listener], [], [], 0)[0]:
        connection, _ = listener.accept()
        with connection:
            send(connection, {"error": reason})


if __name__ == "__main__":
    main()
