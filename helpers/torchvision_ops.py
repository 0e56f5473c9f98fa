"""Let a CUDA build of torchvision live beside a CPU build of PyTorch.

PyPI's torchvision is linked against PyTorch's CUDA build. Next to a CPU-only PyTorch its compiled operators do not
load, and importing it (or torchmetrics, or lightning, which import it) stops with "operator torchvision::nms does not
exist". The operators themselves are only needed for object detection: declaring their schemas is enough for
transforms, data sets and models. Where the compiled operators load, nothing is done.
"""

import importlib.util
from pathlib import Path

_SCHEMAS = {
    "nms": "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms": "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
}
_library = None  # torch.library.Library unregisters its schemas when it is collected


def declare_missing_operators() -> None:
    """Declare torchvision's operators when its compiled library does not load; call before importing torchvision."""
    global _library  # noqa: PLW0603
    spec = importlib.util.find_spec("torchvision")
    if spec is None or _library is not None:
        return

    import torch

    for compiled in Path(spec.origin).parent.glob("_C.*"):
        try:
            torch.ops.load_library(compiled)
            return
        except OSError:
            pass
    _library = torch.library.Library("torchvision", "DEF")
    for schema in _SCHEMAS.values():
        _library.define(schema)
