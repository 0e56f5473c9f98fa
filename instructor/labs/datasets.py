"""The commands `course data`: prepare a folder of data sets for a classroom without internet, and check it.

A folder made by `fetch` is what students name in `COURSE_DATA`.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

from helpers.datasets import DataError
from helpers.datasets.cats_and_fish import decodes, list_images
from helpers.datasets.download import checksum, fetch, matches
from helpers.datasets.fashion_mnist import read_part as read_fashion_mnist
from helpers.datasets.folders import cache_folder
from helpers.datasets.imdb import read_part as read_imdb
from helpers.datasets.noun_verb import read_sentences
from helpers.datasets.registry import DATASETS, Dataset
from helpers.datasets.tweets import read_tweets

app = typer.Typer(no_args_is_help=True, help="Prepare and check the data sets of an offline classroom.")
console = Console(highlight=False, soft_wrap=True)

Names = typer.Argument(None, metavar="[DATASET]...", help="Data sets; all of them unless named.", show_default=False)
Folder = typer.Option(None, "--folder", "-f", help="Data folder; COURSE_DATA, or else the user's cache, by default.")


@dataclass
class Report:
    """What the check of one data set found."""

    problems: list[str] = field(default_factory=list)
    absent: bool = False
    num_checksums: int = 0


@app.command("list")
def list_command(folder: Path | None = Folder) -> None:
    """List the data sets, their size and terms, and which of them a folder has."""
    folder = folder or _default_folder()
    table = Table(box=None, pad_edge=False)
    for column in ("data set", "download", "in folder", "terms"):
        table.add_column(column)
    for dataset in DATASETS.values():
        table.add_row(dataset.name, f"{dataset.megabytes:.1f} MB", _presence(dataset, folder), dataset.licence)
    console.print(table)
    console.print(f"folder: {folder}")


@app.command("fetch")
def fetch_command(
    names: list[str] = Names,
    folder: Path = typer.Option(Path("data"), "--folder", "-f", help="Folder to complete; created if needed."),
) -> None:
    """Download data sets into a folder that students can name in COURSE_DATA."""
    for dataset in _select(names):
        try:
            fetch(dataset, folder)
        except DataError as error:
            console.print(str(error), markup=False)
            raise typer.Exit(1) from None
        record_checksums(dataset, folder)
        console.print(f"{dataset.name}: complete; cite {dataset.citation}", markup=False)
    console.print(f"students set COURSE_DATA={folder.resolve()}", markup=False)


@app.command("verify")
def verify_command(names: list[str] = Names, folder: Path | None = Folder) -> None:
    """Check that the data sets of a folder are whole; fail if one is damaged, or absent though named."""
    folder = folder or _default_folder()
    failed = False
    for dataset in _select(names):
        report = verify(dataset, folder)
        failed |= bool(report.problems) or (report.absent and bool(names))
        if report.absent:
            console.print(f"{dataset.name}: absent")
        for problem in report.problems:
            console.print(f"{dataset.name}: {problem}", markup=False)
        if not report.absent and not report.problems:
            console.print(f"{dataset.name}: whole ({report.num_checksums} checksums compared)")
    if failed:
        raise typer.Exit(1)


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


def _default_folder() -> Path:
    return Path(os.environ["COURSE_DATA"]) if os.environ.get("COURSE_DATA") else cache_folder()


def _presence(dataset: Dataset, folder: Path) -> str:
    present = sum(resource.is_in(folder) for resource in dataset.resources)
    return {0: "no", len(dataset.resources): "yes"}.get(present, f"{present} of {len(dataset.resources)} files")


def _select(names: list[str] | None) -> list[Dataset]:
    unknown = [name for name in names or [] if name not in DATASETS]
    if unknown:
        raise typer.BadParameter(f"unknown data set {unknown[0]!r}; choose among {', '.join(DATASETS)}")
    return [DATASETS[name] for name in names or DATASETS]
