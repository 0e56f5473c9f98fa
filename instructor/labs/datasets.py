"""A folder of data sets for a classroom without internet, as students name it in `COURSE_DATA`: is it whole?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from helpers.datasets import DataError
from helpers.datasets.cats_and_fish import decodes, list_images
from helpers.datasets.download import checksum, matches
from helpers.datasets.fashion_mnist import read_part as read_fashion_mnist
from helpers.datasets.imdb import read_part as read_imdb
from helpers.datasets.noun_verb import read_sentences
from helpers.datasets.registry import Dataset
from helpers.datasets.tweets import read_tweets


@dataclass
class Report:
    """What the check of one data set found."""

    problems: list[str] = field(default_factory=list)
    absent: bool = False
    num_checksums: int = 0


def verify(dataset: Dataset, folder: Path) -> Report:
    """Compare a data set with the checksums of the registry and of `fetch`, and read it as its loader does."""
    report = Report()
    missing = dataset.missing_from(folder)
    if len(missing) == sum(len(resource.makes) for resource in dataset.resources if not resource.optional):
        report.absent = True
        return report
    report.problems += [f"{path} is missing" for path in missing]
    expected = dict(_recorded_checksums(dataset, folder))
    for resource in dataset.resources:
        expected |= {path: known for path, known in resource.contents.items() if (folder / path).exists()}
    for path, known in expected.items():
        report.num_checksums += 1
        if not (folder / path).is_file():
            report.problems.append(f"{path} is missing")
        elif not matches(folder / path, known):
            report.problems.append(f"{path} is damaged: its checksum is not the expected one")
    if not report.problems and dataset.name in READERS:
        try:
            READERS[dataset.name](folder)
        except DataError as error:
            report.problems.append(str(error))
    return report


def record_checksums(dataset: Dataset, folder: Path) -> None:
    """Write the checksums of a data set that has just been fetched, in the format of `sha256sum --check`."""
    sums = _checksum_file(dataset, folder)
    if sums.exists():
        return
    roots = [folder / path for resource in dataset.resources for path in resource.makes]
    files = [file for root in roots for file in (sorted(root.iterdir()) if root.is_dir() else [root])]
    lines = [f"{checksum(file, 'sha256')}  {file.relative_to(folder).as_posix()}\n" for file in files]
    sums.parent.mkdir(exist_ok=True)
    sums.write_text("".join(lines), encoding="utf-8")


def _checksum_file(dataset: Dataset, folder: Path) -> Path:
    return folder / "checksums" / f"{dataset.name}.sha256"


def _recorded_checksums(dataset: Dataset, folder: Path) -> list[tuple[str, str]]:
    sums = _checksum_file(dataset, folder)
    if not sums.exists():
        return []
    pairs = [line.split("  ", 1) for line in sums.read_text(encoding="utf-8").splitlines()]
    return [(path, f"sha256:{digest}") for digest, path in pairs]


def _read_images(folder: Path) -> None:
    images = [path for part in folder.glob("tiny-imagenet-200/**/images") for path in list_images(part)]
    damaged = [path for path in images if not decodes(path)]
    if damaged:
        raise DataError(f"{len(damaged)} of {len(images)} images do not decode, the first is {damaged[0]}")


# Some files have no public checksum: reading them is what proves that they are whole.
READERS: dict[str, Callable[[Path], object]] = {
    "fashion_mnist": lambda folder: [read_fashion_mnist(folder, part) for part in ("train", "t10k")],
    "noun_verb": lambda folder: [read_sentences(path) for path in (folder / "noun-verb").glob("*.conll")],
    "imdb": lambda folder: [read_imdb(path) for path in (folder / "imdb" / "plain_text").glob("*.parquet")],
    "tweets": lambda folder: [read_tweets(path) for path in (folder / "sentiment140").glob("*.csv")],
    "cats_and_fish": _read_images,
}
