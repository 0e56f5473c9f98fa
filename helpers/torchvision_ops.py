"""Let a CUDA build of torchvision live beside a CPU build of PyTorch.

PyPI's torchvision is linked against PyTorch's CUDA build. Next to a CPU-only PyTorch its compiled operators do not
load, and importing it (or torchmetrics, or lightning, which import it) stops with "operator torchvision::nms does not
exist". The operators themselves are only needed for object detection: declaring their schemas is enough for
transforms, data sets and models.

What is inside torchvision's folder changes with its version, and an operator that is declared here and then loaded
from a compiled library is fatal. So the import itself is tried first, and nothing is declared unless it failed.
"""

from __future__ import annotations

import functools
import re
import sys
from collections.abc import Callable
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

MISSING = re.compile(r"operator torchvision::\w+ does not exist")
_SCHEMAS = {
    "nms": "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms": "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
}
_libraries = []  # a torch.library.Library unregisters its schemas when it is collected


def declare_missing_operators() -> None:
    """Have the next import of torchvision declare the operators without which it fails; where it works, do nothing.

    Nothing is imported yet: a lab that does not need torchvision does not wait for it.
    """
    if _Finder not in sys.meta_path:
        sys.meta_path.insert(0, _Finder)


class _Finder:
    """Finds torchvision where Python would, and sees to it that `_execute` runs it."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        if name != "torchvision":
            return None
        spec = PathFinder.find_spec(name)
        if spec is not None and spec.loader is not None:
            # On the loader that was found rather than in a loader of our own, which would have to read resources too.
            spec.loader.exec_module = functools.partial(_execute, spec.loader.exec_module)
        return spec


def _execute(run: Callable[[ModuleType], None], module: ModuleType) -> None:
    try:
        run(module)
    except RuntimeError as error:
        # Any other error may have come before the compiled library: it could still be loaded, and would then be fatal.
        if not (MISSING.search(str(error)) and _declare_missing()):
            raise
        # What the failed import leaves behind is not bound to the package any more, and would not be run again.
        for name in [name for name in sys.modules if name.startswith("torchvision.")]:
            del sys.modules[name]
        run(module)


def _declare_missing() -> bool:
    """Declare the operators that PyTorch does not know; return whether there was one."""
    import torch

    missing = [schema for name, schema in _SCHEMAS.items() if not hasattr(torch.ops.torchvision, name)]
    if missing:
        library = torch.library.Library("torchvision", "FRAGMENT")
        for schema in missing:
            library.define(schema)
        _libraries.append(library)
    return bool(missing)
