"""Run a corrected lab as on a GPU: `python -m tests.pretend.lab LAB` prints what was counted, as JSON."""

from __future__ import annotations

import json
import os
import sys

from bench.cells import run_cells
from helpers.torchvision_ops import declare_missing_operators


def main(lab: str) -> None:
    """Run the lab on synthetic data, and print its counts on the last line."""
    os.environ |= {"COURSE_MODE": "fast", "MPLBACKEND": "agg", "TQDM_DISABLE": "1"}
    declare_missing_operators()
    from tests.pretend.device import PretendDevice

    with PretendDevice() as device:
        for _ in run_cells(lab):
            pass
    counts = [(kind, place, count) for (kind, place), count in device.counts.most_common()]
    print(json.dumps({"counts": counts, "megabytes": device.megabytes}))


if __name__ == "__main__":
    main(sys.argv[1])
