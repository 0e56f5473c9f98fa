"""Make the course's kernels known to Jupyter in the current environment."""

from __future__ import annotations

import json
import sys
from pathlib import Path

SANDBOXED = "course"
WARM = "course-warm"


def install(prefix: Path = Path(sys.prefix)) -> list[Path]:
    """Write the two kernel specifications under `prefix` and return their folders; changes nothing the second time."""
    root = prefix / "share" / "jupyter" / "kernels"
    specifications = {
        SANDBOXED: _specification("Course (warm, sandboxed)", sandbox=True),
        WARM: _specification("Course (warm)", sandbox=False),
    }
    for name, specification in specifications.items():
        file = root / name / "kernel.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(specification, indent=1) + "\n"
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            file.write_text(text, encoding="utf-8")
    return [root / name for name in specifications]


def _specification(display_name: str, *, sandbox: bool) -> dict:
    return {
        "argv": ["python", "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": display_name,
        "language": "python",
        "metadata": {
            "debugger": False,
            "kernel_provisioner": {"provisioner_name": "course", "config": {"sandbox": sandbox}},
        },
    }
