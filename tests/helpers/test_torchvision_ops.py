"""A torchvision whose compiled operators do not load can be imported all the same; where they load, nothing changes.

The packages are fakes that register as torchvision does; the PyTorch that they register with is the real one.
"""

import subprocess
import sys

import pytest

pytest.importorskip("torch")

PACKAGE = {
    "__init__": "from . import extension\nfrom torchvision import _meta_registrations",
    # The compiled library defines the operators when it is loaded, and it is fatal if somebody did before.
    "extension": (
        "import torch\n"
        "HAS_OPS = {loads}\n"
        "if HAS_OPS:\n"
        "    library = torch.library.Library('torchvision', 'DEF')\n"
        "    for name in ('nms', 'qnms'):\n"
        "        library.define(name + '(Tensor dets, Tensor scores, float iou_threshold) -> Tensor')\n"
    ),
    "_meta_registrations": (
        "import torch\n"
        "import torchvision.extension\n"
        "assert torchvision.extension.HAS_OPS is {loads}\n"
        "for name in ('nms', 'qnms'):\n"
        "    torch.library.register_fake('torchvision::' + name, lambda *inputs: None)\n"
    ),
}
# Looking for the package, as torchmetrics does, is not importing it.
IMPORT = (
    "import importlib.util, sys\n"
    "from helpers import torchvision_ops\n"
    "torchvision_ops.declare_missing_operators()\n"
    "torchvision_ops.declare_missing_operators()\n"
    "importlib.util.find_spec('torchvision')\n"
    "assert 'torch' not in sys.modules\n"
    "import torchvision, torch\n"
    "assert torch.ops.torchvision.nms and torch.ops.torchvision.qnms\n"
    "assert torchvision.extension is sys.modules['torchvision.extension']\n"
    "print(len(torchvision_ops._libraries))"
)


@pytest.fixture
def import_fake(tmp_path):
    """Write a torchvision, import it in a new process and return what this does."""

    def run(compiled: str, *, loads: bool, **changed: str) -> subprocess.CompletedProcess:
        folder = tmp_path / "torchvision"
        folder.mkdir()
        (folder / compiled).write_bytes(b"not to be read")
        for name, text in {**PACKAGE, **changed}.items():
            (folder / f"{name}.py").write_text(text.format(loads=loads), encoding="utf-8")
        code = f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n{IMPORT}"
        return subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)

    return run


@pytest.mark.parametrize("compiled", ["_C.so", "_C_stable.so"])
def test_what_does_not_load_is_declared(import_fake, compiled):
    result = import_fake(compiled, loads=False)
    assert result.stdout == "1\n", result.stderr


@pytest.mark.parametrize("compiled", ["_C.so", "_C_stable.so"])
def test_nothing_is_declared_where_the_operators_load(import_fake, compiled):
    result = import_fake(compiled, loads=True)
    assert result.stdout == "0\n", result.stderr


@pytest.mark.parametrize("part", ["extension", "_meta_registrations"])
def test_an_error_of_another_kind_is_not_hidden(import_fake, part):
    result = import_fake("_C.so", loads=True, **{part: "raise RuntimeError('another kind')"})
    assert "another kind" in result.stderr.splitlines()[-1]


def test_a_library_that_would_load_the_second_time_finds_nothing_declared(import_fake):
    first = (
        "import builtins\nif not hasattr(builtins, 'tried'):\n    builtins.tried = 1\n    raise RuntimeError('busy')\n"
    )
    result = import_fake("_C.so", loads=True, extension=first + PACKAGE["extension"])
    assert result.stderr.splitlines()[-1] == "RuntimeError: busy"
