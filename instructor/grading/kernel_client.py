"""A client of a kernel that starts as soon as the kernel is heard."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from queue import Empty

from jupyter_client.asynchronous import AsyncKernelClient

KERNEL_START = 60  # seconds, on a machine that another hand-in keeps busy


class KernelClient(AsyncKernelClient):
    """A client that is ready as soon as it hears the kernel."""

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Return once the kernel is heard; RuntimeError if it dies first, or says nothing for `timeout` seconds.

        jupyter_client's own method then listens for another fifth of a second. What is still to come answers a question
        that nobody waits for: nbclient leaves it out.
        """
        end = time.monotonic() + (timeout or KERNEL_START)
        while time.monotonic() < end and await self.parent.is_alive():
            # What was published before the kernel knew of this client is lost: hence more than one question.
            self.kernel_info()
            with suppress(Empty):
                await self.get_iopub_msg(timeout=0.2)
                return
        raise RuntimeError("Kernel died, or did not answer in time")


@contextmanager
def signals_left_alone() -> Iterator[None]:
    """Keep nbclient from answering Ctrl-C: it would kill the kernel, and go on as if the notebook had done so."""
    loop = asyncio.get_running_loop()

    def refuse(*_: object) -> None:
        raise RuntimeError("outside the main thread, a loop answers so, which nbclient expects")

    loop.add_signal_handler = refuse
    try:
        yield
    finally:
        del loop.add_signal_handler
