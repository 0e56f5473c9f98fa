"""The Jupyter kernel provisioner: any Jupyter client that asks for a course kernel gets a warm one."""

from __future__ import annotations

import asyncio
import dataclasses
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning import LocalProvisioner
from traitlets import Bool, Dict

from instructor.kernels.client import launch
from instructor.kernels.limits import Limits
from instructor.kernels.sandbox import SandboxUnavailable, course_folders, sandbox_available, sandbox_environment

KILL_SECONDS = 5


class WarmProvisioner(LocalProvisioner):
    """Start kernels as forks of a process that has imported the heavy libraries."""

    sandbox = Bool(False, help="Run the kernel in the sandbox, on a copy of its working directory.").tag(config=True)
    limits = Dict(help="What differs from the default limits of the sandbox; see `Limits`.").tag(config=True)
    # Why the last kernel was killed, if a limit or an accident did it.
    death_reason: str | None = None

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Choose ipc sockets in the abstract namespace, which leave no file behind."""
        if self.sandbox:
            available, reason = await asyncio.to_thread(sandbox_available)
            if not available:
                raise SandboxUnavailable(reason)
        self.parent.transport = "ipc"
        self.parent.ip = f"@course-kernel-{self.kernel_id}"
        return await super().pre_launch(**kwargs)

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Fork the kernel; the command of the specification is not run."""
        # Where the client happens to run is no hand-in: without a folder, the sandbox starts with an empty one.
        self.cwd = kwargs.get("cwd") or (None if self.sandbox else Path.cwd())
        request = {
            "connection_file": os.path.realpath(self.parent.connection_file),
            # What the sandbox hides must not even reach the process that becomes the kernel: it can search its memory.
            "env": sandbox_environment(kwargs["env"]) if self.sandbox else kwargs["env"],
            "cwd": self.cwd and os.path.realpath(self.cwd),
            "cpus": sorted(os.sched_getaffinity(0)),
            "sandbox": self.sandbox,
            "hidden": [os.fspath(folder) for folder in course_folders(Path.cwd())] if self.sandbox else [],
            "limits": dataclasses.asdict(Limits(**self.limits)),
        }
        self.process = await asyncio.to_thread(launch, request)
        self.pid = self.process.pid
        return self.connection_info | ({"ip": self.process.ip} if self.process.ip else {})

    async def kill(self, restart: bool = False) -> None:
        """Kill the kernel and wait for its end, milliseconds away: jupyter_client looks every tenth of a second."""
        await super().kill(restart)
        if self.process:
            with suppress(TimeoutError):
                await asyncio.to_thread(self.process.wait, KILL_SECONDS)

    async def poll(self) -> int | None:
        """Return the exit code, None while the kernel runs; log once why it was killed."""
        code = await super().poll()
        reason = self.process and self.process.reason
        if reason and reason != self.death_reason:
            self.log.warning("Kernel killed: %s", reason)
            self.death_reason = reason
        return code
