"""The box a hand-in runs in: built by bubblewrap, entered by a fork of the warm process.

bubblewrap makes a new root: the system and the Python environment read-only, without the course wherever it lies, a few
small file systems in memory to write to, its own processes, network, and inter-process communication. A waiting `cat`
keeps it alive. The warm fork enters these namespaces, gives up every privilege and becomes the kernel. Killing the box
kills all that is in it.
"""

from __future__ import annotations

import ctypes
import functools
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from instructor.kernels.limits import MIB, SINGLE_THREADED, Limits
from instructor.kernels.seccomp import load_library, restrict_system_calls

WORK = "/content"  # as on Colab
RENDEZVOUS = "/run/kernel"
WRITABLE = [WORK, RENDEZVOUS, "/tmp", "/dev/shm"]
# What a notebook may learn of the environment of whoever starts it.
PASSED_VARIABLES = frozenset(["COURSE_SEED", "COURSE_MODE", "NBGRADER_EXECUTION", *SINGLE_THREADED])
_SYSTEM_FILES = [
    "/etc/alternatives",
    "/etc/fonts",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/mime.types",
    "/etc/ssl/certs",
]
_PYTHON = ["bin", "etc", "include", "lib", "lib64", "libexec", "pyvenv.cfg", "share"]
_USER = "etudiant"
_NAMESPACES = {
    "mnt": 0x00020000,
    "cgroup": 0x02000000,
    "uts": 0x04000000,
    "ipc": 0x08000000,
    "user": 0x10000000,
    "pid": 0x20000000,
    "net": 0x40000000,
}
_PR_SET_DUMPABLE = 4
_CAPABILITY_VERSION = 0x20080522

_libc = ctypes.CDLL(None, use_errno=True)


class SandboxUnavailable(RuntimeError):
    """This machine cannot isolate a hand-in; the message says why and what to do."""


@functools.cache
def sandbox_available() -> tuple[bool, str]:
    """Tell whether a box can be built here, and if not, why and what to do about it."""
    if sys.platform != "linux":
        return False, "the sandbox needs Linux: grade on a Linux machine, or in a virtual machine"
    if not shutil.which("bwrap"):
        return False, "bubblewrap is not installed: apt-get install bubblewrap"
    try:
        load_library()
    except OSError:
        return False, "libseccomp is not installed: apt-get install libseccomp2"
    try:
        box = Box(Limits())
    except SandboxUnavailable as error:
        return False, str(error)
    box.close()
    return True, "bubblewrap"


class Box:
    """Namespaces that wait for a process to enter them.

    Parameters
    ----------
    limits
        Sizes of the writable file systems.
    hidden
        Folders to leave empty, also where they lie in what is readable.

    Raises
    ------
    SandboxUnavailable
        bubblewrap could not build it.
    """

    def __init__(self, limits: Limits, hidden: Sequence[Path] = ()) -> None:
        # RLIMIT_NPROC does not bind root, and counts by user: started by root, each notebook gets a user of its own.
        self.uid = os.getuid() or _unused_uid()
        report, write_end = os.pipe()
        users = os.memfd_create("passwd", 0)
        os.pwrite(users, f"{_USER}:x:{self.uid}:{self.uid}::/tmp:/bin/sh\n".encode(), 0)
        # The box may read how its first process was called.
        options = os.memfd_create("options", 0)
        os.pwrite(options, "\0".join(_arguments(limits, users, hidden)).encode(), 0)
        command = ["bwrap", "--info-fd", str(write_end), "--args", str(options), "--", "cat"]
        try:
            self._process = subprocess.Popen(
                command,
                env={"PATH": os.environ.get("PATH", os.defpath)},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                pass_fds=[write_end, users, options],
            )
        finally:
            for descriptor in (write_end, users, options):
                os.close(descriptor)
        # The echo says that the file systems are in place: bubblewrap starts `cat` last.
        with suppress(BrokenPipeError):
            self._process.stdin.write(b"\n")
            self._process.stdin.flush()
        if self._process.stdout.read(1) != b"\n":
            reason = self._process.communicate()[1].decode(errors="replace").strip()
            os.close(report)
            raise SandboxUnavailable(
                f"bubblewrap cannot isolate a process here ({reason}). User namespaces may be forbidden: see "
                "kernel.unprivileged_userns_clone, kernel.apparmor_restrict_unprivileged_userns, or the seccomp "
                "profile of the container"
            )
        with os.fdopen(report) as file:
            init: int = json.load(file)["child-pid"]
        self._init = os.pidfd_open(init)
        self._namespaces = Path("/proc", str(init), "ns")
        self._root = os.open(f"/proc/{init}/root", os.O_PATH | os.O_DIRECTORY)

    def path(self, inside: str) -> Path:
        """Return a path that leads to `inside` from outside the box, for as long as the calling process lives."""
        return Path("/proc", str(os.getpid()), "fd", str(self._root), inside.lstrip("/"))

    def enter(self) -> None:
        """Move the calling process into the box, but for the process namespace, in which only its children will be."""
        flags = 0
        for name, flag in _NAMESPACES.items():
            # Root builds the box without a user namespace, and entering one's own is an error.
            if (self._namespaces / name).stat().st_ino != Path("/proc/self/ns", name).stat().st_ino:
                flags |= flag
        # All at once: a user other than root has the right to enter as long as it is in none.
        _check(_libc.setns(self._init, flags), "setns")

    def close(self) -> None:
        """Kill whatever is in the box."""
        self._process.kill()
        self.release()
        self._process.wait()

    def release(self) -> None:
        """Let go of what leads out of the box, in a process that must not hold it."""
        os.close(self._root)
        os.close(self._init)
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            pipe.close()


def confine(uid: int, limits: Limits) -> None:
    """Give up every privilege of the calling process, then bind it to its limits, for good."""
    if os.getuid() != uid:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0)
    _check(_libc.capset(header, (ctypes.c_uint32 * 6)()), "capset")
    # Having changed its user, a process may no longer read its own /proc/self, where Python looks for its files.
    _check(_libc.prctl(_PR_SET_DUMPABLE, 1, 0, 0, 0), "prctl")
    # Short of memory, the machine must kill a notebook before anything else.
    Path("/proc/self/oom_score_adj").write_text("1000")
    limits.apply()
    restrict_system_calls()


def sandbox_environment(env: dict[str, str]) -> dict[str, str]:
    """Return the environment of a boxed kernel: what it needs, and of `env` only `PASSED_VARIABLES`."""
    fixed = {
        "PATH": f"{sys.prefix}/bin:/usr/bin:/bin",
        "HOME": "/tmp",
        "TMPDIR": "/tmp",
        "USER": _USER,
        "LANG": "C.UTF-8",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "PIP_NO_INDEX": "1",  # out of reach: fail at once
    }
    return fixed | SINGLE_THREADED | {name: value for name, value in env.items() if name in PASSED_VARIABLES}


def copy_work(source: Path, destination: Path, uid: int, limit: int) -> None:
    """Copy the regular files of `source`, but no notebook and no link, into the work copy of a box, for `uid`.

    Raises
    ------
    ValueError
        The folder holds more than `limit` bytes: it is not a hand-in.
    """
    total = 0
    for folder, subfolders, names in os.walk(source):
        subfolders[:] = [name for name in subfolders if not Path(folder, name).is_symlink()]
        target = destination / Path(folder).relative_to(source)
        copied = [target / name for name in subfolders]
        for path in copied:
            path.mkdir()
        for name in names:
            file = Path(folder, name)
            if file.suffix == ".ipynb" or file.is_symlink() or not file.is_file():
                continue
            total += file.stat().st_size
            if total > limit:
                raise ValueError(f"{source} holds more than {limit} bytes beside its notebooks: is it a hand-in?")
            copied.append(Path(shutil.copyfile(file, target / name)))
        for path in copied:
            os.chown(path, uid, -1)


def course_folders(start: Path) -> list[Path]:
    """Return the folders of courses, which no hand-in may read: where `start` lies, and where `helpers` do."""
    above = (folder for place in (start, _helpers().resolve()) for folder in (place, *place.parents))
    return sorted({folder for folder in above if (folder / "nbgrader_config.py").is_file()})


def _helpers() -> Path:
    return Path(importlib.util.find_spec("helpers").origin).parent


def _arguments(limits: Limits, users: int, hidden: Sequence[Path]) -> list[str]:
    arguments = ["--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"]
    if os.getuid() != 0:
        arguments += ["--unshare-user", "--disable-userns"]
    arguments += ["--die-with-parent", "--new-session", "--hostname", "course"]
    arguments += ["--proc", "/proc", "--dev", "/dev"]
    for path in WRITABLE:
        size = MIB if path == RENDEZVOUS else limits.scratch
        arguments += ["--perms", "1777", "--size", str(size), "--tmpfs", path]
    for path in ("/bin", "/sbin", "/lib", "/lib64"):
        if Path(path).is_symlink():
            arguments += ["--symlink", str(Path(path).readlink()), path]
        else:
            arguments += ["--ro-bind-try", path, path]
    readable = _readable_folders(hidden)
    masks = [folder for folder in hidden if readable.intersection(folder.parents)]
    arguments += ["--perms", "0755", "--dir", "/etc"]
    # From the outside in: what is read of a folder that is hidden comes back into it.
    for path in sorted({*readable, *masks}):
        # bubblewrap would make them for its own user alone.
        for parent in reversed(path.parents[:-1]):
            arguments += ["--perms", "0755", "--dir", str(parent)]
        if path in masks:
            arguments += ["--perms", "0755", "--size", str(MIB), "--tmpfs", str(path)]
        else:
            arguments += ["--ro-bind-try", str(path), str(path)]
    for path in _SYSTEM_FILES:
        arguments += ["--ro-bind-try", path, path]
    arguments += ["--perms", "0644", "--ro-bind-data", str(users), "/etc/passwd"]
    for path in ("/dev", *map(str, masks), "/"):
        arguments += ["--remount-ro", path]
    return arguments


def _readable_folders(hidden: Sequence[Path]) -> set[Path]:
    """Return where the system, Python and the course's `helpers` are read from: nothing else of the course."""
    folders = {Path("/usr"), Path(sys.prefix), Path(sys.base_prefix), _helpers()}
    folders |= {folder.resolve() for folder in folders}
    # An environment made in the course's own folder is its parts.
    parts = {folder / part for folder in folders.intersection(hidden) for part in _PYTHON}
    return folders.difference(hidden) | {part for part in parts if part.exists()}


def _unused_uid() -> int:
    """Return a user that nobody has: another one for each live process, far above real accounts."""
    mapped = int(Path("/proc/self/uid_map").read_text().split()[2])
    return mapped // 2 - os.getpid() % (mapped // 4)


def _check(result: int, name: str) -> None:
    if result != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{name}: {os.strerror(code)}")
