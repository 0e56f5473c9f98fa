"""What students import runs on Windows and macOS too: nothing in it needs Linux, a file's owner or a POSIX path."""

import ast
from pathlib import Path

import pytest

HELPERS = Path(__file__).resolve().parents[2] / "helpers"
FILES = sorted(HELPERS.rglob("*.py"))
# Modules that Windows lacks, and what os, time, signal, socket, multiprocessing and shutil have nowhere else.
UNIX_MODULES = {"crypt", "fcntl", "grp", "nis", "ossaudiodev", "posix", "pty", "pwd", "resource", "spwd", "syslog"}
UNIX_MODULES |= {"termios", "tty"}
UNIX_NAMES = {"chown", "chroot", "confstr", "fchmod", "fchown", "fork", "forkpty", "getegid", "geteuid", "getgid"}
UNIX_NAMES |= {
    "getloadavg",
    "getpgid",
    "getpriority",
    "getuid",
    "killpg",
    "lchown",
    "mkfifo",
    "nice",
    "openpty",
    "pread",
}
UNIX_NAMES |= {"pread", "pwrite", "sched_getaffinity", "sched_setaffinity", "sendfile", "setgid", "setsid", "statvfs"}
UNIX_NAMES |= {
    "statvfs",
    "sync",
    "sysconf",
    "tzset",
    "uname",
    "wait3",
    "wait4",
    "waitpid",
    "AF_UNIX",
    "SIGALRM",
    "SIGKILL",
}
UNIX_NAMES |= {"SIGUSR1", "SIGUSR2", "alarm", "setitimer", "O_CLOEXEC", "O_DIRECTORY", "O_NOFOLLOW", "symlink_to"}
OWNERS = {"os", "time", "signal", "socket", "shutil", "path", "Path", "posixpath"}
SYSTEM_PATHS = ("/proc", "/dev/", "/tmp", "/etc/", "/usr/", "/var/", "/bin/", "/sys/", "/home/", "/root", "~/")


def unportable(text: str) -> list[str]:
    """Return what a program needs of Unix, as far as its text shows it."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names if alias.name.partition(".")[0] in UNIX_MODULES]
        elif isinstance(node, ast.ImportFrom):
            names = [alias.name for alias in node.names]
            found += [node.module] if (node.module or "").partition(".")[0] in UNIX_MODULES else []
            found += [name for name in names if node.module in OWNERS and name in UNIX_NAMES]
        elif isinstance(node, ast.Attribute):
            owner = node.value.id if isinstance(node.value, ast.Name) else ""
            found += [node.attr] if node.attr in UNIX_NAMES and owner in OWNERS else []
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found += [node.value] if node.value.startswith(SYSTEM_PATHS) else []
        elif isinstance(node, ast.Call):
            found += _text_without_encoding(node)
    return found


def _text_without_encoding(call: ast.Call) -> list[str]:
    """Windows writes and reads text in an encoding of its own where none is named."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    texts = [node.value for arg in call.args for node in ast.walk(arg) if isinstance(node, ast.Constant)]
    is_binary = any(text in ("rb", "wb", "ab", "xb") for text in texts)
    is_text = name in ("read_text", "write_text") or (name == "open" and not is_binary and _opens_a_file(call))
    return [] if not is_text or any(option.arg == "encoding" for option in call.keywords) else [f"{name} of a text"]


def _opens_a_file(call: ast.Call) -> bool:
    owner = call.func.value if isinstance(call.func, ast.Attribute) else None
    return not (isinstance(owner, ast.Name) and owner.id in ("Image", "archive", "gzip", "tarfile"))


@pytest.mark.parametrize("file", FILES, ids=[file.relative_to(HELPERS).as_posix() for file in FILES])
def test_no_module_of_the_helpers_needs_unix(file):
    assert unportable(file.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("import os\npages = os.sysconf('SC_PAGE_SIZE')", "sysconf"),
        ("import fcntl", "fcntl"),
        ("from resource import getrusage", "resource"),
        ("from os import fork", "fork"),
        ("import signal\nsignal.alarm(3)", "alarm"),
        ("import os\nos.sched_getaffinity(0)", "sched_getaffinity"),
        ("path = '/tmp/data'", "/tmp/data"),
        ("open('/proc/meminfo', encoding='utf-8')", "/proc/meminfo"),
        ("path.read_text()", "read_text of a text"),
        ("open(name, 'w')", "open of a text"),
        ("path.open()", "open of a text"),
    ],
)
def test_what_would_need_it_is_found(text, word):
    assert word in unportable(text)
