"""The Jupyter kernel provisioner: any Jupyter client that asks for a course kernel gets a warm one."""

from __future__ import annotations

import asyncio
import os
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning import LocalProvisioner
from traitlets import Bool

from instructor.kernels.client import launch


class WarmProvisioner(LocalProvisioner):
    """Start kernels as forks of a process that has imported the heavy libraries."""

    sandbox = Bool(False, help="Run the kernel in the sandbox, on a copy of its working directory.")

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Choose ipc sockets in the abstract namespace, which leave no file behind."""
        self.parent.transport = "ipc"
        self.parent.ip = f"@course-kernel-{self.kernel_id}"
        return await super().pre_launch(**kwargs)

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Fork the kernel; the command of the specification is not run."""
        self.cwd = os.path.realpath(kwargs.get("cwd") or ".")
        request = {"connection_file": self.parent.connection_file, "env": kwargs["env"], "cwd": self.cwd}
        self.process = await asyncio.to_thread(launch, request)
        self.pid = self.process.pid
        return self.connection_info
