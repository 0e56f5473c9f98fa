import csv
import gzip
import io
import tarfile
import zipfile

import pytest

from helpers.datasets.imdb import read_part
from helpers.datasets.tweets import read_tweets
from helpers.datasets.unpack import (
    TINY_IMAGENET_CLASSES,
    TWEETS_MEMBER,
    Gunzip,
    extract_tiny_imagenet,
    sample_tweets,
    write_imdb,
)

HOSTILE = ["../escaped.JPEG", "/tmp/escaped.JPEG", "tiny-imagenet-200/train/n01443537/images/../../../../escaped.JPEG"]


def files_in(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_gzip_is_decompressed_to_its_path(tmp_path):
    (tmp_path / "download").write_bytes(gzip.compress(b"content"))
    Gunzip("a/b")(tmp_path / "download", tmp_path / "data")
    assert (tmp_path / "data" / "a" / "b").read_bytes() == b"content"


@pytest.fixture
def tiny_imagenet(tmp_path):
    """Make an archive with five classes, of which four are wanted, and names that try to escape."""
    wanted, other = TINY_IMAGENET_CLASSES, "n09999999"
    with zipfile.ZipFile(tmp_path / "download", "w") as archive:
        for key in (*wanted, other):
            archive.writestr(f"tiny-imagenet-200/train/{key}/images/{key}_0.JPEG", key)
            archive.writestr(f"tiny-imagenet-200/val/images/val_{key}.JPEG", key)
        rows = [f"val_{key}.JPEG\t{key}\t0\t0\t1\t1\n" for key in (*wanted, other)]
        archive.writestr("tiny-imagenet-200/val/val_annotations.txt", "".join(rows))
        for name in HOSTILE:
            archive.writestr(name, "hostile")
    return tmp_path / "download"


def test_only_the_wanted_classes_are_unpacked(tiny_imagenet, tmp_path):
    extract_tiny_imagenet(tiny_imagenet, tmp_path / "data")
    expected = {f"tiny-imagenet-200/train/{key}/images/{key}_0.JPEG" for key in TINY_IMAGENET_CLASSES}
    expected |= {f"tiny-imagenet-200/val/images/val_{key}.JPEG" for key in TINY_IMAGENET_CLASSES}
    assert files_in(tmp_path / "data") == expected | {"tiny-imagenet-200/val/val_annotations.txt"}
    assert not list(tmp_path.rglob("escaped*"))


def test_annotations_that_name_a_path_are_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "download", "w") as archive:
        archive.writestr("tiny-imagenet-200/val/val_annotations.txt", "../../escaped.JPEG\tn01443537\t0\t0\t1\t1\n")
        archive.writestr("tiny-imagenet-200/val/images/../../escaped.JPEG", "hostile")
    with pytest.raises(TypeError):
        extract_tiny_imagenet(tmp_path / "download", tmp_path / "data")
    assert not list(tmp_path.rglob("escaped*"))


def add_text(archive, name, text):
    content = text.encode()
    member = tarfile.TarInfo(name)
    member.size = len(content)
    archive.addfile(member, io.BytesIO(content))


def test_reviews_are_gathered_in_order_and_without_links(tmp_path):
    with tarfile.open(tmp_path / "download", "w:gz") as archive:
        for part in ("train", "test"):
            add_text(archive, f"aclImdb/{part}/pos/2_9.txt", f"{part} très bien")
            add_text(archive, f"aclImdb/{part}/neg/10_1.txt", f"{part} bad ten")
            add_text(archive, f"aclImdb/{part}/neg/9_1.txt", f"{part} bad nine")
        add_text(archive, "aclImdb/train/unsup/0_0.txt", "unlabelled")
        add_text(archive, "../aclImdb/train/pos/3_9.txt", "hostile")
        link = tarfile.TarInfo("aclImdb/train/pos/4_9.txt")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/hostname"
        archive.addfile(link)
    write_imdb(tmp_path / "download", tmp_path / "data")
    for part in ("train", "test"):
        reviews = read_part(tmp_path / "data" / "imdb" / "plain_text" / f"{part}-00000-of-00001.parquet")
        assert reviews.texts == [f"{part} bad nine", f"{part} bad ten", f"{part} très bien"]
        assert reviews.labels.tolist() == [0, 0, 1]
    assert len(files_in(tmp_path / "data")) == 2


def test_tweets_are_sampled_the_same_each_time_and_authors_numbered(tmp_path):
    text = io.StringIO()
    writer = csv.writer(text)
    for number in range(10_500):
        positive = number % 2 == 0
        writer.writerow(
            ["4" if positive else "0", number, "day", "NO_QUERY", f"me{number % 7}", f"é {number}, {positive}"]
        )
    with zipfile.ZipFile(tmp_path / "download", "w") as archive:
        archive.writestr(TWEETS_MEMBER, text.getvalue().encode("latin-1"))
    for folder in ("once", "twice"):
        sample_tweets(tmp_path / "download", tmp_path / folder)
    once, twice = (tmp_path / folder / "sentiment140" / "train-processed-sample.csv" for folder in ("once", "twice"))
    assert once.read_bytes() == twice.read_bytes()
    assert "me3" not in once.read_text(encoding="utf-8")
    tweets = read_tweets(once)
    assert len(set(tweets.texts)) == 10_000
    assert all(
        text.startswith("é ") and text.endswith(str(bool(label)))
        for text, label in zip(tweets.texts, tweets.labels, strict=True)
    )
