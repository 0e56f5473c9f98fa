"""Time, on the processor, until a command starts, side by side with nbgrader's: `python -m bench.start`.

`course check nowhere` imports all that the checks need and stops at the name of the lab, where they would begin.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BINARIES = Path(sys.executable).parent
STOCK = "nbgrader --help"
COMMANDS = [STOCK, "course --help", "course check --help", "course check nowhere"]
REPETITIONS = 5


def main() -> None:
    """Print the medians, and how many times less than nbgrader each command takes."""
    measures: dict[str, list[float]] = {command: [] for command in COMMANDS}
    for _ in range(REPETITIONS + 1):
        for command, seconds in measures.items():
            seconds.append(cpu_seconds(command))
    # The first time, files are read from the disk, and compiled where they never were.
    medians = {command: statistics.median(seconds[1:]) for command, seconds in measures.items()}
    print(f"{'command':<24}{'CPU s':>8}{'first':>8}{'less':>8}")
    for command, seconds in medians.items():
        print(f"{command:<24}{seconds:>8.2f}{measures[command][0]:>8.2f}{medians[STOCK] / seconds:>7.1f}x")
    print(f"Medians of {REPETITIONS} runs each, interleaved, after a first one.")


def cpu_seconds(command: str) -> float:
    """Run a command of this environment in the course, and return what it took of the processor."""
    name, *arguments = command.split()
    before = _cpu_of_children()
    subprocess.run([BINARIES / name, *arguments], cwd=ROOT, capture_output=True, check=False)
    return _cpu_of_children() - before


def _cpu_of_children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
