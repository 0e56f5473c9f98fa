"""Write files whole or not at all."""

from __future__ import annotations

from pathlib import Path


def write_whole(path: Path, content: bytes, mode: int | None = None) -> Path:
    """Write `content` at `path` by a rename, so that nobody ever sees half of it; return the path.

    `mode` is what the file may be read by, where that is not everybody's choice.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    partial.unlink(missing_ok=True)
    if mode is not None:
        partial.touch(mode)
    partial.write_bytes(content)
    partial.replace(path)
    return path
