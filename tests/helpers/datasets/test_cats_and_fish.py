import shutil

import pytest
from PIL import Image

from helpers.datasets import DataError, load_cats_and_fish


@pytest.fixture
def own_folder(tmp_path):
    for part in ("train", "val", "test"):
        for name in ("cat", "fish"):
            folder = tmp_path / "own" / part / name
            folder.mkdir(parents=True)
            for number in range(3):
                Image.new("RGB", (80, 60), (40 * number, 90, 0)).save(folder / f"{number}.jpg")
    return tmp_path / "own"


def image_names(root):
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}


def test_own_folder_is_used_as_it_is(own_folder):
    data = load_cats_and_fish(own_folder)
    assert data.root == own_folder
    assert data.damaged == []
    assert data.counts == {part: {"cat": 3, "fish": 3} for part in ("train", "val", "test")}


def test_damaged_and_truncated_images_are_listed_and_left_out(own_folder, capsys):
    truncated, not_an_image = own_folder / "train" / "cat" / "1.jpg", own_folder / "val" / "fish" / "page.png"
    truncated.write_bytes(truncated.read_bytes()[:-300])
    not_an_image.write_text("<html>404</html>")
    before = image_names(own_folder)
    data = load_cats_and_fish(own_folder)
    assert set(data.damaged) == {truncated, not_an_image}
    assert image_names(data.root) == before - {"train/cat/1.jpg", "val/fish/page.png"}
    assert image_names(own_folder) == before
    assert data.counts["train"] == {"cat": 2, "fish": 3}
    printed = capsys.readouterr().out
    assert str(truncated) in printed
    assert str(not_an_image) in printed


def test_missing_class_folder_is_named(own_folder):
    shutil.rmtree(own_folder / "val" / "fish")
    with pytest.raises(DataError, match="fish.*manque"):
        load_cats_and_fish(own_folder)


def test_real_images_are_balanced_and_no_image_is_in_two_parts(real_data, private_cache):
    data = load_cats_and_fish()
    assert data.counts == {
        "train": {"cat": 400, "fish": 400},
        "val": {"cat": 50, "fish": 50},
        "test": {"cat": 100, "fish": 100},
    }
    names = [path.name for path in data.root.rglob("*.JPEG")]
    assert len(names) == len(set(names)) == 1100
    assert not private_cache.exists()  # a folder of data is enough


def test_real_split_is_fixed(real_data):
    first = image_names(load_cats_and_fish().root)
    shutil.rmtree(load_cats_and_fish().root)
    assert image_names(load_cats_and_fish().root) == first


def test_stand_in_is_a_folder_of_drawings(fast_mode, capsys):
    data = load_cats_and_fish()
    assert data.counts["train"] == {"cat": 160, "fish": 160}
    with Image.open(next(data.root.rglob("*.jpg"))) as image:
        assert image.size == (64, 64)
        assert image.mode == "RGB"
    assert "données synthétiques" in capsys.readouterr().out


def test_own_folder_comes_before_the_stand_in(own_folder, fast_mode):
    assert load_cats_and_fish(own_folder).root == own_folder
