"""Close the system calls through which a sandboxed process would escape its limits.

Namespaces and rlimits leave a few doors open: memory that no limit counts (`memfd_create`, what System V shares, a file
system mounted in a new user namespace, large buffers of sockets), sockets that no network namespace holds (`AF_VSOCK`
reaches the host of a virtual machine), and large parts of the system that no notebook needs (io_uring, bpf, keyrings).
"""

from __future__ import annotations

import ctypes
import errno

_ALLOW = 0x7FFF0000
_ERRNO = 0x00050000
_EQUAL, _GREATER_EQUAL, _MASKED_EQUAL = 4, 5, 7
_NEW_NAMESPACES = [1 << bit for bit in (7, 17, 25, 26, 27, 28, 29, 30)]
# AF_UNIX and AF_NETLINK stay. Of the others, some reach out of the network namespace, and those of the Internet, which
# have nobody to talk to in it, keep megabytes for each connection.
_CLOSED_FAMILIES = range(2, 16)
_FIRST_CLOSED_FAMILY = 17
# With what it keeps by default, a socket is counted (`limits.Meter`).
_SOCKET_OPTIONS = 1  # SOL_SOCKET
_BUFFER_SIZES = [7, 8, 32, 33]  # SO_SNDBUF, SO_RCVBUF, and the same by force

_UNCOUNTED_MEMORY = ["memfd_create", "memfd_secret", "shmget", "semget", "msgget"]
_MOUNTS = [
    "mount",
    "umount2",
    "pivot_root",
    "chroot",
    "fsopen",
    "fspick",
    "fsmount",
    "move_mount",
    "open_tree",
    "mount_setattr",
]
_NAMESPACES = ["unshare", "setns"]
_OTHER_PROCESSES = ["ptrace", "process_vm_readv", "process_vm_writev", "pidfd_getfd"]
# The client reaches the kernel's sockets by their paths in the box, and must not be led elsewhere.
_LINKS = ["symlink", "symlinkat"]
# The one core that a hand-in is given keeps it from starving the others.
_SCHEDULING = ["sched_setaffinity"]
_UNNEEDED = ["add_key", "keyctl", "request_key", "bpf", "perf_event_open", "userfaultfd", "io_uring_setup"]


class _Condition(ctypes.Structure):
    _fields_ = [("arg", ctypes.c_uint), ("op", ctypes.c_int), ("a", ctypes.c_uint64), ("b", ctypes.c_uint64)]


def load_library() -> ctypes.CDLL:
    """Return libseccomp; OSError where it is not installed."""
    library = ctypes.CDLL("libseccomp.so.2")
    library.seccomp_init.restype = ctypes.c_void_p
    library.seccomp_init.argtypes = [ctypes.c_uint32]
    library.seccomp_load.argtypes = [ctypes.c_void_p]
    library.seccomp_rule_add_array.argtypes = [
        ctypes.c_void_p,
        ctypes.c_uint32,
        ctypes.c_int,
        ctypes.c_uint,
        ctypes.POINTER(_Condition),
    ]
    return library


def restrict_system_calls() -> None:
    """Filter the system calls of the calling process and of all that it will start."""
    library = load_library()
    rules = library.seccomp_init(_ALLOW)

    def refuse(name: str, code: int, *conditions: tuple[int, ...]) -> None:
        call = library.seccomp_syscall_resolve_name(name.encode())
        if call < 0:  # unknown to this libseccomp or to this architecture
            return
        array = (_Condition * len(conditions))(*(_Condition(*condition) for condition in conditions))
        if error := library.seccomp_rule_add_array(rules, _ERRNO | code, call, len(conditions), array):
            raise OSError(-error, f"seccomp rule for {name}")

    for name in _UNCOUNTED_MEMORY + _MOUNTS + _NAMESPACES + _OTHER_PROCESSES + _LINKS + _SCHEDULING + _UNNEEDED:
        refuse(name, errno.EPERM)
    for flag in _NEW_NAMESPACES:
        refuse("clone", errno.EPERM, (0, _MASKED_EQUAL, flag, flag))
    # Its flags are behind a pointer, which a filter cannot read; the C library falls back on clone.
    refuse("clone3", errno.ENOSYS)
    for call in ("socket", "socketpair"):
        for family in _CLOSED_FAMILIES:
            refuse(call, errno.EAFNOSUPPORT, (0, _EQUAL, family))
        refuse(call, errno.EAFNOSUPPORT, (0, _GREATER_EQUAL, _FIRST_CLOSED_FAMILY))
    for option in _BUFFER_SIZES:
        refuse("setsockopt", errno.EPERM, (1, _EQUAL, _SOCKET_OPTIONS), (2, _EQUAL, option))
    if error := library.seccomp_load(rules):
        raise OSError(-error, "seccomp filter")
