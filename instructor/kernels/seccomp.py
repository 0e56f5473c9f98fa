"""Close the system calls through which a sandboxed process would escape its limits.

Namespaces and rlimits leave a few doors open: memory that no limit counts (`memfd_create`, System V segments, a file
system mounted in a new user namespace), sockets that no network namespace holds (`AF_VSOCK` reaches the host of a
virtual machine), and large parts of the system that no notebook needs (io_uring, bpf, keyrings).
"""

from __future__ import annotations

import ctypes
import errno

_ALLOW = 0x7FFF0000
_ERRNO = 0x00050000
_GREATER_EQUAL, _MASKED_EQUAL = 5, 7
_NEW_NAMESPACES = [1 << bit for bit in (7, 17, 25, 26, 27, 28, 29, 30)]
# AF_UNIX, AF_INET, AF_INET6 and AF_NETLINK stay; what comes after them reaches out of the network namespace.
_FIRST_CLOSED_FAMILY = 17

_UNCOUNTED_MEMORY = ["memfd_create", "memfd_secret", "shmget"]
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

    def refuse(name: str, code: int, *condition: int) -> None:
        call = library.seccomp_syscall_resolve_name(name.encode())
        if call < 0:  # unknown to this libseccomp or to this architecture
            return
        array = (_Condition * 1)(_Condition(*condition)) if condition else None
        if error := library.seccomp_rule_add_array(rules, _ERRNO | code, call, len(array or ()), array):
            raise OSError(-error, f"seccomp rule for {name}")

    for name in _UNCOUNTED_MEMORY + _MOUNTS + _NAMESPACES + _OTHER_PROCESSES + _LINKS + _SCHEDULING + _UNNEEDED:
        refuse(name, errno.EPERM)
    for flag in _NEW_NAMESPACES:
        refuse("clone", errno.EPERM, 0, _MASKED_EQUAL, flag, flag)
    # Its flags are behind a pointer, which a filter cannot read; the C library falls back on clone.
    refuse("clone3", errno.ENOSYS)
    refuse("socket", errno.EAFNOSUPPORT, 0, _GREATER_EQUAL, _FIRST_CLOSED_FAMILY)
    refuse("socketpair", errno.EAFNOSUPPORT, 0, _GREATER_EQUAL, _FIRST_CLOSED_FAMILY)
    if error := library.seccomp_load(rules):
        raise OSError(-error, "seccomp filter")
