"""The commands `course data`: prepare a folder of data sets for a classroom without internet, and check it.

A folder made by `fetch` is what students name in `COURSE_DATA`.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from instructor.terminal import console

if TYPE_CHECKING:
    from helpers.datasets.registry import Dataset

data_app = typer.Typer(no_args_is_help=True, help="Prepare and check the data sets of an offline classroom.")

Names = typer.Argument(None, metavar="[DATASET]...", help="Data sets; all of them unless named.", show_default=False)
Folder = typer.Option(None, "--folder", "-f", help="Data folder; COURSE_DATA, or else the user's cache, by default.")


def mount(app: typer.Typer) -> None:
    """Add these commands to `course`."""
    app.add_typer(data_app, name="data")


@data_app.command("list")
def list_command(folder: Path | None = Folder) -> None:
    """List the data sets, their size and terms, and which of them a folder has."""
    from rich.table import Table

    from helpers.datasets.registry import DATASETS

    folder = folder or _default_folder()
    table = Table(box=None, pad_edge=False)
    for column in ("data set", "download", "in folder", "terms"):
        table.add_column(column)
    for dataset in DATASETS.values():
        table.add_row(dataset.name, f"{dataset.megabytes:.1f} MB", _presence(dataset, folder), dataset.licence)
    console.print(table)
    console.print(f"folder: {folder}")


@data_app.command("fetch")
def fetch_command(
    names: list[str] = Names,
    folder: Path = typer.Option(Path("data"), "--folder", "-f", help="Folder to complete; created if needed."),
) -> None:
    """Download data sets into a folder that students can name in COURSE_DATA."""
    from helpers.datasets import DataError
    from helpers.datasets.download import fetch
    from instructor.labs.datasets import record_checksums

    for dataset in _select(names):
        try:
            fetch(dataset, folder)
        except DataError as error:
            console.print(str(error))
            raise typer.Exit(1) from None
        record_checksums(dataset, folder)
        console.print(f"{dataset.name}: complete; cite {dataset.citation}")
    console.print(f"students set COURSE_DATA={folder.resolve()}")


@data_app.command("verify")
def verify_command(names: list[str] = Names, folder: Path | None = Folder) -> None:
    """Check that the data sets of a folder are whole; fail if one is damaged, or absent though named."""
    from instructor.labs.datasets import verify

    folder = folder or _default_folder()
    failed = False
    for dataset in _select(names):
        report = verify(dataset, folder)
        failed |= bool(report.problems) or (report.absent and bool(names))
        if report.absent:
            console.print(f"{dataset.name}: absent")
        for problem in report.problems:
            console.print(f"{dataset.name}: {problem}")
        if not report.absent and not report.problems:
            console.print(f"{dataset.name}: whole ({report.num_checksums} checksums compared)")
    if failed:
        raise typer.Exit(1)


def _default_folder() -> Path:
    from helpers.datasets.folders import cache_folder

    return Path(os.environ["COURSE_DATA"]) if os.environ.get("COURSE_DATA") else cache_folder()


def _presence(dataset: Dataset, folder: Path) -> str:
    present = sum(resource.is_in(folder) for resource in dataset.resources)
    return {0: "no", len(dataset.resources): "yes"}.get(present, f"{present} of {len(dataset.resources)} files")


def _select(names: list[str] | None) -> list[Dataset]:
    from helpers.datasets.registry import DATASETS

    unknown = [name for name in names or [] if name not in DATASETS]
    if unknown:
        raise typer.BadParameter(f"unknown data set {unknown[0]!r}; choose among {', '.join(DATASETS)}")
    return [DATASETS[name] for name in names or DATASETS]
