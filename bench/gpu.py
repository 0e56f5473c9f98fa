"""The corrected labs on a GPU and real data: seconds, memory, waits for the device, utilisation; eight minutes at most.

`COURSE_DATA=<folder> make bench-gpu`, on any machine with CUDA. The labs share the time, the light ones first: one that
is stopped says after how many of its cells. A wait is whatever makes the host stand still until the device has caught
up (`torch.cuda.set_sync_debug_mode`): a number that is read, a copy that blocks. With `--quick`, on synthetic data, and
without a GPU too: it only tells that the labs run.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import resource
import shutil
import subprocess
import sys
import time
import warnings
from collections import Counter

from bench.cells import COURSE, run_cells

LABS = ("bayes_net", "logistic_regression", "fizzbuzz", "manual_backprop", "rnn_noun_verb", "tweets", "sentiment")
LABS += ("image_classification",)
MINUTES = 8
WAITS = "called a synchronizing CUDA operation"
SAMPLE = ("nvidia-smi", "--query-gpu=utilization.gpu", "--format=csv,noheader,nounits", "--loop=1")


def main() -> None:
    """Measure every lab and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("labs", nargs="*", default=LABS, metavar="LAB")
    parser.add_argument("--minutes", type=float, default=MINUTES)
    parser.add_argument("--quick", action="store_true", help="synthetic data, with or without a GPU")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if unknown := set(options.labs) - set(COURSE.labs):
        sys.exit(f"bench: no lab '{unknown.pop()}'; there are {', '.join(COURSE.labs)}")
    if options.one:
        return measure_here(options.labs[0])
    import torch

    if not options.quick and not torch.cuda.is_available():
        sys.exit("bench: no CUDA here; --quick tries the labs on the processor")
    if not options.quick and not os.environ.get("COURSE_DATA"):
        sys.exit("bench: set COURSE_DATA to a folder of real data (course data fetch)")
    device = torch.cuda.get_device_name() if torch.cuda.is_available() else "processor only"
    print(f"PyTorch {torch.__version__}, {device}, {os.cpu_count()} cores\n")
    print("| lab | cells | seconds | slowest cell | GPU, MiB | process, MiB | waits | GPU busy, % |")
    print("|---|---|---|---|---|---|---|---|")
    deadline = time.monotonic() + 60 * options.minutes
    for number, lab in enumerate(options.labs):
        share = (deadline - time.monotonic()) / (len(options.labs) - number)
        print_row(lab, *run_apart(lab, share, options.quick))


def run_apart(lab: str, seconds: float, is_quick: bool) -> tuple[dict, float | None, str]:
    """Run a lab in a process of its own; return its last figures, the device's mean utilisation and what stopped it."""
    environment = os.environ | {"MPLBACKEND": "agg", "TQDM_DISABLE": "1", "COURSE_MODE": "fast" if is_quick else ""}
    command = [sys.executable, "-m", "bench.gpu", lab, "--one"]
    sampler = subprocess.Popen(SAMPLE, stdout=subprocess.PIPE, text=True) if shutil.which(SAMPLE[0]) else None
    try:
        run = subprocess.run(
            command, cwd=COURSE.root, env=environment, timeout=seconds, capture_output=True, check=False
        )
        printed, stopped = run.stdout, run.stderr.decode().strip().rpartition("\n")[2] if run.returncode else ""
    except subprocess.TimeoutExpired as timeout:
        printed, stopped = timeout.stdout or b"", f"stopped after {seconds:.0f} s"
    busy = None
    if sampler is not None:
        sampler.terminate()
        samples = [int(line) for line in sampler.communicate()[0].split() if line.isdigit()]
        busy = sum(samples) / len(samples) if samples else None
    lines = [line for line in printed.decode().split("\n")[:-1] if line]
    return json.loads(lines[-1]) if lines else {}, busy, stopped


def print_row(lab: str, figures: dict, busy: float | None, stopped: str) -> None:
    if figures:
        cells = f"{figures['done']} of {figures['cells']}"
        slowest = "{:.0f} s, number {}".format(*figures["slowest"])
        sizes = f"{figures['gpu_mib']:.0f} | {figures['process_mib']:.0f} | {figures['waits']}"
        row = f"{cells} | {figures['seconds']:.0f} | {slowest} | {sizes}"
    else:
        row = "0 | | | | | "
    print(f"| {lab} | {row} | {'' if busy is None else f'{busy:.0f}'} |", flush=True)
    for place, count in figures.get("places", ()):
        print(f"    {lab}: {count} waits in {place}", file=sys.stderr)
    if stopped:
        print(f"    {lab}: {stopped}", file=sys.stderr, flush=True)


def measure_here(lab: str) -> None:
    """Run a lab in this process and print its figures so far after each cell, a line of JSON."""
    import torch

    has_gpu, waits, figures = torch.cuda.is_available(), Counter(), sys.stdout

    def note(message: Warning, category: type, filename: str, lineno: int, *unused: object) -> None:
        if WAITS in str(message):
            waits[f"{filename.rpartition('site-packages/')[2]}:{lineno}"] += 1

    with warnings.catch_warnings(), contextlib.redirect_stdout(sys.stderr):
        warnings.simplefilter("always")
        warnings.showwarning = note
        if has_gpu:
            torch.cuda.set_sync_debug_mode("warn")
        start, slowest = time.perf_counter(), (0.0, 0)
        before = start
        for done, cells in run_cells(lab):
            if has_gpu:
                torch.cuda.synchronize()
            now = time.perf_counter()
            slowest, before = max(slowest, (now - before, done)), now
            values = {
                "done": done,
                "cells": cells,
                "seconds": now - start,
                "slowest": slowest,
                "gpu_mib": torch.cuda.max_memory_allocated() / 2**20 if has_gpu else 0,
                "process_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
                "waits": waits.total(),
                "places": waits.most_common(3),
            }
            print(json.dumps(values), file=figures, flush=True)


if __name__ == "__main__":
    main()
