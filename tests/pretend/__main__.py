"""Run the corrected labs as on a GPU and print the table of docs/results.md: `python -m tests.pretend [LAB...]`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from bench.cells import COURSE

KINDS = ("to the device", "to the device, pinned", "to the host", "waits")


def run(lab: str) -> subprocess.CompletedProcess:
    """Run one lab in a process of its own."""
    command = [sys.executable, "-m", "tests.pretend.lab", lab]
    return subprocess.run(command, cwd=COURSE.root, capture_output=True, text=True, check=False)


def row(lab: str, printed: str) -> str:
    """Return a line of the table: how often each kind happened, megabytes, and where most often."""
    figures = json.loads(printed.strip().rpartition("\n")[2])
    totals = {kind: sum(count for one, _, count in figures["counts"] if one == kind) for kind in KINDS}
    sizes = [f"{totals[kind]} ({figures['megabytes'].get(kind, 0):.1f} MB)" for kind in KINDS[:3]]
    kind, place, count = (figures["counts"] or [("", "", "")])[0]
    most = f"{place}: {count} ({kind})" if place else ""
    return f"| {lab} | {' | '.join(sizes)} | {totals['waits']} | {most} |"


def main(labs: list[str]) -> None:
    """Print the table, then what stopped a lab, if anything did."""
    print("| lab | copies to the device that block | pinned | copies to the host | waits | most often, in which cell |")
    print("|---|---|---|---|---|---|", flush=True)
    stopped = []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for lab, done in zip(labs, pool.map(run, labs), strict=True):
            if done.returncode:
                stopped.append(f"{lab}: {done.stderr.strip().rpartition(chr(10))[2]}")
            else:
                print(row(lab, done.stdout), flush=True)
    if stopped:
        sys.exit("\n".join(stopped))


if __name__ == "__main__":
    main(sys.argv[1:] or COURSE.labs)
