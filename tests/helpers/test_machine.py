"""The set-up cell: seeds, device, one French line."""

import random
import subprocess
import sys
import warnings

import numpy as np
import pytest

from helpers import is_fast, setup
from helpers.errors import StudentError


def test_setup_seeds_every_generator_and_returns_the_device(capsys):
    torch = pytest.importorskip("torch")
    device = setup(seed=3)
    drawn = [random.random(), np.random.rand(), torch.rand(1).item()]
    setup(seed=3)
    assert [random.random(), np.random.rand(), torch.rand(1).item()] == drawn
    assert device == torch.device("cuda:0" if torch.cuda.is_available() else "cpu")
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("PyTorch ")


def test_on_a_gpu_the_cpu_draws_the_same_and_the_gpu_draws_again_what_it_drew(capsys):
    torch = pytest.importorskip("torch")
    from tests.pretend.device import PretendDevice

    setup(seed=3)
    weights = torch.rand(3).tolist()
    with PretendDevice():
        device = setup(seed=3)
        assert torch.rand(3).tolist() == weights
        noise = torch.rand(3, device=device)
        assert noise.device == device and noise.tolist() != weights
        setup(seed=3)
        assert torch.rand(3, device=device).tolist() == noise.tolist()
    assert "GPU : Tesla T4 (15 Go)" in capsys.readouterr().out


def test_on_colab_without_gpu_the_line_names_the_menu(capsys, monkeypatch):
    torch = pytest.importorskip("torch")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setitem(sys.modules, "google.colab", object())
    setup()
    assert "menu Exécution › Modifier le type d'exécution" in capsys.readouterr().out


def test_numpy_lab_does_not_import_torch():
    code = "import sys; from helpers import setup; setup(numpy_only=True); print('torch' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.splitlines()[-1] == "False"


def test_libraries_that_need_torchvision_import_after_setup():
    code = (
        "from helpers import setup; setup(); import torchvision.transforms.v2, torchmetrics, lightning; print('fine')"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.splitlines()[-1] == "fine"


def test_bars_drawn_as_text_and_vectors_that_are_read_only_say_nothing_in_red(capsys):
    torch = pytest.importorskip("torch")
    protected = np.ones(2)
    protected.setflags(write=False)
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        setup()
        warnings.warn("IProgress not found. Please update jupyter and ipywidgets.", UserWarning, stacklevel=1)
        torch.from_numpy(protected)
    assert [str(warning.message) for warning in seen] == []


@pytest.mark.parametrize("mode", ["fast", "Fast", " FAST ", "'fast'"])
def test_fast_mode_is_read_when_asked(monkeypatch, mode):
    monkeypatch.setenv("COURSE_MODE", mode)
    assert is_fast()
    monkeypatch.setenv("COURSE_MODE", "")
    assert not is_fast()
    monkeypatch.delenv("COURSE_MODE")
    assert not is_fast()


@pytest.mark.parametrize("mode", ["fats", "1", "rapide"])
def test_another_mode_is_refused_in_the_first_cell_by_one_sentence(monkeypatch, mode):
    monkeypatch.setenv("COURSE_MODE", mode)
    with pytest.raises(StudentError, match=f"COURSE_MODE={mode} .*%env COURSE_MODE=fast") as caught:
        setup(numpy_only=True)
    assert caught.value._render_traceback_() == [str(caught.value)]
