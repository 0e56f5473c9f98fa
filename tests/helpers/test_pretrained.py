import hashlib
import socket
from urllib.error import URLError

import pytest

from helpers.pretrained import load_pretrained
from helpers.torchvision_ops import declare_missing_operators

torch = pytest.importorskip("torch")
declare_missing_operators()
models = pytest.importorskip("torchvision.models")

NAME = "squeezenet1_1"  # the smallest file of torchvision: the tests write it
WEIGHTS = models.get_model_weights(NAME).DEFAULT


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    """Let torchvision's source fail as it does without internet, and count the requests."""
    requests = []

    def fail(url, *_, **__):
        requests.append(url)
        raise URLError("Name or service not known")

    monkeypatch.setattr("torchvision.models._api.load_state_dict_from_url", fail)
    monkeypatch.delenv("COURSE_DATA", raising=False)
    monkeypatch.delenv("COURSE_MODE", raising=False)
    return requests


@pytest.fixture
def prepared_weights(tmp_path, monkeypatch):
    """Write weights into a prepared folder, under a name that holds their checksum, and return them."""
    state = models.get_model(NAME).state_dict()
    (tmp_path / "torchvision").mkdir()
    file = tmp_path / "torchvision" / "weights.pth"
    torch.save(state, file)
    named = file.with_name(f"{NAME}-{hashlib.sha256(file.read_bytes()).hexdigest()[:8]}.pth")
    file.rename(named)
    monkeypatch.setattr(type(WEIGHTS), "url", property(lambda _: f"https://download.pytorch.org/models/{named.name}"))
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    return named, state


def equal(model, state):
    return all(torch.equal(tensor, state[name]) for name, tensor in model.state_dict().items())


def test_torchvision_is_asked_first(monkeypatch, prepared_weights, capsys):
    state = models.get_model(NAME).state_dict()
    monkeypatch.setattr("torchvision.models._api.load_state_dict_from_url", lambda *_, **__: state)
    loaded = load_pretrained(NAME)
    assert loaded.is_pretrained and loaded.note == "poids ImageNet"
    assert equal(loaded.model, state)
    assert "(torchvision)" in capsys.readouterr().out


def test_file_of_the_prepared_folder_is_read_without_internet(prepared_weights, no_network, capsys):
    file, state = prepared_weights
    loaded = load_pretrained(NAME)
    assert len(no_network) == 1
    assert loaded.is_pretrained and equal(loaded.model, state)
    assert f"COURSE_DATA/torchvision/{file.name}" in capsys.readouterr().out


def test_truncated_file_is_refused_and_named(prepared_weights, capsys):
    file, _ = prepared_weights
    file.write_bytes(file.read_bytes()[:-100])
    assert not load_pretrained(NAME).is_pretrained
    printed = capsys.readouterr().out
    assert str(file) in printed and "somme de contrôle" in printed


def test_random_weights_are_announced_with_every_reason(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    loaded = load_pretrained(NAME)
    assert not loaded.is_pretrained and loaded.note == "poids aléatoires"
    printed = capsys.readouterr().out
    for reason in ("download.pytorch.org", "Name or service not known", str(tmp_path / "torchvision"), "ALÉATOIRES"):
        assert reason in printed


def test_fast_mode_asks_nobody(monkeypatch, no_network, capsys):
    monkeypatch.setenv("COURSE_MODE", "fast")
    assert load_pretrained(NAME).note == "poids aléatoires"
    assert no_network == []
    assert "COURSE_MODE=fast" in capsys.readouterr().out


def test_waiting_for_the_network_has_an_end_and_leaves_no_trace(monkeypatch):
    patience = []

    def hang(*_, **__):
        patience.append(socket.getdefaulttimeout())
        raise TimeoutError("timed out")

    monkeypatch.setattr("torchvision.models._api.load_state_dict_from_url", hang)
    assert not load_pretrained(NAME).is_pretrained
    assert patience[0] is not None and socket.getdefaulttimeout() is None
