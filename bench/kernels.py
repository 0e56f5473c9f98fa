"""Time one small notebook in a cold, a warm and a sandboxed kernel, side by side.

Run it with `python -m bench.kernels`.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import statistics
import time
from dataclasses import astuple, dataclass
from pathlib import Path

from jupyter_client.manager import start_new_kernel

from instructor.kernels import SANDBOXED, WARM, forkserver, install

COLD = "python3"
NOTEBOOK = [
    # A CPU build of PyTorch beside PyPI's torchvision needs this first; see the module.
    "from helpers.torchvision_ops import declare_missing_operators\ndeclare_missing_operators()",
    "import torch, torchvision, torchmetrics, lightning, gensim.models, matplotlib.pyplot as plt",
    "x = torch.rand(64, 64, requires_grad=True)\n(x @ x).sum().backward()\nprint(x.grad.shape)",
]


@dataclass(frozen=True)
class Cost:
    """What one notebook took: seconds, CPU seconds of every process, MiB of its kernel that are not shared."""

    seconds: float
    cpu_seconds: float
    own_mib: float


def measure(kernel_name: str) -> Cost:
    """Run the notebook once in a new kernel."""
    started, cpu = time.perf_counter(), _cpu_seconds()
    manager, client = start_new_kernel(kernel_name=kernel_name)
    server = _server_of(manager.provisioner.pid) if kernel_name != COLD else None
    before = _cpu_of_children(server)
    try:
        for cell in NOTEBOOK:
            reply = client.execute_interactive(cell, output_hook=lambda message: None)
            if reply["content"]["status"] != "ok":
                raise RuntimeError(reply["content"]["evalue"])
        own = _own_bytes(manager.provisioner.pid) / 2**20
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    seconds = time.perf_counter() - started
    # The server counts a kernel's time when it has buried its warden, within a second.
    time.sleep(1.5 if server else 0)
    return Cost(seconds, _cpu_seconds() - cpu + _cpu_of_children(server) - before, own)


def main() -> None:
    """Print the medians and what each kernel gains on the cold one."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repetitions", type=int, default=5)
    repetitions = parser.parse_args().repetitions
    install()
    # A server of its own: another client's kernels would be counted with ours.
    name = f"{forkserver.socket_name()}-bench-{os.getpid()}"
    forkserver.socket_name = lambda: name
    started = time.perf_counter()
    measure(WARM)
    print(f"First warm kernel, server started for it: {time.perf_counter() - started:.1f} s")

    # Interleaved, so that whatever else the machine does weighs on the three alike.
    costs: dict[str, list[Cost]] = {COLD: [], WARM: [], SANDBOXED: []}
    for _ in range(repetitions):
        for kernel_name, measured in costs.items():
            measured.append(measure(kernel_name))
    medians = {
        kernel_name: Cost(*map(statistics.median, zip(*map(astuple, measured), strict=True)))
        for kernel_name, measured in costs.items()
    }
    print(f"\n{'kernel':<12} {'seconds':>8} {'CPU s':>8} {'own MiB':>8} {'faster':>8} {'less CPU':>9}")
    for kernel_name, cost in medians.items():
        gains = medians[COLD].seconds / cost.seconds, medians[COLD].cpu_seconds / cost.cpu_seconds
        print(
            f"{kernel_name:<12} {cost.seconds:>8.2f} {cost.cpu_seconds:>8.2f} {cost.own_mib:>8.0f}"
            f" {gains[0]:>7.1f}x {gains[1]:>8.1f}x"
        )
    print(f"Medians of {repetitions} runs each, interleaved.")


def _cpu_seconds() -> float:
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def _server_of(kernel: int) -> int:
    return _parent(_parent(kernel))


def _parent(pid: int) -> int:
    return int(re.search(r"^PPid:\s+(\d+)", Path(f"/proc/{pid}/status").read_text(), re.M)[1])


def _cpu_of_children(server: int | None) -> float:
    """Return the CPU seconds of all that `server` started and that has ended."""
    if server is None:
        return 0
    fields = Path(f"/proc/{server}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


def _own_bytes(pid: int) -> int:
    smaps = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return 1024 * sum(int(kib) for kib in re.findall(r"^Private_\w+:\s+(\d+) kB", smaps, re.M))


if __name__ == "__main__":
    main()
