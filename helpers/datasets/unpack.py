"""From a downloaded file to the files of a data folder. No path written in an archive is ever used to write a file."""

from __future__ import annotations

import csv
import gzip
import io
import re
import shutil
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

TINY_IMAGENET_CLASSES = ("n01443537", "n02123045", "n02123394", "n02124075")
TWEETS_MEMBER = "training.1600000.processed.noemoticon.csv"
NUM_TWEETS = 10_000


@dataclass(frozen=True)
class Copy:
    """Keep the downloaded file as it is, at `path`."""

    path: str

    def __call__(self, source: Path, folder: Path) -> None:
        shutil.copyfile(source, _prepare(folder / self.path))


@dataclass(frozen=True)
class Gunzip:
    """Decompress the downloaded file to `path`."""

    path: str

    def __call__(self, source: Path, folder: Path) -> None:
        with gzip.open(source) as compressed, _prepare(folder / self.path).open("wb") as file:
            shutil.copyfileobj(compressed, file)


def write_imdb(source: Path, folder: Path) -> None:
    """Gather the labelled reviews of the archive in two parquet files: negatives first, then by number."""
    import pyarrow
    import pyarrow.parquet

    pattern = re.compile(r"aclImdb/(train|test)/(neg|pos)/(\d+)_\d+\.txt")
    reviews: dict[str, list[tuple[int, int, str]]] = {"train": [], "test": []}
    # As a stream, in the order of the archive: each step back would decompress it from the start.
    with tarfile.open(source, "r|gz") as archive:
        for member in archive:
            match = pattern.fullmatch(member.name)
            if match and member.isfile():
                part, tone, number = match.groups()
                text = archive.extractfile(member).read().decode("utf-8")
                reviews[part].append((int(tone == "pos"), int(number), text))
    for part, rows in reviews.items():
        labels, _, texts = zip(*sorted(rows), strict=True)
        table = pyarrow.table({"text": pyarrow.array(texts), "label": pyarrow.array(labels, pyarrow.int64())})
        path = _prepare(folder / "imdb" / "plain_text" / f"{part}-00000-of-00001.parquet")
        pyarrow.parquet.write_table(table, path, compression="zstd")


def sample_tweets(source: Path, folder: Path) -> None:
    """Draw 10,000 of the 1,600,000 tweets, the same on every machine, and number their authors."""
    with zipfile.ZipFile(source) as archive:
        # Read twice rather than kept: the rows of the whole file would fill the memory of a small machine.
        count = sum(1 for _ in _read_tweets(archive))
        rng = np.random.default_rng(140)
        chosen = set(rng.choice(count, min(NUM_TWEETS, count), replace=False).tolist())
        rows = [row for number, row in enumerate(_read_tweets(archive)) if number in chosen]
    users: dict[str, str] = {}
    path = _prepare(folder / "sentiment140" / "train-processed-sample.csv")
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        for row in rng.permutation(len(rows)):
            score, number, date, query, user, text = rows[row]
            author = users.setdefault(user, f"user{len(users):05d}")
            # Sentiment140 writes 4 for positive and 0 for negative.
            writer.writerow([score, number, date, query, author, text, score, int(score == "4")])


def extract_tiny_imagenet(source: Path, folder: Path) -> None:
    """Take the training and validation images of four of the 200 classes, and the annotations of these."""
    root = folder / "tiny-imagenet-200"
    pattern = re.compile(rf"tiny-imagenet-200/train/({'|'.join(TINY_IMAGENET_CLASSES)})/images/(\w+\.JPEG)")
    with zipfile.ZipFile(source) as archive:
        for member in archive.namelist():
            match = pattern.fullmatch(member)
            if match:
                path = _prepare(root / "train" / match[1] / "images" / match[2])
                path.write_bytes(archive.read(member))
        annotations = archive.read("tiny-imagenet-200/val/val_annotations.txt").decode("utf-8").splitlines()
        kept = [line for line in annotations if line.split("\t")[1] in TINY_IMAGENET_CLASSES]
        for line in kept:
            name = re.fullmatch(r"\w+\.JPEG", line.split("\t")[0])[0]
            path = _prepare(root / "val" / "images" / name)
            path.write_bytes(archive.read(f"tiny-imagenet-200/val/images/{name}"))
    _prepare(root / "val" / "val_annotations.txt").write_text("\n".join(kept) + "\n", encoding="utf-8")


def _read_tweets(archive: zipfile.ZipFile) -> csv.reader:
    return csv.reader(io.TextIOWrapper(archive.open(TWEETS_MEMBER), encoding="latin-1", newline=""))


def _prepare(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path
