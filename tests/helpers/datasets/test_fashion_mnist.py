import shutil

import pytest
import torch

from helpers.datasets import DataError, load_fashion_mnist


def check_format(data):
    for part in (data.train, data.test):
        assert part.images.dtype == torch.float32
        assert part.images.shape == (len(part), 28, 28)
        assert part.images.min() == 0
        assert 0.9 < part.images.max() <= 1
        assert part.labels.dtype == torch.int64
        assert torch.equal(part.labels.unique(), torch.arange(10))
    assert len(data.class_names) == 10


def test_real_images_are_those_of_the_source(real_data, capsys):
    data = load_fashion_mnist()
    check_format(data)
    assert (len(data.train), len(data.test)) == (60_000, 10_000)
    assert abs(data.train.images.mean().item() - 0.2860) < 1e-4
    assert abs(data.train.images.std().item() - 0.3530) < 1e-4
    assert (data.train.labels.bincount() == 6000).all()
    printed = capsys.readouterr().out
    assert str(real_data) in printed
    assert printed.count("\n") == 1


def test_stand_in_has_the_same_format_and_says_so(fast_mode, capsys):
    check_format(load_fashion_mnist())
    assert "données synthétiques" in capsys.readouterr().out


def test_stand_in_is_always_the_same(fast_mode):
    assert torch.equal(load_fashion_mnist().train.images, load_fashion_mnist().train.images)


def test_truncated_file_is_named(real_data, tmp_path, monkeypatch):
    raw = tmp_path / "prepared" / "FashionMNIST" / "raw"
    shutil.copytree(real_data / "FashionMNIST" / "raw", raw)
    damaged = raw / "t10k-images-idx3-ubyte"
    damaged.chmod(0o644)
    damaged.write_bytes(damaged.read_bytes()[:-100])
    monkeypatch.setenv("COURSE_DATA", str(tmp_path / "prepared"))
    with pytest.raises(DataError, match="t10k-images"):
        load_fashion_mnist()
